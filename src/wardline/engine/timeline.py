"""What time alone causes: everything due up to a moment, in the order of due times.

Equal due times happen in the order of the numbers below. docs/concepts/semantics.md, section 1.
"""

from wardline.engine.compiled import compiled
from wardline.engine.judging import (
    BAND,
    CONTEXT_AGE_MS,
    SCORE_AGES_MS,
    emit_due_scores,
    expire_input,
    judge_scores,
)  # fmt: skip
from wardline.engine.limits import rule_timer
from wardline.engine.state import FAR, Patient, Policy, VitalState, Work
from wardline.engine.technical import check_timer, start_data_late, start_no_signal, start_stale
from wardline.engine.windows import emit_due_windows
from wardline.model.policy import RULE_COUNT
from wardline.model.vitals import MISSING, VITAL_COUNT

CHECK = RULE_COUNT
STALE = CHECK + VITAL_COUNT
SIGNAL = STALE + VITAL_COUNT
LATE = SIGNAL + 1
EXPIRY = LATE + 1
OXYGEN_EXPIRY = EXPIRY + VITAL_COUNT
CONSCIOUSNESS_EXPIRY = OXYGEN_EXPIRY + 1
FLAG_EXPIRY = CONSCIOUSNESS_EXPIRY + 1
WINDOW = FLAG_EXPIRY + 1
SCORE = WINDOW + 1


@compiled
def earlier(best: tuple[int, int], due: int, what: int) -> tuple[int, int]:
    """The earlier of two due times; the first of equals stays."""
    return (due, what) if due < best[0] else best


@compiled
def next_condition(patient: Patient) -> tuple[int, int]:
    """(due time, what) of the first limit rule, check or stale condition."""
    best = (FAR, -1)
    for rule in range(RULE_COUNT):
        best = earlier(best, patient.rules[rule].due, rule)
    for vital in range(VITAL_COUNT):
        best = earlier(best, patient.vitals[vital].check_due, CHECK + vital)
    for vital in range(VITAL_COUNT):
        best = earlier(best, patient.vitals[vital].stale_due, STALE + vital)
    return best


@compiled
def next_expiry(patient: Patient) -> tuple[int, int]:
    """(due time, what) of the first score input to expire."""
    best = (FAR, -1)
    for vital in range(VITAL_COUNT):
        held: VitalState = patient.vitals[vital]
        if held.input != MISSING:
            best = earlier(best, held.input_at + SCORE_AGES_MS[vital], EXPIRY + vital)
    if patient.oxygen >= 0:
        best = earlier(best, patient.oxygen_at + CONTEXT_AGE_MS, OXYGEN_EXPIRY)
    if patient.consciousness >= 0:
        best = earlier(best, patient.consciousness_at + CONTEXT_AGE_MS, CONSCIOUSNESS_EXPIRY)
    return earlier(best, patient.flag_until, FLAG_EXPIRY)


@compiled
def next_thing(patient: Patient) -> tuple[int, int]:
    """(due time, what) of the first thing that time will cause; FAR if nothing."""
    best = next_condition(patient)
    best = earlier(best, patient.signal_due, SIGNAL)
    best = earlier(best, patient.late_due, LATE)
    expiry = next_expiry(patient)
    best = earlier(best, expiry[0], expiry[1])
    best = earlier(best, patient.window_due, WINDOW)
    return earlier(best, patient.score_due, SCORE)


@compiled
def expire(patient: Patient, what: int) -> None:
    """One score input is too old."""
    patient.dirty = BAND
    if what < OXYGEN_EXPIRY:
        expire_input(patient, what - EXPIRY)
    elif what == OXYGEN_EXPIRY:
        patient.oxygen = -1
    elif what == CONSCIOUSNESS_EXPIRY:
        patient.consciousness = -1
    else:
        patient.flag = -1
        patient.flag_until = FAR


@compiled
def expire_inputs(patient: Patient, due: int) -> None:
    """Whatever is too old for scores at `due` counts no more in anything judged then."""
    while True:
        first, what = next_expiry(patient)
        if first > due:
            return
        expire(patient, what)


@compiled
def happen_condition(patient: Patient, policy: Policy, work: Work, due: int, what: int) -> None:
    """A condition's time has come."""
    if what < CHECK:
        rule_timer(patient, policy, work, what, due)
    elif what < STALE:
        check_timer(patient, work, what - CHECK, due)
    elif what < SIGNAL:
        start_stale(patient, policy, work, what - STALE, due)
    elif what == SIGNAL:
        start_no_signal(patient, work, due)
    else:
        start_data_late(patient, work, due)


@compiled
def happen(patient: Patient, policy: Policy, work: Work, due: int, what: int) -> None:
    """What is due happens, stamped with its due time."""
    if what == WINDOW:
        emit_due_windows(patient, work, due)
    elif what == SCORE:
        emit_due_scores(patient, work, due)
    else:
        expire_inputs(patient, due)
        if what < EXPIRY:
            happen_condition(patient, policy, work, due, what)
        judge_scores(patient, work, due)


@compiled
def advance(patient: Patient, policy: Policy, work: Work, now: int) -> None:
    """Everything due at or before `now`."""
    while patient.next_due <= now:
        due, what = next_thing(patient)
        if due > now:
            patient.next_due = due
            return
        happen(patient, policy, work, due, what)
