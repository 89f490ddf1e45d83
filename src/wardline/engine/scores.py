"""All scores from one set of inputs, and the findings that come of them.

The live engine, `wardline score` and the HTTP calculator all call `score_parts` and `score_result`.
"""

import numpy as np
import numpy.typing as npt

from wardline.engine.compiled import compiled, table
from wardline.engine.score_tables import (
    map_of,
    mews_consciousness,
    mews_heart_rate,
    mews_respiratory_rate,
    mews_systolic_bp,
    mews_temperature,
    news2_heart_rate,
    news2_respiratory_rate,
    news2_spo2,
    news2_spo2_scale_2,
    news2_systolic_bp,
    news2_temperature,
    shock_index_of,
    tenths,
    whole,
)  # fmt: skip
from wardline.engine.state import Records
from wardline.model.scores import NO_RISK, SCORES, Score
from wardline.model.vitals import MISSING

# Places in the inputs: thousandths or MISSING for vital signs, -1 = unknown for the others.
(
    HEART_RATE, RESPIRATORY_RATE, SPO2, SYSTOLIC_BP, DIASTOLIC_BP, MEAN_BP, TEMPERATURE,
    OXYGEN, CONSCIOUSNESS, SPO2_SCALE, Z_FLAG, FLAG, NEWS2_APPLIES,
) = range(13)  # fmt: skip

# Places in the result.
TOTAL, AT_LEAST, RISK, COMPLETE, KNOWN = range(5)
RESULT_COUNT = 5

NEWS2, MEWS, QSOFA, SIRS = int(Score.NEWS2), int(Score.MEWS), int(Score.QSOFA), int(Score.SIRS)
SHOCK_INDEX, MAP = int(Score.SHOCK_INDEX), int(Score.MAP)
RISK_A, RISK_B = int(Score.RISK_A), int(Score.RISK_B)

PART_COUNTS = table(len(kind.parts) for kind in SCORES)

Ints = Records
"""int32, one-dimensional: an array, or a field of the workbench."""


@compiled
def news2_parts(inputs: Ints, parts: Ints) -> None:
    """RCP 2017; order of `model.scores`."""
    if inputs[RESPIRATORY_RATE] != MISSING:
        parts[0] = news2_respiratory_rate(inputs[RESPIRATORY_RATE])
    if inputs[SPO2] != MISSING:
        if inputs[SPO2_SCALE] == 2:
            parts[1] = news2_spo2_scale_2(inputs[SPO2], inputs[OXYGEN])
        else:
            parts[1] = news2_spo2(inputs[SPO2])
    if inputs[OXYGEN] >= 0:
        parts[2] = 2 * inputs[OXYGEN]
    if inputs[SYSTOLIC_BP] != MISSING:
        parts[3] = news2_systolic_bp(inputs[SYSTOLIC_BP])
    if inputs[HEART_RATE] != MISSING:
        parts[4] = news2_heart_rate(inputs[HEART_RATE])
    if inputs[CONSCIOUSNESS] >= 0:
        parts[5] = 0 if inputs[CONSCIOUSNESS] == 0 else 3
    if inputs[TEMPERATURE] != MISSING:
        parts[6] = news2_temperature(inputs[TEMPERATURE])


@compiled
def mews_parts(inputs: Ints, parts: Ints) -> None:
    """Subbe 2001."""
    if inputs[SYSTOLIC_BP] != MISSING:
        parts[0] = mews_systolic_bp(inputs[SYSTOLIC_BP])
    if inputs[HEART_RATE] != MISSING:
        parts[1] = mews_heart_rate(inputs[HEART_RATE])
    if inputs[RESPIRATORY_RATE] != MISSING:
        parts[2] = mews_respiratory_rate(inputs[RESPIRATORY_RATE])
    if inputs[TEMPERATURE] != MISSING:
        parts[3] = mews_temperature(inputs[TEMPERATURE])
    if inputs[CONSCIOUSNESS] >= 0:
        parts[4] = mews_consciousness(inputs[CONSCIOUSNESS])


@compiled
def qsofa_parts(inputs: Ints, parts: Ints) -> None:
    """Singer 2016 (Sepsis-3): RR >= 22, altered mentation, SBP <= 100."""
    if inputs[RESPIRATORY_RATE] != MISSING:
        parts[0] = 1 if whole(inputs[RESPIRATORY_RATE]) >= 22 else 0
    if inputs[CONSCIOUSNESS] >= 0:
        parts[1] = 1 if inputs[CONSCIOUSNESS] > 0 else 0
    if inputs[SYSTOLIC_BP] != MISSING:
        parts[2] = 1 if whole(inputs[SYSTOLIC_BP]) <= 100 else 0


@compiled
def sirs_parts(inputs: Ints, parts: Ints) -> None:
    """Bone 1992, the three criteria a monitor sees: T > 38 or < 36, HR > 90, RR > 20."""
    if inputs[TEMPERATURE] != MISSING:
        degrees = tenths(inputs[TEMPERATURE])
        parts[0] = 1 if degrees > 380 or degrees < 360 else 0
    if inputs[HEART_RATE] != MISSING:
        parts[1] = 1 if whole(inputs[HEART_RATE]) > 90 else 0
    if inputs[RESPIRATORY_RATE] != MISSING:
        parts[2] = 1 if whole(inputs[RESPIRATORY_RATE]) > 20 else 0


@compiled
def risk_a_parts(inputs: Ints, parts: Ints) -> None:
    """System A: on the values themselves. Its forest counts 0 until a model is loaded."""
    if inputs[SPO2] != MISSING:
        parts[0] = 30 if inputs[SPO2] < 92_000 else 0
    if inputs[HEART_RATE] != MISSING:
        rate = inputs[HEART_RATE]
        parts[1] = 20 if rate > 130_000 or rate < 50_000 else 0
    parts[2] = 40 if inputs[Z_FLAG] == 1 else 0
    parts[3] = 10 if inputs[FLAG] == 1 else 0
    parts[4] = 0


@compiled
def risk_b_parts(inputs: Ints, parts: Ints) -> None:
    """System B: on the values themselves."""
    if inputs[HEART_RATE] != MISSING:
        parts[0] = 1 if inputs[HEART_RATE] > 100_000 or inputs[HEART_RATE] < 60_000 else 0
    if inputs[SYSTOLIC_BP] != MISSING:
        parts[1] = 1 if inputs[SYSTOLIC_BP] > 140_000 or inputs[SYSTOLIC_BP] < 90_000 else 0
    if inputs[TEMPERATURE] != MISSING:
        parts[2] = 1 if inputs[TEMPERATURE] > 38_000 or inputs[TEMPERATURE] < 36_500 else 0
    if inputs[SPO2] != MISSING:
        parts[3] = 2 if inputs[SPO2] < 95_000 else 0
    if inputs[RESPIRATORY_RATE] != MISSING:
        parts[4] = 1 if inputs[RESPIRATORY_RATE] > 20_000 else 0


@compiled
def score_parts(score: int, inputs: Ints, parts: Ints) -> None:
    """Fill `parts` (int32[7]) of one score; MISSING where an input is missing."""
    parts[:] = MISSING
    if score == NEWS2:
        news2_parts(inputs, parts)
    elif score == MEWS:
        mews_parts(inputs, parts)
    elif score == QSOFA:
        qsofa_parts(inputs, parts)
    elif score == SIRS:
        sirs_parts(inputs, parts)
    elif score == SHOCK_INDEX:
        parts[0] = inputs[HEART_RATE]
        parts[1] = inputs[SYSTOLIC_BP]
    elif score == MAP:
        parts[0] = inputs[MEAN_BP]
        parts[1] = inputs[SYSTOLIC_BP]
        parts[2] = inputs[DIASTOLIC_BP]
    elif score == RISK_A:
        risk_a_parts(inputs, parts)
    else:
        risk_b_parts(inputs, parts)


@compiled
def risk_of(score: int, total: int, worst: int) -> int:
    """Place of the risk in `model.scores` for a complete sum; `worst` is its greatest part."""
    if score == NEWS2:
        if total >= 7:
            return 3
        if total >= 5:
            return 2
        return 1 if worst >= 3 else 0
    if score == MEWS:
        return 1 if total >= 5 else 0
    if score == QSOFA or score == SIRS:
        return 1 if total >= 2 else 0
    if score == RISK_A:
        return (total >= 30) + (total >= 50) + (total >= 80)
    return (total >= 2) + (total >= 4)


@compiled
def sum_result(score: int, parts: Ints, result: Ints) -> None:
    """Total, at_least, risk and completeness of a score that is the sum of its parts."""
    known, total, worst = 0, 0, 0
    for part in range(PART_COUNTS[score]):
        if parts[part] != MISSING:
            known += 1
            total += parts[part]
            worst = max(worst, parts[part])
    result[COMPLETE] = 1 if known == PART_COUNTS[score] else 0
    result[KNOWN] = known - 3 if score == RISK_A else known
    result[AT_LEAST] = total * 1000
    if result[COMPLETE]:
        result[TOTAL] = total * 1000
        result[RISK] = risk_of(score, total, worst)


@compiled
def ratio_result(score: int, parts: Ints, result: Ints) -> None:
    """Shock index, or mean arterial pressure."""
    value = MISSING
    if score == SHOCK_INDEX:
        if parts[0] != MISSING and parts[1] != MISSING:
            value = shock_index_of(parts[0], parts[1])
            result[RISK] = 1 if value >= 900 else 0
    elif parts[0] != MISSING:
        value = (parts[0] + 50) // 100 * 100
    elif parts[1] != MISSING and parts[2] != MISSING:
        value = map_of(parts[1], parts[2])
    result[TOTAL] = value
    result[AT_LEAST] = value
    result[COMPLETE] = 0 if value == MISSING else 1
    for part in range(PART_COUNTS[score]):
        result[KNOWN] += 1 if parts[part] != MISSING else 0


@compiled
def score_result(score: int, inputs: Ints, parts: Ints, result: Ints) -> None:
    """One score into `parts` (int32[7]) and `result` (total, at_least, risk, complete, known).

    Totals in thousandths, MISSING = empty; risk NO_RISK when partial or none; known parts.
    """
    result[TOTAL] = MISSING
    result[AT_LEAST] = MISSING
    result[RISK] = NO_RISK
    result[COMPLETE] = 0
    result[KNOWN] = 0
    parts[:] = MISSING
    if score == NEWS2 and inputs[NEWS2_APPLIES] == 0:
        return
    score_parts(score, inputs, parts)
    if score == SHOCK_INDEX or score == MAP:
        ratio_result(score, parts, result)
    else:
        sum_result(score, parts, result)


@compiled
def score_all(
    score: int, inputs: npt.NDArray[np.int32], parts: npt.NDArray[np.int32],
    results: npt.NDArray[np.int32],
) -> None:  # fmt: skip
    """One score for many sets of inputs, shape (n, 13) -> (n, 7) and (n, 5)."""
    for row in range(len(inputs)):
        score_result(score, inputs[row], parts[row], results[row])
