"""Scanned records -> readings: what the scanner left open is read the exact way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs.compiled import Rows
from wardline.codecs.fields import FIO2
from wardline.codecs.reading_rows import FieldError, Row, known_text, row_of
from wardline.codecs.spellings import LABEL, PATIENT, SOURCE, spellings_of
from wardline.model.cleaning import BEYOND_ANY, clean_values, thousandths
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import NOT_STATED, ReadingBatch
from wardline.model.vitals import FIO2_HIGH, FIO2_LOW, MISSING, SENTINELS, VITAL_COUNT

RAW_MAX: Final = 65_536
"""Bytes of a refused record that are kept."""

Parse = Callable[[bytes, int], object]
"""The raw record and its place in the text -> what it holds. Raises FieldError."""


@dataclass(frozen=True, slots=True)
class RawSpans:
    """Raw records as spans of the text they came in."""

    content: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def text(self, row: int) -> str:
        """The raw record of one row."""
        return raw_text(self.content[self.starts[row] : self.ends[row]])


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not taken, by its row."""

    row: int
    error: FieldError
    record: object


@dataclass(slots=True)
class Records:
    """Scanned records in order."""

    text: bytes
    rows: Rows
    count: int
    dictionaries: Dictionaries
    default_source: str
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    def wide(self, column: int) -> npt.NDArray[np.int64]:
        """A column of `Rows.wide`, as far as it is used."""
        return self.rows.wide[: self.count, column]

    def narrow(self, column: int) -> npt.NDArray[np.int32]:
        """A column of `Rows.narrow`, as far as it is used."""
        return self.rows.narrow[: self.count, column]

    def raw(self, row: int) -> bytes:
        """One record as it came."""
        return self.text[self.rows.wide[row, c.START] : self.rows.wide[row, c.END]]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where records came from and when. position, received_at: int64, one per record."""

    origin: str
    position: npt.NDArray[np.int64]
    received_at: npt.NDArray[np.int64]


def raw_text(raw: bytes) -> str:
    """A raw record as text; bytes that are no UTF-8 are shown as escapes. Cut at RAW_MAX."""
    return raw[:RAW_MAX].decode(errors="backslashreplace")


def settle_texts(records: Records) -> None:
    """Give codes to texts that the scanner met for the first time; unusable ones make a row odd."""
    names = records.dictionaries
    spellings = spellings_of(names)
    columns = (
        (c.PATIENT, PATIENT, names.patients), (c.SOURCE, SOURCE, names.sources),
        (c.GENDER, LABEL, names.labels), (c.CONDITION, LABEL, names.labels),
    )  # fmt: skip
    is_plain = records.narrow(c.STATE) == c.PLAIN
    if not is_plain.any():
        return
    for column, kind, dictionary in columns:
        codes = records.narrow(column)
        unseen = np.flatnonzero((codes == c.NOT_SEEN) & is_plain)
        if not len(unseen):
            continue
        spans = records.wide(c.SPANS + column - c.PATIENT)
        for row in unseen.tolist():
            start, length = divmod(int(spans[row]), 1 << c.SPAN_BITS)
            code = spellings.code(dictionary, kind, records.text[start : start + length])
            codes[row] = NOT_STATED if code is None else code
            if code is None:
                records.rows.narrow[row, c.STATE] = c.ODD
    spellings.settle()


def read_exactly(
    records: Records, rows: Sequence[int], parse: Parse, known: Mapping[str, int]
) -> None:
    """Read rows the exact way and put them in their place, or among the refusals."""
    taken: list[int] = []
    exact: list[Row] = []
    for row in rows:
        record: object = None
        try:
            record = parse(records.raw(row), int(records.rows.wide[row, c.START]))
            exact.append(row_of(_mapping(record), known))
            taken.append(row)
        except FieldError as error:
            records.refusals.append(Refusal(row, error, record))
    if taken:
        _put_numbers(records.rows, taken, exact)
        _put_columns(records, taken, exact)


def gather(records: Records, kept: npt.NDArray[np.bool_], provenance: Provenance) -> Decoded:
    """The readings and rejections among the kept records, in order; the others are left out."""
    good = kept.copy()
    good[[refusal.row for refusal in records.refusals]] = False
    index = np.cumsum(kept) - 1
    chosen = slice(None) if good.all() else np.flatnonzero(good)
    batch = _batch(records, chosen, provenance)
    rejections = [_rejection(records, r, index, provenance) for r in records.refusals]
    return Decoded(batch, index[chosen], tuple(sorted(rejections, key=lambda r: r.index)))


def _mapping(record: object) -> Mapping[str, object]:
    if not isinstance(record, dict):
        raise FieldError("", "not an object")
    return record  # pyright: ignore[reportUnknownVariableType]


def _put_numbers(rows: Rows, taken: list[int], exact: list[Row]) -> None:
    """Clean the numbers as `model.cleaning` says and add the marks."""
    numbers = np.full((len(exact), VITAL_COUNT + 1), np.nan)
    for place, row in enumerate(exact):
        for number, figure in row.numbers.items():
            numbers[place, min(number, VITAL_COUNT)] = figure
    values, na, bad = clean_values(numbers[:, :VITAL_COUNT])
    fio2, fio2_na, fio2_bad = _clean_fio2(numbers[:, VITAL_COUNT])
    stated_na = np.array([row.na for row in exact], dtype=np.int32)
    stated_bad = np.array([row.bad for row in exact], dtype=np.int32)
    rows.narrow[taken, :VITAL_COUNT] = values
    rows.narrow[taken, c.FIO2] = fio2
    rows.narrow[taken, c.NA] = na | fio2_na << FIO2 | stated_na
    rows.narrow[taken, c.BAD] = bad | fio2_bad << FIO2 | stated_bad


def _clean_fio2(
    numbers: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    is_na = np.isin(numbers, SENTINELS)
    fixed = thousandths(np.where(np.isnan(numbers), 0.0, numbers))
    is_good = (fixed >= FIO2_LOW) & (fixed <= FIO2_HIGH) & (np.abs(numbers) < BEYOND_ANY)
    is_bad = ~np.isnan(numbers) & ~is_na & ~is_good
    fio2 = np.where(is_good, fixed, MISSING).astype(np.int32)
    return fio2, is_na.astype(np.int32), is_bad.astype(np.int32)


def _put_columns(records: Records, taken: list[int], exact: list[Row]) -> None:
    rows, names = records.rows, records.dictionaries
    for row, read in zip(taken, exact, strict=True):
        observed_at = read.observed_at or 0
        rows.wide[row, c.OBSERVED_AT] = observed_at
        rows.wide[row, c.ARRIVAL] = read.arrival
        rows.wide[row, c.ARRIVED_AT] = observed_at if read.arrived_at is None else read.arrived_at
        narrow: dict[int, int] = {
            c.BP_METHOD: read.bp_method,
            c.ON_OXYGEN: read.on_oxygen,
            c.CONSCIOUSNESS: read.consciousness,
            c.IS_ANOMALY: read.is_anomaly,
            c.AGE: read.age,
            c.PATIENT: names.patients.code(read.patient_id),
            c.SOURCE: names.sources.code(read.source or records.default_source),
            c.GENDER: names.labels.code(read.gender) if read.gender else NOT_STATED,
            c.CONDITION: names.labels.code(read.condition) if read.condition else NOT_STATED,
        }
        for column, number in narrow.items():
            rows.narrow[row, column] = number


def _batch(
    records: Records, chosen: slice | npt.NDArray[np.intp], provenance: Provenance
) -> ReadingBatch:
    names = records.dictionaries

    def narrow(column: int, dtype: type[np.generic]) -> npt.NDArray[Any]:
        return records.narrow(column)[chosen].astype(dtype)

    starts, ends = records.wide(c.START)[chosen].copy(), records.wide(c.END)[chosen].copy()
    return ReadingBatch(
        names.patients, names.sources, names.labels,
        patient=narrow(c.PATIENT, np.int32),
        source=narrow(c.SOURCE, np.int32),
        observed_at=records.wide(c.OBSERVED_AT)[chosen].copy(),
        received_at=provenance.received_at[chosen].copy(),
        values=records.rows.narrow[: records.count, :VITAL_COUNT][chosen].copy(),
        na=narrow(c.NA, np.uint16),
        bad=narrow(c.BAD, np.uint16),
        bp_method=narrow(c.BP_METHOD, np.int8),
        on_oxygen=narrow(c.ON_OXYGEN, np.int8),
        fio2=narrow(c.FIO2, np.int32),
        consciousness=narrow(c.CONSCIOUSNESS, np.int8),
        is_anomaly=narrow(c.IS_ANOMALY, np.int8),
        age=narrow(c.AGE, np.int16),
        gender=narrow(c.GENDER, np.int32),
        condition=narrow(c.CONDITION, np.int32),
        position=provenance.position[chosen].copy(),
        origin=provenance.origin,
        raw=RawSpans(records.text, starts, ends),
    )  # fmt: skip


def _rejection(
    records: Records, refusal: Refusal, index: npt.NDArray[np.int64], provenance: Provenance
) -> Rejection:
    row = refusal.row
    return Rejection(
        index=int(index[row]),
        field=refusal.error.field,
        reason=refusal.error.reason,
        patient_id=known_text(refusal.record, "patient_id"),
        source=known_text(refusal.record, "source") or records.default_source,
        raw=raw_text(records.raw(row)),
        position=int(provenance.position[row]),
    )
