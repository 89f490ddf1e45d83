"""BIDMC recordings: numerics once a second.

Pimentel et al. 2017, doi 10.1109/TBME.2016.2613124.
"""

import math
import re
from dataclasses import dataclass, replace

import numpy as np

from wardline.codecs.csv_rows import Row, Table, TableError, number_of, parse_table, refusal
from wardline.codecs.reading_rows import NOTHING_MEASURED
from wardline.codecs.recorded import RECORDINGS_START, Recorded, reading_batch, recorded
from wardline.codecs.timestamps import OUT_OF_RANGE, TIME_HIGH, TIME_LOW
from wardline.model.cleaning import clean_values
from wardline.model.dead_letters import Rejection
from wardline.model.names import Dictionaries
from wardline.model.readings import NOT_STATED, RawTexts
from wardline.model.vitals import VITAL_COUNT, Vital

TIME = "Time [s]"
COLUMNS = {
    "HR": Vital.HEART_RATE,
    "PULSE": Vital.PULSE_RATE,
    "RESP": Vital.RESPIRATORY_RATE,
    "SpO2": Vital.SPO2,
}
"""Other columns are ignored."""

_BINARY_SLACK = 1e-6
"""4.001 s is 4000.9999999999995 ms in binary; truncating needs a little help."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the `_Fix.txt` beside the numerics says; -1 and '' if it does not."""

    age: int = NOT_STATED
    gender: str = ""


def is_numerics(header: list[str]) -> bool:
    """Whether these column names are those of a numerics table (a waveform table has only RESP)."""
    names = {name.strip().lower() for name in header}
    return TIME.lower() in names and bool(names & {"hr", "pulse", "spo2"})


def parse_person(content: bytes) -> Person:
    """Age (`90+` counts as 90) and gender of a `_Fix.txt`."""
    text = content.decode("utf-8", errors="replace")
    age = re.search(r"^Age:\s*(\d{1,3})\b", text, re.MULTILINE)
    gender = re.search(r"^Gender:\s*([FM])\b", text, re.MULTILINE)
    return Person(int(age[1]) if age else NOT_STATED, gender[1] if gender else "")


def decode_numerics(
    content: bytes, patient_id: str, person: Person, names: Dictionaries, origin: str
) -> Recorded:
    """Readings of one numerics table. Blank or NaN is "not measured".

    The recording starts at 2000-01-01T00:00:00Z. A row with nothing in it, with a cell that is no
    number, without a usable time or with cells missing is refused. `position` is the line number.
    Raises TableError for another table.
    """
    table = parse_table(content)
    if not is_numerics(table.header):
        raise TableError("no BIDMC numerics table")
    kept, rejections = _sorted_rows(table, patient_id)
    numbers = np.array([row.numbers for row in kept]).reshape(-1, VITAL_COUNT)
    values, na, bad = clean_values(numbers)
    count = len(kept)
    gender = names.labels.code(person.gender) if person.gender else NOT_STATED
    batch = reading_batch(
        names,
        origin,
        RawTexts([row.text for row in kept]),
        patient=np.full(count, names.patients.code(patient_id), dtype=np.int32),
        source=np.full(count, names.sources.code(""), dtype=np.int32),
        observed_at=np.array([row.at for row in kept], dtype=np.int64),
        values=values,
        na=na,
        bad=bad,
        age=np.full(count, person.age, dtype=np.int16),
        gender=np.full(count, gender, dtype=np.int32),
        position=np.array([row.line for row in kept], dtype=np.int64),
    )
    return recorded(batch, rejections, table.blank, np.ones(count, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Measured:
    line: int
    text: str
    at: int
    numbers: list[float]


class _RefusedError(Exception):
    """A row that is no reading: which field, and why."""


def _sorted_rows(table: Table, patient_id: str) -> tuple[list[_Measured], list[Rejection]]:
    time = table.needed(TIME)
    places = {place: vital for name, vital in COLUMNS.items()
              if (place := table.place(name)) is not None}  # fmt: skip
    kept: list[_Measured] = []
    rejections: list[Rejection] = []
    for row in table.rows:
        misfit = table.misfit(row)
        if misfit:
            rejections.append(replace(misfit, patient_id=patient_id))
            continue
        try:
            kept.append(_measured(row, time, places))
        except _RefusedError as refused:
            field, reason = refused.args
            rejections.append(refusal(row, field, reason, patient_id))
    return kept, rejections


def _measured(row: Row, time: int, places: dict[int, Vital]) -> _Measured:
    seconds = _number(row.cells[time], "timestamp")
    at = RECORDINGS_START + seconds * 1000 + _BINARY_SLACK
    if math.isnan(at):
        raise _RefusedError("timestamp", "missing")
    if not TIME_LOW <= at <= TIME_HIGH:
        raise _RefusedError("timestamp", OUT_OF_RANGE)
    numbers = [math.nan] * VITAL_COUNT
    for place, vital in places.items():
        numbers[vital] = _number(row.cells[place], vital.name.lower())
    if all(math.isnan(number) for number in numbers):
        raise _RefusedError("", NOTHING_MEASURED)
    return _Measured(row.line, row.text, math.floor(at), numbers)


def _number(cell: str, field: str) -> float:
    try:
        return number_of(cell)
    except ValueError as problem:
        raise _RefusedError(field, str(problem)) from None
