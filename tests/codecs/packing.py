"""Readings packed as Arrow, as senders pack them."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import ipc


def packed(
    columns: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    as_file: bool = False,
    compression: str | None = None,
):
    """A message with these columns, or with these readings."""
    is_table = isinstance(columns, Mapping)
    table = pa.table(dict(columns)) if is_table else pa.Table.from_pylist(list(columns))
    packed = io.BytesIO()
    opened = ipc.new_file if as_file else ipc.new_stream
    options = ipc.IpcWriteOptions(compression=compression)
    with opened(packed, table.schema, options=options) as writer:
        writer.write_table(table)
    return packed.getvalue()
