"""What is true at the bedside, and what the monitor shows of it."""

import numpy as np
import numpy.typing as npt

from wardline.simulator.courses import PROBE_OFF, Courses
from wardline.simulator.fault_effects import disturb, take_probe_off
from wardline.simulator.faults import Faults
from wardline.simulator.noise import Floats, Ints, Stream, keys
from wardline.simulator.physiology import Physiology, completed
from wardline.simulator.profiles import Profile
from wardline.simulator.roster import Roster


class Bedside:
    """Physiology, courses and faults of a ward put together."""

    def __init__(self, roster: Roster, profile: Profile):
        self.courses = Courses(roster)
        self.faults = Faults(roster, profile)
        self._physiology = Physiology(roster)
        self._jitter = keys(roster.seed, Stream.FAULT_JITTER, np.arange(len(roster)))

    def true(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Floats:
        """Rounded vital signs, shape (vital signs, rows), as a faultless monitor shows them."""
        values = self._physiology.at(patient, at_ms)
        self.courses.worsen(values, patient, self.courses.at(patient, at_ms))
        return completed(values, self._physiology.beat_noise(patient, at_ms))

    def shown(
        self, patient: Ints, at_ms: npt.NDArray[np.int64]
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """(vital signs, whether a fault is in progress); NaN where the device has no value."""
        values = self.true(patient, at_ms)
        fault = self.faults.at(patient, at_ms)
        disturb(values, patient, fault, self._jitter, self.true)
        course = self.courses.at(patient, at_ms)
        take_probe_off(values, course.rows[course.kind == PROBE_OFF])
        is_faulty = np.zeros(len(patient), dtype=np.bool_)
        is_faulty[fault.rows] = True
        return values, is_faulty
