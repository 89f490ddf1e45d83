"""Packed readings: an Arrow IPC stream or file with a column per field, named as in JSON and CSV.

A missing value (null) is not measured. The library that reads Arrow also writes it as CSV, so that
cells mean here exactly what they mean there.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from typing import Any, Final, cast

import numpy as np

from wardline.codecs.arrow_bodies import unpacked_bytes
from wardline.codecs.refusing import nothing_decoded, refused_message
from wardline.codecs.vitals_csv import CsvHeaderError, decode_csv
from wardline.model.decoded import Decoded, join_decoded
from wardline.model.names import Dictionaries

ARROW_STREAM: Final = b"\xff\xff\xff\xff"
ARROW_FILE: Final = b"ARROW1"
"""How the two kinds of Arrow messages begin; no JSON does."""

_FILE_START: Final = b"ARROW1\0\0"
"""A file is this, a stream, and a table of contents, which is not needed to read all of it."""

NEEDS_ARROW: Final = "packed readings need pip install 'wardline[kafka]' (pyarrow)"

BYTES_MAX: Final = 64 * 1024 * 1024
"""A message that unpacks to more is refused as a whole."""

ROWS_MAX: Final = 50_000
"""Readings in one message, packed in whatever way; a longer one is refused as a whole."""

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
    return reduce(join_decoded, parts) if parts else nothing_decoded(dictionaries, origin)


class ArrowMessageError(ValueError):
    """What begins like Arrow cannot be read as such."""


def arrow_objects(value: bytes) -> list[dict[str, Any]]:
    """The rows of one message as JSON objects of the same meaning. Raises ArrowMessageError."""
    try:
        return [_stated(row) for row in _read(value, _in_numbers)]
    except (UnicodeDecodeError, OverflowError, ValueError) as error:
        raise ArrowMessageError(f"no Arrow that can be read: {_line(error)}") from None


def _in_numbers(table: Any) -> Any:
    """The rows as dictionaries, times in ms since 1970."""
    import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra

    arrow: Any = pa
    columns: dict[str, Any] = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        is_time = arrow.types.is_timestamp(field.type)
        in_ms = column.cast(arrow.timestamp("ms"), safe=False) if is_time else column
        columns[field.name] = in_ms.cast(arrow.int64()) if is_time else column
    return arrow.table(columns).to_pylist()


def _stated(row: dict[str, Any]) -> dict[str, Any]:
    """Nothing for what is not measured, JSON's null for what a mark calls not available."""
    marks = str(row.pop("marks", None) or "").split()
    stated = {name: value for name, value in row.items() if value is not None}
    return stated | {mark.removesuffix(":na"): None for mark in marks if mark.endswith(":na")}


def _as_csv(value: bytes) -> bytes:
    return _read(value, _written)


def _read(value: bytes, take: Callable[[Any], Any]) -> Any:
    """What `take` makes of the table in a message. Raises ArrowMessageError."""
    try:
        import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
        from pyarrow import ipc  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
    except ImportError:
        raise ArrowMessageError(NEEDS_ARROW) from None
    arrow: Any = pa
    try:
        stream: Any = arrow.py_buffer(value).slice(len(_FILE_START) * value.startswith(ARROW_FILE))
        _check_unpacking(stream)
        opened: Any = ipc.open_stream(stream)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        table: Any = opened.read_all()
        _check_size(table)
        table.validate(full=True)
        return take(_plain(table))
    except (arrow.ArrowException, OSError, KeyError) as error:
        raise ArrowMessageError(f"no Arrow that can be read: {_line(error)}") from None


def _check_unpacking(stream: Any) -> None:
    """Before any of it is read: few compressed bytes may become very many."""
    from pyarrow import ipc  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra

    messages: Any = ipc.MessageReader.open_stream(stream)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    unpacked = 0
    try:
        for message in cast("Iterator[Any]", messages):
            unpacked += unpacked_bytes(message)
            _check_bytes(unpacked)
    except ArrowMessageError:
        raise
    except ValueError as error:
        raise ArrowMessageError(f"no Arrow that can be read: {error}") from None


def _check_bytes(count: int) -> None:
    if count > BYTES_MAX:
        raise ArrowMessageError(f"more than {BYTES_MAX} bytes in one message")


def _check_size(table: Any) -> None:
    """Before anything is done with it. Columns of nothing but nulls take no bytes at all."""
    if table.num_rows > ROWS_MAX:
        raise ArrowMessageError(f"more than {ROWS_MAX} readings in one message")
    _check_bytes(table.nbytes)


def _plain(table: Any) -> Any:
    """The columns that senders decide about, texts written out, times in UTC."""
    import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra

    arrow: Any = pa
    names: list[str] = []
    columns: list[Any] = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if field.name in _OUR_OWN:
            continue
        names.append(field.name)
        if arrow.types.is_dictionary(field.type):
            columns.append(_spelt_out(column, field.type.value_type))
        elif arrow.types.is_timestamp(field.type) and field.type.tz is not None:
            columns.append(column.cast(arrow.timestamp(field.type.unit, "UTC")))
        else:
            columns.append(column)
    return arrow.table(columns, names=names)


def _spelt_out(column: Any, kind: Any) -> Any:
    """One long text, named by many rows, takes few bytes only until it is written for each."""
    import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
    from pyarrow import compute  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - as above

    arrow: Any = pa
    measure: Any = compute
    types = arrow.types
    if types.is_string(kind) or types.is_large_string(kind):
        for chunk in column.chunks:
            longest = measure.max(measure.binary_length(chunk.dictionary)).as_py() or 0
            if longest * len(chunk) > BYTES_MAX:
                raise ArrowMessageError(f"more than {BYTES_MAX} bytes in one message")
    return column.cast(kind)


def _written(table: Any) -> bytes:
    """Without quotes where no text needs any: such rows are read the quick way."""
    import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
    from pyarrow import csv  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra

    arrow: Any = pa
    writer: Any = csv
    for style in ("none", "needed"):
        text = io.BytesIO()
        try:
            writer.write_csv(table, text, writer.WriteOptions(quoting_style=style))
        except arrow.ArrowInvalid:
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
