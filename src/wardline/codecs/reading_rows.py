"""One record as a mapping -> one row, or the field that was wrong. The exact and patient way.

The compiled scanners read plain records faster and must agree with this.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from wardline.codecs import fields as f
from wardline.codecs.timestamps import parse_time
from wardline.model.cleaning import BEYOND_ANY, thousandths
from wardline.model.readings import NOT_STATED
from wardline.model.vitals import (
    BP_METHODS,
    CONSCIOUSNESS,
    MARK_BIT,
    SENTINELS,
    UNSTATED,
    VITAL_INDEX,
)

ID_LENGTH_MAX: Final = 128
AGE_MAX: Final = 150
NOTHING_MEASURED: Final = "nothing measured"
ARRIVAL_MAX: Final = 2**53

_UNUSABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters (category Cc) and lone surrogates, which UTF-8 cannot write."""

_PRESSURE_PAIR: Final = re.compile(
    r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*/\s*(\d{1,9}(?:\.\d{1,9})?)\s*", re.ASCII
)


class FieldError(ValueError):
    """A record cannot be taken: `field` as it was sent ("" = the record as a whole), and why."""

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


@dataclass(slots=True)
class Row:
    """One reading before its numbers are cleaned.

    `numbers`: vital signs and fio2 by field number, as stated. `na`, `bad`: mark bits that were
    stated outright. `observed_at`, `arrived_at`: ms since 1970 UTC; None = not stated.
    """

    patient_id: str = ""
    source: str = ""
    observed_at: int | None = None
    numbers: dict[int, float] = field(default_factory=dict[int, float])
    na: int = 0
    bad: int = 0
    bp_method: int = UNSTATED
    on_oxygen: int = NOT_STATED
    consciousness: int = NOT_STATED
    is_anomaly: int = NOT_STATED
    age: int = NOT_STATED
    gender: str = ""
    condition: str = ""
    arrival: int = 0
    arrived_at: int | None = None
    given: dict[int, tuple[str, object]] = field(default_factory=dict[int, tuple[str, object]])
    """What was said about each field, and under which name."""


def row_of(record: Mapping[str, object], known: Mapping[str, int]) -> Row:
    """The row of one record. `known`: which names are fields. Raises FieldError."""
    row = Row()
    for name, stated in record.items():
        number = known.get(name)
        if number is not None:
            _READERS[number](row, name, stated)
    if not row.patient_id:
        raise FieldError("patient_id", "missing")
    if row.observed_at is None:
        raise FieldError("timestamp", "missing")
    _check_marks(row)
    if not (row.numbers or row.na or row.bad or row.on_oxygen >= 0 or row.consciousness >= 0):
        raise FieldError("", NOTHING_MEASURED)
    return row


def usable_text(text: str, length_max: int = ID_LENGTH_MAX) -> bool:
    """Whether a text is short enough and free of control characters and lone surrogates."""
    return len(text) <= length_max and _UNUSABLE.search(text) is None


def known_text(record: object, name: str) -> str:
    """A text field of a record that was refused, if it is one: for the dead letter."""
    stated: object = record.get(name) if isinstance(record, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return stated if isinstance(stated, str) and usable_text(stated) else ""


def _read_vital(row: Row, name: str, stated: object) -> None:
    _take_number(row, f.CSV_FIELDS[name], name, stated)


def _take_number(row: Row, number: int, name: str, stated: object) -> None:
    figure = None if stated is None else _finite(name, stated)
    if not _is_first(row, number, name, figure):
        return
    if figure is None:
        row.na |= 1 << number
    else:
        row.numbers[number] = figure


def _read_pressure_pair(row: Row, name: str, stated: object) -> None:
    if stated is None:
        pair: tuple[float | None, float | None] = (None, None)
    else:
        match = _PRESSURE_PAIR.fullmatch(stated) if isinstance(stated, str) else None
        if match is None:
            raise FieldError(name, "not of the form 120/80")
        pair = (float(match[1]), float(match[2]))
    _take_number(row, VITAL_INDEX["systolic_bp"], name, pair[0])
    _take_number(row, VITAL_INDEX["diastolic_bp"], name, pair[1])


def _read_on_oxygen(row: Row, name: str, stated: object) -> None:
    if stated is None:
        row.na |= 1 << f.ON_OXYGEN
    else:
        row.on_oxygen = _boolean(name, stated)


def _read_consciousness(row: Row, name: str, stated: object) -> None:
    if stated is None:
        row.na |= 1 << f.CONSCIOUSNESS
        return
    letter = stated.upper() if isinstance(stated, str) and len(stated) == 1 else ""
    if not letter or letter not in CONSCIOUSNESS:
        raise FieldError(name, "not one of A, C, V, P, U")
    row.consciousness = CONSCIOUSNESS.index(letter)


def _read_bp_method(row: Row, name: str, stated: object) -> None:
    if stated is None:
        return
    if not isinstance(stated, str) or stated not in BP_METHODS[1:]:
        raise FieldError(name, "neither cuff nor arterial")
    row.bp_method = BP_METHODS.index(stated)


def _read_is_anomaly(row: Row, name: str, stated: object) -> None:
    if stated is not None:
        row.is_anomaly = _boolean(name, stated)


def _read_age(row: Row, name: str, stated: object) -> None:
    if stated is None:
        return
    years = _finite(name, stated)
    if years in SENTINELS:
        return
    if not 0 <= years < AGE_MAX + 1:
        raise FieldError(name, f"not an age from 0 to {AGE_MAX} years")
    if _is_first(row, f.PATIENT_AGE, name, math.floor(years)):
        row.age = math.floor(years)


def _read_gender(row: Row, name: str, stated: object) -> None:
    row.gender = "" if stated is None else _text(name, stated)


def _read_condition(row: Row, name: str, stated: object) -> None:
    row.condition = "" if stated is None else _text(name, stated)


def _read_patient_id(row: Row, name: str, stated: object) -> None:
    if stated is None:
        raise FieldError(name, "missing")
    row.patient_id = _text(name, stated)
    if not row.patient_id:
        raise FieldError(name, "empty")


def _read_source(row: Row, name: str, stated: object) -> None:
    row.source = "" if stated is None else _text(name, stated)


def _read_timestamp(row: Row, name: str, stated: object) -> None:
    if stated is None:
        raise FieldError(name, "missing")
    at = _time(name, stated)
    if _is_first(row, f.TIMESTAMP, name, at):
        row.observed_at = at


def _read_arrived_at(row: Row, name: str, stated: object) -> None:
    row.arrived_at = _time(name, stated)


def _read_arrival(row: Row, name: str, stated: object) -> None:
    place = _finite(name, stated)
    if not 1 <= place <= ARRIVAL_MAX or place != math.floor(place):
        raise FieldError(name, "not a whole number from 1")
    row.arrival = int(place)


def _read_marks(row: Row, name: str, stated: object) -> None:
    for mark in str(stated).split():
        marked, _, kind = mark.rpartition(":")
        if marked not in MARK_BIT or kind not in ("na", "bad"):
            raise FieldError(name, "not of the form spo2:na heart_rate:bad")
        bit = 1 << MARK_BIT[marked]
        if kind == "na":
            row.na |= bit
        else:
            row.bad |= bit


def _check_marks(row: Row) -> None:
    """A stored mark stands for a value that is not there, and there is one mark a field."""
    there = sum(1 << number for number, figure in row.numbers.items() if figure not in SENTINELS)
    there |= (row.on_oxygen >= 0) << f.ON_OXYGEN | (row.consciousness >= 0) << f.CONSCIOUSNESS
    sentinels = sum(1 << number for number, figure in row.numbers.items() if figure in SENTINELS)
    if (row.na | row.bad) & there or row.bad & (row.na | sentinels):
        raise FieldError("marks", "a mark for a field that has a value or another mark")


_READERS: Final[dict[int, Callable[[Row, str, object], None]]] = {
    **dict.fromkeys(range(f.VITALS_END), _read_vital),
    f.FIO2: _read_vital,
    f.ON_OXYGEN: _read_on_oxygen,
    f.CONSCIOUSNESS: _read_consciousness,
    f.BP_METHOD: _read_bp_method,
    f.IS_ANOMALY: _read_is_anomaly,
    f.PATIENT_AGE: _read_age,
    f.GENDER: _read_gender,
    f.CONDITION: _read_condition,
    f.PATIENT_ID: _read_patient_id,
    f.TIMESTAMP: _read_timestamp,
    f.SOURCE: _read_source,
    f.BLOOD_PRESSURE: _read_pressure_pair,
    f.MARKS: _read_marks,
    f.ARRIVAL: _read_arrival,
    f.ARRIVED_AT: _read_arrived_at,
}


def _is_first(row: Row, number: int, name: str, said: object) -> bool:
    """Whether nothing was said about a field yet. Raises FieldError if something else was."""
    before = row.given.setdefault(number, (name, said))
    if before[0] == name:
        return True
    if _fixed(before[1]) != _fixed(said):
        raise FieldError(name, f"disagrees with {before[0]}")
    return False


def _fixed(said: object) -> object:
    """What a number comes to, so that two can be compared."""
    if not isinstance(said, float):
        return said
    if said in SENTINELS:
        return None
    return said if abs(said) >= BEYOND_ANY else int(thousandths(np.array([said]))[0])


def _finite(name: str, stated: object) -> float:
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        raise FieldError(name, "not a number")
    # An integer too large for a double is as implausible as the largest one.
    figure = float(max(-(10**18), min(stated, 10**18))) if isinstance(stated, int) else stated
    if not math.isfinite(figure):
        raise FieldError(name, "not a finite number")
    return figure


def _boolean(name: str, stated: object) -> int:
    if isinstance(stated, bool | int | float) and stated in (0, 1):
        return int(stated)
    raise FieldError(name, "not one of true, false, 1, 0")


def _text(name: str, stated: object) -> str:
    if not isinstance(stated, str):
        raise FieldError(name, "not a text")
    if len(stated) > ID_LENGTH_MAX:
        raise FieldError(name, f"longer than {ID_LENGTH_MAX} characters")
    if not usable_text(stated):
        raise FieldError(name, "contains control characters or half a character")
    return stated


def _time(name: str, stated: object) -> int:
    try:
        return parse_time(stated)
    except ValueError as error:
        raise FieldError(name, str(error)) from None
