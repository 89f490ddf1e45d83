"""What simulated patients are like and what their devices send."""

from dataclasses import dataclass, field

from wardline.model.vitals import Vital

CONDITIONS = ("Stable", "Moderate", "Critical")
STABLE, MODERATE, CRITICAL = range(3)

CONDITION_OF_PLACE = (0, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0)
"""Condition by place in a group of twenty, before turning: 14 stable, 4 moderate, 2 critical."""

DRIVEN = (
    Vital.HEART_RATE,
    Vital.RESPIRATORY_RATE,
    Vital.SPO2,
    Vital.SYSTOLIC_BP,
    Vital.DIASTOLIC_BP,
    Vital.TEMPERATURE,
)
"""The vital signs that physiology computes; pulse and mean pressure follow from them."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a vital sign stays outside faults and courses, in its unit.

    A patient's setpoint lies between `settle_low` and `settle_high`, fractions of the range.
    """

    low: float
    high: float
    settle_low: float = 0.3
    settle_high: float = 0.7


# Ranges of heart rate, pressure, SpO2 and temperature: system A's. It names none for respiration;
# those are NEWS2's normal band (12-20) and the steps above it. Moderate diastolic pressure uses the
# lower half of system A's 85-95, because above 90 lies the usual alarm limit. Critical patients
# settle at the milder end of theirs: they touch the usual limits without living beyond them.
RANGES: tuple[dict[Vital, Range], ...] = (
    {
        Vital.HEART_RATE: Range(60, 90),
        Vital.RESPIRATORY_RATE: Range(12, 19),
        Vital.SPO2: Range(95, 100),
        Vital.SYSTOLIC_BP: Range(110, 130),
        Vital.DIASTOLIC_BP: Range(70, 85),
        Vital.TEMPERATURE: Range(36.5, 37.2),
    },
    {
        Vital.HEART_RATE: Range(85, 110),
        Vital.RESPIRATORY_RATE: Range(16, 22),
        Vital.SPO2: Range(92, 97),
        Vital.SYSTOLIC_BP: Range(130, 150),
        Vital.DIASTOLIC_BP: Range(85, 90),
        Vital.TEMPERATURE: Range(37.2, 38.0),
    },
    {
        Vital.HEART_RATE: Range(110, 140, 0.1, 0.22),
        Vital.RESPIRATORY_RATE: Range(20, 28, 0.3, 0.6),
        Vital.SPO2: Range(88, 94, 0.5, 0.7),
        Vital.SYSTOLIC_BP: Range(90, 180, 0.25, 0.5),
        Vital.DIASTOLIC_BP: Range(60, 100, 0.2, 0.4),
        Vital.TEMPERATURE: Range(38.0, 39.5, 0.15, 0.4),
    },
)

SWING_MAX = 0.3
"""A value strays from its setpoint by less than this fraction of the range, and stays inside it."""

RESERVE = (1.0, 0.7, 0.5)
"""How far a course moves a patient of each condition; who is ill already has less room."""

OXYGEN_SHARE = (0.0, 0.5, 1.0)
"""Share of patients of each condition who get oxygen all the time."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the monitors of a ward send.

    sends: vital signs in every reading. has_lines: moderate and critical patients have an arterial
    line, stable ones a cuff. is_charted: nurses' rounds are there too. has_context: readings carry
    age, gender and condition. source: the readings' source. spellings: field names in messages
    where they are not the vital signs' own.
    """

    name: str
    sends: tuple[Vital, ...]
    has_lines: bool
    is_charted: bool
    has_context: bool
    source: str
    spellings: dict[Vital, str] = field(default_factory=dict[Vital, str])


MONITOR = Profile(
    "monitor",
    (Vital.HEART_RATE, Vital.PULSE_RATE, Vital.RESPIRATORY_RATE, Vital.SPO2, Vital.TEMPERATURE),
    has_lines=True,
    is_charted=True,
    has_context=True,
    source="monitor",
)
"""Bedside monitors as a ward has them; what `wardline up` shows."""

VITALS = Profile(
    "vitals", DRIVEN, has_lines=False, is_charted=False, has_context=True, source=""
)  # fmt: skip
"""System A: all six vital signs in every reading, no source, no charting."""

IOT = Profile(
    "iot",
    (Vital.PULSE_RATE, Vital.SPO2, Vital.TEMPERATURE),
    has_lines=False,
    is_charted=False,
    has_context=False,
    source="",
    spellings={Vital.PULSE_RATE: "pulse", Vital.SPO2: "SpO2"},
)
"""System D: temperature, pulse and SpO2, in its spelling."""

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (MONITOR, VITALS, IOT)}
