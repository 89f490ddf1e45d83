"""Where the time comes from: the wall, or the recording being replayed."""

import time


class WallClock:
    """The computer's own time."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000


class EventClock:
    """The newest time that was replayed; it never runs back."""

    def __init__(self, start_ms: int = 0):
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self._now_ms

    def advance(self, to_ms: int) -> None:
        """Move forward; an earlier time changes nothing."""
        self._now_ms = max(self._now_ms, to_ms)
