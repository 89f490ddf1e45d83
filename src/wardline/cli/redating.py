"""Recordings side by side, re-dated so that their first reading is now, each when it is due."""

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.cli.recordings import Part
from wardline.cli.sending import ITEMS_MAX
from wardline.codecs.reading_objects import reading_objects
from wardline.model.decoded import Decoded
from wardline.model.readings import ReadingBatch, join_batches
from wardline.pipeline.ports import StoredBatch, StoredCommand

AHEAD_MAX_MS = 240_000
"""A Wardline refuses readings that are five minutes ahead of its clock; four leave some room. So
however fast a recording is sent, it gets no further ahead than this."""

LOOK_EVERY_S = 0.25
Refuse = Callable[[Decoded], None]


class Feed:
    """One recording, cut off where it is due. Times here are those of the recording, in ms."""

    def __init__(self, file_format: str, parts: Iterator[Part], refuse: Refuse):
        self._decoded = _decoded_parts(parts, refuse)
        if file_format == "mimic3":
            self._decoded = _from_one_moment(self._decoded)
        self._batch: ReadingBatch | None = None
        self._line: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._done = 0
        self._next_batch()

    @property
    def next_at(self) -> int | None:
        """When the next reading was; None at the end."""
        return None if self._batch is None else int(self._line[self._done])

    def take(self, up_to: float) -> Iterator[ReadingBatch]:
        """Readings up to a time, in order."""
        while self._batch is not None and self._line[self._done] <= up_to:
            due = int(np.searchsorted(self._line, up_to, side="right"))
            stop = min(due, self._done + ITEMS_MAX)
            yield self._batch.between(self._done, stop)
            self._done = stop
            if stop == len(self._batch):
                self._next_batch()

    def _next_batch(self) -> None:
        """Go on to the next readings; the line never runs back, as the order of a file counts."""
        before = self._line[-1:]
        self._done = 0
        self._batch = next((batch for batch in self._decoded if len(batch)), None)
        if self._batch is not None:
            times = np.concatenate([before, self._batch.observed_at])
            self._line = np.maximum.accumulate(times)[len(before) :]


def redated(
    feeds: Sequence[tuple[str, Iterator[Part]]],
    speed: float | None,
    stopping: Event,
    refuse: Refuse,
) -> Iterator[list[dict[str, Any]]]:
    """JSON objects of readings in the order they are due; waits for them.

    `refuse` sees what was decoded, with what could not be.
    """
    running = [Feed(file_format, parts, refuse) for file_format, parts in feeds]
    first_at = min((feed.next_at for feed in running if feed.next_at is not None), default=0)
    started_ms = time.time_ns() // 1_000_000
    while not stopping.is_set() and any(feed.next_at is not None for feed in running):
        up_to = first_at + played_ms(time.time_ns() // 1_000_000 - started_ms, speed)
        is_idle = True
        for feed in running:
            for batch in feed.take(up_to):
                is_idle = False
                yield reading_objects(batch, started_ms - first_at)
        if is_idle:
            stopping.wait(LOOK_EVERY_S)


def played_ms(elapsed_ms: int, speed: float | None) -> float:
    """How far into the recording one may be after some time."""
    most = elapsed_ms + AHEAD_MAX_MS
    return most if speed is None else min(elapsed_ms * speed, most)


def _decoded_parts(parts: Iterator[Part], refuse: Refuse) -> Iterator[ReadingBatch]:
    for part in parts:
        if isinstance(part, StoredCommand):
            continue
        if not isinstance(part, StoredBatch):
            refuse(part)
        yield part.batch


def _from_one_moment(batches: Iterator[ReadingBatch]) -> Iterator[ReadingBatch]:
    """MIMIC-III moved every patient's dates by another century: all patients start together."""
    some = list(batches)
    if not some:
        return
    whole = join_batches(some)
    patients, first_rows = np.unique(whole.patient, return_index=True)
    starts = whole.observed_at[first_rows]
    shift = (starts - starts.min())[np.searchsorted(patients, whole.patient)]
    moved = whole.observed_at - shift
    order = np.argsort(moved, kind="stable")
    columns = whole.take(order)
    columns.observed_at[:] = moved[order]
    yield columns
