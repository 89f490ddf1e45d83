"""When scores become findings: at once when risk or completeness changes, else once a minute.

docs/concepts/semantics.md, section 9.
"""

import numpy as np
import numpy.typing as npt

from wardline.engine.bands import band_of, is_in_band
from wardline.engine.compiled import compiled, table
from wardline.engine.output import SCORES as SCORE_ROWS
from wardline.engine.scores import (
    AT_LEAST,
    COMPLETE,
    CONSCIOUSNESS,
    DIASTOLIC_BP,
    FLAG,
    HEART_RATE,
    KNOWN,
    MEAN_BP,
    NEWS2,
    NEWS2_APPLIES,
    OXYGEN,
    RESPIRATORY_RATE,
    RISK,
    SHOCK_INDEX,
    SPO2,
    SPO2_SCALE,
    SYSTOLIC_BP,
    TEMPERATURE,
    TOTAL,
    Z_FLAG,
    score_result,
)  # fmt: skip
from wardline.engine.state import FAR, Patient, Records, VitalState, Work
from wardline.model.findings import NO_TIME
from wardline.model.scores import SCORE_COUNT
from wardline.model.vitals import CONTEXT_SCORE_AGE_MAX_S, MISSING, VITALS, Vital

SCORE_AGES_MS = table(vital.score_age_max_s * 1000 for vital in VITALS)
CONTEXT_AGE_MS = int(CONTEXT_SCORE_AGE_MAX_S * 1000)
FLAG_AGE_MS = 600_000

HR, PR, RR = int(Vital.HEART_RATE), int(Vital.PULSE_RATE), int(Vital.RESPIRATORY_RATE)
SAT, SBP, DBP = int(Vital.SPO2), int(Vital.SYSTOLIC_BP), int(Vital.DIASTOLIC_BP)
MBP, TEMP = int(Vital.MEAN_BP), int(Vital.TEMPERATURE)
ADULT_AGE_MIN = 16

VALUE, BAND = 1, 2
"""Bits of `dirty`: a score input changed; it changed so that points may have changed."""


@compiled
def heart_rate_used(patient: Patient) -> int:
    """Heart rate while not stale, else pulse while not stale, else the younger."""
    heart: VitalState = patient.vitals[HR]
    pulse: VitalState = patient.vitals[PR]
    if heart.input != MISSING and heart.stale_onset == NO_TIME:
        return heart.input
    if pulse.input != MISSING and pulse.stale_onset == NO_TIME:
        return pulse.input
    if heart.input == MISSING:
        return pulse.input
    if pulse.input == MISSING or heart.input_at >= pulse.input_at:
        return heart.input
    return pulse.input


@compiled
def gather_inputs(patient: Patient, work: Work) -> None:
    """The score inputs of a patient into the scratch row."""
    inputs = work.inputs
    inputs[HEART_RATE] = patient.heart_rate_used
    inputs[RESPIRATORY_RATE] = patient.vitals[RR].input
    inputs[SPO2] = patient.vitals[SAT].input
    inputs[SYSTOLIC_BP] = patient.vitals[SBP].input
    inputs[DIASTOLIC_BP] = patient.vitals[DBP].input
    inputs[MEAN_BP] = patient.vitals[MBP].input
    inputs[TEMPERATURE] = patient.vitals[TEMP].input
    inputs[OXYGEN] = patient.oxygen
    inputs[CONSCIOUSNESS] = patient.consciousness
    inputs[SPO2_SCALE] = patient.spo2_scale
    inputs[Z_FLAG] = 0
    for vital in range(len(SCORE_AGES_MS)):
        held: VitalState = patient.vitals[vital]
        if held.z_flag and held.input != MISSING:
            inputs[Z_FLAG] = 1
    inputs[FLAG] = patient.flag
    is_adult = patient.age < 0 or patient.age >= ADULT_AGE_MIN
    inputs[NEWS2_APPLIES] = 1 if is_adult and not patient.pregnant else 0


@compiled
def judge_scores(patient: Patient, work: Work, at: int) -> None:
    """After anything that may have changed an input: mark the patient, show what changed."""
    used = heart_rate_used(patient)
    if used != patient.heart_rate_used:
        either_missing = used == MISSING or patient.heart_rate_used == MISSING
        if either_missing or not is_in_band(HR, patient.heart_band, used):
            patient.heart_band = band_of(HR, used)
            patient.dirty |= BAND
        patient.heart_rate_used = used
        patient.dirty |= VALUE
    if not patient.dirty:
        return
    mark_scores(patient, at)
    band_changed = patient.dirty >= BAND
    patient.dirty = 0
    if band_changed or shock_index_crossed(patient):
        show_changed_scores(patient, work, at)


@compiled
def shock_index_crossed(patient: Patient) -> bool:
    """Whether HR / SBP, rounded to two decimals, has crossed 0.9: a ratio has no bands."""
    pressure = patient.vitals[SBP].input
    if patient.heart_rate_used == MISSING or pressure == MISSING:
        return False
    is_raised = 200 * patient.heart_rate_used >= 179 * pressure
    return is_raised != (patient.scores[SHOCK_INDEX].risk == 1)


@compiled
def show_changed_scores(patient: Patient, work: Work, at: int) -> None:
    """A finding for every score whose risk or completeness is another than before."""
    gather_inputs(patient, work)
    for score in range(SCORE_COUNT):
        shown = patient.scores[score]
        result = work.result
        score_result(score, work.inputs, work.parts, result)
        if result[RISK] != shown.risk or result[COMPLETE] != shown.complete:
            shown.risk = result[RISK]
            shown.complete = result[COMPLETE]
            if score != NEWS2 or work.inputs[NEWS2_APPLIES]:
                emit_score(patient, work, score, at)


@compiled
def mark_scores(patient: Patient, at: int) -> None:
    """An input changed at `at`: findings are due ten seconds after its minute."""
    due = at // 60_000 * 60_000 + 70_000
    if patient.score_due == FAR:
        patient.score_due = due
    elif due > patient.score_due:
        patient.score_due_after = due
    patient.next_due = min(patient.next_due, patient.score_due)


@compiled
def emit_due_scores(patient: Patient, work: Work, due: int) -> None:
    """The minute's findings of a marked patient, with the inputs valid now."""
    patient.score_due = patient.score_due_after
    patient.score_due_after = FAR
    gather_inputs(patient, work)
    for score in range(SCORE_COUNT):
        score_result(score, work.inputs, work.parts, work.result)
        if work.result[KNOWN] > 0:
            emit_score(patient, work, score, due)


@compiled
def emit_score(patient: Patient, work: Work, score: int, at: int) -> None:
    """One score finding from the scratch result."""
    patient.score_seq += 1
    row = work.scores[work.counts[SCORE_ROWS]]
    work.counts[SCORE_ROWS] += 1
    row.patient = patient.code
    row.name = score
    row.seq = patient.score_seq
    row.at = at
    row.total = work.result[TOTAL]
    row.at_least = work.result[AT_LEAST]
    row.risk = work.result[RISK]
    row.complete = work.result[COMPLETE]
    for part in range(len(work.parts)):
        row.parts[part] = work.parts[part]


@compiled
def set_input(patient: Patient, vital: int, value: int, seen_at: int) -> None:
    """A vital sign's value for scores; `seen_at` is m."""
    held: VitalState = patient.vitals[vital]
    if held.input != value:
        if held.input == MISSING or not is_in_band(vital, held.band, value):
            held.band = band_of(vital, value)
            patient.dirty |= BAND
        held.input = value
        patient.dirty |= VALUE
    held.input_at = seen_at
    patient.next_due = min(patient.next_due, seen_at + SCORE_AGES_MS[vital])


@compiled
def expire_input(patient: Patient, vital: int) -> None:
    """A vital sign's value is too old for scores."""
    patient.vitals[vital].input = MISSING
    patient.dirty = BAND


@compiled
def set_context(patient: Patient, oxygen: int, consciousness: int, seen_at: int) -> None:
    """Charted oxygen or consciousness for scores; -1 leaves what there is."""
    if oxygen >= 0:
        patient.dirty |= BAND if oxygen != patient.oxygen else 0
        patient.oxygen = oxygen
        patient.oxygen_at = seen_at
    if consciousness >= 0:
        patient.dirty |= BAND if consciousness != patient.consciousness else 0
        patient.consciousness = consciousness
        patient.consciousness_at = seen_at
    patient.next_due = min(patient.next_due, seen_at + CONTEXT_AGE_MS)


@compiled
def set_flag(patient: Patient, flag: int, at: int) -> None:
    """The producer's own anomaly flag; it counts for ten minutes."""
    patient.dirty |= BAND if flag != patient.flag else 0
    patient.flag = flag
    patient.flag_until = at + FLAG_AGE_MS
    patient.next_due = min(patient.next_due, patient.flag_until)


@compiled
def score_patients(
    patients: Records, bench: Records, codes: npt.NDArray[np.intp],
    parts: npt.NDArray[np.int32], results: npt.NDArray[np.int32],
) -> None:  # fmt: skip
    """All scores of some patients as they stand: parts (n, 8, 7) and results (n, 8, 5)."""
    work: Work = bench[0]
    for place in range(len(codes)):
        gather_inputs(patients[codes[place]], work)
        for score in range(SCORE_COUNT):
            score_result(score, work.inputs, work.parts, work.result)
            for part in range(len(work.parts)):
                parts[place, score, part] = work.parts[part]
            for number in range(len(work.result)):
                results[place, score, number] = work.result[number]
