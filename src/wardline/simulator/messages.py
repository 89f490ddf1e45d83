"""Readings as JSON messages, in the shapes of systems A and D.

About 200 bytes each: `patient_id`, `timestamp`, the vital signs, then patient context.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.readings import NOT_STATED, ReadingBatch
from wardline.model.vitals import (
    BP_METHODS,
    CONSCIOUSNESS,
    MISSING,
    THOUSANDTHS,
    VITAL_NAMES,
    Vital,
)
from wardline.simulator.profiles import VITALS, Profile

SYSTEM_A_ORDER = (
    Vital.HEART_RATE, Vital.PULSE_RATE, Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP, Vital.MEAN_BP,
    Vital.SPO2, Vital.TEMPERATURE, Vital.RESPIRATORY_RATE,
)  # fmt: skip

_UNAVAILABLE = 1
"""Stands for a mark among the values to write: no simulated value is a thousandth of its unit."""

Fragments = list[str]
_BOOLEANS = ("false", "true")


def messages(batch: ReadingBatch, profile: Profile = VITALS) -> list[bytes]:
    """One JSON object per reading, UTF-8, in the spelling of the profile."""
    names = profile.spellings
    columns = [_ids(batch), _timestamps(batch.observed_at), _sources(batch)]
    columns += [_vital(batch, vital, names.get(vital)) for vital in SYSTEM_A_ORDER]
    columns += _context(batch)
    parts = [column for column in columns if column]
    return ["".join((*row, "}")).encode() for row in zip(*parts, strict=True)]


@dataclass(frozen=True, slots=True)
class RenderedReadings:
    """The raw records of simulated readings: rendered only when somebody asks for one."""

    batch: ReadingBatch
    profile: Profile

    def text(self, row: int) -> str:
        """The message of one row."""
        return messages(self.batch.between(row, row + 1), self.profile)[0].decode()


def _ids(batch: ReadingBatch) -> Fragments:
    return [f'{{"patient_id":"{text}"' for text in batch.patients.texts(batch.patient)]


def _timestamps(at_ms: npt.NDArray[np.int64]) -> Fragments:
    texts = np.datetime_as_string(at_ms.astype("datetime64[ms]"), unit="ms")
    return [f',"timestamp":"{text}Z"' for text in texts.tolist()]


def _sources(batch: ReadingBatch) -> Fragments:
    return _looked_up(batch.source, lambda code: _text("source", batch.sources.text(code)))


def _vital(batch: ReadingBatch, vital: Vital, spelling: str | None) -> Fragments:
    """`,"spo2":97`, null for a value that is unavailable, nothing for one not measured."""
    name = spelling or VITAL_NAMES[vital]
    column = batch.values[:, vital].astype(np.int64)
    is_unavailable = (batch.na >> vital & 1).astype(np.bool_)
    marked = np.where(is_unavailable, _UNAVAILABLE, column)
    return _looked_up(marked, lambda value: _number(name, value))


def _number(name: str, value: int) -> str:
    if value == MISSING:
        return ""
    return f',"{name}":' + ("null" if value == _UNAVAILABLE else f"{value / THOUSANDTHS:g}")


def _context(batch: ReadingBatch) -> list[Fragments]:
    label = batch.labels.text
    return [
        _looked_up(batch.bp_method, lambda code: _text("bp_method", BP_METHODS[code])),
        _stated(batch.on_oxygen, lambda code: f',"on_oxygen":{_BOOLEANS[code]}'),
        _looked_up(batch.fio2, lambda value: _number("fio2", value)),
        _stated(batch.consciousness, lambda code: _text("consciousness", CONSCIOUSNESS[code])),
        _stated(batch.age, lambda age: f',"patient_age":{age}'),
        _stated(batch.gender, lambda code: _text("gender", label(code))),
        _stated(batch.condition, lambda code: _text("condition", label(code))),
        _stated(batch.is_anomaly, lambda code: f',"is_anomaly":{_BOOLEANS[code]}'),
    ]


def _text(name: str, text: str) -> str:
    return f',"{name}":"{text}"' if text else ""


def _stated(column: npt.NDArray[np.integer], fragment: Callable[[int], str]) -> Fragments:
    return _looked_up(column, lambda code: "" if code == NOT_STATED else fragment(code))


def _looked_up(column: npt.NDArray[np.integer], fragment: Callable[[int], str]) -> Fragments:
    """A fragment per row, each distinct number written once; empty if every fragment would be."""
    distinct, place = np.unique(column, return_inverse=True)
    texts = [fragment(number) for number in distinct.tolist()]
    return [texts[each] for each in place.tolist()] if any(texts) else []
