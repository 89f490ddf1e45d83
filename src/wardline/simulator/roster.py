"""Who lies in the simulated ward, and in which bed.

A patient depends on the seed and the own number only, never on how many others there are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.commands import ADMIT, Command
from wardline.simulator.noise import Stream, drawn, keys, uniform
from wardline.simulator.profiles import CONDITION_OF_PLACE, OXYGEN_SHARE

PATIENT_COUNT_MAX = 10_000
"""More patients than this are refused: each takes about 12 kB for every block of drift kept."""

AGE_LOW, AGE_HIGH = 25, 85
GENDERS = ("M", "F")
BEDS_PER_WARD = 10
GROUP = len(CONDITION_OF_PLACE)


@dataclass(frozen=True, slots=True)
class Roster:
    """The patients of a ward, one element each, in order of their numbers (from 0).

    condition: place in `profiles.CONDITIONS`. gender: place in GENDERS. has_oxygen: all the time.
    """

    seed: int
    condition: npt.NDArray[np.int64]
    age: npt.NDArray[np.int16]
    gender: npt.NDArray[np.int64]
    has_oxygen: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.condition)


def make_roster(patient_count: int, seed: int) -> Roster:
    """Patients 0 to `patient_count` - 1. Raises ValueError for a count outside 1 to the maximum."""
    if not 1 <= patient_count <= PATIENT_COUNT_MAX:
        raise ValueError(f"patients must be 1 to {PATIENT_COUNT_MAX}, not {patient_count}")
    numbers = np.arange(patient_count)
    ages = AGE_LOW + np.floor(_draw(seed, numbers, 0) * (AGE_HIGH - AGE_LOW + 1))
    condition = _conditions(numbers, seed)
    return Roster(
        seed=seed,
        condition=condition,
        age=ages.astype(np.int16),
        gender=(_draw(seed, numbers, 1) * len(GENDERS)).astype(np.int64),
        has_oxygen=_draw(seed, numbers, 2) < np.array(OXYGEN_SHARE)[condition],
    )


def _conditions(numbers: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    turn = (_draw(seed, numbers // GROUP, 3) * GROUP).astype(np.int64)
    return np.array(CONDITION_OF_PLACE)[(numbers + turn) % GROUP]


def _draw(seed: int, numbers: npt.NDArray[np.int64], part: int) -> npt.NDArray[np.float64]:
    return uniform(drawn(keys(seed, Stream.PERSON, numbers, part), np.zeros_like(numbers)))


def patient_id(number: int) -> str:
    """`PT-001` for patient 0, as system A names them."""
    return f"PT-{number + 1:03d}"


def ward_letters(ward: int) -> str:
    """A, B, ... Z, AA, AB ... for ward 0, 1, ..."""
    letters = ""
    ward += 1
    while ward:
        ward, place = divmod(ward - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def admissions(roster: Roster, at_ms: int) -> list[Command]:
    """One admit command per patient: ward `ICU-A`, bed `A-01` and so on, ten beds a ward."""
    return [_admit(roster, number, at_ms) for number in range(len(roster))]


def _admit(roster: Roster, number: int, at_ms: int) -> Command:
    ward, place = divmod(number, BEDS_PER_WARD)
    letters = ward_letters(ward)
    content = {
        "admission_id": f"SIM-{roster.seed}-{number + 1:03d}",
        "ward": f"ICU-{letters}",
        "bed": f"{letters}-{place + 1:02d}",
    }
    return Command(patient_id(number), at_ms, "simulator", ADMIT, content)
