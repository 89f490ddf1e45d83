"""The compiled scanner of JSON readings: plain objects become rows, odd ones are pointed out.

Plain: no escapes, no nesting, known or unknown fields in any order, each field at most once.
What it calls plain it has fully checked to be JSON; of an odd record it knows only where it ends.
"""

# ruff: noqa: FBT001, PLR0911, PLR0913, PLR0917, PLR1714 - compiled code takes places and flags by
# position, and leaves as soon as a byte is not plain.

from typing import Final

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs import fields as f
from wardline.codecs.compiled import Rows, byte_at, compiled, inlined
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
    text_end,
)
from wardline.codecs.spellings import KEY, Text, code_of
from wardline.model.vitals import ARTERIAL, CUFF

SOMETHING: Final = (1 << f.MARKED_END) - 1
"""Fields of which one at least must be there."""
NEEDED: Final = 1 << f.PATIENT_ID | 1 << f.TIMESTAMP

NULL: Final = np.frombuffer(b"null", dtype=np.uint8)
TRUE: Final = np.frombuffer(b"true", dtype=np.uint8)
FALSE: Final = np.frombuffer(b"false", dtype=np.uint8)
CUFF_TEXT: Final = np.frombuffer(b'"cuff"', dtype=np.uint8)
ARTERIAL_TEXT: Final = np.frombuffer(b'"arterial"', dtype=np.uint8)


@compiled
def scan(
    text: Text, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], items_max: int,
    tables: Tables, rows: Rows, row: int,
) -> tuple[int, int]:  # fmt: skip
    """Read segments, each an object or an array of objects, from a row on. (rows, segments read).

    A segment that would make more than `items_max` rows is not read, nor anything after it; `rows`
    has room for so many.
    """
    for segment in range(len(starts)):
        end = int(ends[segment])
        start = space_end(text, int(starts[segment]), end)
        first = row
        is_array = byte_at(text, start) == 91
        at = space_end(text, start + 1, end) if is_array else start
        is_empty = is_array and byte_at(text, at) == 93
        is_sound = not is_array or (at < end and (not is_empty or is_closed(text, at, end)))
        while is_sound and at < end and not is_empty:
            if row == items_max:
                return first, segment
            begin_row(rows, row, at, segment, tables.default_source)
            object_end = _scan_object(text, at, end, tables, rows, row)
            record_end = _record_end(text, at, object_end, end, is_array)
            if record_end != object_end:
                rows.narrow[row, c.STATE] = c.ODD
            rows.wide[row, c.END] = record_end
            row += 1
            at, is_sound = _next_item(text, record_end, end, is_array)
        if not is_sound and first == items_max:
            return first, segment
        if not is_sound:
            row = _mark_broken(rows, first, segment, start, end)
    return row, len(starts)


@inlined
def is_closed(text: Text, at: int, end: int) -> bool:
    """Whether the array ends here, and the segment with it."""
    return byte_at(text, at) == 93 and space_end(text, at + 1, end) == end


@inlined
def _record_end(text: Text, at: int, object_end: int, end: int, is_array: bool) -> int:
    """Where a record ends: an odd item where its brackets close, else where its segment does."""
    if is_array:
        return object_end if object_end >= 0 else item_end(text, at, end)
    if object_end >= 0 and space_end(text, object_end, end) == end:
        return object_end
    while is_space(byte_at(text, end - 1)):
        end -= 1
    return end


@inlined
def _next_item(text: Text, at: int, end: int, is_array: bool) -> tuple[int, bool]:
    """(start of the next item or the segment's end, the array is sound so far)."""
    if at < 0:
        return end, False
    if not is_array:
        return end, True
    at = space_end(text, at, end)
    if is_closed(text, at, end):
        return end, True
    if byte_at(text, at) != 44:
        return end, False
    at = space_end(text, at + 1, end)
    return at, at < end


@inlined
def _mark_broken(rows: Rows, row: int, segment: int, start: int, end: int) -> int:
    """One row for a whole segment whose parts do not fit together. The row after it."""
    rows.wide[row, c.START] = start
    rows.wide[row, c.END] = end
    rows.wide[row, c.PLACE] = segment
    rows.narrow[row, c.STATE] = c.BROKEN
    return row + 1


@inlined
def _scan_object(text: Text, at: int, end: int, tables: Tables, rows: Rows, row: int) -> int:
    """A plain object that makes a reading: its end, or -1."""
    if byte_at(text, at) != 123:
        return NOT_PLAIN
    seen = 0
    while True:
        at = space_end(text, at + 1, end)
        if byte_at(text, at) != 34:
            return NOT_PLAIN
        key_end, field = _read_key(text, at + 1, tables)
        if key_end < 0 or (field >= 0 and seen >> field & 1):
            return NOT_PLAIN
        if field >= 0:
            seen |= 1 << field
        at = space_end(text, key_end + 1, end)
        if byte_at(text, at) != 58:
            return NOT_PLAIN
        at = _read_value(text, space_end(text, at + 1, end), field, tables, rows, row)
        if at < 0:
            return NOT_PLAIN
        at = space_end(text, at, end)
        if byte_at(text, at) == 125:
            break
        if byte_at(text, at) != 44:
            return NOT_PLAIN
    return at + 1 if seen & SOMETHING and seen & NEEDED == NEEDED else NOT_PLAIN


@inlined
def _read_key(text: Text, at: int, tables: Tables) -> tuple[int, int]:
    """(place of the quote behind a key, its field or NOT_SEEN); -1 if it is not plain."""
    end, mixed = text_end(text, at, 34, KEY)
    if end < 0:
        return NOT_PLAIN, c.NOT_SEEN
    field = code_of(tables.entries, tables.texts, KEY, text, at, end - at, mixed)
    if field == c.NOT_SEEN and not is_ascii(text, at, end):
        return NOT_PLAIN, c.NOT_SEEN
    return end, field


@inlined
def _read_value(text: Text, at: int, field: int, tables: Tables, rows: Rows, row: int) -> int:
    """Store the value of a field: its end, or -1."""
    if field == c.NOT_SEEN:
        return _pass_value(text, at)
    if byte_at(text, at) == 110:
        return _read_null(text, at, field, rows, row)
    if field < f.VITALS_END or field == f.FIO2:
        end, fixed, is_exact = plain_number(text, at)
        is_kept = end >= 0 and keep_number(rows, tables.limits, row, field, fixed, is_exact)
        return end if is_kept else NOT_PLAIN
    if field == f.TIMESTAMP:
        return _read_time(text, at, rows, row)
    if field == f.PATIENT_ID:
        return _read_text(text, at, tables, rows, row, c.PATIENT)
    if field == f.SOURCE:
        return _read_text(text, at, tables, rows, row, c.SOURCE)
    if field == f.GENDER:
        return _read_text(text, at, tables, rows, row, c.GENDER)
    if field == f.CONDITION:
        return _read_text(text, at, tables, rows, row, c.CONDITION)
    return _read_word(text, at, field, rows, row)


@inlined
def _read_word(text: Text, at: int, field: int, rows: Rows, row: int) -> int:
    """Fields with few possible values."""
    if field == f.ON_OXYGEN:
        return _read_boolean(text, at, rows, row, c.ON_OXYGEN)
    if field == f.IS_ANOMALY:
        return _read_boolean(text, at, rows, row, c.IS_ANOMALY)
    if field == f.CONSCIOUSNESS:
        rows.narrow[row, c.CONSCIOUSNESS] = letter_code(byte_at(text, at + 1))
        is_letter = (
            byte_at(text, at) == 34
            and rows.narrow[row, c.CONSCIOUSNESS] >= 0
            and byte_at(text, at + 2) == 34
        )
        return at + 3 if is_letter else NOT_PLAIN
    if field == f.PATIENT_AGE:
        end, years = plain_integer(text, at)
        rows.narrow[row, c.AGE] = years
        return end if 0 <= years <= AGE_MAX else NOT_PLAIN
    if field == f.BP_METHOD:
        if is_word(text, at, CUFF_TEXT):
            rows.narrow[row, c.BP_METHOD] = CUFF
            return at + len(CUFF_TEXT)
        if is_word(text, at, ARTERIAL_TEXT):
            rows.narrow[row, c.BP_METHOD] = ARTERIAL
            return at + len(ARTERIAL_TEXT)
    return NOT_PLAIN


@inlined
def _read_null(text: Text, at: int, field: int, rows: Rows, row: int) -> int:
    if not is_word(text, at, NULL):
        return NOT_PLAIN
    if field in (f.PATIENT_ID, f.TIMESTAMP, f.BLOOD_PRESSURE):
        return NOT_PLAIN
    if field < f.MARKED_END:
        rows.narrow[row, c.NA] |= 1 << field
    return at + 4


@inlined
def _read_time(text: Text, at: int, rows: Rows, row: int) -> int:
    if byte_at(text, at) == 34:
        end, moment = plain_time(text, at + 1)
        if end < 0 or byte_at(text, end) != 34:
            return NOT_PLAIN
        end += 1
    else:
        end, moment = plain_integer(text, at)
    rows.wide[row, c.OBSERVED_AT] = moment
    return end if end >= 0 and is_in_range(moment) else NOT_PLAIN


@inlined
def _read_text(text: Text, at: int, tables: Tables, rows: Rows, row: int, column: int) -> int:
    if byte_at(text, at) != 34:
        return NOT_PLAIN
    end, mixed = text_end(text, at + 1, 34, kind_of(column))
    if end < 0:
        return NOT_PLAIN
    if end == at + 1:
        return end + 1 if column != c.PATIENT else NOT_PLAIN
    is_kept = keep_text(rows, tables, text, row, column, at + 1, end, mixed)
    return end + 1 if is_kept else NOT_PLAIN


@inlined
def _read_boolean(text: Text, at: int, rows: Rows, row: int, column: int) -> int:
    if byte_at(text, at) == 49 or byte_at(text, at) == 48:
        rows.narrow[row, column] = byte_at(text, at) - 48
        return at + 1
    if is_word(text, at, TRUE):
        rows.narrow[row, column] = 1
        return at + 4
    rows.narrow[row, column] = 0
    return at + 5 if is_word(text, at, FALSE) else NOT_PLAIN


@inlined
def _pass_value(text: Text, at: int) -> int:
    """The end of a plain value that nobody needs, or -1."""
    byte = byte_at(text, at)
    if byte == 34:
        end, _ = text_end(text, at + 1, 34, KEY)
        return end + 1 if end >= 0 and is_ascii(text, at + 1, end) else NOT_PLAIN
    if byte == 116:
        return at + 4 if is_word(text, at, TRUE) else NOT_PLAIN
    if byte == 102:
        return at + 5 if is_word(text, at, FALSE) else NOT_PLAIN
    if byte == 110:
        return at + 4 if is_word(text, at, NULL) else NOT_PLAIN
    end, _, _ = plain_number(text, at)
    return end


@inlined
def is_space(byte: int) -> bool:
    """The white space of JSON."""
    return byte == 32 or byte == 10 or byte == 13 or byte == 9


@inlined
def space_end(text: Text, at: int, end: int) -> int:
    """The first byte that is no white space, `end` at most."""
    while at < end and is_space(byte_at(text, at)):
        at += 1
    return at


@inlined
def is_ascii(text: Text, at: int, end: int) -> bool:
    """Whether all bytes are below 128."""
    every = 0
    for index in range(at, end):
        every |= byte_at(text, index)
    return every < 128


@inlined
def item_end(text: Text, at: int, end: int) -> int:
    """The end of any one item, judged by brackets and quotes alone, or -1."""
    if byte_at(text, at) == 34:
        return quoted_end(text, at, end)
    if byte_at(text, at) != 123 and byte_at(text, at) != 91:
        return _scalar_end(text, at, end)
    depth = 0
    while at < end:
        byte = byte_at(text, at)
        if byte == 34:
            at = quoted_end(text, at, end) - 1
            if at < 0:
                return NOT_PLAIN
        elif byte == 123 or byte == 91:
            depth += 1
        elif byte == 125 or byte == 93:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return NOT_PLAIN


@inlined
def quoted_end(text: Text, at: int, end: int) -> int:
    """The byte behind the quote that ends a text, or -1."""
    at += 1
    while at < end:
        if byte_at(text, at) == 34:
            return at + 1
        at += 2 if byte_at(text, at) == 92 else 1
    return NOT_PLAIN


@inlined
def _scalar_end(text: Text, at: int, end: int) -> int:
    first = at
    while (
        at < end
        and not is_space(byte_at(text, at))
        and byte_at(text, at) not in (34, 44, 91, 93, 123, 125)
    ):
        at += 1
    return at if at > first else NOT_PLAIN
