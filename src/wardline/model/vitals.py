"""The catalogue: one row per vital sign. Adding a vital sign starts here.

Values travel as integer thousandths of the vital sign's unit, so every sum is exact.
LOINC and MDC codes: FHIR R4 vital-signs profiles and IEEE 11073-10101.
Hard and suspect limits: MIT-LCP mimic-code `vitalsign.sql` and the mimic3-benchmarks variable
ranges for the hard ones, judgement on top of them for the suspect ones.
"""

from dataclasses import dataclass
from enum import IntEnum

MISSING = -(2**31)
"""A value that was not measured, in a column of int32 thousandths."""

THOUSANDTHS = 1000

SENTINELS = (-999.0, -99.9, -1.0, -32768.0)
"""Numbers by which devices say "not available" (seen in public vendor messages)."""


@dataclass(frozen=True, slots=True)
class VitalSign:
    """One kind of measurement. Limits and floors are in the vital sign's unit and in seconds.

    `hard_low` and `hard_high` bound what can be a value at all; at or beyond an end that is not
    open the value is an artefact (`low_is_open` means that `hard_low` itself is still acceptable).
    `suspect_low` and `suspect_high`: strictly beyond them a value is kept but not trusted.
    `suspect_at_low` means that `suspect_low` itself is suspect too (a respiratory rate of 0).
    """

    name: str
    title: str
    short: str
    unit: str
    ucum: str
    loinc: str
    mdc: int
    hard_low: float
    hard_high: float
    low_is_open: bool
    high_is_open: bool
    suspect_low: float
    suspect_high: float
    suspect_at_low: bool
    stale_floor_s: float
    score_age_max_s: float
    colour: str
    decimals: int


class Vital(IntEnum):
    """Catalogue order: the order of columns, of judging and of `Findings`."""

    HEART_RATE = 0
    PULSE_RATE = 1
    RESPIRATORY_RATE = 2
    SPO2 = 3
    SYSTOLIC_BP = 4
    DIASTOLIC_BP = 5
    MEAN_BP = 6
    TEMPERATURE = 7


_MIN = 60.0
_HOUR = 3600.0

# Stale floors and score ages: docs/concepts/semantics.md. For pressure the floor of the arterial
# line stands here; a cuff has its own below.
VITALS: tuple[VitalSign, ...] = (
    VitalSign("heart_rate", "Heart rate", "HR", "/min", "/min", "8867-4", 147842,
              0, 300, False, False, 20, 250, False, 15, 10 * _MIN, "#3DDC84", 0),
    VitalSign("pulse_rate", "Pulse rate", "PR", "/min", "/min", "8889-8", 149530,
              0, 300, False, False, 20, 250, False, 15, 10 * _MIN, "#4FC3F7", 0),
    VitalSign("respiratory_rate", "Respiratory rate", "RR", "/min", "/min", "9279-1", 151562,
              0, 150, True, False, 0, 70, True, 15, 10 * _MIN, "#FFF3B0", 0),
    VitalSign("spo2", "Oxygen saturation", "SpO₂", "%", "%", "2708-6", 150456,
              0, 100, False, True, 50, 100, False, 15, 10 * _MIN, "#4FC3F7", 0),
    VitalSign("systolic_bp", "Systolic blood pressure", "SBP", "mmHg", "mm[Hg]", "8480-6", 150021,
              0, 400, False, False, 40, 280, False, 15, 2 * _HOUR, "#FF8A65", 0),
    VitalSign("diastolic_bp", "Diastolic blood pressure", "DBP", "mmHg", "mm[Hg]", "8462-4", 150022,
              0, 300, False, False, 15, 200, False, 15, 2 * _HOUR, "#FF8A65", 0),
    VitalSign("mean_bp", "Mean blood pressure", "MAP", "mmHg", "mm[Hg]", "8478-0", 150023,
              0, 300, False, False, 20, 250, False, 15, 2 * _HOUR, "#FF8A65", 0),
    VitalSign("temperature", "Body temperature", "Temp", "°C", "Cel", "8310-5", 150344,
              10, 50, False, False, 30, 43, False, 4 * _HOUR, 12 * _HOUR, "#CE93D8", 1),
)  # fmt: skip

VITAL_COUNT = len(VITALS)
VITAL_NAMES: tuple[str, ...] = tuple(vital.name for vital in VITALS)
VITAL_INDEX: dict[str, int] = {name: index for index, name in enumerate(VITAL_NAMES)}

PRESSURES = (Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP, Vital.MEAN_BP)
CUFF_STALE_FLOOR_S = 10 * _MIN

CONTEXT_NAMES = ("on_oxygen", "fio2", "consciousness")
FIO2_LOW = 210
FIO2_HIGH = 1000
"""Acceptable inspired oxygen fraction in thousandths (both ends included)."""

MARKED_NAMES: tuple[str, ...] = (*VITAL_NAMES, *CONTEXT_NAMES)
"""Fields that may carry a mark; a field's place here is its bit in the mark columns."""
MARK_BIT: dict[str, int] = {name: index for index, name in enumerate(MARKED_NAMES)}

CONSCIOUSNESS = "ACVPU"
"""Alert, new Confusion, Voice, Pain, Unresponsive; a letter's place is its code."""

BP_METHODS = ("", "cuff", "arterial")
"""Pressure that says no method counts as cuff."""
UNSTATED, CUFF, ARTERIAL = range(3)

CHARTED_CURRENT_MAX_S = 30 * _MIN
CURRENT_MAX_S = _MIN
CONTEXT_SCORE_AGE_MAX_S = 12 * _HOUR
"""How long charted oxygen and consciousness enter scores."""
