"""Rows of a comma-separated table, each with its line number and its text as it came."""

import csv
import math
from dataclasses import dataclass

from wardline.model.dead_letters import Rejection


class TableError(ValueError):
    """A table without the columns that make it one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. line: 1 is the first line of the file, the header's."""

    line: int
    text: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header, spaces around names removed, and the lines below it that are not blank.

    blank: blank lines. Every line is a row of its own: these formats hold no line breaks in cells,
    so a stray quotation mark cannot swallow the lines that follow.
    """

    header: list[str]
    rows: list[Row]
    blank: int

    def place(self, name: str) -> int | None:
        """The column of a name, capital letters or not."""
        names = [text.lower() for text in self.header]
        return names.index(name.lower()) if name.lower() in names else None

    def needed(self, name: str) -> int:
        """The column of a name. Raises TableError if there is none."""
        place = self.place(name)
        if place is None:
            raise TableError(f"no column {name!r}")
        return place

    def misfit(self, row: Row) -> Rejection | None:
        """The refusal of a row that has not as many cells as the header."""
        if len(row.cells) == len(self.header):
            return None
        reason = f"{len(row.cells)} cells where the header has {len(self.header)}"
        return refusal(row, "", reason)


def parse_table(content: bytes) -> Table:
    """The table in these bytes (UTF-8; what is not becomes U+FFFD). Raises TableError if empty."""
    lines = content.decode("utf-8-sig", errors="replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise TableError("the file is empty")
    header = [name.strip() for name in _cells(lines[0].rstrip("\r"))]
    texts = [(number, line.rstrip("\r")) for number, line in enumerate(lines[1:], 2)]
    rows = [Row(number, text, _cells(text)) for number, text in texts if text.strip()]
    return Table(header, rows, len(texts) - len(rows))


def refusal(row: Row, field: str, reason: str, patient_id: str = "", source: str = "") -> Rejection:
    """The refusal of one row; its index is given when all rows are known."""
    return Rejection(0, field, reason, patient_id, source, row.text, row.line)


def number_of(text: str) -> float:
    """A measured number; NaN for a blank cell, `NaN` or `NA`. ValueError for anything else."""
    text = text.strip()
    if text.lower() in {"", "nan", "na"}:
        return math.nan
    if "_" in text:
        raise ValueError("not a number")
    try:
        number = float(text)
    except ValueError:
        raise ValueError("not a number") from None
    if math.isinf(number):
        raise ValueError("not a finite number")
    return number


def _cells(line: str) -> list[str]:
    plain = line.replace(',"",', ",,")
    if '"' not in plain:
        return plain.split(",")
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return [line]
