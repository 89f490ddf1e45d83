"""Scores of many observation sets at once: `wardline score` and the HTTP calculator."""

from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine import scores
from wardline.model.findings import SCORE_PART_COUNT_MAX
from wardline.model.scores import SCORE_INDEX, SCORES, ScoreKind
from wardline.model.vitals import MISSING

Column = npt.NDArray[Any]

_VITAL_INPUTS = {
    "heart_rate": scores.HEART_RATE, "respiratory_rate": scores.RESPIRATORY_RATE,
    "spo2": scores.SPO2, "systolic_bp": scores.SYSTOLIC_BP, "diastolic_bp": scores.DIASTOLIC_BP,
    "mean_bp": scores.MEAN_BP, "temperature": scores.TEMPERATURE,
}  # fmt: skip
_STATE_INPUTS = {
    "on_oxygen": (scores.OXYGEN, -1), "consciousness": (scores.CONSCIOUSNESS, -1),
    "spo2_scale": (scores.SPO2_SCALE, 1), "z_flag": (scores.Z_FLAG, 0),
    "is_anomaly": (scores.FLAG, -1),
}  # fmt: skip
INPUT_COUNT = 13
ADULT_AGE_MIN = 16


def score_columns(name: str, columns: dict[str, Column]) -> dict[str, Column]:
    """One score for n observation sets.

    columns, each of length n, absent ones unknown: vital signs as int32 thousandths or MISSING
    (pulse_rate stands in for a missing heart_rate); on_oxygen, is_anomaly, z_flag -1/0/1;
    consciousness -1 or place in ACVPU; spo2_scale 1 or 2; age in years, -1 unknown; pregnant 0/1.

    Gives `total`, `at_least` (int32 thousandths or MISSING), `risk` (place in the score's risks,
    -1 none), `complete` (bool) and one int32 column per part (points, or thousandths for ratios).
    """
    kind = SCORES[SCORE_INDEX[name]]
    inputs = input_rows(columns)
    parts = np.empty((len(inputs), SCORE_PART_COUNT_MAX), np.int32)
    results = np.empty((len(inputs), scores.RESULT_COUNT), np.int32)
    scores.score_all(SCORE_INDEX[name], inputs, parts, results)
    return _named(kind, parts, results)


def _named(kind: ScoreKind, parts: Column, results: Column) -> dict[str, Column]:
    named: dict[str, Column] = {
        "total": results[:, scores.TOTAL],
        "at_least": results[:, scores.AT_LEAST],
        "risk": results[:, scores.RISK],
        "complete": results[:, scores.COMPLETE] == 1,
    }
    named.update({part: parts[:, index] for index, part in enumerate(kind.parts)})
    return named


def input_rows(columns: dict[str, Column]) -> npt.NDArray[np.int32]:
    """The inputs of `scores.score_result`, one row per observation set."""
    count = len(next(iter(columns.values())))
    inputs = np.full((count, INPUT_COUNT), MISSING, np.int32)
    for name, place in _VITAL_INPUTS.items():
        if name in columns:
            inputs[:, place] = columns[name]
    for name, (place, unknown) in _STATE_INPUTS.items():
        inputs[:, place] = columns.get(name, unknown)
    if "pulse_rate" in columns:
        missing = inputs[:, scores.HEART_RATE] == MISSING
        inputs[missing, scores.HEART_RATE] = columns["pulse_rate"][missing]
    inputs[:, scores.NEWS2_APPLIES] = _news2_applies(columns, count)
    return inputs


def _news2_applies(columns: dict[str, Column], count: int) -> Column:
    age = columns.get("age", np.full(count, -1))
    pregnant = columns.get("pregnant", np.zeros(count, np.int8))
    return ((age < 0) | (age >= ADULT_AGE_MIN)) & (pregnant != 1)
