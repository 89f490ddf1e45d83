"""Commits by hand: readings as a decoder gives them, outcomes and findings as an engine does."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from wardline.engine import causes
from wardline.model.commands import Command
from wardline.model.findings import (
    ANOMALY,
    NO_TIME,
    RECOMPUTE,
    SCORE,
    TRANSITION,
    WINDOW,
    Findings,
    Outcome,
)  # fmt: skip
from wardline.model.names import Dictionaries
from wardline.model.policy import CONDITION_NAMES, ConditionState
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.model.scores import SCORE_INDEX
from wardline.model.vitals import MISSING, VITAL_INDEX
from wardline.pipeline.ports import Commit, Store, StoredCommand

START = 1_700_000_000_000
"""A minute's beginning is 40 s earlier: windows start at START - 20 s, + 40 s ..."""
MINUTE = 60_000
SPO2_LOW = CONDITION_NAMES.index("spo2_low")

Fields = dict[str, Any]


class Ward:
    """Stands in for an engine: knows codes, arrivals and lines, and makes commits.

    A reading is a dictionary: patient, t, and any vital sign in thousandths or column of a batch.
    """

    def __init__(self) -> None:
        self.names = Dictionaries()
        self._arrivals: dict[str, int] = {}

    @property
    def patients(self) -> list[str]:
        return list(self.names.patients)

    def batch(self, readings: Sequence[Fields]) -> ReadingBatch:
        columns: dict[str, Any] = dict(empty_columns(len(readings)))
        for row, reading in enumerate(readings):
            for name, value in reading.items():
                self._set(columns, row, name, value)
        columns["received_at"] = columns["observed_at"].copy()
        columns["position"] = np.arange(len(readings))
        names = self.names
        return ReadingBatch(names.patients, names.sources, names.labels, **columns)

    def _set(self, columns: dict[str, Any], row: int, name: str, value: Any) -> None:
        if name in VITAL_INDEX:
            columns["values"][row, VITAL_INDEX[name]] = value
        elif name == "patient":
            columns["patient"][row] = self.names.patients.code(value)
            columns["source"][row] = self.names.sources.code("")
        elif name == "source":
            columns["source"][row] = self.names.sources.code(value)
        elif name in {"gender", "condition"}:
            columns[name][row] = self.names.labels.code(value)
        elif name == "t":
            columns["observed_at"][row] = value
        elif name not in {"late", "status"}:
            columns[name][row] = value

    def outcome(self, readings: Sequence[Fields], batch: ReadingBatch) -> Outcome:
        status = np.array([reading.get("status", 0) for reading in readings], dtype=np.int8)
        arrival = [
            0 if refused else self.next_arrival(reading["patient"])
            for reading, refused in zip(readings, status, strict=True)
        ]
        return Outcome(
            status,
            batch.patient,
            batch.received_at,
            np.array(arrival, dtype=np.int64),
            np.array([reading.get("late", False) for reading in readings], dtype=np.bool_),
            found(),
        )

    def next_arrival(self, patient: str) -> int:
        self._arrivals[patient] = self._arrivals.get(patient, 0) + 1
        return self._arrivals[patient]

    def work(self, *readings: Fields) -> tuple[ReadingBatch, Outcome]:
        batch = self.batch(readings)
        return batch, self.outcome(readings, batch)

    def command(self, patient: str, at: int, command: str, **content: Any) -> StoredCommand:
        self.names.patients.code(patient)
        given = Command(patient, at, "nurse", command, content)
        return StoredCommand(given, at, self.next_arrival(patient))

    def commit(self, *work: Any, findings: Findings | None = None, **further: Any) -> Commit:
        return Commit(list(work), findings or found(), self.patients, **further)

    def code(self, patient: str) -> int:
        return self.names.patients.code(patient)

    def window(self, patient: str, start: int, revision: int = 0, **fields: Any) -> Fields:
        plain = {"vital": 0, "sum": 160_000, "count": 2, "min": 70_000, "max": 90_000}
        return (
            {"patient": self.code(patient), "start": start, "revision": revision} | plain | fields
        )

    def score(self, patient: str, seq: int, at: int, name: str = "news2", **fields: Any) -> Fields:
        plain = {
            "total": 5_000, "at_least": 5_000, "risk": 2, "complete": 1,
            "parts": [1, 1, 0, 1, 1, 0, 1],
        }  # fmt: skip
        place = {"patient": self.code(patient), "seq": seq, "at": at, "name": SCORE_INDEX[name]}
        return place | plain | fields

    def anomaly(self, patient: str, arrival: int, at: int, **fields: Any) -> Fields:
        plain = {
            "vital": 0, "score": 4_250, "value": 150_000, "usual_mean": 80_125,
            "usual_deviation": 3_000,
        }  # fmt: skip
        return {"patient": self.code(patient), "arrival": arrival, "at": at} | plain | fields

    def transition(
        self, patient: str, seq: int, at: int, state: ConditionState, **fields: Any
    ) -> Fields:
        plain = {
            "condition": SPO2_LOW, "priority": 1, "cause": _CAUSES[state], "onset": NO_TIME,
            "detail": 0, "value": 88_000, "limit": 90_000,
        }  # fmt: skip
        place = {"patient": self.code(patient), "seq": seq, "at": at, "state": int(state)}
        return place | plain | fields


_CAUSES = {
    ConditionState.PENDING: causes.BREACHED,
    ConditionState.ACTIVE: causes.HELD,
    ConditionState.CLEARING: causes.INSIDE,
    ConditionState.NORMAL: causes.CLEARED,
    ConditionState.UNKNOWN: causes.WENT_STALE,
}


def found(
    windows: Iterable[Fields] = (),
    scores: Iterable[Fields] = (),
    anomalies: Iterable[Fields] = (),
    transitions: Iterable[Fields] = (),
    recompute: Iterable[Fields] = (),
) -> Findings:
    return Findings(
        _array(WINDOW, windows),
        _array(SCORE, scores),
        _array(ANOMALY, anomalies),
        _array(TRANSITION, transitions),
        _array(RECOMPUTE, recompute),
    )


def _array(kind: np.dtype[np.void], rows: Iterable[Fields]) -> np.ndarray[Any, Any]:
    given = list(rows)
    array = np.zeros(len(given), dtype=kind)
    for place, row in enumerate(given):
        for name, value in row.items():
            parts = list(value) + [MISSING] * (7 - len(value)) if name == "parts" else value
            array[name][place] = parts
    return array


def all_rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    return [row for rows in store.rows(query) for row in rows]
