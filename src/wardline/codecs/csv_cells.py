"""CSV text, the exact way: the cells of one record (RFC 4180), and what a cell says.

A byte that is no UTF-8 matters only in a cell that is a field of the reading.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wardline.codecs import fields as f
from wardline.codecs.reading_rows import FieldError

RECORD_BYTES_MAX: Final = 65_536
"""A longer record is refused; a quote left open is taken for an error after so many bytes."""
COLUMNS_MAX: Final = 1024

_CELL: Final = re.compile(rb'"((?:[^"]++|"")*+)"(?=,|\Z)|([^",]*+)(?=,|\Z)')
_NUMBER: Final = re.compile(
    r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,5})?", re.ASCII
)
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False}


class CsvHeaderError(ValueError):
    """The header is no header of readings; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is a field: its place, its name in the header and its field number."""

    place: int
    name: str
    field: int


@dataclass(frozen=True, slots=True)
class Header:
    """count: all columns. columns: those that are fields."""

    count: int
    columns: tuple[Column, ...]

    @property
    def fields(self) -> frozenset[int]:
        """The fields there is a column for."""
        return frozenset(column.field for column in self.columns)


def parse_header(line: bytes) -> Header:
    """Raises CsvHeaderError for a header without patient_id or timestamp, or with a name twice."""
    try:
        names = [cell.decode().strip() for cell in split_cells(line.removeprefix(b"\xef\xbb\xbf"))]
    except (FieldError, UnicodeDecodeError):
        raise CsvHeaderError("the header is no CSV in UTF-8") from None
    if len(names) > COLUMNS_MAX:
        raise CsvHeaderError(f"more than {COLUMNS_MAX} columns")
    columns = tuple(
        Column(place, name, f.CSV_FIELDS[name])
        for place, name in enumerate(names)
        if name in f.CSV_FIELDS
    )
    known = [column.name for column in columns]
    twice = next((name for name in known if known.count(name) > 1), None)
    if twice is not None:
        raise CsvHeaderError(f"two columns named {twice}")
    header = Header(len(names), columns)
    for field in (f.PATIENT_ID, f.TIMESTAMP):
        if field not in header.fields:
            raise CsvHeaderError(f"no column {f.FIELD_NAMES[field]}")
    return header


def split_cells(record: bytes) -> Sequence[bytes]:
    """The cells of a record without its line end. Raises FieldError at a misplaced quote."""
    cells: list[bytes] = []
    at = 0
    while True:
        match = _CELL.match(record, at)
        if match is None:
            raise FieldError("", "a quote where none may be")
        quoted, bare = match.groups()
        cells.append(bare if quoted is None else quoted.replace(b'""', b'"'))
        if match.end() == len(record):
            return cells
        at = match.end() + 1


def parse_record(raw: bytes, header: Header) -> Mapping[str, object]:
    """What the cells of a record say, by column name; empty ones say nothing. Raises FieldError."""
    if len(raw) > RECORD_BYTES_MAX:
        raise FieldError("", f"longer than {RECORD_BYTES_MAX} bytes")
    cells = split_cells(raw.removesuffix(b"\n").removesuffix(b"\r"))
    if len(cells) != header.count:
        raise FieldError("", "not as many cells as the header has")
    return {
        column.name: _said(column, cells[column.place])
        for column in header.columns
        if cells[column.place]
    }


def _said(column: Column, cell: bytes) -> object:
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        raise FieldError(column.name, "not UTF-8") from None
    if column.field in (f.PATIENT_ID, f.SOURCE, f.GENDER, f.CONDITION):
        return text
    text = text.strip(" ")
    if column.field in (f.ON_OXYGEN, f.IS_ANOMALY) and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if column.field in (f.CONSCIOUSNESS, f.BP_METHOD, f.BLOOD_PRESSURE, f.MARKS):
        return text
    figure = _figure(text)
    if figure is None and column.field not in (f.TIMESTAMP, f.ARRIVED_AT):
        raise FieldError(column.name, "not a number")
    return text if figure is None else figure


def _figure(text: str) -> float | int | None:
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else None
