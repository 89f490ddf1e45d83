"""Answers as JSON, with times and numbers as every export of Wardline writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from wardline.model.vitals import THOUSANDTHS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def json_response(content: Any, status: int = 200) -> Response:
    """Plain content (dicts, lists, texts, numbers) as JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def rfc3339(time_ms: int | None) -> str | None:
    """Milliseconds since 1970 UTC as text with milliseconds and Z; None stays None."""
    if time_ms is None:
        return None
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(thousandths: int | None) -> int | float | None:
    """Integer thousandths as the shortest number: 36500 gives 36.5; None stays None."""
    if thousandths is None:
        return None
    whole, rest = divmod(thousandths, THOUSANDTHS)
    return thousandths / THOUSANDTHS if rest else whole
