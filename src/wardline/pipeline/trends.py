"""The means of the last hour's minutes, per patient and vital sign: what sparklines draw."""

from collections.abc import Iterable
from typing import Any

from wardline.codecs.live_json import trend_piece
from wardline.model.tables import WINDOW_WIDTH_MS
from wardline.model.vitals import VITAL_INDEX, VITAL_NAMES

MINUTES = 60
PATIENTS_MAX = 2_000
"""Patients with trends; further ones have none. About 4 KB each."""

Row = tuple[Any, ...]


class Trends:
    """Fed with windows in any order; the newest minute a patient has is the end of its hour."""

    def __init__(self) -> None:
        self._hours: dict[str, _Hour] = {}

    def take(self, windows: Iterable[Row]) -> set[str]:
        """Take rows of the table windows; gives the patients whose trend changed."""
        changed: set[str] = set()
        for patient_id, start, _, vital, _, _, _, mean, _ in windows:
            hour = self._hours.get(patient_id)
            if hour is None:
                if len(self._hours) >= PATIENTS_MAX:
                    continue
                hour = self._hours[patient_id] = _Hour(start)
            if hour.put(start, VITAL_INDEX[vital], mean):
                changed.add(patient_id)
        return changed

    def piece(self, patient_id: str) -> str:
        """The live feed's member for a patient; an empty hour if nothing is known."""
        hour = self._hours.get(patient_id)
        return trend_piece(0, {}) if hour is None else hour.piece()


class _Hour:
    __slots__ = ("end", "means")

    def __init__(self, end: int):
        self.end = end
        self.means: list[list[int | None]] = [[None] * MINUTES for _ in VITAL_NAMES]

    def put(self, start: int, vital: int, mean: int) -> bool:
        """Whether that minute is within the hour."""
        if start > self.end:
            self._move((start - self.end) // WINDOW_WIDTH_MS)
            self.end = start
        place = MINUTES - 1 - (self.end - start) // WINDOW_WIDTH_MS
        if place < 0:
            return False
        self.means[vital][place] = mean
        return True

    def _move(self, minutes: int) -> None:
        steps = min(minutes, MINUTES)
        self.means = [row[steps:] + [None] * steps for row in self.means]

    def piece(self) -> str:
        known = {
            name: row
            for name, row in zip(VITAL_NAMES, self.means, strict=True)
            if any(mean is not None for mean in row)
        }
        return trend_piece(self.end, known)
