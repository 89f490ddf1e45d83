"""The compiled pass: readings, ticks and discharges, one patient record at a time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wardline.engine.causes import DISCHARGED
from wardline.engine.compiled import compiled
from wardline.engine.intake import CHARTED_CURRENT_MS, take_vitals
from wardline.engine.judging import BAND, CONTEXT_AGE_MS, judge_scores, set_context, set_flag
from wardline.engine.limits import end_rule, follow_new_policy
from wardline.engine.output import has_room
from wardline.engine.state import (
    FAR,
    SOURCE_SLOTS,
    WINDOW_SLOTS,
    Patient,
    Policy,
    Records,
    VitalState,
    Work,
)
from wardline.engine.technical import end_technical, reading_came
from wardline.engine.timeline import advance
from wardline.model.findings import NO_TIME, Status
from wardline.model.policy import RULE_COUNT
from wardline.model.vitals import MARK_BIT, MISSING, VITAL_COUNT


class Rows(NamedTuple):
    """The columns of a batch as compiled code takes them; patient and source are engine codes."""

    patient: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    observed_at: npt.NDArray[np.int64]
    received_at: npt.NDArray[np.int64]
    values: npt.NDArray[np.int32]
    na: npt.NDArray[np.uint16]
    bad: npt.NDArray[np.uint16]
    bp_method: npt.NDArray[np.int8]
    on_oxygen: npt.NDArray[np.int8]
    fio2: npt.NDArray[np.int32]
    consciousness: npt.NDArray[np.int8]
    is_anomaly: npt.NDArray[np.int8]
    age: npt.NDArray[np.int16]


ACCEPTED, DUPLICATE = int(Status.ACCEPTED), int(Status.DUPLICATE)
CONFLICT, FUTURE = int(Status.CONFLICT), int(Status.FUTURE)
AHEAD_MAX_MS = 300_000
FETCH_ROWS = 8
FETCH_PATIENTS_MIN = 4_096
"""From so many records on (15 MB) they no longer stay in a core's caches between readings."""
FIO2_BIT, OXYGEN_BIT = MARK_BIT["fio2"], MARK_BIT["on_oxygen"]
CONSCIOUSNESS_BIT = MARK_BIT["consciousness"]


@compiled
def source_slot(patient: Patient, source: int) -> int:
    """Where the newest time of this source is kept, -1 if it is not and there is no room."""
    for slot in range(SOURCE_SLOTS):
        there = patient.sources[slot].source
        if there == source or there < 0:
            return slot
    return -1


@compiled
def is_surely_new(patient: Patient, source: int, observed_at: int) -> bool:
    """Whether the reading is newer than all before it of this source; remembers it if so."""
    slot = source_slot(patient, source)
    if slot < 0:
        return False
    newest = patient.sources[slot]
    if newest.source == source and newest.newest >= observed_at:
        return False
    newest.source = source
    newest.newest = observed_at
    return True


@compiled
def find_doubtful(
    patients: Records, rows: Rows, doubtful: npt.NDArray[np.bool_], before: npt.NDArray[np.int64]
) -> int:
    """Mark rows that may have come before (their key is not surely new); gives how many.

    `before` (int64[n, 2]) is scratch for putting back what is remembered on the way.
    """
    found = 0
    for i in range(len(rows.patient)):
        patient = patients[rows.patient[i]]
        newest = patient.sources[max(source_slot(patient, rows.source[i]), 0)]
        before[i, 0] = newest.source
        before[i, 1] = newest.newest
        doubtful[i] = not is_surely_new(patient, rows.source[i], rows.observed_at[i])
        found += doubtful[i]
    for i in range(len(rows.patient) - 1, -1, -1):
        if not doubtful[i]:
            patient = patients[rows.patient[i]]
            newest = patient.sources[source_slot(patient, rows.source[i])]
            newest.source = before[i, 0]
            newest.newest = before[i, 1]
    return found


@compiled
def fetch(patient: Patient, work: Work, number: int) -> None:
    """Read a little of every part of a record that its next reading will need.

    With many patients each record lies in main memory. These loads wait for nothing and overlap;
    left to the work itself they would come one after the other, each with the full latency.
    """
    slot = number % WINDOW_SLOTS
    total = patient.next_due + patient.late_due + patient.policy + patient.sources[0].newest
    total += patient.window_numbers[slot] + patient.rule_states[0] + patient.sources[3].source
    for vital in range(VITAL_COUNT):
        total += patient.vitals[vital].newest + patient.vitals[vital].learnt
    for vital in range(0, VITAL_COUNT, 2):
        total += patient.windows[slot, vital].count
    work.fetched = total


@compiled
def fetch_some(patients: Records, work: Work, rows: Rows, start: int) -> None:
    """The records of the next rows, so many that their loads fill the memory pipeline."""
    for i in range(start, min(start + FETCH_ROWS, len(rows.patient))):
        fetch(patients[rows.patient[i]], work, rows.observed_at[i] // 60_000)


@compiled
def lay_out(work: Work, rows: Rows, i: int, at: int) -> None:
    """Put one row on the workbench as the reading at hand."""
    work.observed_at = rows.observed_at[i]
    work.at = at
    work.seen_at = min(rows.observed_at[i], at)
    for vital in range(VITAL_COUNT):
        work.values[vital] = rows.values[i, vital]
    work.source = rows.source[i]
    work.fio2 = rows.fio2[i]
    work.age = rows.age[i]
    work.na = rows.na[i]
    work.bad = rows.bad[i]
    work.bp_method = rows.bp_method[i]
    work.on_oxygen = rows.on_oxygen[i]
    work.consciousness = rows.consciousness[i]
    work.is_anomaly = rows.is_anomaly[i]


@compiled
def context_enters(work: Work, in_use: int) -> tuple[bool, bool]:
    """Charted context against the time of what is in use: (current by time, enters scores)."""
    is_young = work.at - work.observed_at <= CHARTED_CURRENT_MS
    current = is_young and work.seen_at >= in_use
    is_news = work.seen_at > in_use and work.at - work.seen_at < CONTEXT_AGE_MS
    return current, current or is_news


@compiled
def take_context(patient: Patient, work: Work) -> bool:
    """Oxygen, consciousness and inspired fraction; True if any is current by time."""
    marks = work.na | work.bad
    any_current = False
    if work.on_oxygen >= 0 or marks >> OXYGEN_BIT & 1:
        in_use = patient.oxygen_at if patient.oxygen >= 0 else NO_TIME
        current, enters = context_enters(work, in_use)
        any_current |= current
        if enters and work.on_oxygen >= 0:
            set_context(patient, work.on_oxygen, -1, work.seen_at)
    if work.consciousness >= 0 or marks >> CONSCIOUSNESS_BIT & 1:
        in_use = patient.consciousness_at if patient.consciousness >= 0 else NO_TIME
        current, enters = context_enters(work, in_use)
        any_current |= current
        if enters and work.consciousness >= 0:
            set_context(patient, -1, work.consciousness, work.seen_at)
    if work.fio2 != MISSING or marks >> FIO2_BIT & 1:
        any_current |= work.at - work.observed_at <= CHARTED_CURRENT_MS
    return any_current


@compiled
def accept(patient: Patient, policy: Policy, work: Work) -> bool:
    """Apply the reading at hand; True if it was late for its window."""
    at = work.at
    patient.line = at
    patient.arrival += 1
    patient.occupied = 1
    is_surely_new(patient, work.source, work.observed_at)
    current, late = take_vitals(patient, policy, work)
    has_context = work.on_oxygen >= 0 or work.consciousness >= 0 or work.fio2 != MISSING
    if has_context or (work.na | work.bad) >> VITAL_COUNT:
        current |= take_context(patient, work)
    if work.is_anomaly >= 0 and current:
        set_flag(patient, work.is_anomaly, at)
    if work.age >= 0 and work.age != patient.age:
        patient.age = work.age
        patient.dirty = BAND
    reading_came(patient, work, at, current)
    judge_scores(patient, work, at)
    return late


@compiled
def settle_key(
    i: int, hashes: npt.NDArray[np.uint64], stored: npt.NDArray[np.uint64],
    same: npt.NDArray[np.int64],
) -> int:  # fmt: skip
    """ACCEPTED, DUPLICATE or CONFLICT by what is known under the row's key.

    stored: hash of the stored reading, 0 = none; replaced by what stands after this row. same: an
    earlier row of the batch with this key, -1 = none.
    """
    known = stored[i]
    if known == 0 and same[i] >= 0:
        known = stored[same[i]]
    if known == 0:
        return ACCEPTED
    stored[i] = known
    return DUPLICATE if known == hashes[i] else CONFLICT


@compiled
def take_rows(
    patients: Records, policies: Records, bench: Records, rows: Rows, start: int,
    keys: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.int64]],
    results: tuple[npt.NDArray[np.int8], npt.NDArray[np.int64], npt.NDArray[np.int64],
                   npt.NDArray[np.bool_]],
) -> int:  # fmt: skip
    """Apply rows from `start` on; gives the row where the output is full, or the number of rows.

    keys: (hashes, stored, same) of `settle_key`, empty when no row is doubtful. results: status,
    at, arrival, late.
    """
    status, line, arrival, late = results
    hashes, stored, same = keys
    work: Work = bench[0]
    is_wide = len(patients) > FETCH_PATIENTS_MIN
    for i in range(start, len(rows.patient)):
        if not has_room(work):
            return i
        if is_wide and i % FETCH_ROWS == 0:
            fetch_some(patients, work, rows, i)
        status[i] = ACCEPTED if len(hashes) == 0 else settle_key(i, hashes, stored, same)
        if status[i] != ACCEPTED:
            continue
        patient: Patient = patients[rows.patient[i]]
        at = max(rows.received_at[i], patient.line)
        if rows.observed_at[i] > at + AHEAD_MAX_MS:
            status[i] = FUTURE
            continue
        if len(hashes):
            stored[i] = hashes[i]
        policy: Policy = policies[patient.policy]
        advance(patient, policy, work, at)
        lay_out(work, rows, i, at)
        late[i] = accept(patient, policy, work)
        line[i] = at
        arrival[i] = patient.arrival
    return len(rows.patient)


@compiled
def tick_patients(
    patients: Records, policies: Records, bench: Records, start: int, stop: int, now: int
) -> int:
    """Advance patients from `start` on; gives the one where the output is full, or `stop`."""
    work: Work = bench[0]
    for p in range(start, stop):
        if not has_room(work):
            return p
        patient: Patient = patients[p]
        if patient.arrival:
            advance(patient, policies[patient.policy], work, now)
            patient.line = max(patient.line, now)
    return stop


@compiled
def begin_command(
    patients: Records, policies: Records, bench: Records, p: int, received_at: int
) -> int:
    """Advance to a command and give it its place; returns its time on the arrival line."""
    patient: Patient = patients[p]
    at = max(received_at, patient.line)
    advance(patient, policies[patient.policy], bench[0], at)
    patient.line = at
    patient.arrival += 1
    return at


@compiled
def change_settings(
    patients: Records, policies: Records, bench: Records, p: int, at: int,
    policy: int, context: tuple[int, int, int],
) -> None:  # fmt: skip
    """New limits, and (age, spo2_scale, pregnant)."""
    patient: Patient = patients[p]
    work: Work = bench[0]
    if policy != patient.policy:
        before: Policy = policies[patient.policy]
        patient.policy = policy
        follow_new_policy(patient, before, policies[policy], work, at)
    age, scale, pregnant = context
    if age != patient.age or scale != patient.spo2_scale or pregnant != patient.pregnant:
        patient.dirty = BAND
    patient.age = age
    patient.spo2_scale = scale
    patient.pregnant = pregnant
    judge_scores(patient, work, at)


@compiled
def end_conditions(patient: Patient, policy: Policy, work: Work, at: int) -> None:
    """Every condition goes to normal, in condition order."""
    for rule in range(RULE_COUNT):
        end_rule(patient, policy, work, rule, at, DISCHARGED)
    end_technical(patient, work, at)


@compiled
def forget_vitals(patient: Patient) -> None:
    """What was held, used and learnt of the vital signs is gone."""
    for vital in range(VITAL_COUNT):
        held: VitalState = patient.vitals[vital]
        held.newest = NO_TIME
        held.good_at = NO_TIME
        held.interval = 0.0
        held.stale_due = FAR
        held.learnt_at = NO_TIME
        held.mean = 0.0
        held.variance = 0.0
        held.learnt = 0
        held.held = MISSING
        held.input = MISSING
        held.input_at = NO_TIME
        held.source = -1
        held.arterial = 0
        held.na_pending = 0
        held.z_flag = 0


@compiled
def discharge(patients: Records, policies: Records, bench: Records, p: int, at: int) -> None:
    """End of a stay: all conditions normal, all timers stopped, the next reading starts afresh."""
    patient: Patient = patients[p]
    end_conditions(patient, policies[patient.policy], bench[0], at)
    forget_vitals(patient)
    patient.read_at = NO_TIME
    patient.reading_interval = 0.0
    patient.signal_due = FAR
    patient.late_due = FAR
    patient.score_due = FAR
    patient.score_due_after = FAR
    patient.oxygen = -1
    patient.consciousness = -1
    patient.flag = -1
    patient.flag_until = FAR
    patient.heart_rate_used = MISSING
    patient.occupied = 0
    patient.dirty = 0
    for score in range(len(patient.scores)):
        patient.scores[score].risk = -1
        patient.scores[score].complete = 0
