"""The compiled scanner of CSV readings: plain lines become rows, odd ones are pointed out.

Plain: no quotes, plain numbers, times and words. Of an odd record it knows where it lies.
"""

# ruff: noqa: FBT001, PLR0911, PLR0913, PLR0917 - compiled code takes places and flags by
# position, and leaves as soon as a byte is not plain.

from typing import Final

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs import fields as f
from wardline.codecs.compiled import Rows, byte_at, compiled, inlined
from wardline.codecs.csv_cells import RECORD_BYTES_MAX
from wardline.codecs.reading_rows import AGE_MAX
from wardline.codecs.scan_text import (
    NOT_PLAIN,
    Tables,
    begin_row,
    is_in_range,
    is_word,
    keep_number,
    keep_text,
    kind_of,
    letter_code,
    plain_integer,
    plain_number,
    plain_time,
)
from wardline.codecs.spellings import Text, mix
from wardline.model.vitals import ARTERIAL, CUFF

INCOMPLETE: Final = -2
"""The record goes on behind the text at hand."""

NO_FIELD: Final = -1
ODD_FIELD: Final = -2
"""A column whose cells are always read the exact way, unless they are empty."""

TRUE: Final = np.frombuffer(b"true", dtype=np.uint8)
FALSE: Final = np.frombuffer(b"false", dtype=np.uint8)
CAPITAL_TRUE: Final = np.frombuffer(b"True", dtype=np.uint8)
CAPITAL_FALSE: Final = np.frombuffer(b"False", dtype=np.uint8)
CUFF_TEXT: Final = np.frombuffer(b"cuff", dtype=np.uint8)
ARTERIAL_TEXT: Final = np.frombuffer(b"arterial", dtype=np.uint8)


@compiled
def scan(
    text: Text, at: int, end: int, columns: npt.NDArray[np.int64], tables: Tables, rows: Rows,
    row: int, line: int, is_last: bool,
) -> tuple[int, int, int]:  # fmt: skip
    """Read complete lines, from a row on. (rows, first byte not read, its line number).

    `end` lies behind a line end. `columns`: the field of each column. Stops when `rows` is full, or
    at a record that is not all there, unless nothing follows.
    """
    while at < end and row < rows.wide.shape[0]:
        if byte_at(text, at) == 10 or (byte_at(text, at) == 13 and byte_at(text, at + 1) == 10):
            at += 1 if byte_at(text, at) == 10 else 2
            line += 1
            continue
        begin_row(rows, row, at, line, tables.default_source)
        after = _scan_line(text, at, columns, tables, rows, row)
        if after < 0:
            rows.narrow[row, c.STATE] = c.ODD
            after = record_end(text, at, end)
            if after == INCOMPLETE and not is_last:
                break
            if after == INCOMPLETE:
                after = line_end(text, at)
        rows.wide[row, c.END] = after
        for index in range(at, after):
            line += byte_at(text, index) == 10
        row += 1
        at = after
    return row, at, line


@inlined
def record_end(text: Text, at: int, end: int) -> int:
    """Behind the line end of a record, line ends within quotes being part of it, or INCOMPLETE.

    A record whose quotes do not fit, or that is too long, ends with its first line.
    """
    first = at
    is_quoted = False
    while at < end:
        byte = byte_at(text, at)
        at += 1
        if at - first > RECORD_BYTES_MAX:
            return line_end(text, first)
        if byte == 34:
            is_start = not is_quoted and (at - 1 == first or byte_at(text, at - 2) == 44)
            if is_quoted and byte_at(text, at) == 34:
                at += 1
            elif is_start or (is_quoted and _may_follow(text, at)):
                is_quoted = not is_quoted
            else:
                return line_end(text, first)
        elif byte == 10 and not is_quoted:
            return at
    return INCOMPLETE


@inlined
def _may_follow(text: Text, at: int) -> bool:
    """Whether a closed quote may be followed by this."""
    return (
        byte_at(text, at) == 44
        or byte_at(text, at) == 10
        or (byte_at(text, at) == 13 and byte_at(text, at + 1) == 10)
    )


@inlined
def line_end(text: Text, at: int) -> int:
    """Behind the line end at or after a byte of a complete line."""
    while byte_at(text, at) != 10:
        at += 1
    return at + 1


@inlined
def _scan_line(
    text: Text, at: int, columns: npt.NDArray[np.int64], tables: Tables, rows: Rows, row: int
) -> int:
    """A plain line that makes a reading: the byte behind its line end, or -1."""
    seen = 0
    start = at
    last = len(columns) - 1
    for place in range(last + 1):
        field = int(columns[place])
        if byte_at(text, at) != 44 and byte_at(text, at) != 10 and byte_at(text, at) != 13:
            at = _read_cell(text, at, field, tables, rows, row)
            if at < 0:
                return NOT_PLAIN
            if field >= 0:
                seen |= 1 << field
        if place < last:
            if byte_at(text, at) != 44:
                return NOT_PLAIN
            at += 1
    if byte_at(text, at) == 13:
        at += 1
    needed = 1 << f.PATIENT_ID | 1 << f.TIMESTAMP
    is_reading = seen & ((1 << f.MARKED_END) - 1) != 0 and seen & needed == needed
    if byte_at(text, at) != 10 or not is_reading or at + 1 - start > RECORD_BYTES_MAX:
        return NOT_PLAIN
    if not seen >> f.ARRIVED_AT & 1:
        rows.wide[row, c.ARRIVED_AT] = rows.wide[row, c.OBSERVED_AT]
    return at + 1


@inlined
def _read_cell(text: Text, at: int, field: int, tables: Tables, rows: Rows, row: int) -> int:
    """Store what a cell says: its end, or -1."""
    if field == NO_FIELD:
        return _cell_end(text, at)
    if field < 0:
        return NOT_PLAIN
    if field < f.VITALS_END or field == f.FIO2:
        end, fixed, is_exact = plain_number(text, at)
        is_kept = end >= 0 and keep_number(rows, tables.limits, row, field, fixed, is_exact)
        return end if is_kept else NOT_PLAIN
    if field == f.TIMESTAMP:
        return _read_time(text, at, rows, row, c.OBSERVED_AT)
    if field == f.ARRIVED_AT:
        return _read_time(text, at, rows, row, c.ARRIVED_AT)
    column = _text_column(field)
    if column > 0:
        return _read_text(text, at, tables, rows, row, column)
    return _read_word(text, at, field, rows, row)


@inlined
def _text_column(field: int) -> int:
    if field == f.PATIENT_ID:
        return c.PATIENT
    if field == f.SOURCE:
        return c.SOURCE
    if field == f.GENDER:
        return c.GENDER
    return c.CONDITION if field == f.CONDITION else NOT_PLAIN


@inlined
def _read_word(text: Text, at: int, field: int, rows: Rows, row: int) -> int:
    """Fields with few possible values."""
    if field == f.ON_OXYGEN:
        return _read_boolean(text, at, rows, row, c.ON_OXYGEN)
    if field == f.IS_ANOMALY:
        return _read_boolean(text, at, rows, row, c.IS_ANOMALY)
    if field == f.CONSCIOUSNESS:
        rows.narrow[row, c.CONSCIOUSNESS] = letter_code(byte_at(text, at))
        return at + 1 if rows.narrow[row, c.CONSCIOUSNESS] >= 0 else NOT_PLAIN
    if field == f.PATIENT_AGE:
        end, years = plain_integer(text, at)
        rows.narrow[row, c.AGE] = years
        return end if 0 <= years <= AGE_MAX else NOT_PLAIN
    if field == f.ARRIVAL:
        end, arrival = plain_integer(text, at)
        rows.wide[row, c.ARRIVAL] = arrival
        return end if arrival > 0 else NOT_PLAIN
    if field == f.BP_METHOD:
        rows.narrow[row, c.BP_METHOD] = CUFF if is_word(text, at, CUFF_TEXT) else ARTERIAL
        if is_word(text, at, CUFF_TEXT):
            return at + len(CUFF_TEXT)
        return at + len(ARTERIAL_TEXT) if is_word(text, at, ARTERIAL_TEXT) else NOT_PLAIN
    return NOT_PLAIN


@inlined
def _read_time(text: Text, at: int, rows: Rows, row: int, column: int) -> int:
    end, moment = plain_time(text, at)
    if end < 0:
        end, moment = plain_integer(text, at)
    rows.wide[row, column] = moment
    return end if end >= 0 and is_in_range(moment) else NOT_PLAIN


@inlined
def _read_text(text: Text, at: int, tables: Tables, rows: Rows, row: int, column: int) -> int:
    mixed = kind_of(column)
    start = at
    while byte_at(text, at) != 44 and byte_at(text, at) != 10 and byte_at(text, at) != 13:
        if byte_at(text, at) < 32 or byte_at(text, at) == 34:
            return NOT_PLAIN
        mixed = mix(mixed, byte_at(text, at))
        at += 1
    return at if keep_text(rows, tables, text, row, column, start, at, mixed) else NOT_PLAIN


@inlined
def _read_boolean(text: Text, at: int, rows: Rows, row: int, column: int) -> int:
    rows.narrow[row, column] = 1
    if byte_at(text, at) == 49:
        return at + 1
    if is_word(text, at, TRUE) or is_word(text, at, CAPITAL_TRUE):
        return at + 4
    rows.narrow[row, column] = 0
    if byte_at(text, at) == 48:
        return at + 1
    return at + 5 if is_word(text, at, FALSE) or is_word(text, at, CAPITAL_FALSE) else NOT_PLAIN


@inlined
def _cell_end(text: Text, at: int) -> int:
    while byte_at(text, at) != 44 and byte_at(text, at) != 10:
        if byte_at(text, at) == 34 or (byte_at(text, at) == 13 and byte_at(text, at + 1) == 10):
            return NOT_PLAIN if byte_at(text, at) == 34 else at
        at += 1
    return at
