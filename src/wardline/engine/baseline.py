"""What is usual for this patient: an exponentially weighted mean and variance, and the z-score.

West 1979 / Finch 2009 give the update; the half-life of 15 min and the deviation floors are ours
(docs/concepts/semantics.md): a monitor's resolution must not turn one step into an anomaly.
"""

import math

import numpy as np

from wardline.engine.compiled import compiled
from wardline.engine.output import emit_anomaly
from wardline.engine.state import Patient, VitalState, Work
from wardline.model.findings import NO_TIME

LEARNT_MIN = 30
ANOMALY_Z = 3_000
WEIGHT_AGE_MAX_MS = 60_000
HALF_LIFE_MS = 900_000.0

# Heart rate, pulse, respiration, SpO2, systolic, diastolic, mean, temperature; catalogue order.
FLOORS = np.array([3.0, 3.0, 1.5, 0.7, 5.0, 4.0, 4.0, 0.15])


@compiled
def rounded_thousandths(number: float) -> int:
    """Thousandths, half away from zero."""
    size = math.floor(abs(number) * 1000.0 + 0.5)
    return -size if number < 0 else size


@compiled
def may_be_anomaly(difference: float, variance: float, floor: float) -> bool:
    """A cheap first look that spares most values the root and the division."""
    return difference * difference > 8.9 * max(variance, floor * floor)


@compiled
def judge_anomaly(patient: Patient, work: Work, vital: int, at: int) -> None:
    """Compare the held value with the patient's usual ones; sets the vital's z flag."""
    held: VitalState = patient.vitals[vital]
    flag = 0
    difference = held.held / 1000.0 - held.mean
    if held.learnt >= LEARNT_MIN and may_be_anomaly(difference, held.variance, FLOORS[vital]):
        deviation = max(math.sqrt(held.variance), FLOORS[vital])
        z = rounded_thousandths(difference / deviation)
        if abs(z) > ANOMALY_Z:
            flag = 1
            mean = rounded_thousandths(held.mean)
            emit_anomaly(patient, work, vital, at, z, mean, rounded_thousandths(deviation))
    if flag != held.z_flag:
        held.z_flag = flag
        patient.dirty |= 2  # a part of risk A changed


@compiled
def learn_value(patient: Patient, work: Work, vital: int, at: int) -> None:
    """Take the held value into the baseline."""
    held: VitalState = patient.vitals[vital]
    held.learnt += 1
    weight = 1.0
    if held.learnt_at != NO_TIME:
        age = min(at - held.learnt_at, WEIGHT_AGE_MAX_MS)
        weight = max(1.0 - work.weights[age], 1.0 / held.learnt)
    held.learnt_at = at
    difference = held.held / 1000.0 - held.mean
    held.mean += weight * difference
    held.variance = (1.0 - weight) * (held.variance + weight * (difference * difference))
