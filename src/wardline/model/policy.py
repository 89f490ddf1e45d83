"""Alarm rules: limits, delays and hysteresis as validated rows, per ward profile and per patient.

Default adult limits: Mindray TM80/TMS60, EDAN M3A and Contec CMS8000 factory limits, which agree
with what nurses set in the MIMIC-III demo (medians 50-120, 90, 8-30, 90-160). SpO2 < 80 as a
high-priority desaturation: Mindray. Validation delays: Draeger presets (IEC 60601-2-27 allows 10 s
for heart rate).
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from wardline.model.vitals import VITAL_NAMES, Vital


class Priority(IntEnum):
    """IEC 60601-1-8 alarm priorities."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """One limit on one vital sign. A value strictly beyond `limit` is a breach.

    `limit`, `hysteresis` in the vital sign's unit; a rule whose limit is None is off.
    `delay_s` applies to cuff pressure and everything else, `arterial_delay_s` to an arterial line.
    """

    name: str
    vital: Vital
    is_high: bool
    limit: float | None
    delay_s: float
    arterial_delay_s: float
    hysteresis: float
    clear_s: float
    priority: Priority


@dataclass(frozen=True, slots=True)
class Policy:
    """All limit rules of one patient, in rule order."""

    profile: str
    rules: tuple[AlarmRule, ...]


L, M, H = Priority.LOW, Priority.MEDIUM, Priority.HIGH
V = Vital

_ADULT: tuple[AlarmRule, ...] = (
    AlarmRule("spo2_low", V.SPO2, False, 90, 10, 10, 1, 5, M),
    AlarmRule("spo2_desaturation", V.SPO2, False, 80, 0, 0, 1, 5, H),
    AlarmRule("heart_rate_low", V.HEART_RATE, False, 50, 10, 10, 2, 5, M),
    AlarmRule("heart_rate_high", V.HEART_RATE, True, 120, 10, 10, 2, 5, M),
    AlarmRule("heart_rate_extreme_low", V.HEART_RATE, False, 40, 3, 3, 2, 5, H),
    AlarmRule("heart_rate_extreme_high", V.HEART_RATE, True, 150, 3, 3, 2, 5, H),
    AlarmRule("respiratory_rate_low", V.RESPIRATORY_RATE, False, 8, 15, 15, 1, 5, M),
    AlarmRule("respiratory_rate_high", V.RESPIRATORY_RATE, True, 30, 15, 15, 1, 5, M),
    AlarmRule("systolic_bp_low", V.SYSTOLIC_BP, False, 90, 0, 10, 3, 5, M),
    AlarmRule("systolic_bp_high", V.SYSTOLIC_BP, True, 160, 0, 10, 3, 5, M),
    AlarmRule("systolic_bp_extreme_low", V.SYSTOLIC_BP, False, 70, 0, 5, 3, 5, H),
    AlarmRule("mean_bp_low", V.MEAN_BP, False, 60, 0, 10, 3, 5, M),
    AlarmRule("mean_bp_high", V.MEAN_BP, True, 110, 0, 10, 3, 5, M),
    AlarmRule("diastolic_bp_low", V.DIASTOLIC_BP, False, 50, 0, 10, 3, 5, L),
    AlarmRule("diastolic_bp_high", V.DIASTOLIC_BP, True, 90, 0, 10, 3, 5, L),
    AlarmRule("temperature_low", V.TEMPERATURE, False, 36.0, 0, 0, 0.2, 5, L),
    AlarmRule("temperature_high", V.TEMPERATURE, True, 38.5, 0, 0, 0.2, 5, L),
)

RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in _ADULT)
RULE_INDEX: dict[str, int] = {name: index for index, name in enumerate(RULE_NAMES)}
RULE_COUNT = len(RULE_NAMES)

# System A's published critical limits: single samples, all high, no delay and no hysteresis.
_SYSTEM_A_LIMITS = {
    "heart_rate_low": 40, "heart_rate_high": 140, "systolic_bp_low": 90, "systolic_bp_high": 180,
    "spo2_low": 90, "temperature_low": 35.0, "temperature_high": 39.0,
    "respiratory_rate_low": 10, "respiratory_rate_high": 30,
}  # fmt: skip


def _system_a(rule: AlarmRule) -> AlarmRule:
    limit = _SYSTEM_A_LIMITS.get(rule.name)
    plain = replace(rule, delay_s=0, arterial_delay_s=0, hysteresis=0, clear_s=0, priority=H)
    return replace(plain, limit=limit)


PROFILES: dict[str, Policy] = {
    "adult": Policy("adult", _ADULT),
    "system_a": Policy("system_a", tuple(_system_a(rule) for rule in _ADULT)),
}
DEFAULT_PROFILE = "adult"

RULES_OF_VITAL: tuple[tuple[int, ...], ...] = tuple(
    tuple(i for i, rule in enumerate(_ADULT) if rule.vital == v) for v in range(len(VITAL_NAMES))
)

# Technical conditions follow the limit rules in the numbering of rules.
CHECK_HIGH_PRIORITY = (Vital.HEART_RATE, Vital.RESPIRATORY_RATE, Vital.SPO2)
CHECK_NAMES: tuple[str, ...] = tuple(f"check_{name}" for name in VITAL_NAMES)
STALE_NAMES: tuple[str, ...] = tuple(f"{name}_stale" for name in VITAL_NAMES)
CONDITION_NAMES: tuple[str, ...] = (
    *RULE_NAMES, *CHECK_NAMES, *STALE_NAMES, "no_signal", "data_late",
)  # fmt: skip
CHECK_BASE = RULE_COUNT
STALE_BASE = CHECK_BASE + len(CHECK_NAMES)
NO_SIGNAL = STALE_BASE + len(STALE_NAMES)
DATA_LATE = NO_SIGNAL + 1
CONDITION_COUNT = DATA_LATE + 1


class ConditionState(IntEnum):
    """Where a condition stands; the table that moves it is in engine/limits.py."""

    NORMAL = 0
    PENDING = 1
    ACTIVE = 2
    CLEARING = 3
    UNKNOWN = 4


STATE_NAMES: tuple[str, ...] = tuple(state.name.lower() for state in ConditionState)
PRIORITY_NAMES: tuple[str, ...] = tuple(priority.name.lower() for priority in Priority)
