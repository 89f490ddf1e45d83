"""Hospital admissions as system B records them, and what is counted over all of them."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from wardline.model.dead_letters import Rejection
from wardline.model.scores import SCORES, Score

GENDERS: Final = ("Male", "Female", "Other")
ADMISSION_TYPES: Final = ("Emergency", "Elective", "Urgent", "Observation")
RISK_LEVELS: Final = SCORES[Score.RISK_B].risks
"""Low, Medium, High."""

DISCHARGED: Final = "discharged"
"""The status, in any case of letters, that ends a stay; every other one says that it goes on."""

TEXT_LENGTHS: Final = {
    "patient_id": 50, "admission_id": 50, "patient_name": 200, "gender": 10, "department": 100,
    "primary_diagnosis": 200, "admission_type": 50, "status": 50, "insurance_provider": 100,
    "blood_pressure": 20, "risk_level": 10, "attending_physician": 200, "hospital_location": 200,
}  # fmt: skip
"""Characters at most."""

CRITICAL_OXYGEN: Final = 90
"""Below so many percent oxygen saturation is critical."""


@dataclass(frozen=True, slots=True)
class Admission:
    """One record of `patient_records`, columns in system B's order.

    Times in ms since 1970 UTC. `temperature_celsius` has one decimal. `blood_pressure`:
    "systolic/diastolic" in whole mmHg. `risk_score` and `risk_level` are our own (see `risk_of`).
    """

    patient_id: str
    admission_id: str
    timestamp: int
    admission_timestamp: int
    patient_name: str = field(repr=False)
    age: int
    gender: str
    department: str
    primary_diagnosis: str
    admission_type: str
    status: str
    insurance_provider: str
    heart_rate: int
    blood_pressure: str
    temperature_celsius: float
    oxygen_saturation: int
    respiratory_rate: int
    risk_score: int
    risk_level: str
    attending_physician: str
    hospital_location: str

    @property
    def pressures(self) -> tuple[int, int]:
        """(systolic, diastolic) in mmHg."""
        systolic, _, diastolic = self.blood_pressure.partition("/")
        return int(systolic), int(diastolic)

    @property
    def is_discharged(self) -> bool:
        """Whether the stay is over."""
        return self.status.casefold() == DISCHARGED


def risk_of(
    heart_rate: int, systolic_bp: int, temperature: float, oxygen: int, respiratory_rate: int
) -> tuple[int, str]:
    """Risk B of a complete record: (0 to 6, its level).

    The engine's arithmetic, said once more for whole records, which a decoder judges; a test holds
    the two together.

    >>> risk_of(101, 120, 37.0, 94, 16)
    (3, 'Medium')
    """
    points = (
        (heart_rate > 100 or heart_rate < 60)
        + (systolic_bp > 140 or systolic_bp < 90)
        + (temperature > 38.0 or temperature < 36.5)
        + 2 * (oxygen < 95)
        + (respiratory_rate > 20)
    )
    return points, RISK_LEVELS[(points >= 2) + (points >= 4)]


@dataclass(frozen=True, slots=True)
class DecodedAdmissions:
    """What a decoder made of some records: admissions in order, and the records it refused.

    rows: int64, each admission's index among the records (refused ones counted). positions,
    received_at: int64, its place in `origin`, and when it came in ms since 1970 UTC.
    """

    admissions: tuple[Admission, ...]
    rows: npt.NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    positions: npt.NDArray[np.int64]
    received_at: npt.NDArray[np.int64]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How many admissions have one value of a column."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class AdmissionSummary:
    """Counts and means over all admissions; a mean is None where there are none.

    `patients` and `high_risk_patients` count people, `admissions` and `critical_oxygen` records.
    `average_vitals` by column, in the column's unit. Means have one decimal. `departments` and
    `diagnoses`: the most frequent first, not endlessly many.
    """

    patients: int
    admissions: int
    high_risk_patients: int
    critical_oxygen: int
    average_age: float | None
    departments: tuple[Share, ...]
    risk_levels: tuple[Share, ...]
    diagnoses: tuple[Share, ...]
    admission_types: tuple[Share, ...]
    average_vitals: dict[str, float | None]


AVERAGED: Final = (
    "heart_rate", "systolic_bp", "diastolic_bp", "temperature_celsius", "oxygen_saturation",
    "respiratory_rate",
)  # fmt: skip
"""The vital signs whose means a summary gives."""
