"""How large a packed Arrow message becomes, told before anything in it is unpacked.

Bodies may be compressed buffer by buffer; each says itself how long it will be, and the library
that reads Arrow takes the memory for that at once. Layout: Arrow's `Message.fbs`, a FlatBuffer.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

_HEADER, _BUFFERS, _COMPRESSION, _DICTIONARY_DATA = 2, 2, 3, 1
"""Places of fields in their tables."""
_BUFFER: Final = struct.Struct("<qq")
_NOT_COMPRESSED: Final = -1


def unpacked_bytes(message: Any) -> int:
    """Bytes that a message's compressed buffers will take; 0 where none is compressed.

    `message`: a `pyarrow.ipc.Message`. Raises ValueError where it cannot be told.
    """
    if message.type not in {"record batch", "dictionary"}:
        return 0
    metadata, body = message.metadata.to_pybytes(), message.body
    try:
        batch = _follow(metadata, _field(metadata, _follow(metadata, 0), _HEADER))
        if message.type == "dictionary":
            batch = _follow(metadata, _field(metadata, batch, _DICTIONARY_DATA))
        if not _field(metadata, batch, _COMPRESSION):
            return 0
        return sum(_length(body, at) for at in _compressed(metadata, batch))
    except struct.error:
        raise ValueError("its description is broken") from None


def _compressed(metadata: bytes, batch: int) -> Iterator[int]:
    """Where in the body the buffers of a batch begin that are there at all."""
    buffers = _field(metadata, batch, _BUFFERS)
    if not buffers:
        return
    vector = _follow(metadata, buffers)
    (count,) = struct.unpack_from("<I", metadata, vector)
    for number in range(count):
        offset, length = _BUFFER.unpack_from(metadata, vector + 4 + number * _BUFFER.size)
        if length:
            yield offset


def _length(body: Any, at: int) -> int:
    """What a compressed buffer says of itself: its length unpacked, or that it is as it was."""
    if not 0 <= at <= body.size - 8:
        raise ValueError("a buffer lies outside of it")
    (length,) = struct.unpack("<q", body.slice(at, 8).to_pybytes())
    if length < _NOT_COMPRESSED:
        raise ValueError("a buffer has a length below nothing")
    return max(length, 0)


def _follow(metadata: bytes, at: int) -> int:
    """Where the offset that stands here points to."""
    (offset,) = struct.unpack_from("<I", metadata, at)
    return at + int(offset)


def _field(metadata: bytes, table: int, place: int) -> int:
    """Where a field of a table stands; 0 where the table does without it."""
    (back,) = struct.unpack_from("<i", metadata, table)
    fields = table - back
    if fields < 0:
        raise ValueError("its description is broken")
    (size,) = struct.unpack_from("<H", metadata, fields)
    entry = 4 + 2 * place
    if entry >= size:
        return 0
    (offset,) = struct.unpack_from("<H", metadata, fields + entry)
    return table + int(offset) if offset else 0
