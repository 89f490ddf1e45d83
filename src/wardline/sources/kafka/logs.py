"""What the driver itself has to say, as log lines: the same one at most once a minute."""

import logging
import re
import time
from collections.abc import Callable

AGAIN_AFTER_S = 60.0
REMEMBERED_MAX = 200
"""Remarks remembered; beyond, the one said longest ago is forgotten, and may be said again."""

_NUMBERS = re.compile(r"\d+")


class SeldomFilter(logging.Filter):
    """Lets a remark pass if it was not made lately. Numbers in it make no difference."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic):
        super().__init__()
        self._now_s = now_s
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        remark = _NUMBERS.sub("", record.getMessage())
        now_s = self._now_s()
        last_s = self._said.get(remark)
        if last_s is not None and now_s - last_s < AGAIN_AFTER_S:
            return False
        self._said.pop(remark, None)
        self._said[remark] = now_s
        if len(self._said) > REMEMBERED_MAX:
            del self._said[next(iter(self._said))]
        return True


def client_logger() -> logging.Logger:
    """Where all clients of this process log to."""
    logger = logging.getLogger("wardline.sources.kafka.client")
    if not logger.filters:
        logger.addFilter(SeldomFilter())
    return logger
