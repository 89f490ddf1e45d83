"""The one bounded queue in front of an engine: readings, commands and ticks keep one order."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from wardline.pipeline.ports import BusyError, Clock

Item = TypeVar("Item")

RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Arrived(Generic[Item]):
    """An item, when it was received and how many rows it weighs."""

    item: Item
    at: int
    rows: int


class Inbox(Generic[Item]):
    """First in, first out, bounded by rows and by items; beyond that `put` raises BusyError.

    Receive times are given under the queue's lock, so they follow the queue's order, and the time
    that `take` gives is never past an item still to come.
    """

    def __init__(self, clock: Clock, rows_max: int, items_max: int):
        self._clock = clock
        self._rows_max = rows_max
        self._items_max = items_max
        self._items: deque[Arrived[Item]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.rows = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item, rows: int) -> None:
        """Append. An empty queue takes an item of any size."""
        with self._changed:
            too_many = self.rows + rows > self._rows_max or len(self._items) >= self._items_max
            if self._is_closed or (self._items and too_many):
                raise BusyError(RETRY_AFTER_S)
            self._items.append(Arrived(item, self._clock.now_ms(), rows))
            self.rows += rows
            self._changed.notify()

    def take(self, rows_max: int, timeout_s: float) -> tuple[list[Arrived[Item]], int]:
        """(the oldest items up to about `rows_max` rows, a time by which all earlier ones came).

        Waits up to `timeout_s` for the first item.
        """
        with self._changed:
            if not self._items and not self._is_closed:
                self._changed.wait(timeout_s)
            taken = self._oldest(rows_max)
            return taken, self._items[0].at if self._items else self._clock.now_ms()

    def _oldest(self, rows_max: int) -> list[Arrived[Item]]:
        taken: list[Arrived[Item]] = []
        rows = 0
        while self._items and (not taken or rows + self._items[0].rows <= rows_max):
            arrived = self._items.popleft()
            rows += arrived.rows
            taken.append(arrived)
        self.rows -= rows
        return taken

    def close(self) -> None:
        """Refuse everything further; what is inside can still be taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
