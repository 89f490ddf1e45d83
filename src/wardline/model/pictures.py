"""What a screen shows: the newest values, conditions and scores of one patient.

Workers tell servers these as arrays: members are added at the end only, with a value for those who
do not tell them (codecs/live_messages.py). They never hold each other in a circle, so that nothing
has to look for that (gc=False).
"""

import msgspec

from wardline.model.patients import Patient
from wardline.model.policy import DEFAULT_PROFILE


class VitalPicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The newest value of a vital sign. value: thousandths. state: live, stale or missing.

    usual: two deviations around the patient's own mean, in thousandths rounded to the vital sign's
    resolution; None until enough was learnt.
    """

    vital: str
    state: str
    value: int | None
    observed_at: int | None
    arrived_at: int | None
    source: str | None
    usual: tuple[int, int] | None = None


class InputPicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A value that scores use now. value: thousandths, a letter of ACVPU, or whether on oxygen."""

    name: str
    value: int | str | bool
    at: int


class ConditionPicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
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


class ScorePicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A score as its inputs stand now. total, at_least: thousandths. parts: JSON text."""

    name: str
    total: int | None
    at_least: int | None
    complete: bool
    risk: str | None
    parts: str


class PatientPicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a screen shows of one patient. Times in ms.

    limits: by vital sign the innermost low and high limit in force in thousandths, None = off.
    """

    patient: Patient
    last_reading_at: int | None
    vitals: tuple[VitalPicture, ...]
    conditions: tuple[ConditionPicture, ...]
    scores: tuple[ScorePicture, ...]
    clock_skew_s: float | None = None
    inputs: tuple[InputPicture, ...] = ()
    profile: str = DEFAULT_PROFILE
    spo2_scale: int = 1
    limits: dict[str, tuple[int | None, int | None]] = {}
