"""The first Ctrl-C, or SIGTERM, asks for the end; the second one of Ctrl-C ends at once."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event
from types import FrameType

INTERRUPTED = 130
"""Exit status of a command that was stopped by Ctrl-C."""


@contextmanager
def stop_on_signals() -> Generator[Event]:
    """An event that is set when somebody asks for the end. For the main thread only."""
    asked = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.set()
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
