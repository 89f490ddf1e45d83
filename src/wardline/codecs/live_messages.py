"""What workers tell servers, as messages of the live topic: pictures, what was found, how they are.

MessagePack. A message replaces nothing but the pictures it holds; what was found comes once, and a
gap in a worker's numbers means that something was missed.
"""

from typing import Any, Final

import msgspec

from wardline.model.pictures import PatientPicture

FORMAT: Final = 2
"""Raised when older servers would misread a message; they then leave it alone."""

PICTURES_MAX: Final = 200
"""Pictures in one message: some 150 kB."""

ROWS_MAX: Final = 1_000
"""Found rows in one message."""

Rows = list[tuple[Any, ...]]


class ShardNews(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One partition, as its worker serves it.

    epoch: raised by every new owner; pictures of an older one are not shown. next_offset: how far
    it is durable. lag: messages not read yet, None if not known. state: of what is read.
    """

    partition: int
    epoch: int
    state: str
    next_offset: int
    lag: int | None
    patients: int
    rows_ahead: int


class Telling(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One message. worker: another one after every start. number: 1, 2, ... of that worker.

    engine_at: when its loop last began a step, ms. found: (kind of row, rows). pictures: by
    partition. counted: readings, anomalous ones and alarms since the message before. shards,
    problems, figures: only in the message of every second, else None. admitted: admissions recorded
    since the message before. holds_admissions: the topic holds admissions, not readings. What was
    added later stands last and has a value for those who do not tell it.
    """

    format: int
    worker: str
    number: int
    now_ms: int
    engine_at: int
    topic: str
    partitions: int
    pictures: list[tuple[int, int, list[PatientPicture]]] = []
    found: list[tuple[str, Rows]] = []
    beds: list[tuple[str, str]] = []
    counted: tuple[int, int, int] = (0, 0, 0)
    shards: list[ShardNews] | None = None
    problems: list[str] | None = None
    figures: dict[str, float] | None = None
    admitted: int = 0
    holds_admissions: bool = False


class TellingError(ValueError):
    """A message that is none of ours, or of another version."""


encode_telling = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Telling).decode


def decode_telling(message: bytes) -> Telling:
    """Raises TellingError."""
    try:
        telling = _decode(message)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise TellingError(str(error)) from None
    if telling.format != FORMAT:
        raise TellingError(f"format {telling.format}, this Wardline knows {FORMAT}")
    return telling
