"""A publisher in memory: what the port promises, and failures on request."""

import threading
from collections.abc import Callable, Sequence

from wardline.pipeline.partitions import LogUnavailableError, Outgoing


class Board:
    """Implements `Publisher`. `published` and `offered` are what came through, in order.

    `fails`: told the messages; what it gives, if anything, is why they cannot be written.
    """

    def __init__(self) -> None:
        self.published: list[Outgoing] = []
        self.offered: list[Outgoing] = []
        self.fails: Callable[[Sequence[Outgoing]], str] = lambda _: ""
        self.gate = threading.Event()
        self.gate.set()
        self.tries = 0
        self.trouble = ""
        self.is_closed = False

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        self.tries += 1
        if not self.gate.wait(timeout_s):
            raise LogUnavailableError("nobody answered")
        why = self.fails(messages)
        if why:
            raise LogUnavailableError(why)
        self.published += messages

    def offer(self, messages: Sequence[Outgoing]) -> None:
        self.offered += messages

    def problem(self) -> str:
        return self.trouble

    def close(self, timeout_s: float) -> None:
        self.is_closed = True
