"""A reading batch is a table: one row per reading, one column per field.

Columns hold small integers only. A single reading is a batch of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wardline.model.names import Names
from wardline.model.vitals import MISSING, VITAL_COUNT

NOT_STATED = -1
"""A context field that the reading does not carry."""


class RawRecords(Protocol):
    """The records a batch came from, kept for dead letters."""

    def text(self, row: int) -> str:
        """The raw record of one row."""
        ...


@dataclass(frozen=True, slots=True)
class RawTexts:
    """Raw records held as texts."""

    texts: Sequence[str]

    def text(self, row: int) -> str:
        """The raw record of one row."""
        return self.texts[row]


@dataclass(frozen=True, slots=True)
class RawSelection:
    """Some rows of other raw records."""

    raw: RawRecords
    rows: npt.NDArray[np.intp]

    def text(self, row: int) -> str:
        """The raw record of one row."""
        return self.raw.text(int(self.rows[row]))


@dataclass(frozen=True, slots=True)
class ReadingBatch:
    """Readings in arrival order. All arrays have one row per reading.

    patients, sources, labels: dictionaries behind the codes (labels: gender and condition texts).
    patient, source: int32 codes. observed_at (SEMANTICS' t), received_at (a before it is made
    non-decreasing): int64 milliseconds since 1970-01-01 UTC.
    values: int32 thousandths, one column per vital sign in catalogue order, MISSING = not measured.
    na, bad: uint16 masks by `vitals.MARK_BIT`: explicitly unavailable; removed as implausible.
    bp_method: int8, 0 unstated, 1 cuff, 2 arterial. on_oxygen, is_anomaly: int8 -1/0/1.
    fio2: int32 thousandths or MISSING. consciousness: int8 -1 or place in "ACVPU".
    age: int16 years, gender and condition: int32 codes into labels, all -1 if not stated.
    origin, position: where the records came from (a file, a topic) and each row's place in it.
    """

    patients: Names
    sources: Names
    labels: Names
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
    gender: npt.NDArray[np.int32]
    condition: npt.NDArray[np.int32]
    position: npt.NDArray[np.int64]
    origin: str = ""
    raw: RawRecords = field(default_factory=lambda: RawTexts(()))

    def __len__(self) -> int:
        return len(self.patient)

    def take(self, rows: npt.NDArray[np.intp]) -> "ReadingBatch":
        """Some rows, in the given order."""
        columns = {name: getattr(self, name)[rows] for name in COLUMN_NAMES}
        return replace(self, **columns, raw=RawSelection(self.raw, rows))

    def between(self, start: int, stop: int) -> "ReadingBatch":
        """Rows start to stop, stop excluded."""
        return self.take(np.arange(start, min(stop, len(self)), dtype=np.intp))


COLUMN_NAMES: tuple[str, ...] = tuple(
    f.name
    for f in fields(ReadingBatch)
    if f.name not in {"patients", "sources", "labels", "origin", "raw"}
)

_DTYPES: dict[str, tuple[type[np.generic], int]] = {
    "patient": (np.int32, 0), "source": (np.int32, 0),
    "observed_at": (np.int64, 0), "received_at": (np.int64, 0),
    "na": (np.uint16, 0), "bad": (np.uint16, 0), "bp_method": (np.int8, 0),
    "on_oxygen": (np.int8, NOT_STATED), "fio2": (np.int32, MISSING),
    "consciousness": (np.int8, NOT_STATED), "is_anomaly": (np.int8, NOT_STATED),
    "age": (np.int16, NOT_STATED), "gender": (np.int32, NOT_STATED),
    "condition": (np.int32, NOT_STATED), "position": (np.int64, 0),
}  # fmt: skip


def empty_columns(count: int) -> dict[str, npt.NDArray[np.generic]]:
    """Columns of `count` readings in which nothing is measured or stated yet."""
    columns: dict[str, npt.NDArray[np.generic]] = {
        name: np.full(count, fill, dtype=dtype) for name, (dtype, fill) in _DTYPES.items()
    }
    columns["values"] = np.full((count, VITAL_COUNT), MISSING, dtype=np.int32)
    return columns


def join_batches(batches: Sequence[ReadingBatch]) -> ReadingBatch:
    """Several batches that share their dictionaries and origin as one, in order."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    columns = {
        name: np.concatenate([getattr(batch, name) for batch in batches]) for name in COLUMN_NAMES
    }
    texts = _JoinedRaw(batches)
    return replace(first, **columns, raw=texts)


class _JoinedRaw:
    def __init__(self, batches: Sequence[ReadingBatch]):
        self._batches = batches
        self._ends = np.cumsum([len(batch) for batch in batches])

    def text(self, row: int) -> str:
        index = int(np.searchsorted(self._ends, row, side="right"))
        start = int(self._ends[index - 1]) if index else 0
        return self._batches[index].raw.text(row - start)
