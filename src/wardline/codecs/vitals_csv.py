"""CSV readings -> batches, streaming: fed with pieces of a file that may be cut anywhere.

The first line names the columns: patient_id, timestamp and any fields of a reading, under any of
their names; other columns are kept with the raw record only. An export of our readings table is
such a file: its marks, arrivals and arrival times are taken as they stand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs import fields as f
from wardline.codecs.compiled import PADDING, field_limits
from wardline.codecs.csv_cells import (
    RECORD_BYTES_MAX,
    CsvHeaderError,
    Header,
    parse_header,
    parse_record,
)
from wardline.codecs.records import Provenance, Records, gather, read_exactly, settle_texts
from wardline.codecs.scan_csv import NO_FIELD, ODD_FIELD, scan
from wardline.codecs.scan_text import Tables
from wardline.codecs.spellings import spellings_of
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries

__all__ = ["CsvDecoder", "CsvHeaderError", "DecodedExport", "decode_csv"]

ROWS_MAX: Final = 10_000
"""Rows in one batch."""

_LIMITS: Final = field_limits()


@dataclass(frozen=True, slots=True)
class DecodedExport(Decoded):
    """Readings with the place each had in its patient's order: int64 from 1, 0 = empty."""

    arrival: npt.NDArray[np.int64] | None = None


class CsvDecoder:
    """Makes batches of the lines behind a header. Positions are line numbers; the header is line 1.

    header: the first line, with or without its end. rows_max: rows in one batch.
    received_at is arrived_at where the file has it, else the reading's own time (the event clock).
    Raises CsvHeaderError. Memory: the pieces given, and at most one record.
    """

    def __init__(
        self,
        header: bytes,
        dictionaries: Dictionaries,
        *,
        origin: str = "",
        default_source: str = "",
        rows_max: int = ROWS_MAX,
    ):
        self.header: Header = parse_header(header.removesuffix(b"\n").removesuffix(b"\r"))
        self._columns = _column_fields(self.header)
        self._dictionaries = dictionaries
        self._origin = origin
        self._default_source = default_source
        self._rows_max = rows_max
        self._line = 2 + header.removesuffix(b"\n").count(b"\n")
        self._rest = bytearray()

    @property
    def has_arrivals(self) -> bool:
        """Whether the file says in which order and when its readings were accepted."""
        return {f.ARRIVAL, f.ARRIVED_AT} <= self.header.fields

    def feed(self, piece: bytes) -> Iterator[DecodedExport]:
        """The readings of the lines that are now complete. Read all of it before feeding more."""
        complete = piece.rfind(b"\n") + 1
        if complete:
            text = b"".join((self._rest, memoryview(piece)[:complete], PADDING))
            self._rest.clear()
            yield from self._decode(text, is_last=False)
        self._rest += piece[complete:]
        self._shorten()

    def finish(self) -> Iterator[DecodedExport]:
        """The readings of what is left when nothing follows."""
        if self._rest:
            text = bytes(self._rest) + b"\n" + PADDING
            self._rest.clear()
            yield from self._decode(text, is_last=True)

    def _shorten(self) -> None:
        """Of a line that is too long already, no more is kept than shows that it is."""
        start = self._rest.rfind(b"\n") + 1
        del self._rest[start + RECORD_BYTES_MAX + 1 :]

    def _decode(self, text: bytes, *, is_last: bool) -> Iterator[DecodedExport]:
        end = len(text) - len(PADDING)
        content = np.frombuffer(text, dtype=np.uint8)
        at, is_stuck = 0, False
        while at < end and not is_stuck:
            known = spellings_of(self._dictionaries)
            source = self._dictionaries.sources.code(self._default_source)
            tables = Tables(known.entries, known.texts, _LIMITS, source)
            rows = known.rows(min(self._rows_max, (end - at) // 2 + 1))
            count, after, self._line = scan(
                content, at, end, self._columns, tables, rows, 0, self._line, is_last
            )
            is_stuck = after == at
            at = after
            if count:
                yield self._gather(
                    Records(text, rows, count, self._dictionaries, self._default_source)
                )
        self._rest[:0] = text[at:end]

    def _gather(self, records: Records) -> DecodedExport:
        settle_texts(records)
        odd = np.flatnonzero(records.narrow(c.STATE) == c.ODD).tolist()
        read_exactly(records, odd, self._parse, f.CSV_FIELDS)
        kept = np.ones(records.count, dtype=np.bool_)
        position, received_at = records.wide(c.PLACE), records.wide(c.ARRIVED_AT)
        decoded = gather(records, kept, Provenance(self._origin, position, received_at))
        arrival = records.wide(c.ARRIVAL)[decoded.rows] if self.has_arrivals else None
        return DecodedExport(decoded.batch, decoded.rows, decoded.rejections, arrival=arrival)

    def _parse(self, raw: bytes, start: int) -> Mapping[str, object]:
        return parse_record(raw, self.header)


def decode_csv(
    pieces: Iterable[bytes],
    dictionaries: Dictionaries,
    *,
    origin: str = "",
    default_source: str = "",
    rows_max: int = ROWS_MAX,
) -> Iterator[DecodedExport]:
    """Batches of a CSV file given in pieces, header included. Raises CsvHeaderError."""
    decoder: CsvDecoder | None = None
    start = b""
    for piece in pieces:
        if decoder is None:
            start += piece
            if b"\n" not in start and len(start) <= RECORD_BYTES_MAX:
                continue
            header, _, piece = start.partition(b"\n")  # noqa: PLW2901 - what is left of it
            decoder = CsvDecoder(
                header,
                dictionaries,
                origin=origin,
                default_source=default_source,
                rows_max=rows_max,
            )
        yield from decoder.feed(piece)
    if decoder is None:
        parse_header(start)
    else:
        yield from decoder.finish()


def _column_fields(header: Header) -> npt.NDArray[np.int64]:
    """The field of each column. Columns that name one field twice are always read the exact way."""
    fields = np.full(header.count, NO_FIELD, dtype=np.int64)
    for column in header.columns:
        is_twice = sum(other.field == column.field for other in header.columns) > 1
        fields[column.place] = ODD_FIELD if is_twice else column.field
    return fields
