"""`wardline export`: a table of a store as CSV, JSON Lines or Parquet, always in the same bytes."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import click

from wardline.cli.finished_file import finished_file
from wardline.cli.options import MOMENT, json_option, print_json
from wardline.codecs.tables import canonical_csv, canonical_json, canonical_rows, typed_columns
from wardline.model.tables import TABLES, Table

Row = tuple[Any, ...]
FORMATS = ("csv", "jsonl", "parquet")


@click.command()
@click.argument("table", type=click.Choice(list(TABLES)), metavar="TABLE")
@click.option("--store", "url", required=True, help="Store to read.")
@click.option("--patient", help="Only this patient.")
@click.option("--from", "start", type=MOMENT, help="From this time on.")
@click.option("--to", "end", type=MOMENT, help="Before this time.")
@click.option(
    "--format", "file_format", type=click.Choice(FORMATS), help="Default: by --out, else csv."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@json_option
def export(  # noqa: PLR0913, PLR0917 - one parameter per option
    table: str,
    url: str,
    patient: str | None,
    start: int | None,
    end: int | None,
    file_format: str | None,
    out: Path | None,
    as_json: bool,  # noqa: FBT001 - click passes flags so
) -> None:
    """Write TABLE of a store.

    \b
    Tables: readings windows scores anomalies transitions episodes commands
            dead-letters truth stays
    Example: wardline export transitions --store sqlite:///ward.db --out transitions.csv
    """  # noqa: D301 - \b tells click to keep the line breaks
    kind = file_format or _kind_of(out)
    if out is None and as_json:
        raise click.UsageError("--json and rows cannot both go to stdout: give --out")
    if out is None and kind == "parquet":
        raise click.UsageError("Parquet cannot go to stdout: give --out")
    from wardline.assembly import open_store  # noqa: PLC0415 - loads the database's library
    from wardline.pipeline.ports import Query  # noqa: PLC0415 - as above

    store = open_store(url, must_exist=True)
    try:
        rows = _Counted(store.rows(Query(table, patient, start, end)))
        _write(kind, TABLES[table], rows, out)
    finally:
        store.close()
    if as_json:
        print_json({"rows": rows.count})


class _Counted:
    """Rows, patient by patient, counted as they pass."""

    def __init__(self, patients: Iterator[list[Row]]):
        self._patients = patients
        self.count = 0

    def __iter__(self) -> Iterator[list[Row]]:
        for rows in self._patients:
            self.count += len(rows)
            yield rows


def _kind_of(out: Path | None) -> str:
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return ending if ending in FORMATS else "csv"


def _write(kind: str, table: Table, patients: Iterable[Sequence[Row]], out: Path | None) -> None:
    if kind == "parquet":
        assert out is not None
        with finished_file(out) as unfinished:
            _write_parquet(table, patients, unfinished)
        return
    texts = (canonical_csv if kind == "csv" else canonical_json)(table, patients)
    if out is None:
        _write_texts(texts, sys.stdout)
        return
    with finished_file(out) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as to:
        _write_texts(texts, to)


def _write_texts(texts: Iterable[str], to: IO[str]) -> None:
    for text in texts:
        to.write(text)


def _write_parquet(table: Table, patients: Iterable[Sequence[Row]], out: Path) -> None:
    from wardline.cli.parquet import parquet  # noqa: PLC0415 - an extra

    library = parquet()
    arrow = library.arrow
    kinds = {
        "text": arrow.string(), "json": arrow.string(), "integer": arrow.int64(),
        "boolean": arrow.bool_(), "thousandths": arrow.float64(),
        "time": arrow.timestamp("ms", tz="UTC"),
    }  # fmt: skip
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in table.columns])
    with library.files.ParquetWriter(out, schema) as writer:
        for rows in patients:
            columns = typed_columns(table, canonical_rows(table, rows))
            writer.write_table(arrow.table(columns, schema=schema))
