"""`wardline score`: a score's columns for every row of a file."""

import contextlib
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Any

import click
import numpy as np

from wardline.cli.finished_file import finished_file
from wardline.cli.observation_sets import Columns, Misread, ObservationSets
from wardline.cli.options import json_option, print_json, say
from wardline.cli.score_files import Added, Piece, csv_pieces, json_pieces, parquet_pieces
from wardline.model.scores import SCORE_INDEX, SCORES
from wardline.model.vitals import MISSING

NAMES = ("news2", "mews", "qsofa", "sirs", "shock_index", "map", "risk_a", "risk_b")
KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


@click.command()
@click.argument("name", type=click.Choice(NAMES), metavar="SCORE")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@json_option
def score(name: str, file: Path, out: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Add the columns of SCORE to FILE (.csv, .jsonl or .parquet).

    \b
    Scores: news2 mews qsofa sirs shock_index map risk_a risk_b
    Example: wardline score news2 observations.csv --out scored.csv
    """  # noqa: D301 - \b tells click to keep the line breaks
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise click.UsageError(f"{file} is none of .csv, .jsonl, .ndjson, .parquet")
    if as_json and out is None:
        raise click.UsageError("--json and rows cannot both go to stdout: give --out")
    if kind == "parquet" and out is None:
        raise click.UsageError("Parquet cannot go to stdout: give --out")
    answer = _score_file(name, kind, file, out)
    if as_json:
        print_json(answer)


def _score_file(name: str, kind: str, file: Path, out: Path | None) -> dict[str, int]:
    answer = {"rows": 0, "complete": 0, "partial": 0}
    misread = Misread()
    with _pieces(kind, file, out) as pieces:
        for piece in pieces:
            added, complete = _added(name, piece, answer["rows"], misread)
            piece.write(added)
            answer["rows"] += len(piece.records)
            answer["complete"] += complete
    answer["partial"] = answer["rows"] - answer["complete"]
    if misread.count:
        say(f"{misread.count} cells could not be read and count as not measured; {misread.first}")
    return answer


@contextlib.contextmanager
def _pieces(kind: str, file: Path, out: Path | None) -> Generator[Iterator[Piece]]:
    """The file in pieces. The output takes its place only when all of it is written."""
    if out is None:
        with _readable(file) as source:
            yield _text_pieces(kind, source, sys.stdout, file)
        return
    with finished_file(out) as unfinished:
        if kind == "parquet":
            yield parquet_pieces(file, unfinished)
            return
        with _readable(file) as source, unfinished.open("w", encoding="utf-8", newline="") as to:
            yield _text_pieces(kind, source, to, file)


def _readable(file: Path) -> IO[str]:
    return file.open(encoding="utf-8", newline="")


def _text_pieces(kind: str, source: IO[str], to: IO[str], file: Path) -> Iterator[Piece]:
    return (csv_pieces if kind == "csv" else json_pieces)(source, to, str(file))


def _added(name: str, piece: Piece, before: int, misread: Misread) -> tuple[Added, int]:
    """(the score's columns for these rows, how many of them are complete)."""
    from wardline.engine.score_table import score_columns  # noqa: PLC0415 - loads machine code

    sets = ObservationSets()
    for place, record in enumerate(piece.records, before + 1):
        sets.add(record, place, misread)
    if not sets.rows:
        return _plain(name, _no_columns(name)), 0
    scored = score_columns(name, sets.columns())
    return _plain(name, scored), int(scored["complete"].sum())


def _no_columns(name: str) -> Columns:
    parts = SCORES[SCORE_INDEX[name]].parts
    return {column: np.empty(0) for column in ("total", "at_least", "risk", "complete", *parts)}


def _plain(name: str, scored: Columns) -> Added:
    """Arrays as plain values under the names they get in the file."""
    kind = SCORES[SCORE_INDEX[name]]
    added: Added = {
        f"{name}_total": _numbers(scored["total"], 1000),
        f"{name}_at_least": _numbers(scored["at_least"], 1000),
        f"{name}_risk": [kind.risks[int(r)] if r >= 0 else None for r in scored["risk"]],
        f"{name}_complete": [bool(complete) for complete in scored["complete"]],
    }
    for part in kind.parts:
        added[f"{name}_{part}"] = _numbers(scored[part], 1 if kind.is_sum else 1000)
    return added


def _numbers(column: Any, per_one: int) -> list[Any]:
    return [None if value == MISSING else _shortest(value, per_one) for value in column.tolist()]


def _shortest(value: int, per_one: int) -> int | float:
    whole, rest = divmod(value, per_one)
    return value / per_one if rest else whole
