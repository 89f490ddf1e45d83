"""The seams to a partitioned log: what workers ask of a topic, and what publishers ask of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


class LogUnavailableError(Exception):
    """The log (its brokers) cannot take or give anything now. Try again later."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of one partition, in order of their offsets.

    values: the bodies, empty where a message has none. offsets, appended_at: int64, one per
    message; the latter is the broker's append time, else the record's own, ms since 1970 UTC.
    """

    partition: int
    values: Sequence[bytes]
    offsets: npt.NDArray[np.int64]
    appended_at: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)


class Assignments(Protocol):
    """Told, from within `poll` or `close`, which partitions are served here."""

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """These are served here from now on. Gives where each is read from.

        That is an offset (0: the oldest there is), or None: it stays paused until `begin`. Raises
        nothing: the group would wait for this member.
        """
        ...

    def revoked(self, partitions: Sequence[int]) -> None:
        """These go to somebody else, who waits for this to return: commit and let go."""
        ...

    def lost(self, partitions: Sequence[int]) -> None:
        """These went to somebody else already: drop everything, commit nothing."""
        ...


class PartitionedSource(Protocol):
    """One member of a group of readers of one topic. All methods belong to one thread."""

    @property
    def topic(self) -> str:
        """The topic's name."""
        ...

    def partition_count(self) -> int:
        """How many partitions the topic has now. Raises LogUnavailableError."""
        ...

    def join(self, assignments: Assignments) -> None:
        """Become a member of the group; `poll` tells the rest."""
        ...

    def poll(self, messages_max: int, timeout_s: float) -> list[Messages]:
        """Messages that have come, at most one entry a partition, waiting for the first one.

        Never raises for brokers that are away: `problem` says so. Does raise for an offset that is
        gone, at every call until the partition begins elsewhere.
        """
        ...

    def begin(self, partition: int, offset: int) -> None:
        """Read a partition that is served here from an offset on, whatever was read of it before.

        What was fetched already and not polled is forgotten. Ends a pause.
        """
        ...

    def pause(self, partitions: Sequence[int]) -> None:
        """Give no more messages of these until `begin`. What was fetched may be forgotten."""
        ...

    def read_to_end_at(self) -> Mapping[int, int]:
        """Partitions whose newest message was polled, and when that was last known to be so.

        A time says: whatever the broker had then has been polled. ms since 1970 UTC by this
        machine's clock. Other partitions are absent.
        """
        ...

    def lag(self) -> Mapping[int, int]:
        """Messages not polled yet, per partition served here, as far as known."""
        ...

    def acknowledge(self, next_offsets: Mapping[int, int]) -> None:
        """Tell the group how far partitions are done, without waiting. Only lag tools look."""
        ...

    def end_offsets(self, partitions: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """(oldest offset kept, offset of the next message to come) of partitions of the topic.

        The last offsets may belong to no message (ends of transactions), so that no position ever
        gets there: `read_to_end_at` says whether all was polled. Raises LogUnavailableError.
        """
        ...

    def problem(self) -> str:
        """Why nothing comes from the brokers, in plain words; empty while they answer."""
        ...

    def close(self) -> None:
        """Leave the group; `revoked` is told first. Bounded in time."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be published. `partition` None: by the key's hash, murmur2 as Java's clients."""

    topic: str
    key: bytes | None
    value: bytes
    partition: int | None = None


class Publisher(Protocol):
    """Writes messages to topics. All methods may be called from any thread."""

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        """Write messages in order and return once all in-sync replicas have them.

        Repeats of the client itself are recognised by the broker. Raises LogUnavailableError; then
        any of them may have been written all the same.
        """
        ...

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Write messages when it is possible, without waiting: for pictures that the next replaces.

        Beyond the bound of the queue messages are dropped and counted.
        """
        ...

    def problem(self) -> str:
        """Why nothing can be written, in plain words; empty while it can."""
        ...

    def close(self, timeout_s: float) -> None:
        """Write what waits, as far as the time allows."""
        ...
