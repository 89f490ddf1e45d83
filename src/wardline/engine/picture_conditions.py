"""Of patients' pictures: conditions that are not normal. Most patients have none."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine import causes
from wardline.engine.engine import Engine
from wardline.engine.explain import reason
from wardline.engine.limits import VITAL_OF_RULE
from wardline.engine.materialise import condition_kind, condition_vital, empty
from wardline.engine.technical import CHECK_PRIORITIES, HIGH, LOW, MEDIUM
from wardline.model.findings import NO_TIME
from wardline.model.pictures import ConditionPicture
from wardline.model.policy import (
    CHECK_BASE,
    CONDITION_NAMES,
    DATA_LATE,
    NO_SIGNAL,
    PRIORITY_NAMES,
    STALE_BASE,
    STATE_NAMES,
    ConditionState,
)  # fmt: skip
from wardline.model.vitals import MISSING

Row = dict[str, int]
"""What a condition's sentence is made of, by the names of findings.TRANSITION."""

_ACTIVE = int(ConditionState.ACTIVE)
_RULE_CAUSES = {
    ConditionState.PENDING: causes.BREACHED,
    ConditionState.ACTIVE: causes.HELD,
    ConditionState.CLEARING: causes.INSIDE,
    ConditionState.UNKNOWN: causes.WENT_STALE,
}
_CHECK_CAUSES = {
    ConditionState.PENDING: causes.SUSPECT,
    ConditionState.ACTIVE: causes.SUSPECT_HELD,
    ConditionState.UNKNOWN: causes.SILENT,
}


def conditions(
    engine: Engine, codes: npt.NDArray[np.intp], now_ms: int
) -> list[tuple[ConditionPicture, ...]]:
    """One tuple per patient."""
    not_normal = _not_normal(engine.records, codes).tolist()
    return [
        tuple(map(_picture, _rows(engine, code, now_ms))) if has_some else ()
        for code, has_some in zip(codes.tolist(), not_normal, strict=True)
    ]


def _not_normal(records: Any, codes: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Which of the patients have any condition."""
    vitals = records["vitals"]
    is_checked = vitals["check_state"][codes].any(axis=1)
    is_stale = (vitals["stale_onset"][codes] != NO_TIME).any(axis=1)
    is_silent = records["signal_onset"][codes] != NO_TIME
    is_late = records["late_onset"][codes] != NO_TIME
    is_outside = records["rule_states"][codes].any(axis=1)
    return is_outside | is_checked | is_stale | is_silent | is_late


def _rows(engine: Engine, code: int, now_ms: int) -> Iterator[Row]:
    record = engine.records[code]
    yield from _rule_rows(engine, record, now_ms)
    yield from _check_rows(record)
    yield from _stale_rows(record, now_ms)
    yield from _signal_rows(record, now_ms)


def _row(condition: int, state: int, priority: int, onset: int, cause: int) -> Row:
    return {
        "condition": condition, "state": state, "priority": priority, "onset": onset,
        "cause": cause, "value": MISSING, "limit": MISSING, "detail": 0,
    }  # fmt: skip


def _rule_rows(engine: Engine, record: Any, now_ms: int) -> Iterator[Row]:
    settings = engine.policy_rules[int(record["policy"])]
    for rule in np.flatnonzero(record["rule_states"]).tolist():
        state, timers = int(record["rule_states"][rule]), record["rules"][rule]
        cause = _RULE_CAUSES[ConditionState(state)]
        row = _row(rule, state, int(settings[rule]["priority"]), int(timers["onset"]), cause)
        row["value"] = int(record["vitals"][VITAL_OF_RULE[rule]]["held"])
        row["limit"] = int(settings[rule]["limit"])
        if state in (ConditionState.PENDING, ConditionState.CLEARING):
            row["detail"] = max(int(timers["due"]) - now_ms, 0)
        yield row


def _check_rows(record: Any) -> Iterator[Row]:
    for vital in np.flatnonzero(record["vitals"]["check_state"]).tolist():
        held = record["vitals"][vital]
        state = int(held["check_state"])
        cause = _CHECK_CAUSES[ConditionState(state)]
        priority = int(CHECK_PRIORITIES[vital])
        row = _row(CHECK_BASE + vital, state, priority, int(held["check_onset"]), cause)
        yield row | {"value": int(held["check_value"])}


def _stale_rows(record: Any, now_ms: int) -> Iterator[Row]:
    for vital in np.flatnonzero(record["vitals"]["stale_onset"] != NO_TIME).tolist():
        held = record["vitals"][vital]
        row = _row(STALE_BASE + vital, _ACTIVE, LOW, int(held["stale_onset"]), causes.SILENT)
        silent_ms = max(now_ms - int(held["good_at"]), 0)
        yield row | {"value": int(held["held"]), "detail": silent_ms}


def _signal_rows(record: Any, now_ms: int) -> Iterator[Row]:
    if record["signal_onset"] != NO_TIME:
        row = _row(NO_SIGNAL, _ACTIVE, MEDIUM, int(record["signal_onset"]), causes.SILENT)
        yield row | {"detail": max(now_ms - int(record["read_at"]), 0)}
    if record["late_onset"] != NO_TIME:
        yield _row(DATA_LATE, _ACTIVE, HIGH, int(record["late_onset"]), causes.OLD)


def _picture(row: Row) -> ConditionPicture:
    condition, onset = row["condition"], row["onset"]
    return ConditionPicture(
        rule=CONDITION_NAMES[condition],
        state=STATE_NAMES[row["state"]],
        priority=PRIORITY_NAMES[row["priority"]],
        kind=condition_kind(condition),
        vital=condition_vital(condition) or "",
        value=empty(row["value"]),
        limit=empty(row["limit"]),
        onset=None if onset == NO_TIME else onset,
        reason=reason(row),
    )
