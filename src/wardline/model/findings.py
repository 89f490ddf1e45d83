"""What the engine finds: windows, scores, anomalies and transitions, one structured array each.

`patient` is a code in the engine's dictionary of patients. Values, limits and totals are integer
thousandths, MISSING = empty. Times are int64 milliseconds since 1970-01-01 UTC, NO_TIME = empty.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

NO_TIME = -(2**63)

SCORE_PART_COUNT_MAX = 7

WINDOW = np.dtype(
    [
        ("patient", np.int32), ("vital", np.int32), ("start", np.int64), ("sum", np.int64),
        ("count", np.int32), ("min", np.int32), ("max", np.int32), ("revision", np.int32),
    ],
    align=True,
)  # fmt: skip

SCORE = np.dtype(
    [
        ("patient", np.int32), ("name", np.int32), ("seq", np.int64), ("at", np.int64),
        ("total", np.int32), ("at_least", np.int32), ("risk", np.int32), ("complete", np.int32),
        ("parts", np.int32, (SCORE_PART_COUNT_MAX,)),
    ],
    align=True,
)  # fmt: skip

ANOMALY = np.dtype(
    [
        ("patient", np.int32), ("vital", np.int32), ("arrival", np.int64), ("at", np.int64),
        ("score", np.int32), ("value", np.int32),
        ("usual_mean", np.int32), ("usual_deviation", np.int32),
    ],
    align=True,
)  # fmt: skip

TRANSITION = np.dtype(
    [
        ("patient", np.int32), ("condition", np.int32), ("seq", np.int64), ("at", np.int64),
        ("onset", np.int64), ("detail", np.int64), ("value", np.int32), ("limit", np.int32),
        ("state", np.int8), ("priority", np.int8), ("cause", np.int8),
    ],
    align=True,
)  # fmt: skip

RECOMPUTE = np.dtype([("patient", np.int32), ("vital", np.int32), ("start", np.int64)], align=True)
"""A window the engine no longer holds: the store recomputes it from its readings."""


class Status(IntEnum):
    """What became of a reading."""

    ACCEPTED = 0
    DUPLICATE = 1
    CONFLICT = 2
    FUTURE = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """What came out of one call, in the order it was found."""

    windows: npt.NDArray[np.void]
    scores: npt.NDArray[np.void]
    anomalies: npt.NDArray[np.void]
    transitions: npt.NDArray[np.void]
    recompute: npt.NDArray[np.void]

    def __len__(self) -> int:
        return (
            len(self.windows) + len(self.scores) + len(self.anomalies)
            + len(self.transitions) + len(self.recompute)
        )  # fmt: skip


def no_findings() -> Findings:
    """Nothing found."""
    kinds = (WINDOW, SCORE, ANOMALY, TRANSITION, RECOMPUTE)
    return Findings(*(np.empty(0, dtype=kind) for kind in kinds))


def join_findings(parts: list[Findings]) -> Findings:
    """Several findings as one, in order."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return no_findings()
    names = ("windows", "scores", "anomalies", "transitions", "recompute")
    return Findings(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, row by row, and what was found.

    status: int8 per row, `Status`. For accepted rows: at (the arrival line, SEMANTICS' a) and
    arrival (place in the patient's order, from 1), int64; late: the reading came after its window
    was due. `patient` are the engine's own codes of the batch's rows, -1 where nothing was accepted
    from an unknown patient.
    """

    status: npt.NDArray[np.int8]
    patient: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]
    arrival: npt.NDArray[np.int64]
    late: npt.NDArray[np.bool_]
    findings: Findings
