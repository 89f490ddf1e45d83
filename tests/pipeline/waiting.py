"""Waiting for what another thread does."""

import time
from collections.abc import Callable

WAIT_S = 30.0


def until(is_so: Callable[[], object], within_s: float = WAIT_S) -> None:
    """Look again and again until something is so."""
    deadline_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline_s, "it never came to that"
        time.sleep(0.002)
