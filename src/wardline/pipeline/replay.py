"""Recordings through an engine into a store, on the event clock, at any speed.

Nothing here depends on how fast it runs or how batches are cut: no tick is given, not even at the
end, so the findings are those that the readings themselves bring about.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from threading import Event

import numpy as np

from wardline.model.decoded import Decoded
from wardline.pipeline.clock import EventClock
from wardline.pipeline.ports import StoredBatch, StoredCommand
from wardline.pipeline.worker import Worker

STEP_S = 0.5
"""A paced replay shows its progress at least so often."""

Recording = Iterable[Decoded | StoredBatch | StoredCommand]
Progress = Callable[[int], None]
"""Told how many readings were taken since the last time."""


class Pace:
    """Lets readings through `speed` times as fast as they were recorded; None does not wait."""

    def __init__(self, speed: float | None, stopping: Event):
        self._speed = speed
        self._stopping = stopping
        self._start_ms: int | None = None
        self._started_s = 0.0

    @property
    def waits(self) -> bool:
        """Whether readings are held back at all."""
        return self._speed is not None

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stopping.is_set()

    def pieces(self, decoded: Decoded) -> Iterator[Decoded]:
        """The readings in pieces, each given when its time has come."""
        batch = decoded.batch
        if self._speed is None or not len(batch):
            yield decoded
            return
        line = np.maximum.accumulate(batch.received_at)
        self._begin(int(line[0]))
        done = 0
        while done < len(batch) and not self._stopping.is_set():
            due = int(np.searchsorted(line, self._played_to(), side="right"))
            if due > done:
                yield piece_of(decoded, done, due)
                done = due
            else:
                self._wait(int(line[done]))

    def _begin(self, first_ms: int) -> None:
        """The first reading is due now; so is one that lies before what was played already."""
        if self._start_ms is None or first_ms < self._start_ms:
            self._start_ms = first_ms
            self._started_s = time.monotonic()

    def _played_to(self) -> float:
        assert self._start_ms is not None
        assert self._speed is not None
        return self._start_ms + (time.monotonic() - self._started_s) * self._speed * 1000

    def _wait(self, until_ms: int) -> None:
        assert self._speed is not None
        wait_s = (until_ms - self._played_to()) / self._speed / 1000
        self._stopping.wait(min(max(wait_s, 0.001), STEP_S))


def piece_of(decoded: Decoded, start: int, stop: int) -> Decoded:
    """Some readings of a decoded batch; what was refused or ignored goes with the first ones."""
    first = start == 0
    return Decoded(
        decoded.batch.between(start, stop),
        decoded.rows[start:stop],
        decoded.rejections if first else (),
        decoded.ignored if first else 0,
    )


def replay(
    recording: Recording,
    worker: Worker,
    clock: EventClock,
    pace: Pace,
    progress: Progress,
) -> None:
    """Take everything, or what there is until the pace is stopped; durable when this returns.

    Raises StoreUnavailableError; what was committed before stays, and running again adds the rest.
    """
    for part in recording:
        if pace.is_stopped:
            break
        if isinstance(part, StoredCommand):
            worker.apply(replace(part.command, at=part.at))
            continue
        for piece in pace.pieces(as_decoded(part)):
            _advance(clock, piece)
            worker.take(piece)
            if pace.waits:
                worker.commit()
            progress(len(piece.batch))
    worker.commit(snapshot=worker.is_behind_snapshot)


def as_decoded(part: Decoded | StoredBatch) -> Decoded:
    """Stored readings as if just decoded, arriving when they arrived."""
    if isinstance(part, Decoded):
        return part
    batch = replace(part.batch, received_at=part.at, raw=_NoRaw(), origin="")
    return Decoded(batch, np.arange(len(batch), dtype=np.int64), ())


class _NoRaw:
    """Stores keep no raw records of accepted readings."""

    def text(self, row: int) -> str:
        """Nothing."""
        return ""


def _advance(clock: EventClock, decoded: Decoded) -> None:
    if len(decoded.batch):
        clock.advance(int(decoded.batch.received_at.max()))
