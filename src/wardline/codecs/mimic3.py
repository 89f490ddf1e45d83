"""MIMIC-III charted vital signs as a long table: one row a measurement, one reading a moment.

The open demo (physionet.org/content/mimiciii-demo/1.4) and tables of the same columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wardline.codecs.csv_rows import Row, Table, TableError, number_of, parse_table, refusal
from wardline.codecs.mimic3_merge import Charted, merged
from wardline.codecs.mimic3_tables import DEVICES, FAHRENHEIT, LETTERS, PARAMS, SOURCES, Field
from wardline.codecs.reading_rows import ID_LENGTH_MAX, usable_text
from wardline.codecs.recorded import Recorded, reading_batch, recorded
from wardline.codecs.timestamps import parse_time
from wardline.model.dead_letters import Rejection
from wardline.model.names import Dictionaries
from wardline.model.readings import NOT_STATED
from wardline.model.vitals import SENTINELS, UNSTATED

NEEDED = ("subject_id", "charttime", "param", "value_num")
OPTIONAL = ("value_text", "icustay_id", "error")
STAY_COLUMNS = ("icustay_id", "age", "gender")
CHARTED_IN_ERROR = "charted in error"
PREFIX = "mimic3_"

AGE_MAX = 90
"""MIMIC-III hides ages above 89; whatever it shows for them counts as 90."""


@dataclass(frozen=True, slots=True)
class Person:
    """Age in years at a stay (-1 unknown) and gender ('' unknown)."""

    age: int = NOT_STATED
    gender: str = ""


def is_long_table(header: list[str]) -> bool:
    """Whether these column names are those of a charted long table (vitals or alarm limits)."""
    return set(NEEDED) <= {name.strip().lower() for name in header}


def is_stays(header: list[str]) -> bool:
    """Whether these column names are those of a table of stays."""
    return set(STAY_COLUMNS) <= {name.strip().lower() for name in header}


def has_vitals(content: bytes) -> bool:
    """Whether the beginning of a long table holds any row that Wardline has a field for."""
    table = parse_table(content)
    param = table.needed("param")
    return any(len(row.cells) > param and row.cells[param] in PARAMS for row in table.rows)


def parse_stays(content: bytes) -> dict[str, Person]:
    """icustay_id -> person. Rows that say nothing usable are passed over. Raises TableError."""
    table = parse_table(content)
    stay, age, gender = (table.needed(name) for name in STAY_COLUMNS)
    whole = [row.cells for row in table.rows if table.misfit(row) is None]
    return {cells[stay]: _person(cells[age], cells[gender]) for cells in whole}


def decode_vitals(
    content: bytes, stays: Mapping[str, Person], names: Dictionaries, origin: str
) -> Recorded:
    """Readings of a long table of vital signs. Raises TableError for another table.

    A reading is (subject, charttime, source): '' holds all but pressures, `nibp` the cuff's, `abp`
    the arterial ones. Rows of one reading may lie anywhere in the table; its first one gives its
    place and its `position` (the line). What became of the rows:

    - refused: charted in error, unusable subject, time or number, cells missing, a value other than
      the one that counts in the same moment (see mimic3_merge);
    - ignored, counted: parameters without a field in Wardline, blank values, words that say nothing
      definite (see mimic3_tables), blank lines;
    - merged into a reading: all others. The raw record of a reading is all its rows.
    """
    table = parse_table(content)
    if not is_long_table(table.header):
        raise TableError("no MIMIC-III long table")
    sorting = _Sorting(table)
    for row in table.rows:
        sorting.take(row)
    result = merged(sorting.charted)
    readings, first = result.readings, result.first
    patients = [sorting.keys[reading][0] for reading in readings]
    people = [stays.get(sorting.charted[place].stay, Person()) for place in first]
    batch = reading_batch(
        names,
        origin,
        result.raw,
        patient=names.patients.codes(PREFIX + subject for subject in patients),
        source=names.sources.codes(SOURCES[sorting.keys[reading][2]] for reading in readings),
        observed_at=np.array([sorting.keys[reading][1] for reading in readings], dtype=np.int64),
        bp_method=np.array([sorting.keys[reading][2] for reading in readings], dtype=np.int8),
        age=np.array([person.age for person in people], dtype=np.int16),
        gender=np.array([_gender_code(person, names) for person in people], dtype=np.int32),
        **result.columns,
    )
    rejections = sorting.rejections + [
        sorting.refusal_of(place, reason) for place, reason in result.refused
    ]
    return recorded(batch, rejections, sorting.ignored + table.blank, result.rows)


def _person(age: str, gender: str) -> Person:
    try:
        years = number_of(age)
    except ValueError:
        years = math.nan
    known = not math.isnan(years) and years >= 0
    return Person(min(math.floor(years), AGE_MAX) if known else NOT_STATED, gender.strip())


def _gender_code(person: Person, names: Dictionaries) -> int:
    return names.labels.code(person.gender) if person.gender else NOT_STATED


class _RefusedError(Exception):
    """A row that cannot be used: which field, and why."""


@dataclass(slots=True)
class _Sorting:
    """Takes rows one by one and tells what is refused, ignored and charted."""

    table: Table
    charted: list[Charted] = field(default_factory=list[Charted])
    rejections: list[Rejection] = field(default_factory=list[Rejection])
    ignored: int = 0
    keys: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    """(subject, time, pressure method) of every reading, in the order of first appearance."""
    _codes: dict[tuple[str, int, int], int] = field(default_factory=dict[tuple[str, int, int], int])
    _times: dict[str, int] = field(default_factory=dict[str, int])
    _places: tuple[int, ...] = ()
    """Columns of NEEDED and OPTIONAL; one that is not there is the empty cell added at the end."""

    def __post_init__(self):
        optional = [self.table.place(name) for name in OPTIONAL]
        needed = [self.table.needed(name) for name in NEEDED]
        self._places = (*needed, *(-1 if place is None else place for place in optional))

    def take(self, row: Row) -> None:
        """Sort one row."""
        misfit = self.table.misfit(row)
        if misfit:
            self.rejections.append(misfit)
            return
        try:
            charted = self._charted(row)
        except _RefusedError as refused:
            name, reason = refused.args
            self.rejections.append(self._refusal(row, name, reason))
            return
        if charted is None:
            self.ignored += 1
        else:
            self.charted.append(charted)

    def refusal_of(self, place: int, reason: str) -> Rejection:
        """The refusal of a charted row."""
        row = self.charted[place].row
        return self._refusal(row, self._cells(row)[2], reason)

    def _charted(self, row: Row) -> Charted | None:
        subject, time, param, number, text, stay, error = self._cells(row)
        if error == "1":
            raise _RefusedError(param, CHARTED_IN_ERROR)
        if not subject or not usable_text(subject, ID_LENGTH_MAX - len(PREFIX)):
            raise _RefusedError("subject_id", "missing" if not subject else "unusable")
        at = self._time(time)
        if param not in PARAMS:
            return None
        what, method = PARAMS[param]
        stated = _stated(what, param, number or text)
        if math.isnan(stated):
            return None
        return Charted(row, self._key(subject, at, method), what, stated, stay)

    def _cells(self, row: Row) -> list[str]:
        cells = [*row.cells, ""]
        return [cells[place].strip() for place in self._places]

    def _time(self, text: str) -> int:
        at = self._times.get(text)
        if at is None:
            try:
                at = self._times[text] = parse_time(text)
            except ValueError as problem:
                raise _RefusedError("charttime", str(problem)) from None
        return at

    def _key(self, subject: str, at: int, method: int) -> int:
        key = (subject, at, method)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self.keys)
            self.keys.append(key)
        return code

    def _refusal(self, row: Row, name: str, reason: str) -> Rejection:
        subject, _, param, *_ = self._cells(row)
        known = subject if usable_text(subject, ID_LENGTH_MAX - len(PREFIX)) else ""
        _, method = PARAMS.get(param, (0, UNSTATED))
        return refusal(row, name, reason, PREFIX + known if known else "", SOURCES[method])


def _stated(what: int, param: str, text: str) -> float:
    """What a row states, as a number; NaN if nothing definite. Raises _RefusedError."""
    if what in (Field.CONSCIOUSNESS, Field.O2_DEVICE):
        table: Mapping[str, int] = LETTERS if what == Field.CONSCIOUSNESS else DEVICES
        return table.get(" ".join(text.lower().split()), math.nan)
    try:
        number = number_of(text)
    except ValueError as problem:
        raise _RefusedError(param, str(problem)) from None
    if number in SENTINELS:
        return number
    if param == FAHRENHEIT:
        return (number - 32) / 1.8
    if what == Field.FIO2 and number > 1:
        return number / 100  # no fraction is above 1, and no percentage of oxygen below 21
    return number
