"""The simulated ward as a source: a past span at full speed, then what is due as time passes."""

from collections.abc import Callable, Iterator

import numpy as np

from wardline.model.decoded import Decoded
from wardline.model.readings import ReadingBatch
from wardline.simulator.ward import Ward

ROWS_MAX = 10_000
"""Readings in one batch at most. What is due beyond that comes with the next call."""


class SimulatedFeed:
    """Readings of a ward, never twice and none left out.

    clock_now_ms: the present, ms since 1970 UTC. after_ms: up to and with this moment everything
    was delivered already; without it, nothing was.
    """

    def __init__(self, ward: Ward, clock_now_ms: Callable[[], int], after_ms: int | None = None):
        self.ward = ward
        self._clock_now_ms = clock_now_ms
        self._last_ms = ward.start_ms - 1 if after_ms is None else after_ms

    @property
    def last_ms(self) -> int:
        """Everything up to and with this moment was delivered."""
        return self._last_ms

    def history(self, from_ms: int, to_ms: int) -> Iterator[ReadingBatch]:
        """Readings with from_ms <= timestamp < to_ms, in order, in batches of at most ROWS_MAX.

        `due` then goes on at `to_ms`.
        """
        self._last_ms = max(from_ms, self.ward.start_ms) - 1
        while self._last_ms < to_ms - 1:
            batch = self.due(to_ms - 1)
            if len(batch):
                yield batch

    def due(self, now_ms: int) -> ReadingBatch:
        """Readings since the last call, up to and with `now_ms`; at most ROWS_MAX, the oldest."""
        reach_ms = max(1, int(ROWS_MAX * 1_000 / self.ward.readings_per_s))
        stop_ms = min(now_ms, self._last_ms + reach_ms)
        batch = self.ward.readings(self._last_ms + 1, stop_ms + 1)
        if len(batch) > ROWS_MAX:
            batch = _first_moments(batch)
            stop_ms = int(batch.observed_at[-1])
        self._last_ms = max(self._last_ms, stop_ms)
        return batch

    def poll(self) -> Decoded:
        """What is due now, as a source gives it. It never ends."""
        return decoded(self.due(self._clock_now_ms()))


def decoded(batch: ReadingBatch) -> Decoded:
    """A simulated batch as a decoder would give it: nothing was refused."""
    return Decoded(batch, np.arange(len(batch), dtype=np.int64), ())


def _first_moments(batch: ReadingBatch) -> ReadingBatch:
    """As many readings as fit, cut between two moments.

    A moment holds far fewer than ROWS_MAX readings: patients send at different milliseconds.
    """
    beyond = batch.observed_at[ROWS_MAX]
    return batch.between(0, int(np.sum(batch.observed_at < beyond)))
