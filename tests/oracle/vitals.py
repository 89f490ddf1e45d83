"""What the catalogue says of each vital sign, in ms and thousandths."""

from wardline.model.vitals import VITAL_NAMES, VITALS

PRESSURES = ("systolic_bp", "diastolic_bp", "mean_bp")
CHECKED_BY_TIME = ("heart_rate", "respiratory_rate", "spo2")
HOUR = 3_600_000
CONTEXT_SCORE_AGE = 12 * HOUR

_OF = {vital.name: vital for vital in VITALS}


def is_suspect(name: str, value: int) -> bool:
    vital = _OF[name]
    if name == "respiratory_rate" and value == 0:
        return True
    return value < vital.suspect_low * 1000 or value > vital.suspect_high * 1000


def is_charted(name: str, *, arterial: bool) -> bool:
    return name == "temperature" or (name in PRESSURES and not arterial)


def stale_floor(name: str, *, arterial: bool) -> int:
    if name in PRESSURES:
        return 15_000 if arterial else 600_000
    return 4 * HOUR if name == "temperature" else 15_000


def score_age(name: str) -> int:
    if name in PRESSURES:
        return 2 * HOUR
    return 12 * HOUR if name == "temperature" else 600_000


def origin(name: str, source: str, *, arterial: bool) -> tuple:
    """Whom a vital sign follows: a source, and for pressure a kind of line."""
    return (source, arterial) if name in PRESSURES else (source,)


__all__ = ["VITAL_NAMES"]
