"""Logs: one line each, `name=value` pairs, on standard error. No patient is ever named.

Exceptions are logged by kind and place only, because their texts may quote readings.
"""

import logging
import os
import sys
import traceback
from datetime import UTC, datetime

from wardline.config import SettingsError

LINE_MAX = 2_000
"""Longer lines are cut."""


class OneLineFormatter(logging.Formatter):
    """`ts=... level=... logger=... msg="..."`, with `error=` and `places=` for exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        pairs = [
            f"ts={moment.removesuffix('+00:00')}Z",
            f"level={record.levelname.lower()}",
            f"logger={record.name}",
            f"msg={_quoted(record.getMessage())}",
        ]
        if record.exc_info is not None and record.exc_info[1] is not None:
            pairs.append(_kind_and_places(record.exc_info[1]))
        return " ".join(pairs)[:LINE_MAX]


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in plain) + '"'


def _kind_and_places(problem: BaseException) -> str:
    frames = traceback.extract_tb(problem.__traceback__)
    places = "<".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-8:]))
    return f"error={type(problem).__name__} places={places}"


LEVEL = "WARDLINE_LOG"
LEVELS = ("debug", "info", "warning", "error")


def start_logging() -> None:
    """Log to standard error from now on. WARDLINE_LOG says how much; debug names every request."""
    level = os.environ.get(LEVEL, "info").lower()
    if level not in LEVELS:
        raise SettingsError(f"{LEVEL} must be one of {', '.join(LEVELS)}")
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(OneLineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.WARNING)
    logging.getLogger("wardline").setLevel(level.upper())
    if level == "info":
        logging.getLogger("wardline.server.access").setLevel(logging.WARNING)
