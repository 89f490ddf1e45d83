"""Stored rows as rows of plain values, column by column as `model.tables` says."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine import materialise
from wardline.model.findings import ANOMALY, SCORE, TRANSITION, WINDOW
from wardline.model.vitals import BP_METHODS, CONSCIOUSNESS, MARKED_NAMES, VITAL_NAMES
from wardline.stores.relational.lookups import Texts
from wardline.stores.relational.schema import SCORE_PARTS

Row = tuple[Any, ...]
Columns = Mapping[str, Sequence[Any]]
"""Stored values by the names of their columns."""
PlainRows = Callable[[Columns, Texts], list[Row]]
"""Stored columns -> plain rows; `Texts` knows all keys that occur."""


def reading_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table readings."""
    vitals = [columns[name] for name in VITAL_NAMES]
    is_measured = zip(*([value is not None for value in column] for column in vitals), strict=True)
    return list(zip(
        _patients(columns, texts), columns["observed_at"],
        [texts.sources[key] for key in columns["source_key"]],
        *vitals[:-1], [BP_METHODS[method or 0] or None for method in columns["bp_method"]],
        vitals[-1], map(_flag, columns["on_oxygen"]), columns["fio2"],
        [None if code is None else CONSCIOUSNESS[code] for code in columns["consciousness"]],
        map(_flag, columns["is_anomaly"]),
        [marks_text(na or 0, bad or 0)
         for na, bad in zip(columns["na"], columns["bad"], strict=True)],
        [late_text(there) if late else None
         for late, there in zip(columns["late"], is_measured, strict=True)],
        columns["arrival"], columns["arrived_at"], columns["age"], strict=True,
    ))  # fmt: skip


def _patients(columns: Columns, texts: Texts) -> list[str]:
    return [texts.patients[key] for key in columns["patient_key"]]


def _flag(number: int | None) -> bool | None:
    return None if number is None else bool(number)


@lru_cache(maxsize=4096)
def marks_text(na: int, bad: int) -> str | None:
    """Two masks as text, `spo2:na heart_rate:bad`: first what is na, then what is bad."""
    marks = [
        f"{name}:{mark}"
        for mark, mask in (("na", na), ("bad", bad))
        for bit, name in enumerate(MARKED_NAMES)
        if mask >> bit & 1
    ]
    return " ".join(marks) or None


@lru_cache(maxsize=256)
def late_text(is_measured: tuple[bool, ...]) -> str | None:
    """The vital signs in a late reading: all its values share their window's due time."""
    return " ".join(name for name, is_there in zip(VITAL_NAMES, is_measured, strict=True)
                    if is_there) or None  # fmt: skip


def window_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table windows."""
    return materialise.window_rows(_array(columns, WINDOW), texts.patients)


def score_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table scores."""
    array = _array(columns, SCORE, leave="parts")
    for place, name in enumerate(SCORE_PARTS):
        array["parts"][:, place] = columns[name]
    return materialise.score_rows(array, texts.patients)


def anomaly_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table anomalies."""
    return materialise.anomaly_rows(_array(columns, ANOMALY), texts.patients)


def transition_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table transitions."""
    return materialise.transition_rows(_array(columns, TRANSITION), texts.patients)


def episode_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table episodes, out of the transitions that began them."""
    return [
        (patient_id, rule, onset, ended_at, priority, kind, vital, value, limit, reason)
        for ended_at, (
            patient_id, _, _, rule, _, priority, kind, vital, value, limit, reason, onset,
        ) in zip(columns["ended_at"], transition_rows(columns, texts), strict=True)
    ]  # fmt: skip


def _array(columns: Columns, kind: np.dtype[np.void], leave: str = "") -> npt.NDArray[np.void]:
    """Columns as the array of findings they were; the patient's code is the patient's key."""
    array = np.zeros(len(columns["patient_key"]), dtype=kind)
    array["patient"] = columns["patient_key"]
    for name in kind.names or ():
        if name not in {"patient", leave}:
            array[name] = columns[name]
    return array


def truth_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table truth."""
    return _zipped(_patients(columns, texts), columns, "start end kind name vital")


def command_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table commands."""
    return _zipped(_patients(columns, texts), columns, "arrival at actor command content")


def stay_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table stays."""
    names = "admission_id ward bed admitted_at discharged_at"
    return _zipped(_patients(columns, texts), columns, names)


def dead_letter_rows(columns: Columns, texts: Texts) -> list[Row]:
    """Rows of table dead-letters; position and raw are those of the first record."""
    names = "source position patient_id field reason count raw"
    return _zipped(columns["received_at"], columns, names)


def _zipped(first: Sequence[Any], columns: Columns, names: str) -> list[Row]:
    return list(zip(first, *(columns[name] for name in names.split()), strict=True))
