"""Moments in query parameters."""

import re

from wardline.codecs.timestamps import parse_time

_WHOLE_MS = re.compile(r"-?\d{1,15}", re.ASCII)
_LOST_PLUS = re.compile(r"(\d) (\d\d:\d\d)", re.ASCII)
_DATE_LENGTH = len("2026-01-01")


def moment_ms(text: str) -> int:
    """RFC 3339 (without offset: UTC) or epoch milliseconds as ms since 1970 UTC, truncated.

    A plus sign that was sent unescaped arrives as a space, and is understood. Raises ValueError.
    """
    if _WHOLE_MS.fullmatch(text):
        return parse_time(int(text))
    date, rest = text[: _DATE_LENGTH + 1], text[_DATE_LENGTH + 1 :]
    return parse_time(date + _LOST_PLUS.sub(r"\1+\2", rest))
