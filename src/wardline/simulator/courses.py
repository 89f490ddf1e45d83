"""Scripted courses: illness that comes, stays and goes over tens of minutes.

Patients lie in lanes of ten. In every half hour of a lane one of its patients has a course.
Lanes are shifted against each other, so in a ward of twenty or more some course is always in
progress, and most beds are calm. The schedule depends on absolute time: a ward started anew goes on
with the same one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wardline.model.patients import TruthPeriod
from wardline.model.vitals import Vital
from wardline.simulator.noise import Floats, Ints, Stream, drawn, keys, uniform
from wardline.simulator.profiles import RESERVE
from wardline.simulator.roster import Roster, patient_id
from wardline.simulator.schedule import NONE, Active, Grid, active, listed

LANE = 10
LANE_MIN = 4
"""A ward smaller than this has empty slots instead of a patient who is always ill."""
SLOT_MS = 1_800_000
START_JITTER_S = 120
LENGTH_MIN_S, LENGTH_MAX_S = 1_320, 1_680
"""A course starts within the first two minutes of its slot and ends inside it."""

RISE, FALL = 0.45, 0.3
"""Shares of a course in which it worsens, and in which it passes."""
STRENGTH_LOW, STRENGTH_HIGH = 0.9, 1.1


@dataclass(frozen=True, slots=True)
class Course:
    """One kind of course. change: how far each vital sign moves at its worst, in its unit."""

    name: str
    share: float
    vital: str = ""
    change: dict[Vital, float] = field(default_factory=dict[Vital, float])
    is_probe_off: bool = False


# Sizes are judgement, so that NEWS2 rises to its medium or high band and the usual limits are
# crossed; the directions are those every textbook names.
COURSES: tuple[Course, ...] = (
    Course("sepsis", 0.3, change={
        Vital.HEART_RATE: 36, Vital.RESPIRATORY_RATE: 11, Vital.SPO2: -4,
        Vital.SYSTOLIC_BP: -32, Vital.DIASTOLIC_BP: -20, Vital.TEMPERATURE: 2.2}),
    Course("hypoxia", 0.3, change={
        Vital.HEART_RATE: 22, Vital.RESPIRATORY_RATE: 12, Vital.SPO2: -14,
        Vital.SYSTOLIC_BP: 8, Vital.DIASTOLIC_BP: 4}),
    Course("haemorrhage", 0.25, change={
        Vital.HEART_RATE: 50, Vital.RESPIRATORY_RATE: 8, Vital.SPO2: -1,
        Vital.SYSTOLIC_BP: -46, Vital.DIASTOLIC_BP: -24, Vital.TEMPERATURE: -0.3}),
    Course("probe_off", 0.15, vital="spo2", is_probe_off=True),
)  # fmt: skip
SEPSIS, HYPOXIA, HAEMORRHAGE, PROBE_OFF = range(len(COURSES))


class Courses:
    """The courses of a ward."""

    def __init__(self, roster: Roster):
        self._count = len(roster)
        self._reserve = np.array(RESERVE)[roster.condition]
        lanes = np.arange((self._count + LANE - 1) // LANE)
        self._lanes = lanes
        self._keys = [keys(roster.seed, Stream.COURSE, lanes, part) for part in range(5)]
        self._shift = (_halved(lanes) * SLOT_MS).astype(np.int64)

    def at(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Active:
        """The courses in progress at rows (patient, moment)."""
        lane = patient // LANE
        slot = (at_ms - self._shift[lane]) // SLOT_MS
        first = int(slot.min())
        grid = self._grid(first, int(slot.max()) + 1)
        return active(grid, (slot - first, lane), patient, at_ms)

    def worsen(self, values: Floats, patient: Ints, course: Active) -> None:
        """Move the vital signs (shape (vital signs, rows)) of rows with a course."""
        size = severity(course) * self._reserve[patient[course.rows]]
        kinds: set[int] = set(course.kind.tolist())
        for kind in kinds:
            chosen = course.kind == kind
            rows = course.rows[chosen]
            for vital, change in COURSES[kind].change.items():
                values[vital, rows] += size[chosen] * change

    def periods(self, from_ms: int, to_ms: int) -> Iterable[tuple[int, int, int, int]]:
        """(start, patient, end, kind) of courses in progress in [from_ms, to_ms), by start."""
        first = (from_ms - SLOT_MS) // SLOT_MS
        grid = self._grid(first, to_ms // SLOT_MS + 1)
        return (row for row in listed(grid) if row[0] < to_ms and row[2] > from_ms)

    def truth(self, from_ms: int, to_ms: int) -> Iterable[TruthPeriod]:
        """Courses in progress in [from_ms, to_ms) as ground truth, by start."""
        for start, patient, end, kind in self.periods(from_ms, to_ms):
            course = COURSES[kind]
            yield TruthPeriod(patient_id(patient), start, end, "course", course.name, course.vital)

    def _grid(self, first: int, stop: int) -> Grid:
        slot = np.arange(first, stop)[:, np.newaxis]
        where, what, offset, length, strength = (uniform(drawn(key, slot)) for key in self._keys)
        members = min(LANE, max(self._count, LANE_MIN))
        patient = self._lanes * LANE + (where * members).astype(np.int64)
        kind = np.searchsorted(np.cumsum([course.share for course in COURSES])[:-1], what, "right")
        starts = np.floor(offset * START_JITTER_S).astype(np.int64) * 1_000
        seconds = LENGTH_MIN_S + np.floor(length * (LENGTH_MAX_S - LENGTH_MIN_S + 1))
        start = slot * SLOT_MS + self._shift + starts
        kind = np.where(patient < self._count, kind, NONE)
        return Grid(kind, patient, start, start + seconds.astype(np.int64) * 1_000, strength)


def severity(course: Active) -> Floats:
    """How bad each row's course is, 0 to about 1: it worsens, stays and passes, smoothly."""
    done = (course.at - course.start) / (course.end - course.start)
    ramp = np.minimum(1.0, np.minimum(done / RISE, (1.0 - done) / FALL))
    strength = STRENGTH_LOW + course.strength * (STRENGTH_HIGH - STRENGTH_LOW)
    return ramp * ramp * (3.0 - 2.0 * ramp) * strength


def _halved(lanes: npt.NDArray[np.int64]) -> Floats:
    """0, 1/2, 1/4, 3/4, 1/8 ... for lanes 0, 1, 2 ...: any number of lanes is spread evenly."""
    share, weight, rest = np.zeros(len(lanes)), 0.5, lanes.copy()
    while rest.any():
        share += (rest % 2) * weight
        rest //= 2
        weight /= 2
    return share
