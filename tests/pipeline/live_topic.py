"""The live topic in memory: what workers offer, servers hear."""

from collections import deque
from threading import Condition

from tests.pipeline.publishing import Board


class LiveTopic(Board):
    """Implements `Publisher` for workers, and `Tail` for one server.

    `is_silent`: what is offered is lost. `trouble` is told by both.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_silent = False
        self._heard: deque[bytes] = deque()
        self._came = Condition()

    def offer(self, messages) -> None:
        if not self.is_silent:
            super().offer(messages)
            self.say(*(message.value for message in messages))

    def say(self, *values: bytes) -> None:
        """Let the server hear this."""
        with self._came:
            self._heard += values
            self._came.notify()

    def poll(self, timeout_s: float) -> list[bytes]:
        with self._came:
            self._came.wait_for(lambda: self._heard or self.is_closed, timeout_s)
            heard = list(self._heard)
            self._heard.clear()
        return heard

    def close(self, timeout_s: float = 0.0) -> None:
        with self._came:
            self.is_closed = True
            self._came.notify()
