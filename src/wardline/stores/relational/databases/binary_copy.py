"""Columns of whole numbers as PostgreSQL's binary COPY wants them: no text is made or parsed.

The format, of the server's manual under COPY: a header, then per row the count of its fields (two
bytes) and per field its length (four bytes, -1 for an empty cell) and its bytes, the greatest
first; at the end a count of -1.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.stores.relational.cells import Column

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
COUNT_BYTES, LENGTH_BYTES = 2, 4

Field = tuple[Column, int, int | None]
"""(values, bytes of the table's column: 4 or 8, the value that stands for an empty cell)."""


def binary_rows(fields: Sequence[Field]) -> bytes:
    """Everything between COPY's begin and end. Raises OverflowError for what does not fit."""
    count = len(fields[0][0])
    rows = np.empty(count, dtype=_layout([width for _, width, _ in fields]))
    rows["count"] = len(fields)
    is_kept = np.ones((count, rows.itemsize), dtype=np.bool_)
    start = COUNT_BYTES
    for place, (column, width, empty) in enumerate(fields):
        start += LENGTH_BYTES
        rows[f"length_{place}"] = width
        rows[f"value_{place}"] = _fitting(column, width)
        if empty is not None:
            is_empty = column == empty
            rows[f"length_{place}"][is_empty] = -1
            is_kept[is_empty, start : start + width] = False
        start += width
    octets = rows.view(np.uint8).reshape(count, rows.itemsize)
    return HEADER + (octets if is_kept.all() else octets[is_kept]).tobytes() + TRAILER


def _layout(widths: Sequence[int]) -> np.dtype[np.void]:
    """One row in which no cell is empty."""
    parts: list[tuple[str, str]] = [("count", f">i{COUNT_BYTES}")]
    for place, width in enumerate(widths):
        parts += [(f"length_{place}", f">i{LENGTH_BYTES}"), (f"value_{place}", f">i{width}")]
    return np.dtype(parts)


def _fitting(column: Column, width: int) -> npt.NDArray[Any]:
    if column.dtype.itemsize > width and len(column):
        least, most = int(column.min()), int(column.max())
        bound = 1 << (8 * width - 1)
        if least < -bound or most >= bound:
            raise OverflowError(f"{least}..{most} does not fit {width} bytes")
    return column
