"""Files that get a score's columns: CSV, JSON Lines and Parquet, piece by piece.

What a file says is carried over as it is; only columns are added.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol, cast

from wardline.cli.failures import CommandError
from wardline.cli.observation_sets import Record, records_of
from wardline.cli.parquet import parquet

ROWS_AT_ONCE = 20_000
LINE_MAX = 1 << 20
"""Longer lines of JSON are no observation sets."""

Added = dict[str, list[Any]]
"""Column name -> plain values, None = empty."""


class Piece(Protocol):
    """Some rows of a file."""

    records: list[Record]

    def write(self, added: Added) -> None:
        """Write these rows with further columns."""
        ...


@dataclass(slots=True)
class CsvPiece:
    """Rows of a comma-separated file."""

    header: list[str]
    rows: list[list[str]]
    records: list[Record]
    is_first: bool
    out: IO[str]

    def write(self, added: Added) -> None:
        """Write these rows with further columns."""
        lines = csv.writer(self.out, lineterminator="\n")
        if self.is_first:
            lines.writerow([*self.header, *added])
        columns = [[_cell(value) for value in values] for values in added.values()]
        for cells, *more in zip(self.rows, *columns, strict=True):
            lines.writerow([*cells, *more])


@dataclass(slots=True)
class JsonPiece:
    """Objects of a JSON Lines file."""

    records: list[Record]
    out: IO[str]

    def write(self, added: Added) -> None:
        """Write these rows with further columns."""
        for place, record in enumerate(self.records):
            more = {name: values[place] for name, values in added.items()}
            self.out.write(json.dumps({**record, **more}, ensure_ascii=False) + "\n")


@dataclass(slots=True)
class ParquetPiece:
    """A record batch of a Parquet file."""

    table: Any
    records: list[Record]
    append: Callable[[Any], None]

    def write(self, added: Added) -> None:
        """Write these rows with further columns."""
        arrow = parquet().arrow
        table = self.table
        for name, values in added.items():
            table = table.append_column(name, arrow.array(values, type=_arrow_type(arrow, name)))
        self.append(table)


def csv_pieces(source: IO[str], out: IO[str], name: str) -> Iterator[Piece]:
    """A CSV file in pieces. Raises CommandError for a row that does not fit the header."""
    lines = csv.reader(source)
    header = next(lines, None)
    if header is None:
        raise CommandError(f"{name}: the file is empty")
    header[0] = header[0].removeprefix("\ufeff")
    names = [text.strip() for text in header]
    is_first = True
    while rows := [cells for cells in islice(lines, ROWS_AT_ONCE) if cells]:
        for cells in rows:
            if len(cells) != len(header):
                raise CommandError(
                    f"{name}: near line {lines.line_num}: {len(cells)} cells"
                    f" where the header has {len(header)}"
                )
        records: list[Record] = [records_of(names, cells) for cells in rows]
        yield CsvPiece(header, rows, records, is_first, out)
        is_first = False
    if is_first:
        yield CsvPiece(header, [], [], True, out)


def json_pieces(source: IO[str], out: IO[str], name: str) -> Iterator[Piece]:
    """A JSON Lines file in pieces. Raises CommandError for a line that is no object."""
    numbered = ((number, line) for number, line in enumerate(source, 1) if line.strip())
    while some := list(islice(numbered, ROWS_AT_ONCE)):
        yield JsonPiece([_object(line, f"{name}:{number}") for number, line in some], out)


def _object(line: str, place: str) -> Record:
    try:
        record = json.loads(line) if len(line) <= LINE_MAX else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise CommandError(f"{place}: not a JSON object")
    return cast("Record", record)


def parquet_pieces(source: Path, out: Path) -> Iterator[Piece]:
    """A Parquet file in pieces; `out` is written as they are."""
    library = parquet()
    file = library.files.ParquetFile(source)
    writer: Any = None

    def append(table: Any) -> None:
        nonlocal writer
        if writer is None:
            writer = library.files.ParquetWriter(out, table.schema)
        writer.write_table(table)

    try:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            table = library.arrow.Table.from_batches([batch])
            yield ParquetPiece(table, table.to_pylist(), append)
        if writer is None:
            yield ParquetPiece(file.schema_arrow.empty_table(), [], append)
    finally:
        if writer is not None:
            writer.close()


def _arrow_type(arrow: Any, name: str) -> Any:
    if name.endswith("_risk"):
        return arrow.string()
    return arrow.bool_() if name.endswith("_complete") else arrow.float64()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
