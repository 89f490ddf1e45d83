"""What a screen shows: the newest values, conditions and scores of one patient."""

from dataclasses import dataclass

from wardline.model.patients import Patient


@dataclass(frozen=True, slots=True)
class VitalPicture:
    """The newest value of a vital sign. value: thousandths. state: live, stale or missing."""

    vital: str
    state: str
    value: int | None
    observed_at: int | None
    arrived_at: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class ConditionPicture:
    """A condition that is not normal."""

    rule: str
    state: str
    priority: str
    kind: str
    vital: str
    value: int | None
    limit: int | None
    onset: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ScorePicture:
    """A score as its inputs stand now. total, at_least: thousandths. parts: JSON text."""

    name: str
    total: int | None
    at_least: int | None
    complete: bool
    risk: str | None
    parts: str


@dataclass(frozen=True, slots=True)
class PatientPicture:
    """What a screen shows of one patient. Times in ms."""

    patient: Patient
    last_reading_at: int | None
    vitals: tuple[VitalPicture, ...]
    conditions: tuple[ConditionPicture, ...]
    scores: tuple[ScorePicture, ...]
    clock_skew_s: float | None = None
