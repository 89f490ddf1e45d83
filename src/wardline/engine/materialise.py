"""Findings as rows of the tables that leave Wardline (`model.tables`), patient by patient."""

import json
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wardline.engine.explain import number, reason
from wardline.engine.limits import VITAL_OF_RULE
from wardline.model.findings import NO_TIME
from wardline.model.policy import (
    CHECK_BASE,
    CONDITION_NAMES,
    NO_SIGNAL,
    PRIORITY_NAMES,
    RULE_COUNT,
    STALE_BASE,
    STATE_NAMES,
)  # fmt: skip
from wardline.model.scores import SCORES, ScoreKind
from wardline.model.tables import WINDOW_WIDTH_MS
from wardline.model.vitals import MISSING, VITAL_NAMES

Row = tuple[Any, ...]


class PatientIds(Protocol):
    """Engine code -> patient id."""

    def __getitem__(self, code: int, /) -> str:
        """The id behind a code."""
        ...


def empty(value: int) -> int | None:
    """MISSING thousandths as an empty cell."""
    return None if value == MISSING else value


def mean_thousandths(total: int, count: int) -> int:
    """Total / count, rounded half away from zero."""
    size = (2 * abs(total) + count) // (2 * count)
    return -size if total < 0 else size


def window_rows(windows: npt.NDArray[np.void], patients: PatientIds) -> list[Row]:
    """Rows of table windows."""
    width_s = WINDOW_WIDTH_MS // 1000
    return [
        (patients[patient], start, width_s, VITAL_NAMES[vital], count, low, high,
         mean_thousandths(total, count), revision)
        for patient, vital, start, total, count, low, high, revision in windows.tolist()
    ]  # fmt: skip


def score_rows(scores: npt.NDArray[np.void], patients: PatientIds) -> list[Row]:
    """Rows of table scores."""
    found: list[Any] = scores.tolist()
    return [_score_row(patients, *row) for row in found]


def _score_row(
    patients: PatientIds, patient: int, name: int, _: int, at: int, total: int, at_least: int,
    risk: int, complete: int, parts: npt.NDArray[np.int32],
) -> Row:  # fmt: skip
    kind = SCORES[name]
    return (
        patients[patient], at, kind.name, kind.version, empty(total), empty(at_least),
        complete == 1, risk_name(name, risk), parts_json(name, tuple(parts.tolist())),
    )  # fmt: skip


def risk_name(score: int, risk: int) -> str | None:
    """The word for a risk, None when there is none."""
    return SCORES[score].risks[risk] if risk >= 0 else None


@lru_cache(maxsize=65_536)
def parts_json(score: int, parts: tuple[int, ...]) -> str:
    """A score's parts as JSON with sorted keys; null where an input is missing.

    Most findings repeat parts seen before; the cache forgets those used longest ago.
    """
    kind = SCORES[score]
    known = {name: part_value(kind, part) for name, part in zip(kind.parts, parts, strict=False)}
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def part_value(kind: ScoreKind, part: int) -> int | float | None:
    """Points of a sum, or the value that entered a ratio."""
    if part == MISSING:
        return None
    return part if kind.is_sum else json.loads(number(part))


def anomaly_rows(anomalies: npt.NDArray[np.void], patients: PatientIds) -> list[Row]:
    """Rows of table anomalies."""
    return [
        (patients[patient], at, VITAL_NAMES[vital], "z_score", score, value, mean, deviation)
        for patient, vital, _, at, score, value, mean, deviation in anomalies.tolist()
    ]


def transition_rows(transitions: npt.NDArray[np.void], patients: PatientIds) -> list[Row]:
    """Rows of table transitions."""
    return [_transition_row(row, patients) for row in transitions]


def _transition_row(row: Any, patients: PatientIds) -> Row:
    condition, onset = int(row["condition"]), int(row["onset"])
    return (
        patients[int(row["patient"])], int(row["seq"]), int(row["at"]),
        CONDITION_NAMES[condition], STATE_NAMES[int(row["state"])],
        PRIORITY_NAMES[int(row["priority"])], condition_kind(condition),
        condition_vital(condition), empty(int(row["value"])), empty(int(row["limit"])),
        reason(row), None if onset == NO_TIME else onset,
    )  # fmt: skip


def condition_kind(condition: int) -> str:
    """Physiological (a limit on a vital sign) or technical."""
    return "physiological" if condition < RULE_COUNT else "technical"


def condition_vital(condition: int) -> str | None:
    """The vital sign a condition is about, if it is about one."""
    if condition < RULE_COUNT:
        return VITAL_NAMES[int(VITAL_OF_RULE[condition])]
    if condition < STALE_BASE:
        return VITAL_NAMES[condition - CHECK_BASE]
    return VITAL_NAMES[condition - STALE_BASE] if condition < NO_SIGNAL else None
