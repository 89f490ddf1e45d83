"""Packed readings: an Arrow IPC stream or file with a column per field, named as in JSON and CSV.

A missing value (null) is not measured. The library that reads Arrow also writes it as CSV, so that
cells mean here exactly what they mean there.
"""

import io
from dataclasses import replace
from functools import reduce
from typing import Any, Final

import numpy as np

from wardline.codecs.refusing import nothing_decoded, refused_message
from wardline.codecs.vitals_csv import CsvHeaderError, decode_csv
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import join_batches

ARROW_STREAM: Final = b"\xff\xff\xff\xff"
ARROW_FILE: Final = b"ARROW1"
"""How the two kinds of Arrow messages begin; no JSON does."""

NEEDS_ARROW: Final = "packed readings need pip install 'wardline[kafka]' (pyarrow)"

BYTES_MAX: Final = 64 * 1024 * 1024
"""A message that unpacks to more is refused as a whole."""

_OUR_OWN: Final = frozenset({"arrival", "arrived_at"})
"""Columns of our exports that no sender decides about."""


def is_arrow(value: bytes) -> bool:
    """Whether a message begins as Arrow does."""
    return value.startswith((ARROW_STREAM, ARROW_FILE))


def decode_arrow(
    value: bytes, position: int, received_at: int, dictionaries: Dictionaries, *, origin: str
) -> Decoded:
    """The readings of one message, all at its position; a message that is no Arrow is refused."""
    try:
        text = _as_csv(value)
        parts = list(decode_csv([text], dictionaries, origin=origin, rows_max=50_000))
    except (ArrowMessageError, CsvHeaderError) as error:
        return refused_message(value, position, str(error), dictionaries, origin)
    parts = [_placed(part, position, received_at) for part in parts]
    return reduce(_joined, parts) if parts else nothing_decoded(dictionaries, origin)


class ArrowMessageError(ValueError):
    """What begins like Arrow cannot be read as such."""


def _as_csv(value: bytes) -> bytes:
    try:
        import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
        from pyarrow import ipc  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
    except ImportError:
        raise ArrowMessageError(NEEDS_ARROW) from None
    arrow: Any = pa
    try:
        is_stream = value.startswith(ARROW_STREAM)
        opened: Any = ipc.open_stream(value) if is_stream else ipc.open_file(value)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        table: Any = opened.read_all()
        if table.nbytes > BYTES_MAX:
            raise ArrowMessageError(f"more than {BYTES_MAX} bytes in one message")
        table.validate(full=True)
        kept = [name for name in table.column_names if name not in _OUR_OWN]
        text = _written(table.select(kept), arrow.ArrowInvalid)
    except (arrow.ArrowException, OSError, KeyError) as error:
        raise ArrowMessageError(f"no Arrow that can be read: {_line(error)}") from None
    return text


def _written(table: Any, needs_quotes: type[Exception]) -> bytes:
    """Without quotes where no text needs any: such rows are read the quick way."""
    from pyarrow import csv  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra

    writer: Any = csv
    for style in ("none", "needed"):
        text = io.BytesIO()
        try:
            writer.write_csv(table, text, writer.WriteOptions(quoting_style=style))
        except needs_quotes:
            if style == "needed":
                raise
        else:
            break
    return text.getvalue()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _placed(part: Decoded, position: int, received_at: int) -> Decoded:
    batch = part.batch
    everywhere = np.full(len(batch), position, dtype=np.int64)
    received = np.full(len(batch), received_at, dtype=np.int64)
    return Decoded(
        replace(batch, position=everywhere, received_at=received),
        part.rows,
        tuple(replace(rejection, position=position) for rejection in part.rejections),
        part.ignored,
    )


def _joined(first: Decoded, second: Decoded) -> Decoded:
    """Rows are only told apart within a part, which nobody asks about in a topic."""
    return Decoded(
        join_batches([first.batch, second.batch]),
        np.concatenate([first.rows, second.rows]),
        (*first.rejections, *second.rejections),
        first.ignored + second.ignored,
    )
