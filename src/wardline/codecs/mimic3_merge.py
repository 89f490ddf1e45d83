"""Rows charted for one moment become one reading; what disagrees is named.

Of several rows for one field of one reading the first plausible value counts, else the first
implausible one (a `bad` mark), else the device's "not available" (an `na` mark). Rows that say the
same, in thousandths, are merged with it; all others are refused.

Supplemental oxygen is weighed from all that is charted about it (mimic3_tables.Oxygen). "No device"
and "no flow" beside a stronger sign of oxygen are refused as contradicted.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wardline.codecs.csv_rows import Row
from wardline.codecs.mimic3_tables import Field, Oxygen
from wardline.model.cleaning import BEYOND_ANY, hard_limits, mask_bits, thousandths
from wardline.model.readings import NOT_STATED
from wardline.model.vitals import (
    FIO2_HIGH,
    FIO2_LOW,
    MARK_BIT,
    MARKED_NAMES,
    MISSING,
    SENTINELS,
    THOUSANDTHS,
    VITAL_COUNT,
)

_KEPT, _ANOTHER_VALUE, _IMPLAUSIBLE, _CONTRADICTED = range(4)
_REASONS = (
    "",
    "another value counts for this moment",
    "implausible value",
    "contradicted by signs of oxygen in the same moment",
)
_GOOD, _BAD, _NA = range(3)
"""How much a row's value is worth, best first."""

_FIELDS = VITAL_COUNT + len(Field)
_MARK_OF_FIELD = np.array([*range(VITAL_COUNT), MARK_BIT["fio2"], MARK_BIT["consciousness"]])
_ON_OXYGEN = np.array([NOT_STATED, 0, 1, 0, 1], dtype=np.int8)
"""on_oxygen by Oxygen; 0 = nothing was said."""


class Charted(NamedTuple):
    """One usable row: which reading it belongs to, which field it states, and what."""

    row: Row
    reading: int
    what: int
    number: float
    stay: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Readings in the order of their first rows.

    readings: the reading numbers of the charted rows; first: place of each one's first row among
    them; rows: how many rows each took; refused: (place, reason); columns: of the batch.
    """

    readings: list[int]
    first: list[int]
    rows: npt.NDArray[np.int64]
    refused: list[tuple[int, str]]
    columns: dict[str, npt.NDArray[Any]]
    raw: "MergedRows"


class MergedRows:
    """Raw records of merged readings: their rows, one below the other."""

    def __init__(self, charted: list[Charted], ends: npt.NDArray[np.int64], order: list[int]):
        self._charted = charted
        self._ends = ends
        self._order = order

    def text(self, row: int) -> str:
        """All rows of one reading in file order."""
        start = int(self._ends[row - 1]) if row else 0
        places = self._order[start : int(self._ends[row])]
        return "\n".join(self._charted[place].row.text for place in places)


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """Charted rows as columns. fixed: thousandths, MISSING if the value is not good."""

    reading: npt.NDArray[np.int64]
    what: npt.NDArray[np.int64]
    fixed: npt.NDArray[np.int64]
    quality: npt.NDArray[np.int64]


def merged(charted: list[Charted]) -> Merged:
    """The readings of these rows."""
    cleaned = _cleaned(charted)
    reasons = np.zeros(len(charted), dtype=np.int8)
    counting = _counting(cleaned, reasons)
    oxygen = _oxygen(cleaned, counting, reasons)
    kept = np.flatnonzero(reasons == _KEPT)
    numbers, first = np.unique(cleaned.reading[kept], return_index=True)
    order = np.argsort(first)
    places = np.full(len(oxygen), -1)
    places[numbers[order]] = np.arange(len(order))
    place = places[cleaned.reading]
    rows = np.bincount(place[kept], minlength=len(order)).astype(np.int64)
    firsts: list[int] = kept[first[order]].tolist()
    columns = {
        **_value_columns(cleaned, np.flatnonzero(counting), place, len(order)),
        "on_oxygen": oxygen[numbers[order]],
        "position": np.array([charted[place].row.line for place in firsts], dtype=np.int64),
    }
    by_reading = kept[np.argsort(place[kept], kind="stable")]
    raw = MergedRows(charted, np.cumsum(rows), by_reading.tolist())
    wrong: list[int] = np.flatnonzero(reasons).tolist()
    refused = [(row, _REASONS[int(reasons[row])]) for row in wrong]
    return Merged(numbers[order].tolist(), firsts, rows, refused, columns, raw)


def _cleaned(charted: list[Charted]) -> _Cleaned:
    what = np.array([row.what for row in charted], dtype=np.int64)
    numbers = np.array([row.number for row in charted], dtype=np.float64)
    reading = np.array([row.reading for row in charted], dtype=np.int64)
    low, high = _limits()
    fixed = thousandths(numbers)
    is_outside = (np.abs(numbers) >= BEYOND_ANY) | (fixed < low[what]) | (fixed > high[what])
    quality = np.where(is_outside, _BAD, _GOOD)
    quality[np.isin(numbers, SENTINELS)] = _NA
    return _Cleaned(reading, what, fixed, quality)


def _limits() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Least and greatest acceptable thousandths per field."""
    vital_low, vital_high = hard_limits()
    any_low, any_high = [0, 0, 0], [int(BEYOND_ANY * THOUSANDTHS)] * 3
    low = np.array([*vital_low, FIO2_LOW, *any_low], dtype=np.int64)
    return low, np.array([*vital_high, FIO2_HIGH, *any_high], dtype=np.int64)


def _counting(cleaned: _Cleaned, reasons: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which rows' values count; `reasons` of those that say something else are set."""
    group = cleaned.reading * _FIELDS + cleaned.what
    order = np.lexsort((cleaned.quality, group))
    leads = np.diff(group[order], prepend=-1) != 0
    winner = np.empty(len(order), dtype=np.int64)
    winner[order] = order[np.flatnonzero(leads)][np.cumsum(leads) - 1]
    is_good = cleaned.quality == _GOOD
    same = cleaned.quality == cleaned.quality[winner]
    same &= ~is_good | (cleaned.fixed == cleaned.fixed[winner])
    is_sign = cleaned.what >= Field.O2_FLOW
    reasons[~same & ~is_sign] = _ANOTHER_VALUE
    reasons[(cleaned.quality == _BAD) & (~same | is_sign)] = _IMPLAUSIBLE
    reasons[(cleaned.quality == _NA) & is_sign] = _IMPLAUSIBLE
    counting = np.zeros(len(order), dtype=np.bool_)
    counting[winner] = True
    return counting & ~is_sign


def _oxygen(
    cleaned: _Cleaned, counting: npt.NDArray[np.bool_], reasons: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """on_oxygen by reading number; `reasons` of contradicted rows are set."""
    signs = np.zeros(len(cleaned.what), dtype=np.int64)
    is_device = cleaned.what == Field.O2_DEVICE
    signs[is_device] = cleaned.fixed[is_device] // THOUSANDTHS
    is_flow = cleaned.what == Field.O2_FLOW
    signs[is_flow] = np.where(cleaned.fixed[is_flow] > 0, Oxygen.OXYGEN, Oxygen.NO_OXYGEN)
    is_gas = counting & (cleaned.what == Field.FIO2) & (cleaned.quality == _GOOD)
    signs[is_gas] = np.where(cleaned.fixed[is_gas] > FIO2_LOW, Oxygen.OXYGEN, Oxygen.AIR)
    signs[reasons != _KEPT] = 0
    strongest = np.zeros(int(cleaned.reading.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(strongest, cleaned.reading, signs)
    on_oxygen = _ON_OXYGEN[strongest]
    is_contradicted = (signs == Oxygen.NO_OXYGEN) & (on_oxygen[cleaned.reading] == 1)
    reasons[is_contradicted] = _CONTRADICTED
    return on_oxygen


def _value_columns(
    cleaned: _Cleaned, counting: npt.NDArray[np.intp], place: npt.NDArray[np.int64], count: int
) -> dict[str, npt.NDArray[Any]]:
    """Values, marks, fio2 and consciousness of the readings, from the rows that count."""
    where = place[counting], cleaned.what[counting]
    fixed, quality = cleaned.fixed[counting], cleaned.quality[counting]
    table = np.full((count, _FIELDS), MISSING, dtype=np.int64)
    table[where] = np.where(quality == _GOOD, fixed, MISSING)
    letters = table[:, Field.CONSCIOUSNESS]
    return {
        "values": table[:, :VITAL_COUNT].astype(np.int32),
        "fio2": table[:, Field.FIO2].astype(np.int32),
        "consciousness": np.where(letters == MISSING, NOT_STATED, letters // THOUSANDTHS).astype(
            np.int8
        ),
        "na": _marks(where, quality == _NA, count),
        "bad": _marks(where, quality == _BAD, count),
    }


def _marks(
    where: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    is_marked: npt.NDArray[np.bool_],
    count: int,
) -> npt.NDArray[np.uint16]:
    flags = np.zeros((count, len(MARKED_NAMES)), dtype=np.bool_)
    reading, what = where[0][is_marked], where[1][is_marked]
    flags[reading, _MARK_OF_FIELD[what]] = True
    return mask_bits(flags)
