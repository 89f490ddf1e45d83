"""The state of every patient as a screen shows it. Reads the engine, changes nothing in it."""

from typing import Any

import numpy as np

from wardline.engine import causes
from wardline.engine.engine import Engine
from wardline.engine.explain import reason
from wardline.engine.judging import score_patient
from wardline.engine.limits import VITAL_OF_RULE
from wardline.engine.materialise import (
    condition_kind,
    condition_vital,
    empty,
    parts_json,
    risk_name,
)
from wardline.engine.picture_values import inputs, limits, usual
from wardline.engine.scores import AT_LEAST, COMPLETE, KNOWN, RESULT_COUNT, RISK, TOTAL
from wardline.engine.technical import CHECK_PRIORITIES, HIGH, LOW, MEDIUM
from wardline.model.findings import NO_TIME, SCORE_PART_COUNT_MAX, TRANSITION
from wardline.model.patients import Patient
from wardline.model.pictures import (
    ConditionPicture,
    PatientPicture,
    ScorePicture,
    VitalPicture,
)  # fmt: skip
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
from wardline.model.scores import SCORE_COUNT, SCORES
from wardline.model.vitals import MISSING, VITAL_NAMES

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


def pictures(engine: Engine, now_ms: int) -> list[PatientPicture]:
    """All patients with at least one reading or command, in UTF-8 byte order of their ids."""
    known = [p for p in range(len(engine.patients)) if engine.records["arrival"][p]]
    known.sort(key=lambda p: engine.patients.text(p).encode())
    return [picture(engine, p, now_ms) for p in known]


def picture(engine: Engine, p: int, now_ms: int) -> PatientPicture:
    """One patient by engine code."""
    record = engine.records[p]
    read_at = int(record["read_at"])
    return PatientPicture(
        patient=Patient(engine.patients.text(p), age=_age(record)),
        last_reading_at=None if read_at == NO_TIME else read_at,
        vitals=tuple(_vital_picture(engine, record, v) for v in range(len(VITAL_NAMES))),
        conditions=tuple(_condition_pictures(engine, record, now_ms)),
        scores=tuple(_score_pictures(engine, p)),
        inputs=tuple(inputs(record)),
        spo2_scale=int(record["spo2_scale"]),
        limits=limits(engine.policy_rules[int(record["policy"])]),
    )


def _age(record: Any) -> int | None:
    age = int(record["age"])
    return age if age >= 0 else None


def _vital_picture(engine: Engine, record: Any, vital: int) -> VitalPicture:
    held = record["vitals"][vital]
    if held["held"] == MISSING:
        return VitalPicture(VITAL_NAMES[vital], "missing", None, None, None, None)
    state = "live" if held["stale_onset"] == NO_TIME else "stale"
    source = engine.source_names.text(int(held["source"]))
    times = (int(held["newest"]), int(held["good_at"]))
    known = usual(vital, held)
    return VitalPicture(VITAL_NAMES[vital], state, int(held["held"]), *times, source, known)


def _condition_pictures(engine: Engine, record: Any, now_ms: int) -> list[ConditionPicture]:
    rows = [*_rule_rows(engine, record, now_ms), *_check_rows(record)]
    rows += [*_stale_rows(record, now_ms), *_signal_rows(record, now_ms)]
    return [_condition_picture(row) for row in rows]


def _row(condition: int, state: int, priority: int, onset: int, cause: int) -> Any:
    row = np.zeros((), dtype=TRANSITION)
    row["condition"], row["state"], row["priority"] = condition, state, priority
    row["onset"], row["cause"], row["value"], row["limit"] = onset, cause, MISSING, MISSING
    return row


def _rule_rows(engine: Engine, record: Any, now_ms: int) -> list[Any]:
    rows: list[Any] = []
    settings = engine.policy_rules[int(record["policy"])]
    for rule in np.flatnonzero(record["rule_states"]).tolist():
        state, timers = int(record["rule_states"][rule]), record["rules"][rule]
        cause = _RULE_CAUSES[ConditionState(state)]
        row = _row(rule, state, int(settings[rule]["priority"]), int(timers["onset"]), cause)
        row["value"] = record["vitals"][VITAL_OF_RULE[rule]]["held"]
        row["limit"] = settings[rule]["limit"]
        if state in (ConditionState.PENDING, ConditionState.CLEARING):
            row["detail"] = max(int(timers["due"]) - now_ms, 0)
        rows.append(row)
    return rows


def _check_rows(record: Any) -> list[Any]:
    rows: list[Any] = []
    for vital in np.flatnonzero(record["vitals"]["check_state"]).tolist():
        held = record["vitals"][vital]
        state = int(held["check_state"])
        cause = _CHECK_CAUSES[ConditionState(state)]
        priority = int(CHECK_PRIORITIES[vital])
        row = _row(CHECK_BASE + vital, state, priority, int(held["check_onset"]), cause)
        row["value"] = held["check_value"]
        rows.append(row)
    return rows


def _stale_rows(record: Any, now_ms: int) -> list[Any]:
    rows: list[Any] = []
    for vital in np.flatnonzero(record["vitals"]["stale_onset"] != NO_TIME).tolist():
        held = record["vitals"][vital]
        row = _row(STALE_BASE + vital, _ACTIVE, LOW, int(held["stale_onset"]), causes.SILENT)
        row["value"], row["detail"] = held["held"], max(now_ms - int(held["good_at"]), 0)
        rows.append(row)
    return rows


def _signal_rows(record: Any, now_ms: int) -> list[Any]:
    rows: list[Any] = []
    if record["signal_onset"] != NO_TIME:
        row = _row(NO_SIGNAL, _ACTIVE, MEDIUM, int(record["signal_onset"]), causes.SILENT)
        row["detail"] = max(now_ms - int(record["read_at"]), 0)
        rows.append(row)
    if record["late_onset"] != NO_TIME:
        rows.append(_row(DATA_LATE, _ACTIVE, HIGH, int(record["late_onset"]), causes.OLD))
    return rows


def _condition_picture(row: Any) -> ConditionPicture:
    condition, onset = int(row["condition"]), int(row["onset"])
    return ConditionPicture(
        rule=CONDITION_NAMES[condition],
        state=STATE_NAMES[int(row["state"])],
        priority=PRIORITY_NAMES[int(row["priority"])],
        kind=condition_kind(condition),
        vital=condition_vital(condition) or "",
        value=empty(int(row["value"])),
        limit=empty(int(row["limit"])),
        onset=None if onset == NO_TIME else onset,
        reason=reason(row),
    )


def _score_pictures(engine: Engine, p: int) -> list[ScorePicture]:
    parts = np.empty((SCORE_COUNT, SCORE_PART_COUNT_MAX), np.int32)
    results = np.empty((SCORE_COUNT, RESULT_COUNT), np.int32)
    score_patient(engine.records, engine.work, p, parts, results)
    rows: list[tuple[list[int], list[int]]] = list(
        zip(results.tolist(), parts.tolist(), strict=True)
    )
    return [
        _score_picture(score, result, part)
        for score, (result, part) in enumerate(rows)
        if result[KNOWN] > 0
    ]


def _score_picture(score: int, result: list[int], parts: list[int]) -> ScorePicture:
    totals = (empty(result[TOTAL]), empty(result[AT_LEAST]), bool(result[COMPLETE]))
    risk = risk_name(score, result[RISK])
    return ScorePicture(SCORES[score].name, *totals, risk, parts_json(score, tuple(parts)))
