"""Texts as every database can keep them."""

import json
from typing import Any


def storable(text: str, bytes_max: int | None = None) -> str:
    """A text without what UTF-8 or PostgreSQL cannot hold (written as backslash escapes), cut."""
    plain = text.replace("\0", "\\x00").encode("utf-8", "backslashreplace")
    return plain[:bytes_max].decode("utf-8", "ignore")


def canonical_json(content: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return storable(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
