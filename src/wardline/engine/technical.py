"""Technical conditions: stale, no signal, data late, check.

docs/concepts/semantics.md, section 7.
"""

import math

from wardline.engine.causes import (
    DISCHARGED,
    OLD,
    SIGNAL,
    SILENT,
    SUSPECT,
    SUSPECT_HELD,
    UNAVAILABLE,
)  # fmt: skip
from wardline.engine.compiled import compiled, table
from wardline.engine.limits import ACTIVE, NORMAL, PENDING, UNKNOWN, rules_go_stale
from wardline.engine.output import emit_transition
from wardline.engine.state import FAR, Patient, Policy, VitalState, Work
from wardline.model.findings import NO_TIME
from wardline.model.policy import (
    CHECK_BASE,
    CHECK_HIGH_PRIORITY,
    DATA_LATE,
    NO_SIGNAL,
    STALE_BASE,
    Priority,
)  # fmt: skip
from wardline.model.vitals import CUFF_STALE_FLOOR_S, MISSING, PRESSURES, VITALS

LOW, MEDIUM, HIGH = int(Priority.LOW), int(Priority.MEDIUM), int(Priority.HIGH)

STALE_FLOORS_MS = table(vital.stale_floor_s * 1000 for vital in VITALS)
CUFF_FLOOR_MS = CUFF_STALE_FLOOR_S * 1000.0
IS_PRESSURE = table(index in PRESSURES for index in range(len(VITALS)))
SIGNAL_FLOOR_MS = 30_000.0
NA_STALE_MS = 5_000
CHECK_MS = 5_000
CHECK_PRIORITIES = table(HIGH if v in CHECK_HIGH_PRIORITY else LOW for v in range(len(VITALS)))
CHECKED_BY_TIME = table(v in CHECK_HIGH_PRIORITY for v in range(len(VITALS)))

GAP_MIN_MS = 1_000
GAP_MAX_MS = 3_600_000.0


@compiled
def learnt_interval(interval: float, gap: int) -> float:
    """The interval after one more gap, ms; 0 = none learnt yet."""
    if gap < GAP_MIN_MS:
        return interval
    if interval == 0.0:
        return min(float(gap), GAP_MAX_MS)
    return interval + 0.3 * (min(float(gap), 4.0 * interval, GAP_MAX_MS) - interval)


@compiled
def threshold(floor: float, interval: float) -> int:
    """How long silence is allowed, ms."""
    return math.floor(max(floor, 2.5 * interval)) + 1


@compiled
def arm_stale(patient: Patient, vital: int, at: int) -> None:
    """A good value came at `at`: when it will be stale."""
    held: VitalState = patient.vitals[vital]
    floor = float(STALE_FLOORS_MS[vital])
    if IS_PRESSURE[vital] and not held.arterial:
        floor = CUFF_FLOOR_MS
    held.stale_due = at + threshold(floor, held.interval)
    held.na_pending = 0
    patient.next_due = min(patient.next_due, held.stale_due)


@compiled
def mark_unavailable(patient: Patient, vital: int, at: int) -> None:
    """The device says that the value is not available: stale soon, unless a good one comes."""
    held: VitalState = patient.vitals[vital]
    if held.good_at == NO_TIME or held.stale_onset != NO_TIME or held.na_pending:
        return
    held.na_pending = 1
    held.stale_due = min(held.stale_due, at + NA_STALE_MS)
    patient.next_due = min(patient.next_due, held.stale_due)


@compiled
def start_stale(patient: Patient, policy: Policy, work: Work, vital: int, due: int) -> None:
    """The held value is too old to be judged."""
    held: VitalState = patient.vitals[vital]
    cause = UNAVAILABLE if held.na_pending and due < FAR else SILENT
    held.stale_due = FAR
    held.na_pending = 0
    held.stale_onset = due
    say_stale(patient, work, vital, due, ACTIVE, cause)
    rules_go_stale(patient, policy, work, vital, due)


@compiled
def end_stale(patient: Patient, work: Work, vital: int, at: int, cause: int) -> None:
    """The vital sign is live again, or its stay is over."""
    if patient.vitals[vital].stale_onset != NO_TIME:
        say_stale(patient, work, vital, at, NORMAL, cause)
        patient.vitals[vital].stale_onset = NO_TIME


@compiled
def say_stale(patient: Patient, work: Work, vital: int, at: int, new: int, cause: int) -> None:
    """One transition of a stale condition."""
    held: VitalState = patient.vitals[vital]
    emit_transition(
        patient, work, STALE_BASE + vital, at, new, held.stale_onset, cause, held.held, MISSING,
        LOW, at - held.good_at,
    )  # fmt: skip


@compiled
def change_check(patient: Patient, work: Work, vital: int, at: int, new: int, cause: int) -> None:
    """Move a check condition to another state and say so; its timer stops."""
    held: VitalState = patient.vitals[vital]
    if new == ACTIVE and held.check_state <= PENDING:
        held.check_onset = at
    held.check_state = new
    held.check_due = FAR
    emit_transition(
        patient, work, CHECK_BASE + vital, at, new, held.check_onset, cause, held.check_value,
        MISSING, CHECK_PRIORITIES[vital], 0,
    )  # fmt: skip
    if new == NORMAL:
        held.check_onset = NO_TIME
        held.check_value = MISSING


@compiled
def suspect_value(patient: Patient, work: Work, vital: int, at: int, value: int) -> None:
    """A value that cannot be trusted, or (MISSING) one that was impossible."""
    held: VitalState = patient.vitals[vital]
    held.check_value = value
    if held.check_state == NORMAL:
        change_check(patient, work, vital, at, PENDING, SUSPECT)
        held.check_since = at
        if CHECKED_BY_TIME[vital]:
            held.check_due = at + CHECK_MS
            patient.next_due = min(patient.next_due, held.check_due)
    elif held.check_state == UNKNOWN or (
        held.check_state == PENDING and at >= held.check_since + CHECK_MS
    ):
        change_check(patient, work, vital, at, ACTIVE, SUSPECT)


@compiled
def check_timer(patient: Patient, work: Work, vital: int, due: int) -> None:
    """No good value since the first suspect one."""
    change_check(patient, work, vital, due, ACTIVE, SUSPECT_HELD)


@compiled
def end_check(patient: Patient, work: Work, vital: int, at: int, cause: int) -> None:
    """A good value came, or the stay is over."""
    if patient.vitals[vital].check_state != NORMAL:
        change_check(patient, work, vital, at, NORMAL, cause)


@compiled
def start_no_signal(patient: Patient, work: Work, due: int) -> None:
    """Nothing was accepted for too long; nobody can say what checks would find now."""
    patient.signal_due = FAR
    patient.signal_onset = due
    say_signal(patient, work, due, ACTIVE, SILENT)
    for vital in range(len(CHECK_PRIORITIES)):
        now = patient.vitals[vital].check_state
        if now == ACTIVE:
            change_check(patient, work, vital, due, UNKNOWN, SILENT)
        elif now == PENDING:
            change_check(patient, work, vital, due, NORMAL, SILENT)


@compiled
def say_signal(patient: Patient, work: Work, at: int, new: int, cause: int) -> None:
    """One transition of no_signal."""
    emit_transition(
        patient, work, NO_SIGNAL, at, new, patient.signal_onset, cause, MISSING, MISSING, MEDIUM,
        at - patient.read_at,
    )  # fmt: skip


@compiled
def end_no_signal(patient: Patient, work: Work, at: int, cause: int) -> None:
    """A current reading came, or the stay is over."""
    if patient.signal_onset != NO_TIME:
        say_signal(patient, work, at, NORMAL, cause)
        patient.signal_onset = NO_TIME


@compiled
def start_data_late(patient: Patient, work: Work, due: int) -> None:
    """Readings come, and all of them are old."""
    patient.late_due = FAR
    patient.late_onset = due
    say_late(patient, work, due, ACTIVE, OLD)


@compiled
def say_late(patient: Patient, work: Work, at: int, new: int, cause: int) -> None:
    """One transition of data_late."""
    onset = patient.late_onset
    emit_transition(patient, work, DATA_LATE, at, new, onset, cause, MISSING, MISSING, HIGH, 0)


@compiled
def end_data_late(patient: Patient, work: Work, at: int, cause: int) -> None:
    """A current reading came, or the stay is over."""
    patient.late_due = FAR
    if patient.late_onset != NO_TIME:
        say_late(patient, work, at, NORMAL, cause)
        patient.late_onset = NO_TIME


@compiled
def reading_came(patient: Patient, work: Work, at: int, is_current: bool) -> None:  # noqa: FBT001 - numba
    """What an accepted reading means for no_signal, data_late and the reading interval."""
    if is_current:
        end_no_signal(patient, work, at, SIGNAL)
        end_data_late(patient, work, at, SIGNAL)
    elif patient.late_onset == NO_TIME and patient.late_due == FAR:
        patient.late_due = at + threshold(SIGNAL_FLOOR_MS, patient.reading_interval)
        patient.next_due = min(patient.next_due, patient.late_due)
    if patient.read_at != NO_TIME:
        patient.reading_interval = learnt_interval(patient.reading_interval, at - patient.read_at)
    patient.read_at = at
    if patient.signal_onset == NO_TIME:
        patient.signal_due = at + threshold(SIGNAL_FLOOR_MS, patient.reading_interval)
        patient.next_due = min(patient.next_due, patient.signal_due)


@compiled
def end_technical(patient: Patient, work: Work, at: int) -> None:
    """The stay is over: every technical condition is normal."""
    for vital in range(len(CHECK_PRIORITIES)):
        end_check(patient, work, vital, at, DISCHARGED)
    for vital in range(len(CHECK_PRIORITIES)):
        end_stale(patient, work, vital, at, DISCHARGED)
    end_no_signal(patient, work, at, DISCHARGED)
    end_data_late(patient, work, at, DISCHARGED)
