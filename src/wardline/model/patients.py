"""Patients, where they lie, and what is known about them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient as shown and stored. Ward and bed are those of the open stay, if any."""

    patient_id: str
    ward: str | None = None
    bed: str | None = None
    admission_id: str | None = None
    age: int | None = None
    gender: str | None = None
    condition: str | None = None
    settings: dict[str, Any] | None = None
    """What was last set by command: profile, limits, spo2_scale, age, pregnant."""


@dataclass(frozen=True, slots=True)
class TruthPeriod:
    """Ground truth of a simulated patient: a fault or a course, and when it ran.

    kind: "fault" or "course". vital: the vital sign concerned, empty for several.
    Times in ms since 1970 UTC; `end` is excluded.
    """

    patient_id: str
    start: int
    end: int
    kind: str
    name: str
    vital: str = ""
