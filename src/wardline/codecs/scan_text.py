"""Compiled readers of the plain forms of numbers and times, shared by JSON and CSV.

Each starts at a byte and gives the byte after what it read, or -1 for whatever is not plain: that
goes the exact way, so a reader here may be narrow but never wrong. No text continues past a NUL.
"""

# ruff: noqa: FBT001, PLR0913, PLR0917, PLR1714, SIM110 - compiled code takes places and flags by
# position, compares faster than it searches, and knows no generators.

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs import fields as f
from wardline.codecs.compiled import Rows, byte_at, inlined
from wardline.codecs.spellings import LABEL, PATIENT, Entries, Text, code_of, mix
from wardline.codecs.timestamps import TIME_HIGH, TIME_LOW
from wardline.model.readings import NOT_STATED
from wardline.model.vitals import MISSING, VITAL_COUNT

Limits = npt.NDArray[np.int32]
"""As `compiled.field_limits` gives them."""


class Tables(NamedTuple):
    """What a scanner looks things up in. default_source: code of a source that is not stated."""

    entries: Entries
    texts: Text
    limits: Limits
    default_source: int


NOT_PLAIN: Final = -1
WHOLE_DIGITS_MAX: Final = 6
"""A longer whole part is beyond any vital sign."""
DIGITS_MAX: Final = 15
"""Decimals of so many digits and their doubles order alike: rounding one is rounding the other."""

DAY_MS: Final = 86_400_000


@inlined
def plain_number(text: Text, at: int) -> tuple[int, int, bool]:
    """(end, thousandths half away from zero, nothing was rounded) of a decimal without exponent."""
    is_negative = byte_at(text, at) == 45
    if is_negative:
        at += 1
    first = at
    fixed = 0
    while 48 <= byte_at(text, at) <= 57:
        fixed = fixed * 10 + (byte_at(text, at) - 48)
        at += 1
        if at - first > WHOLE_DIGITS_MAX:
            return NOT_PLAIN, 0, False
    if at == first or (byte_at(text, first) == 48 and at > first + 1):
        return NOT_PLAIN, 0, False
    fixed *= 1000
    rest = 0
    if byte_at(text, at) == 46:
        at, part, rest = _decimals(text, at + 1)
        fixed += part
        if at - first > DIGITS_MAX + 1:
            return NOT_PLAIN, 0, False
    return at, -fixed if is_negative else fixed, rest == 0


@inlined
def _decimals(text: Text, at: int) -> tuple[int, int, int]:
    """(end, thousandths, digits behind the third or-ed together); end -1 if there is no digit."""
    first = at
    weight = 100
    part = 0
    rest = 0
    while 48 <= byte_at(text, at) <= 57:
        digit = byte_at(text, at) - 48
        part += digit * weight
        if weight == 0:
            part += at == first + 3 and digit >= 5
            rest |= digit
        weight //= 10
        at += 1
    return at if at > first else NOT_PLAIN, part, rest


@inlined
def keep_number(
    rows: Rows, limits: Limits, row: int, field: int, fixed: int, is_exact: bool
) -> bool:
    """Store a value, or the mark it deserves. False: only the exact way can tell."""
    if fixed < 0:
        if not is_exact:
            return False
        is_sentinel = (
            fixed == -999_000 or fixed == -99_900 or fixed == -1_000 or fixed == -32_768_000
        )
        rows.narrow[row, c.NA if is_sentinel else c.BAD] |= 1 << field
    elif fixed < limits[c.LOW, field] or fixed > limits[c.HIGH, field]:
        rows.narrow[row, c.BAD] |= 1 << field
    elif field == f.FIO2:
        rows.narrow[row, c.FIO2] = fixed
    else:
        rows.narrow[row, c.VALUES + field] = fixed
    return True


@inlined
def plain_integer(text: Text, at: int) -> tuple[int, int]:
    """(end, integer) of up to 15 digits."""
    is_negative = byte_at(text, at) == 45
    if is_negative:
        at += 1
    first = at
    whole = 0
    while 48 <= byte_at(text, at) <= 57:
        whole = whole * 10 + (byte_at(text, at) - 48)
        at += 1
        if at - first > DIGITS_MAX:
            return NOT_PLAIN, 0
    if at == first or (byte_at(text, first) == 48 and at > first + 1):
        return NOT_PLAIN, 0
    return at, -whole if is_negative else whole


@inlined
def _digits(text: Text, at: int, count: int) -> int:
    """The number that `count` digits make, or something far below zero."""
    whole = 0
    for index in range(at, at + count):
        digit = byte_at(text, index) - 48
        if digit < 0 or digit > 9:
            return -1_000_000
        whole = whole * 10 + digit
    return whole


@inlined
def _days_since_1970(year: int, month: int, day: int) -> int:
    """Days of the proleptic Gregorian calendar, counted in years that begin in March."""
    shifted = year if month > 2 else year - 1
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468


@inlined
def _month_length(year: int, month: int) -> int:
    if month == 2:
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if is_leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


@inlined
def plain_time(text: Text, at: int) -> tuple[int, int]:
    """(end, ms since 1970 UTC) of an RFC 3339 text with a capital T or a space and a capital Z."""
    year, month, day = _digits(text, at, 4), _digits(text, at + 5, 2), _digits(text, at + 8, 2)
    if year < 1900 or month < 1 or month > 12 or day < 1 or day > _month_length(year, month):
        return NOT_PLAIN, 0
    if (
        byte_at(text, at + 4) != 45
        or byte_at(text, at + 7) != 45
        or (byte_at(text, at + 10) != 84 and byte_at(text, at + 10) != 32)
    ):
        return NOT_PLAIN, 0
    hour, minute = _digits(text, at + 11, 2), _digits(text, at + 14, 2)
    second = _digits(text, at + 17, 2)
    if (
        byte_at(text, at + 13) != 58
        or byte_at(text, at + 16) != 58
        or min(hour, minute, second) < 0
    ):
        return NOT_PLAIN, 0
    if hour > 23 or minute > 59 or second > 59:
        return NOT_PLAIN, 0
    moment = _days_since_1970(year, month, day) * DAY_MS
    moment += (hour * 3600 + minute * 60 + second) * 1000
    at, part = _part_of_second(text, at + 19)
    if at < 0:
        return NOT_PLAIN, 0
    return _shifted(text, at, moment + part)


@inlined
def _part_of_second(text: Text, at: int) -> tuple[int, int]:
    if byte_at(text, at) != 46:
        return at, 0
    first = at + 1
    at = first
    part = 0
    weight = 100
    while 48 <= byte_at(text, at) <= 57:
        part += (byte_at(text, at) - 48) * weight
        weight //= 10
        at += 1
    return (at, part) if first < at < first + 20 else (NOT_PLAIN, 0)


@inlined
def _shifted(text: Text, at: int, moment: int) -> tuple[int, int]:
    sign = byte_at(text, at)
    if sign == 90:
        return at + 1, moment
    if sign != 43 and sign != 45:
        return at, moment
    hours, minutes = _digits(text, at + 1, 2), _digits(text, at + 4, 2)
    if byte_at(text, at + 3) != 58 or hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return NOT_PLAIN, 0
    size = (hours * 60 + minutes) * 60_000
    return at + 6, moment + size if sign == 45 else moment - size


@inlined
def is_in_range(moment: int) -> bool:
    """Whether a time lies in the years a reading may carry."""
    return TIME_LOW <= moment <= TIME_HIGH


@inlined
def text_end(text: Text, at: int, stop: int, kind: int) -> tuple[int, int]:
    """(place of the byte `stop`, hash of the bytes before it); -1 at an escape or control byte."""
    mixed = kind
    byte = byte_at(text, at)
    while byte != stop:
        if byte < 32 or byte == 92:
            return NOT_PLAIN, 0
        mixed = mix(mixed, byte)
        at += 1
        byte = byte_at(text, at)
    return at, mixed


@inlined
def keep_text(
    rows: Rows, tables: Tables, text: Text, row: int, column: int, start: int, end: int, mixed: int
) -> bool:
    """Store the code of a text, or where it lies if it was not seen before."""
    length = end - start
    if length > c.SPAN_LENGTH_MAX:
        return False
    code = code_of(tables.entries, tables.texts, kind_of(column), text, start, length, mixed)
    rows.narrow[row, column] = code
    if code == c.NOT_SEEN:
        rows.wide[row, c.SPANS + column - c.PATIENT] = start << c.SPAN_BITS | length
    return True


@inlined
def kind_of(column: int) -> int:
    """Which kind of text a column holds."""
    return min(column - c.PATIENT + PATIENT, LABEL)


@inlined
def begin_row(rows: Rows, row: int, start: int, place: int, default_source: int) -> None:
    """Nothing is measured or stated yet."""
    rows.wide[row, c.START] = start
    rows.wide[row, c.PLACE] = place
    rows.wide[row, c.ARRIVAL] = 0
    rows.narrow[row, c.STATE] = c.PLAIN
    for column in (c.NA, c.BAD, c.BP_METHOD):
        rows.narrow[row, column] = 0
    for column in (c.ON_OXYGEN, c.CONSCIOUSNESS, c.IS_ANOMALY, c.AGE, c.GENDER, c.CONDITION):
        rows.narrow[row, column] = NOT_STATED
    rows.narrow[row, c.FIO2] = MISSING
    rows.narrow[row, c.SOURCE] = default_source
    for vital in range(VITAL_COUNT):
        rows.narrow[row, c.VALUES + vital] = MISSING


@inlined
def letter_code(letter: int) -> int:
    """Place of a letter, capital or small, in ACVPU, or -1."""
    capital = letter & ~32
    if capital == 65:
        return 0
    if capital == 67:
        return 1
    if capital == 86:
        return 2
    if capital == 80:
        return 3
    return 4 if capital == 85 else NOT_PLAIN


@inlined
def is_word(text: Text, at: int, word: Text) -> bool:
    """Whether these bytes come next."""
    for index in range(len(word)):
        if byte_at(text, at + index) != byte_at(word, index):
            return False
    return True
