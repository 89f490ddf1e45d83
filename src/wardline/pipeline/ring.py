"""A bounded ring of found rows, read by number."""

from bisect import bisect_right
from typing import NamedTuple


class LostError(Exception):
    """Rows after the number asked for are no longer there."""


class Found(NamedTuple):
    """One found row as the message about it."""

    seq: int
    patient_id: str
    text: str


class FoundRing:
    """Keeps the newest `kept_max` rows at least, and never more than twice as many."""

    def __init__(self, kept_max: int, start: int):
        """`start`: the number before the first row."""
        self._kept_max = kept_max
        self._floor = start
        self._rows: list[Found] = []
        self._seqs: list[int] = []

    def append(self, found: Found) -> None:
        """Add a row; its number is greater than all before."""
        self._rows.append(found)
        self._seqs.append(found.seq)
        if len(self._rows) >= 2 * self._kept_max:
            drop = len(self._rows) - self._kept_max
            self._floor = self._seqs[drop - 1]
            del self._rows[:drop], self._seqs[:drop]

    def forget(self, seq: int) -> None:
        """Rows up to a number, at least as great as all before, are not to be had here."""
        self._floor = seq
        self._rows.clear()
        self._seqs.clear()

    def after(self, seq: int) -> list[Found]:
        """All rows after a number. Raises LostError if some of them may be gone."""
        if seq < self._floor:
            raise LostError
        return self.newest_after(seq)

    def newest_after(self, seq: int) -> list[Found]:
        """The rows after a number that are still there."""
        return self._rows[bisect_right(self._seqs, seq) :]
