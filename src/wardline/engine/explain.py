"""One plain sentence that says why a condition changed."""

from typing import Any

from wardline.engine import causes
from wardline.engine.limits import VITAL_OF_RULE
from wardline.model.policy import (
    CHECK_BASE,
    DATA_LATE,
    NO_SIGNAL,
    PROFILES,
    RULE_COUNT,
    STALE_BASE,
    ConditionState,
)  # fmt: skip
from wardline.model.vitals import MISSING, VITALS, VitalSign

_IS_HIGH = tuple(rule.is_high for rule in PROFILES["adult"].rules)


def number(value: int) -> str:
    """Thousandths as people write them: 36600 -> "36.6", 120000 -> "120"."""
    whole, rest = divmod(abs(value), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def span(duration_ms: int) -> str:
    """A duration in words: 45 s, 12 min, 3 h."""
    seconds = duration_ms // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def quantity(vital: VitalSign, value: int) -> str:
    """A value with its unit of measure."""
    gap = "" if vital.unit.startswith("/") else " "
    return f"{number(value)}{gap}{vital.unit}"


def reason(row: Any) -> str:
    """The sentence for one row of TRANSITION."""
    condition = int(row["condition"])
    if condition < RULE_COUNT:
        return _rule_reason(condition, row)
    if condition < STALE_BASE:
        return _check_reason(VITALS[condition - CHECK_BASE], row)
    if condition < NO_SIGNAL:
        return _stale_reason(VITALS[condition - STALE_BASE], row)
    return _SIGNAL_REASONS[condition, int(row["cause"])].format(span(int(row["detail"])))


def _rule_reason(rule: int, row: Any) -> str:
    vital = VITALS[int(VITAL_OF_RULE[rule])]
    value, limit = quantity(vital, int(row["value"])), quantity(vital, int(row["limit"]))
    side, limit_name = ("above", "upper limit") if _IS_HIGH[rule] else ("below", "lower limit")
    sentences = {
        causes.BREACHED: f"{vital.title} {value} is {side} the {limit_name} of {limit}{{waiting}}.",
        causes.HELD: f"{vital.title} has stayed {side} the {limit_name} of {limit}, now {value}.",
        causes.RETURNED: f"{vital.title} {value} came back before the alarm delay was over.",
        causes.INSIDE: f"{vital.title} {value} is back inside the limit of {limit}{{waiting}}.",
        causes.CLEARED: f"{vital.title} has stayed inside the limit of {limit}, now {value}.",
        causes.AGAIN: f"{vital.title} {value} is not safely inside the limit of {limit} again.",
        causes.WENT_STALE: f"{vital.title} is no longer measured; the last value was {value}.",
        causes.SWITCHED_OFF: f"The limit on {vital.title.lower()} was switched off.",
        causes.DISCHARGED: "The patient's stay ended.",
    }
    return sentences[int(row["cause"])].format(waiting=_waiting(row))


def _waiting(row: Any) -> str:
    waits = int(row["detail"]) > 0
    if not waits:
        return ""
    verb = "alarm" if int(row["state"]) == ConditionState.PENDING else "ends"
    return f"; {verb} in {span(int(row['detail']))} if it stays so"


def _check_reason(vital: VitalSign, row: Any) -> str:
    value = int(row["value"])
    what = "an impossible value" if value == MISSING else quantity(vital, value)
    sentences = {
        causes.SUSPECT: f"{vital.title} shows {what}: check the patient and the sensor.",
        causes.SUSPECT_HELD: f"{vital.title} still shows {what}: check the patient and the sensor.",
        causes.GOOD: f"{vital.title} shows a believable value again.",
        causes.SILENT: f"No signal, so nobody can say whether {vital.title.lower()} is right.",
        causes.DISCHARGED: "The patient's stay ended.",
    }
    return sentences[int(row["cause"])]


def _stale_reason(vital: VitalSign, row: Any) -> str:
    last = quantity(vital, int(row["value"]))
    sentences = {
        causes.SILENT: f"No new {vital.title.lower()} for {span(int(row['detail']))}; "
        f"the last value was {last}.",
        causes.UNAVAILABLE: f"The device reports {vital.title.lower()} as not available; "
        f"the last value was {last}.",
        causes.GOOD: f"{vital.title} is measured again: {last}.",
        causes.DISCHARGED: "The patient's stay ended.",
    }
    return sentences[int(row["cause"])]


_SIGNAL_REASONS = {
    (NO_SIGNAL, causes.SILENT): "No reading has arrived for {}.",
    (NO_SIGNAL, causes.SIGNAL): "Readings arrive again.",
    (NO_SIGNAL, causes.DISCHARGED): "The patient's stay ended.",
    (DATA_LATE, causes.OLD): "Readings arrive, but all of them are old: this is not the present.",
    (DATA_LATE, causes.SIGNAL): "Current readings arrive again.",
    (DATA_LATE, causes.DISCHARGED): "The patient's stay ended.",
}
