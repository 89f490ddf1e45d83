"""The driver's messages, gathered by partition with as little work a message as possible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from wardline.pipeline.partitions import Messages
from wardline.sources.kafka.driver import Message

Int64s = npt.NDArray[np.int64]
_SECOND = itemgetter(1)


@dataclass(slots=True)
class _Part:
    values: list[bytes] = field(default_factory=list[bytes])
    offsets: list[Int64s] = field(default_factory=list[Int64s])
    appended_at: list[Int64s] = field(default_factory=list[Int64s])


class Gathering:
    """What one poll will give. octets: of all bodies together; count: of messages."""

    def __init__(self):
        self._parts: dict[int, _Part] = {}
        self.octets = 0
        self.count = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, partition: int, messages: Sequence[Message]) -> int:
        """Messages of one partition, none of them an error; gives the offset after the last."""
        part = self._parts.setdefault(partition, _Part())
        values = [message.value() or b"" for message in messages]
        part.values.extend(values)
        self.octets += sum(map(len, values))
        self.count += len(values)
        offsets = _offsets(messages)
        part.offsets.append(offsets)
        part.appended_at.append(_times(messages))
        return int(offsets[-1]) + 1

    def forget(self, partition: int) -> None:
        """What was gathered of it goes to nobody."""
        self._parts.pop(partition, None)

    def give(self) -> list[Messages]:
        """Everything, once."""
        parts, self._parts = self._parts, {}
        self.octets = self.count = 0
        return [
            Messages(number, part.values, _joined(part.offsets), _joined(part.appended_at))
            for number, part in parts.items()
        ]


def by_partition(messages: Sequence[Message]) -> Iterator[tuple[int, Sequence[Message]]]:
    """(partition, its messages in order). Most often all are of one."""
    numbers = [message.partition() or 0 for message in messages]
    for number in set(numbers):
        if numbers.count(number) == len(numbers):
            yield number, messages
        else:
            pairs = zip(messages, numbers, strict=True)
            yield number, [message for message, own in pairs if own == number]


def growing(messages: Sequence[Message]) -> int:
    """How many messages of one partition come before the first whose offset does not grow."""
    if _is_contiguous(messages):
        return len(messages)
    falls = np.flatnonzero(np.diff(_offsets(messages)) <= 0)
    return int(falls[0]) + 1 if len(falls) else len(messages)


def _is_contiguous(messages: Sequence[Message]) -> bool:
    """Where the ends fit the count, there are no gaps."""
    return (messages[-1].offset() or 0) - (messages[0].offset() or 0) == len(messages) - 1


def _offsets(messages: Sequence[Message]) -> Int64s:
    if _is_contiguous(messages):
        first = messages[0].offset() or 0
        return np.arange(first, first + len(messages), dtype=np.int64)
    return np.fromiter(map(Message.offset, messages), np.int64, len(messages))


def _times(messages: Sequence[Message]) -> Int64s:
    """-1 where a message has none, as the broker says it."""
    return np.fromiter(map(_SECOND, map(Message.timestamp, messages)), np.int64, len(messages))


def _joined(arrays: list[Int64s]) -> Int64s:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
