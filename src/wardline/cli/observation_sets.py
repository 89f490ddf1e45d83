"""Observation sets out of the rows of a file, as the columns that scores are computed from.

A row is read like a reading, so the same names, aliases, marks and hard limits hold. A cell that
cannot be read counts as not measured, and is named.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.codecs.fields import CSV_FIELDS, FIO2
from wardline.codecs.reading_rows import FieldError, Row, row_of
from wardline.model.cleaning import clean_values
from wardline.model.vitals import VITAL_COUNT, VITAL_NAMES

Record = Mapping[str, object]
Columns = dict[str, npt.NDArray[Any]]

IGNORED = {"patient_id", "timestamp", "observed_at", "arrival", "arrived_at", "marks", "source"}
"""Fields of a reading that say nothing about a score."""

KNOWN = {name: number for name, number in CSV_FIELDS.items() if name not in IGNORED}
PREGNANT = {"true": 1, "1": 1, "false": 0, "0": 0}
SCALES = {"1": 1, "2": 2}


@dataclass(slots=True)
class Misread:
    """Cells that could not be read: how many, and the first of them."""

    count: int = 0
    first: str = ""

    def add(self, place: int, problem: FieldError) -> None:
        """One more. `place`: the row, counted from 1."""
        self.count += 1
        self.first = self.first or f"row {place}: {problem}"


@dataclass(slots=True)
class ObservationSets:
    """Gathers rows."""

    rows: list[Row] = field(default_factory=list[Row])
    scales: list[int] = field(default_factory=list[int])
    pregnant: list[int] = field(default_factory=list[int])

    def add(self, record: Record, place: int, misread: Misread) -> None:
        """One row of a file; `place` counts from 1."""
        self.rows.append(_row(record, place, misread))
        self.scales.append(_choice(record, "spo2_scale", SCALES, 1, (place, misread)))
        self.pregnant.append(_choice(record, "pregnant", PREGNANT, 0, (place, misread)))

    def columns(self) -> Columns:
        """What `score_columns` takes."""
        numbers = np.full((len(self.rows), VITAL_COUNT), np.nan)
        for place, row in enumerate(self.rows):
            for number, figure in row.numbers.items():
                if number != FIO2:
                    numbers[place, number] = figure
        values, _, _ = clean_values(numbers)
        columns: Columns = {name: values[:, v] for v, name in enumerate(VITAL_NAMES)}
        for name in ("on_oxygen", "consciousness", "is_anomaly", "age"):
            columns[name] = np.array([getattr(row, name) for row in self.rows], dtype=np.int32)
        columns["spo2_scale"] = np.array(self.scales, dtype=np.int32)
        columns["pregnant"] = np.array(self.pregnant, dtype=np.int32)
        return columns


def _row(record: Record, place: int, misread: Misread) -> Row:
    """What a record says; field by field less if some of it cannot be read."""
    stated = {name: _plain(said) for name, said in record.items() if name in KNOWN}
    left = {name: said for name, said in stated.items() if said is not None}
    while left:
        try:
            return row_of({**left, "patient_id": "row", "timestamp": 0}, _KNOWN_WITH_KEY)
        except FieldError as problem:
            if problem.field not in left:
                break
            misread.add(place, problem)
            del left[problem.field]
    return Row()


def _plain(said: object) -> object:
    """Texts may hold numbers (CSV, text columns of Parquet); NaN is how tables say nothing."""
    if isinstance(said, str):
        return cell_value(said)
    return None if isinstance(said, float) and math.isnan(said) else said


_KNOWN_WITH_KEY = {
    **KNOWN, "patient_id": CSV_FIELDS["patient_id"], "timestamp": CSV_FIELDS["timestamp"],
}  # fmt: skip


def _choice(
    record: Record, name: str, choices: Mapping[str, int], otherwise: int,
    where: tuple[int, Misread],
) -> int:  # fmt: skip
    said = _plain(record.get(name))
    if said is None:
        return otherwise
    text = str(said).strip().lower().removesuffix(".0")
    if text not in choices:
        place, misread = where
        misread.add(place, FieldError(name, f"not one of {', '.join(choices)}"))
    return choices.get(text, otherwise)


def cell_value(text: str) -> object:
    """What a CSV cell says: nothing, a number, a truth or a text."""
    plain = text.strip()
    if plain.lower() in {"", "na", "nan"}:
        return None
    if plain.lower() in {"true", "false"}:
        return plain.lower() == "true"
    try:
        return float(plain) if "_" not in plain else plain
    except ValueError:
        return plain


def records_of(header: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """One CSV row as a record."""
    return dict(zip(header, cells, strict=True))
