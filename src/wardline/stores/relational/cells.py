"""NumPy columns <-> the values of a row, where an empty cell is None."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


def cells(column: Column, empty: int | None) -> list[int | None] | None:
    """A column's values, `empty` as None; None in place of a column that is wholly empty."""
    if empty is None:
        return column.tolist()
    is_empty = column == empty
    count = int(np.count_nonzero(is_empty))
    if count == len(column):
        return None
    if not count:
        return column.tolist()
    mixed = column.astype(object)
    mixed[is_empty] = None
    return mixed.tolist()


def filled_rows(
    columns: Mapping[str, Column], empty: Mapping[str, int]
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """(names, rows) of the columns that are not wholly empty: every value bound costs time."""
    kept = {name: cells(column, empty.get(name)) for name, column in columns.items()}
    named = {name: values for name, values in kept.items() if values is not None}
    return tuple(named), list(zip(*named.values(), strict=True))


def whole_rows(columns: Iterable[tuple[Column, int | None]]) -> list[tuple[Any, ...]]:
    """Rows of all columns given as (values, what is empty)."""
    lists = [
        values if (values := cells(column, empty)) is not None else [None] * len(column)
        for column, empty in columns
    ]
    return list(zip(*lists, strict=True))


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Rows as one sequence of values per name."""
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))
