"""Messages of a topic -> readings and commands, in their order.

A message is one reading in JSON, several as JSON Lines or as an array, many as an Arrow IPC stream
or file, or one command. All readings of a message have its offset as their position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from wardline.codecs.arrow_readings import ARROW_FILE, ARROW_STREAM, decode_arrow, is_arrow
from wardline.codecs.reading_rows import ID_LENGTH_MAX, usable_text
from wardline.codecs.refusing import refused_message
from wardline.codecs.vitals_json import TooManyItemsError, decode_json_messages
from wardline.model.commands import COMMAND_NAMES, Command
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import join_batches

COMMAND_START: Final = b'{"command":'
"""How messages begin that are commands; `command_message` writes them so."""

ROWS_MAX: Final = 50_000
"""Readings in one message; a longer one is refused as a whole."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlacedCommand:
    """A command, the offset of its message, and when its sender says that it was given, in ms."""

    command: Command
    position: int
    given_at: int


class _Sent(msgspec.Struct):
    command: str
    patient_id: str
    actor: str = ""
    at: int = 0
    content: dict[str, Any] = {}


_decode_command = msgspec.json.Decoder(_Sent).decode
_encode = msgspec.json.Encoder().encode


def command_message(command: Command) -> bytes:
    """A command as a message."""
    return _encode(
        _Sent(command.command, command.patient_id, command.actor, command.at, command.content)
    )


def decode_topic(
    values: Sequence[bytes],
    positions: Places,
    received_at: Places,
    dictionaries: Dictionaries,
    *,
    origin: str,
) -> Iterator[Decoded | PlacedCommand]:
    """What messages hold, in their order; what cannot be decoded is among the rejections.

    positions, received_at: int64, one per message; the latter in ms and of commands too.
    """
    if _is_plain(values):
        yield _json(values, positions, received_at, dictionaries, origin)
        return
    for kind, places in groupby(range(len(values)), key=lambda place: _kind(values[place])):
        run = list(places)
        if kind == _JSON:
            lines, of = _lines([values[place] for place in run])
            taken = np.array(run, dtype=np.intp)[of]
            yield _json(lines, positions[taken], received_at[taken], dictionaries, origin)
            continue
        for place in run:
            at, position = int(received_at[place]), int(positions[place])
            if kind == _ARROW:
                yield decode_arrow(values[place], position, at, dictionaries, origin=origin)
            else:
                yield _command(values[place], position, at, dictionaries, origin)


_JSON, _ARROW, _COMMAND = range(3)


def _kind(value: bytes) -> int:
    if value.startswith(COMMAND_START):
        return _COMMAND
    return _ARROW if is_arrow(value) else _JSON


def _is_plain(values: Sequence[bytes]) -> bool:
    """Whether every message is one reading in JSON: nearly always, and quick to see."""
    text = b"\n".join(values)
    return (
        text.count(b"\n") < len(values)
        and COMMAND_START not in text
        and ARROW_STREAM not in text
        and ARROW_FILE not in text
    )


def _lines(values: Sequence[bytes]) -> tuple[list[bytes], npt.NDArray[np.intp]]:
    """The lines of messages, and of which message each is."""
    lines: list[bytes] = []
    of: list[int] = []
    for place, value in enumerate(values):
        some = value.split(b"\n") if b"\n" in value else [value]
        lines += some
        of += [place] * len(some)
    return lines, np.array(of, dtype=np.intp)


def _json(
    values: Sequence[bytes],
    positions: Places,
    received_at: Places,
    dictionaries: Dictionaries,
    origin: str,
) -> Decoded:
    try:
        return decode_json_messages(
            values, received_at, dictionaries, origin=origin, positions=positions,
            items_max=max(ROWS_MAX, len(values)),
        )  # fmt: skip
    except TooManyItemsError:
        return _apart(values, positions, received_at, dictionaries, origin)


def _apart(
    values: Sequence[bytes],
    positions: Places,
    received_at: Places,
    dictionaries: Dictionaries,
    origin: str,
) -> Decoded:
    """Together they hold too much: halves, down to the message that is too long by itself."""
    if len(values) == 1:
        reason = f"more than {ROWS_MAX} readings in one message"
        return refused_message(values[0], int(positions[0]), reason, dictionaries, origin)
    half = len(values) // 2
    parts = [
        _json(values[some], positions[some], received_at[some], dictionaries, origin)
        for some in (slice(0, half), slice(half, len(values)))
    ]
    return _joined(parts, half)


def _joined(parts: list[Decoded], shift: int) -> Decoded:
    first, second = parts
    return Decoded(
        join_batches([first.batch, second.batch]),
        np.concatenate([first.rows, second.rows + shift]),
        (*first.rejections, *second.rejections),
        first.ignored + second.ignored,
    )


def _command(
    value: bytes, position: int, received_at: int, dictionaries: Dictionaries, origin: str
) -> PlacedCommand | Decoded:
    try:
        sent = _decode_command(value)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        return refused_message(value, position, f"no command: {error}", dictionaries, origin)
    if sent.command not in COMMAND_NAMES:
        return refused_message(value, position, "no command of this name", dictionaries, origin)
    if not sent.patient_id or not usable_text(sent.patient_id):
        reason = f"patient_id must have 1 to {ID_LENGTH_MAX} characters and no control characters"
        return refused_message(value, position, reason, dictionaries, origin)
    command = Command(sent.patient_id, received_at, sent.actor, sent.command, sent.content)
    return PlacedCommand(command, position, sent.at)
