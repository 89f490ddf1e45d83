"""Tables as canonical CSV, JSON Lines and JSON objects: the same rows give the same bytes.

Timestamps are RFC 3339 in UTC with milliseconds and `Z`, numbers in shortest form, booleans `true`
and `false`, empty cells nothing (JSON: null). Lines end with one line feed, the last one too. A CSV
cell is quoted only if it holds a comma, a quote or a line end; quotes inside are doubled.

Cells hold exactly what was stored. A text that begins with `=`, `+`, `-` or `@` stays so, and a
spreadsheet may take it for a formula: import such files as text.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from wardline.model.tables import Column, Kind, Table
from wardline.model.vitals import THOUSANDTHS

Row = tuple[Any, ...]

_QUOTED = (",", '"', "\n", "\r")


def csv_header(table: Table) -> str:
    """The first line, without its line end."""
    return ",".join(table.names)


def csv_lines(table: Table, rows: Sequence[Row]) -> list[str]:
    """One CSV line per row, in the order of the rows, without line ends."""
    return _lines(table, rows, _csv_cells, ",".join)


def json_lines(table: Table, rows: Sequence[Row]) -> list[str]:
    """One JSON object per row, keys in the order of the columns, without line ends."""
    names = [json.dumps(name) + ":" for name in table.names]

    def line(cells: Iterable[str]) -> str:
        pairs = zip(names, cells, strict=True)
        return "{" + ",".join(name + cell for name, cell in pairs) + "}"

    return _lines(table, rows, _json_cells, line)


def json_objects(table: Table, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One dictionary per row, ready for any JSON encoder."""
    return [json.loads(line) for line in json_lines(table, rows)]


def canonical_rows(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Rows by patient id as UTF-8 bytes, then time, then their CSV line as UTF-8 bytes.

    A store gives patients in that order already, so sorting one patient's rows at a time is enough.
    """
    return [row for row, _ in _sorted(table, rows)]


def canonical_csv(table: Table, patients: Iterable[Sequence[Row]]) -> Iterable[str]:
    """The canonical CSV export in pieces: the header, then each patient's rows."""
    yield csv_header(table) + "\n"
    for rows in patients:
        yield "".join(line + "\n" for _, line in _sorted(table, rows))


def canonical_json(table: Table, patients: Iterable[Sequence[Row]]) -> Iterable[str]:
    """The canonical JSON Lines export in pieces, one per patient."""
    for rows in patients:
        yield "".join(line + "\n" for line in json_lines(table, canonical_rows(table, rows)))


def typed_columns(table: Table, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Columns for formats with types, such as Parquet.

    Thousandths become floats in the unit of measure, times stay integer ms since 1970 UTC, JSON
    stays text.
    """
    columns = zip(*rows, strict=True) if rows else [()] * len(table.columns)
    return {
        column.name: _in_units(values) if column.kind == "thousandths" else list(values)
        for column, values in zip(table.columns, columns, strict=True)
    }


def _in_units(values: Sequence[int | None]) -> list[float | None]:
    return [None if value is None else value / THOUSANDTHS for value in values]


def _sorted(table: Table, rows: Sequence[Row]) -> list[tuple[Row, str]]:
    patient, time = table.names.index("patient_id"), table.names.index(table.time)

    def place(pair: tuple[Row, str]) -> tuple[bytes, int, bytes]:
        row, line = pair
        return (row[patient] or "").encode(), row[time], line.encode()

    return sorted(zip(rows, csv_lines(table, rows), strict=True), key=place)


def _lines(
    table: Table,
    rows: Sequence[Row],
    cells: Callable[[Column, Sequence[Any]], Iterable[str]],
    line: Callable[[Iterable[str]], str],
) -> list[str]:
    if not rows:
        return []
    columns = zip(table.columns, zip(*rows, strict=True), strict=True)
    return list(map(line, zip(*(cells(column, values) for column, values in columns), strict=True)))


def _csv_cells(column: Column, values: Sequence[Any]) -> Iterable[str]:
    if column.kind == "time":
        return timestamps(values, "")
    text = _CSV[column.kind]
    known: dict[Any, str] = {value: text(value) for value in set(values) if value is not None}
    known[None] = ""
    return map(known.__getitem__, values)


def _json_cells(column: Column, values: Sequence[Any]) -> Iterable[str]:
    if column.kind == "time":
        quoted = (f'"{text}"' for text in timestamps(values, ""))
        return (text if text != '""' else "null" for text in quoted)
    text = _JSON[column.kind]
    known: dict[Any, str] = {value: text(value) for value in set(values) if value is not None}
    known[None] = known[""] = "null"
    return map(known.__getitem__, values)


def timestamps(values: Sequence[int | None], empty: str) -> list[str]:
    """Milliseconds since 1970 UTC as `2000-01-01T00:00:00.000Z`; None as the empty text."""
    times = np.array([0 if value is None else value for value in values], dtype=np.int64)
    texts: list[str] = np.datetime_as_string(times.view("M8[ms]"), unit="ms").tolist()
    return [
        empty if value is None else f"{text}Z" for value, text in zip(values, texts, strict=True)
    ]


def shortest(value: int) -> str:
    """Thousandths in shortest form: 36600 -> "36.6", 120000 -> "120"."""
    whole, rest = divmod(abs(value), THOUSANDTHS)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def _boolean(value: bool) -> str:  # noqa: FBT001 - a cell's value
    return "true" if value else "false"


def _csv_text(text: str) -> str:
    if any(mark in text for mark in _QUOTED):
        return '"' + text.replace('"', '""') + '"'
    return text


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_CSV: dict[Kind, Callable[[Any], str]] = {
    "text": _csv_text, "thousandths": shortest, "integer": str, "boolean": _boolean,
    "json": _csv_text,
}  # fmt: skip
_JSON: dict[Kind, Callable[[Any], str]] = {
    "text": _json_text,
    "thousandths": shortest,
    "integer": str,
    "boolean": _boolean,
    "json": str,
}
