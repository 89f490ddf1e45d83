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

from wardline.codecs.arrow_readings import (
    ARROW_FILE,
    ARROW_STREAM,
    ROWS_MAX,
    decode_arrow,
    is_arrow,
)
from wardline.codecs.reading_rows import ID_LENGTH_MAX, usable_text
from wardline.codecs.refusing import refused_message
from wardline.codecs.vitals_json import TooManyItemsError, decode_json_texts, joined
from wardline.model.commands import COMMAND_NAMES, Command
from wardline.model.decoded import Decoded, join_decoded
from wardline.model.names import Dictionaries

COMMAND_START: Final = b'{"command":'
"""How messages begin that are commands; `command_message` writes them so."""

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
_decode_any = msgspec.json.Decoder(msgspec.Raw).decode


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
    texts = _Texts.of_messages(values)
    if not texts.may_hold_others():
        yield _json(texts.lines(), positions, received_at, dictionaries, origin)
        return
    for kind, places in groupby(range(len(values)), key=lambda place: _kind(values[place])):
        run = list(places)
        if kind == _JSON:
            lines = _Texts.of_messages([values[place] for place in run]).lines()
            taken = positions[run], received_at[run]
            yield _json(lines, *taken, dictionaries, origin)
            continue
        for place in run:
            at, position = int(received_at[place]), int(positions[place])
            if kind == _ARROW:
                yield decode_arrow(values[place], position, at, dictionaries, origin=origin)
            else:
                yield _command(values[place], position, at, dictionaries, origin)


def one_line(text: str) -> bytes:
    """A JSON record as a message: it has line ends only between its parts, where spaces do too."""
    return text.replace("\n", " ").replace("\r", " ").encode("utf-8", "backslashreplace")


_JSON, _ARROW, _COMMAND = range(3)


def _kind(value: bytes) -> int:
    if value.startswith(COMMAND_START):
        return _COMMAND
    return _ARROW if is_arrow(value) else _JSON


@dataclass(frozen=True, slots=True)
class _Texts:
    """Parts of one text, with a line end between each two.

    starts, ends: where they lie. of: the number of the message that each is, or is of.
    """

    text: bytes
    starts: Places
    ends: Places
    of: Places

    @staticmethod
    def of_messages(values: Sequence[bytes]) -> "_Texts":
        return _Texts(*joined(values), np.arange(len(values)))

    def __len__(self) -> int:
        return len(self.starts)

    def may_hold_others(self) -> bool:
        """Whether a part begins as Arrow or commands may: nearly never, and quick to see."""
        if not self.text:
            return False
        octets = np.frombuffer(self.text, dtype=np.uint8)
        first = octets[np.minimum(self.starts, len(octets) - 1)]
        third = octets[np.minimum(self.starts + 2, len(octets) - 1)]
        is_arrow = (first == ARROW_STREAM[0]) | (first == ARROW_FILE[0])
        return bool((is_arrow | (third == COMMAND_START[2])).any())

    def lines(self) -> "_Texts":
        """The lines of the parts."""
        if not len(self) or self.text.count(b"\n") < len(self):
            return self
        ends = np.flatnonzero(np.frombuffer(self.text, dtype=np.uint8) == ord("\n"))
        ends = np.append(ends, len(self.text))
        ends = ends[~self._within_one(ends)]
        starts = np.append(0, ends[:-1] + 1)
        return _Texts(self.text, starts, ends, self.of[np.searchsorted(self.ends, ends)])

    def _within_one(self, ends: Places) -> npt.NDArray[np.bool_]:
        """Which line ends lie within one JSON value that is written over several lines."""
        part = np.searchsorted(self.ends, ends)
        several = np.flatnonzero(np.bincount(part, minlength=len(self)) > 1).tolist()
        spread = [one for one in several if _is_one(self.text[self.starts[one] : self.ends[one]])]
        return np.isin(part, spread) & (ends != self.ends[part])

    def some(self, first: int, after: int) -> "_Texts":
        """Part `first` and those that follow, up to the one before `after`."""
        start, end = int(self.starts[first]), int(self.ends[after - 1])
        places = slice(first, after)
        return _Texts(
            self.text[start:end], self.starts[places] - start, self.ends[places] - start,
            self.of[places],
        )  # fmt: skip


def _is_one(value: bytes) -> bool:
    """Whether this is one JSON value, and not several."""
    try:
        _decode_any(value)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _json(
    texts: _Texts,
    positions: Places,
    received_at: Places,
    dictionaries: Dictionaries,
    origin: str,
) -> Decoded:
    """positions, received_at: one per message."""
    try:
        return decode_json_texts(
            texts.text, texts.starts, texts.ends, received_at[texts.of], dictionaries,
            origin=origin, positions=positions[texts.of], items_max=max(ROWS_MAX, len(texts)),
        )  # fmt: skip
    except TooManyItemsError:
        return _apart(texts, positions, received_at, dictionaries, origin)


def _apart(
    texts: _Texts,
    positions: Places,
    received_at: Places,
    dictionaries: Dictionaries,
    origin: str,
) -> Decoded:
    """Together they hold too much: halves, down to the text that is too long by itself."""
    if len(texts) == 1:
        reason = f"more than {ROWS_MAX} readings in one message"
        position = int(positions[texts.of[0]])
        return refused_message(texts.text, position, reason, dictionaries, origin)
    half = len(texts) // 2
    first, second = (
        _json(some, positions, received_at, dictionaries, origin)
        for some in (texts.some(0, half), texts.some(half, len(texts)))
    )
    return join_decoded(first, second, half)


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
