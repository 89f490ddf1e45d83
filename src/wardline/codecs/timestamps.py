"""Timestamps of readings: RFC 3339 texts and epoch milliseconds.

A text without an offset is UTC. What is finer than a millisecond is cut off.
"""

import math
import re
from datetime import UTC, datetime
from typing import Final

_RFC_3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))?",
    re.ASCII,
)
_TEXT_MAX: Final = 64
"""Longer texts are no timestamps; nothing is gained by looking at them."""

TIME_LOW: Final = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()) * 1000
TIME_HIGH: Final = int(datetime(2301, 1, 1, tzinfo=UTC).timestamp()) * 1000 - 1
"""First and last millisecond that a reading may carry: the years 1900 to 2300."""

OUT_OF_RANGE: Final = "outside the years 1900 to 2300"


def parse_time(stated: object) -> int:
    """Milliseconds since 1970 UTC of an RFC 3339 text or of a number of epoch milliseconds.

    Raises ValueError saying what is wrong.
    """
    if isinstance(stated, str):
        at = _parse_text(stated)
    elif isinstance(stated, bool) or not isinstance(stated, int | float):
        raise ValueError("neither RFC 3339 text nor epoch milliseconds")  # noqa: TRY004 - one error
    elif isinstance(stated, float) and not math.isfinite(stated):
        raise ValueError("not a finite number")
    else:
        at = int(stated)
    if not TIME_LOW <= at <= TIME_HIGH:
        raise ValueError(OUT_OF_RANGE)
    return at


def _parse_text(text: str) -> int:
    match = _RFC_3339.fullmatch(text) if len(text) <= _TEXT_MAX else None
    if match is None:
        raise ValueError("not an RFC 3339 time")
    *moment, fraction, sign, hours, minutes = match.groups()
    try:
        seconds = int(datetime(*map(int, moment), tzinfo=UTC).timestamp())  # type: ignore[misc]
    except ValueError:
        raise ValueError("no such date or time of day") from None
    return (
        seconds * 1000 + int((fraction or "0")[:3].ljust(3, "0")) - _offset_ms(sign, hours, minutes)
    )


def _offset_ms(sign: str | None, hours: str, minutes: str) -> int:
    if sign is None:
        return 0
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError("no such offset from UTC")
    size = (int(hours) * 60 + int(minutes)) * 60_000
    return -size if sign == "-" else size
