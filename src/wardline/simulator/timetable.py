"""When each monitor sends: once per period, each patient at an own moment within it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE_HZ_MIN, RATE_HZ_MAX = 0.001, 500.0
"""Times are whole milliseconds: faster than 500 Hz two readings could share one."""

CUFF_MS = 900_000
"""A cuff measures every quarter of an hour, and once at the start."""

_GOLDEN = 618_034
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Due:
    """Readings in order of time: whose, when, and when the same monitor sent before."""

    patient: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]


class Timetable:
    """The monitors of a ward. Raises ValueError for a rate out of bounds.

    Reading k of a monitor is at `k * period + phase`, counted from 1970: independent of the start.
    """

    def __init__(self, patient_count: int, rate_hz: float, start_ms: int):
        if not RATE_HZ_MIN <= rate_hz <= RATE_HZ_MAX:
            raise ValueError(f"rate must be {RATE_HZ_MIN} to {RATE_HZ_MAX} Hz, not {rate_hz}")
        self._start_ms = start_ms
        self._rate_mhz = round(rate_hz * 1_000)
        period = _MILLION // self._rate_mhz
        numbers = np.arange(patient_count)
        phase = numbers * _GOLDEN % _MILLION * period // _MILLION
        self._order = np.argsort(phase, kind="stable")
        self._phase = phase[self._order]
        self._cuff_offset = numbers * _GOLDEN % _MILLION * CUFF_MS // _MILLION

    def due(self, from_ms: int, to_ms: int) -> Due:
        """All readings with from_ms <= moment < to_ms, none before the start."""
        begin = max(from_ms, self._start_ms)
        count = np.arange(self._count_at(begin) - 2, self._count_at(to_ms) + 2)
        moments = (self._tick(count)[:, np.newaxis] + self._phase).ravel()
        earlier = (self._tick(count - 1)[:, np.newaxis] + self._phase).ravel()
        patient = np.tile(self._order, len(count))
        chosen = np.flatnonzero((moments >= begin) & (moments < to_ms))
        return Due(patient[chosen], moments[chosen], earlier[chosen])

    def has_cuff(self, due: Due) -> npt.NDArray[np.bool_]:
        """Whether a cuff measurement has ended since the reading before."""
        offset = self._cuff_offset[due.patient]
        is_next = (due.at - offset) // CUFF_MS != (due.before - offset) // CUFF_MS
        return is_next | (due.before < self._start_ms)

    def _tick(self, count: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return count * _MILLION // self._rate_mhz

    def _count_at(self, moment: int) -> int:
        return moment * self._rate_mhz // _MILLION
