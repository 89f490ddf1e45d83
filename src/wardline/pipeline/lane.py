"""One thread that does what may wait for the store, so that readings go on meanwhile."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Lane:
    """Runs tasks one after the other in a thread of its own.

    `rang`: set whenever a task has ended. Tasks waiting are at most a few per shard: nobody asks
    for a second one before the first is done.
    """

    def __init__(self, name: str):
        self.rang = threading.Event()
        self.started_s: float | None = None
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, task: Callable[[], Answer]) -> Future[Answer]:
        """Queue a task; the future holds what it gives or raises."""
        future: Future[Answer] = Future()
        self._tasks.put((future, task))
        return future

    def busy_s(self) -> float:
        """How long the task under way has taken; 0 when there is none."""
        started_s = self.started_s
        return 0.0 if started_s is None else time.monotonic() - started_s

    def close(self, timeout_s: float) -> bool:
        """End after what is queued; False if that took too long."""
        self._tasks.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (queued := self._tasks.get()) is not None:
            future, task = queued
            self.started_s = time.monotonic()
            try:
                future.set_result(task())
            except BaseException as problem:  # noqa: BLE001 - whoever asked for it decides
                future.set_exception(problem)
            self.started_s = None
            self.rang.set()
