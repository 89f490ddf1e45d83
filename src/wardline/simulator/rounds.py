"""Nurses' rounds: what a person charts, every few hours and when somebody is ill.

A round charts consciousness, oxygen, temperature and cuff pressure, so that NEWS2 is complete.
Every patient is seen within two minutes of the start, then every four hours, and once at the worst
and once after the end of every course.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.vitals import CONSCIOUSNESS, MISSING
from wardline.simulator.courses import (
    COURSES,
    HAEMORRHAGE,
    HYPOXIA,
    SEPSIS,
    Courses,
    severity,
)
from wardline.simulator.noise import Ints, Stream, drawn, keys, uniform
from wardline.simulator.roster import Roster
from wardline.simulator.schedule import Active

ROUND_MS = 14_400_000
FIRST_ROUND_S = (45, 105)
"""After the start, and after the monitors' first reading, so that the wards follow the monitors."""

WORST = 0.55
"""The share of a course after which a nurse comes: at its worst."""
AFTERWARDS_MS = 120_000
COURSE_MS_MAX = 1_800_000

OXYGEN_SEVERITY = 0.5
CONFUSION_SEVERITY = 0.8
FIO2_USUAL, FIO2_RAISED = 280, 400
"""Thousandths. A usual mask, and a raised one in a course; judgement."""

_ALERT, _CONFUSED, _VOICE = (CONSCIOUSNESS.index(letter) for letter in "ACV")

Visits = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Patients and moments, in order of moment, then patient."""


@dataclass(frozen=True, slots=True)
class Charted:
    """What a nurse sees, one element per visit, in the columns' types of a reading batch."""

    consciousness: npt.NDArray[np.int8]
    on_oxygen: npt.NDArray[np.int8]
    fio2: npt.NDArray[np.int32]


class Rounds:
    """The rounds of a ward that starts at `start_ms`."""

    def __init__(self, roster: Roster, courses: Courses, start_ms: int):
        self._roster = roster
        self._courses = courses
        numbers = np.arange(len(roster))
        draws = drawn(keys(roster.seed, Stream.ROUND, numbers), np.zeros_like(numbers))
        share = uniform(draws)
        self._offset = np.floor(share * (ROUND_MS // 1_000)).astype(np.int64) * 1_000
        low, high = FIRST_ROUND_S
        self._first = start_ms + np.floor((low + share * (high - low)) * 1_000).astype(np.int64)

    def visits(self, from_ms: int, to_ms: int) -> Visits:
        """All visits in [from_ms, to_ms)."""
        parts = (
            self._regular(from_ms, to_ms),
            self._initial(from_ms, to_ms),
            self._prompted(from_ms, to_ms),
        )
        patient, moment = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        pairs = np.unique(np.stack([moment, patient], axis=1), axis=0)
        return pairs[:, 1], pairs[:, 0]

    def chart(self, patient: Ints, course: Active) -> Charted:
        """What is charted at visits to `patient`, given the courses in progress there."""
        count = len(patient)
        consciousness = np.full(count, _ALERT, dtype=np.int8)
        size = np.zeros(count)
        size[course.rows] = severity(course)
        is_ill = np.zeros((len(COURSES), count), dtype=np.bool_)
        is_ill[course.kind, course.rows] = True
        consciousness[is_ill[SEPSIS] & (size > CONFUSION_SEVERITY)] = _CONFUSED
        consciousness[is_ill[HAEMORRHAGE] & (size > CONFUSION_SEVERITY)] = _VOICE
        is_raised = (is_ill[SEPSIS] | is_ill[HYPOXIA]) & (size > OXYGEN_SEVERITY)
        return Charted(consciousness, *self._oxygen(patient, is_raised))

    def _oxygen(
        self, patient: Ints, is_raised: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        has_oxygen = self._roster.has_oxygen[patient] | is_raised
        fio2 = np.where(is_raised, FIO2_RAISED, np.where(has_oxygen, FIO2_USUAL, MISSING))
        return has_oxygen.astype(np.int8), fio2.astype(np.int32)

    def _regular(self, from_ms: int, to_ms: int) -> Visits:
        first = -((self._offset - from_ms) // ROUND_MS)
        last = -((self._offset - to_ms) // ROUND_MS)
        counts = last - first
        patient = np.repeat(np.arange(len(counts)), counts)
        within = np.arange(len(patient)) - np.repeat(np.cumsum(counts) - counts, counts)
        return patient, self._offset[patient] + (first[patient] + within) * ROUND_MS

    def _initial(self, from_ms: int, to_ms: int) -> Visits:
        patient = np.flatnonzero((self._first >= from_ms) & (self._first < to_ms))
        return patient, self._first[patient]

    def _prompted(self, from_ms: int, to_ms: int) -> Visits:
        known = list(self._courses.periods(from_ms - COURSE_MS_MAX - AFTERWARDS_MS, to_ms))
        table = np.array(known, dtype=np.int64).reshape(-1, 4)
        start, patient, end = table[:, 0], table[:, 1], table[:, 2]
        worst = (start + WORST * (end - start)).astype(np.int64)
        moment = np.concatenate([worst, end + AFTERWARDS_MS])
        chosen = np.flatnonzero((moment >= from_ms) & (moment < to_ms))
        return np.tile(patient, 2)[chosen], moment[chosen]
