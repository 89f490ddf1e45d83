"""Clock skew as a state of a source: shown and counted, never a transition.

A source is skewed at once when a reading is more than 5 s ahead of its arrival, or when its
readings have been more than 5 s behind for 60 s. After 60 s without such a reading it no longer is.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.readings import ReadingBatch

TOLERANCE_MS = 5_000
BEHIND_FOR_MS = 60_000
ENDS_AFTER_MS = 60_000
SOURCES_MAX = 100_000
"""Beyond this many skewed sources the further ones are not followed; they are still stored."""


@dataclass(slots=True)
class _Suspicion:
    since: int
    last: int
    skew_ms: int
    is_skewed: bool


class SkewWatch:
    """Follows the clocks of all sources, by (patient id, source)."""

    def __init__(self) -> None:
        self._suspicions: dict[tuple[str, str], _Suspicion] = {}

    def see(self, batch: ReadingBatch, at: npt.NDArray[np.int64]) -> None:
        """Readings arrived at `at` (ms, one per row)."""
        ahead_ms = batch.observed_at - at
        off = np.abs(ahead_ms) > TOLERANCE_MS
        rows = np.arange(len(batch)) if self._suspicions else np.flatnonzero(off)
        for row in rows.tolist():
            key = (
                batch.patients.text(int(batch.patient[row])),
                batch.sources.text(int(batch.source[row])),
            )
            if off[row]:
                self._suspect(key, int(at[row]), int(ahead_ms[row]))
            else:
                self._acquit(key)

    def _suspect(self, key: tuple[str, str], at: int, ahead_ms: int) -> None:
        known = self._suspicions.get(key)
        if known is None or at - known.last > ENDS_AFTER_MS:
            if len(self._suspicions) >= SOURCES_MAX:
                return
            known = self._suspicions[key] = _Suspicion(at, at, ahead_ms, False)
        known.last = at
        known.skew_ms = ahead_ms
        if ahead_ms > 0 or at - known.since >= BEHIND_FOR_MS:
            known.is_skewed = True

    def _acquit(self, key: tuple[str, str]) -> None:
        """A reading in time: what was only suspected is over, what is known needs its 60 s."""
        known = self._suspicions.get(key)
        if known is not None and not known.is_skewed:
            del self._suspicions[key]

    def skewed(self, now_ms: int) -> dict[tuple[str, str], float]:
        """Skew in seconds, ahead positive, of every source that is skewed now."""
        self._suspicions = {
            key: known
            for key, known in self._suspicions.items()
            if now_ms - known.last <= ENDS_AFTER_MS
        }
        return {
            key: known.skew_ms / 1000 for key, known in self._suspicions.items() if known.is_skewed
        }
