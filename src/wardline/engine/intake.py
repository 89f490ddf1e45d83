"""What one accepted reading does. docs/concepts/semantics.md, sections 3 and 4."""

from wardline.engine.baseline import judge_anomaly, learn_value
from wardline.engine.causes import GOOD
from wardline.engine.compiled import compiled, table
from wardline.engine.judging import SCORE_AGES_MS, set_input
from wardline.engine.limits import judge_rules
from wardline.engine.state import Patient, Policy, VitalState, Work
from wardline.engine.technical import (
    IS_PRESSURE,
    arm_stale,
    end_check,
    end_stale,
    learnt_interval,
    mark_unavailable,
    suspect_value,
)  # fmt: skip
from wardline.engine.windows import (
    add_to_window,
    arm_window,
    correct_window,
    hold_window,
    window_due,
)  # fmt: skip
from wardline.model.findings import NO_TIME
from wardline.model.vitals import (
    ARTERIAL,
    CHARTED_CURRENT_MAX_S,
    CURRENT_MAX_S,
    MISSING,
    THOUSANDTHS,
    VITAL_COUNT,
    VITALS,
    Vital,
)  # fmt: skip

CURRENT_MS = int(CURRENT_MAX_S * 1000)
CHARTED_CURRENT_MS = int(CHARTED_CURRENT_MAX_S * 1000)
TEMPERATURE = int(Vital.TEMPERATURE)

SUSPECT_LOW = table(v.suspect_low * THOUSANDTHS + v.suspect_at_low for v in VITALS)
SUSPECT_HIGH = table(v.suspect_high * THOUSANDTHS for v in VITALS)


@compiled
def is_suspect(vital: int, value: int) -> bool:
    """Kept, but not to be trusted."""
    return value < SUSPECT_LOW[vital] or value > SUSPECT_HIGH[vital]


@compiled
def open_window(patient: Patient, work: Work) -> None:
    """Find the window of the reading at hand, and whether it is late for it."""
    work.window = work.observed_at // 60_000
    work.slot = hold_window(patient, work.window)
    work.is_late = 1 if work.at >= window_due(work.window) else 0
    if not work.is_late:
        arm_window(patient, work.window)


@compiled
def window_value(patient: Patient, work: Work, vital: int, value: int) -> None:
    """Put a value of the reading at hand into its window."""
    if work.is_late:
        correct_window(patient, work, work.slot, vital, value, work.window)
    else:
        add_to_window(patient, work.slot, vital, value)


@compiled
def follow(patient: Patient, vital: int, source: int, arterial: int) -> None:
    """A good value of this origin came; a new origin forgets what was learnt of the old."""
    held: VitalState = patient.vitals[vital]
    if held.source == source and held.arterial == arterial:
        return
    held.source = source
    held.arterial = arterial
    held.interval = 0.0
    held.good_at = NO_TIME
    held.na_pending = 0


@compiled
def good_value(patient: Patient, policy: Policy, work: Work, vital: int) -> None:
    """The value of the reading at hand is current, good and of the followed origin."""
    held: VitalState = patient.vitals[vital]
    at = work.at
    if held.good_at != NO_TIME:
        held.interval = learnt_interval(held.interval, at - held.good_at)
    held.good_at = at
    held.newest = work.seen_at
    held.held = work.values[vital]
    set_input(patient, vital, held.held, work.seen_at)
    arm_stale(patient, vital, at)
    judge_rules(patient, policy, work, vital, at)
    if held.check_state:
        end_check(patient, work, vital, at, GOOD)
    if held.stale_onset != NO_TIME:
        end_stale(patient, work, vital, at, GOOD)
    judge_anomaly(patient, work, vital, at)
    if held.busy == 0:
        learn_value(patient, work, vital, at)


@compiled
def late_charted_value(patient: Patient, vital: int, value: int, at: int, m: int) -> None:
    """A nurse's value that came late still enters scores if it is newer and has not expired."""
    held: VitalState = patient.vitals[vital]
    is_newer = held.input == MISSING or m > held.input_at
    if is_newer and at - m < SCORE_AGES_MS[vital]:
        set_input(patient, vital, value, m)


@compiled
def counts_for(held: VitalState, source: int, arterial: int) -> bool:
    """Whether a value of this origin counts: it is followed, or may take over."""
    if held.source == source and held.arterial == arterial:
        return True
    return held.source < 0 or held.stale_onset != NO_TIME or arterial > held.arterial


@compiled
def is_current(held: VitalState, work: Work, charted: bool) -> bool:  # noqa: FBT001 - numba
    """Whether the reading at hand is current for a vital sign, by time alone."""
    age_max = CHARTED_CURRENT_MS if charted else CURRENT_MS
    return work.at - work.observed_at <= age_max and work.seen_at >= held.newest


@compiled
def take_vital(patient: Patient, policy: Policy, work: Work, vital: int) -> bool:
    """One vital sign of the reading at hand; True if it is current by time."""
    value, at = work.values[vital], work.at
    if value != MISSING:
        window_value(patient, work, vital, value)
    held: VitalState = patient.vitals[vital]
    arterial = 1 if IS_PRESSURE[vital] and work.bp_method == ARTERIAL else 0
    charted = vital == TEMPERATURE or (IS_PRESSURE[vital] and not arterial)
    current = is_current(held, work, charted)
    if not counts_for(held, work.source, arterial):
        return current
    good = value != MISSING and not is_suspect(vital, value)
    if not current:
        if charted and good:
            late_charted_value(patient, vital, value, at, work.seen_at)
    elif good:
        follow(patient, vital, work.source, arterial)
        good_value(patient, policy, work, vital)
    elif value != MISSING or work.bad >> vital & 1:
        suspect_value(patient, work, vital, at, value)
    elif held.source == work.source and held.arterial == arterial:
        mark_unavailable(patient, vital, at)
    return current


@compiled
def take_vitals(patient: Patient, policy: Policy, work: Work) -> tuple[bool, bool]:
    """All vital signs of the reading at hand: (any current by time, any late for its window)."""
    marks = work.na | work.bad
    has_value, any_current = False, False
    for vital in range(VITAL_COUNT):
        has_value |= work.values[vital] != MISSING
    if has_value:
        open_window(patient, work)
    for vital in range(VITAL_COUNT):
        if work.values[vital] != MISSING or marks >> vital & 1:
            any_current |= take_vital(patient, policy, work, vital)
    return any_current, has_value and work.is_late == 1
