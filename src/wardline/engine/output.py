"""Where compiled code writes what it finds: bounded buffers, drained when near full."""

import numpy as np
import numpy.typing as npt

from wardline.engine.compiled import compiled
from wardline.engine.state import CAPACITY, Patient, Work
from wardline.model.findings import Findings

ROOM = 512
"""What one reading, command or tick of one patient may add to a buffer at most: eleven windows of
eight vital signs, or fifteen due times that each judge eight scores. Whoever has less room stops
and is drained."""

KINDS = ("windows", "scores", "anomalies", "transitions", "recompute")
WINDOWS, SCORES, ANOMALIES, TRANSITIONS, RECOMPUTES = range(5)


def drain(work: npt.NDArray[np.void]) -> Findings:
    """What was found since the last time; the workbench is empty afterwards."""
    bench = work[0]
    parts = [bench[name][:count].copy() for name, count in zip(KINDS, bench["counts"], strict=True)]
    bench["counts"] = 0
    return Findings(*parts)


@compiled
def has_room(work: Work) -> bool:
    """Whether one more reading, command or tick is sure to fit."""
    for kind in range(5):
        if work.counts[kind] > CAPACITY - ROOM:
            return False
    return True


@compiled
def emit_window(patient: Patient, work: Work, slot: int, vital: int) -> None:
    """A window as it stands."""
    held = patient.windows[slot, vital]
    row = work.windows[work.counts[WINDOWS]]
    work.counts[WINDOWS] += 1
    row.patient = patient.code
    row.vital = vital
    row.start = patient.window_numbers[slot] * 60_000
    row.sum = held.sum
    row.count = held.count
    row.min = held.min
    row.max = held.max
    row.revision = held.late


@compiled
def emit_recompute(patient: Patient, work: Work, vital: int, start: int) -> None:
    """A window that only the store can rebuild."""
    row = work.recompute[work.counts[RECOMPUTES]]
    work.counts[RECOMPUTES] += 1
    row.patient = patient.code
    row.vital = vital
    row.start = start


@compiled
def emit_anomaly(
    patient: Patient, work: Work, vital: int, at: int, score: int, mean: int, deviation: int
) -> None:
    """A value far from the patient's usual ones; its value is the held one."""
    row = work.anomalies[work.counts[ANOMALIES]]
    work.counts[ANOMALIES] += 1
    row.patient = patient.code
    row.vital = vital
    row.arrival = patient.arrival
    row.at = at
    row.score = score
    row.value = patient.vitals[vital].held
    row.usual_mean = mean
    row.usual_deviation = deviation


@compiled
def emit_transition(
    patient: Patient, work: Work, condition: int, at: int, new: int, onset: int, cause: int,
    value: int, limit: int, priority: int, detail: int,
) -> None:  # fmt: skip
    """A change of state of a condition; takes the patient's next transition number."""
    patient.seq += 1
    row = work.transitions[work.counts[TRANSITIONS]]
    work.counts[TRANSITIONS] += 1
    row.patient = patient.code
    row.condition = condition
    row.seq = patient.seq
    row.at = at
    row.onset = onset
    row.detail = detail
    row.value = value
    row.limit = limit
    row.state = new
    row.priority = priority
    row.cause = cause
