"""Readings as the JSON objects that a Wardline takes."""

from typing import Any

from wardline.model.readings import ReadingBatch
from wardline.model.vitals import (
    BP_METHODS,
    CONSCIOUSNESS,
    MARKED_NAMES,
    MISSING,
    THOUSANDTHS,
    VITAL_NAMES,
)


def reading_objects(batch: ReadingBatch, later_ms: int = 0) -> list[dict[str, Any]]:
    """One object per reading, its timestamp moved by `later_ms`.

    A value that was removed as implausible is not there any more, so it is not sent.
    """
    columns = {name: batch.values[:, place].tolist() for place, name in enumerate(VITAL_NAMES)}
    columns["fio2"] = batch.fio2.tolist()
    objects: list[dict[str, Any]] = []
    for row in range(len(batch)):
        reading = _key_and_context(batch, row, later_ms)
        for name, values in columns.items():
            if values[row] != MISSING:
                reading[name] = values[row] / THOUSANDTHS
        marks = int(batch.na[row])
        if marks:
            reading.update(
                {name: None for bit, name in enumerate(MARKED_NAMES) if marks >> bit & 1}
            )
        objects.append(reading)
    return objects


def _key_and_context(batch: ReadingBatch, row: int, later_ms: int) -> dict[str, Any]:
    reading: dict[str, Any] = {
        "patient_id": batch.patients.text(int(batch.patient[row])),
        "timestamp": int(batch.observed_at[row]) + later_ms,
    }
    source = batch.sources.text(int(batch.source[row]))
    stated: dict[str, Any] = {
        "source": source or None,
        "bp_method": BP_METHODS[int(batch.bp_method[row])] or None,
        "on_oxygen": _truth(int(batch.on_oxygen[row])),
        "is_anomaly": _truth(int(batch.is_anomaly[row])),
        "consciousness": _letter(int(batch.consciousness[row])),
        "patient_age": _known(int(batch.age[row])),
        "gender": _label(batch, int(batch.gender[row])),
        "condition": _label(batch, int(batch.condition[row])),
    }
    reading.update({name: said for name, said in stated.items() if said is not None})
    return reading


def _truth(code: int) -> bool | None:
    return bool(code) if code >= 0 else None


def _letter(code: int) -> str | None:
    return CONSCIOUSNESS[code] if code >= 0 else None


def _known(number: int) -> int | None:
    return number if number >= 0 else None


def _label(batch: ReadingBatch, code: int) -> str | None:
    return batch.labels.text(code) if code >= 0 else None
