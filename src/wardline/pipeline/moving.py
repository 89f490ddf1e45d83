"""Patients spread anew over the shards of a topic.

After its partitions became more, or from a store that one engine filled by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from wardline.engine.moving import spread
from wardline.pipeline.partitions import PartitionedSource
from wardline.pipeline.ports import ShardedStore, ShardStore
from wardline.pipeline.recovery import recover

OWNER = "wardline shards move"


@dataclass(frozen=True, slots=True)
class Spread:
    """Over how many partitions patients are spread, and where each is; 0: over none yet.

    homes: patient -> partition, None for those of a store that one engine filled by itself.
    Patients of other topics are not among them.
    """

    partitions: int
    homes: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class ShardMove:
    """What becomes of a topic's shards. states: an engine's snapshot for each partition there is.

    homes: patient -> partition.
    """

    topic: str
    states: list[bytes]
    homes: Mapping[str, int]


class MovableStore(ShardedStore, Protocol):
    """A store whose shards can be cut anew."""

    def spread_of(self, topic: str) -> Spread:
        """How patients are spread over the shards of a topic now."""
        ...

    def move_shards(self, owned: Mapping[int, ShardStore], move: ShardMove) -> None:
        """Replace these shards by others, wholly or not at all. Raises StoreFencedError."""
        ...


class NotReadError(Exception):
    """Messages lie in the partitions of before that no engine has seen."""


class FewerPartitionsError(Exception):
    """Patients cannot be moved to fewer partitions: what was read of the others is not known."""


def check_count(topic: str, now: Spread, count: int) -> None:
    """Raises FewerPartitionsError."""
    if count < now.partitions:
        raise FewerPartitionsError(
            f"topic {topic} has {count} partitions, and its patients were spread over "
            f"{now.partitions}: use a new topic for fewer"
        )


def check_all_read(source: PartitionedSource, store: ShardedStore, partitions: int) -> None:
    """Raises NotReadError, LogUnavailableError, StoreUnavailableError."""
    ends = source.end_offsets(range(partitions))
    reached = store.reached([f"{source.topic}/{partition}" for partition in ends])
    for partition, (oldest, end) in sorted(ends.items()):
        unread = end - max(oldest, reached.get(f"{source.topic}/{partition}", -1) + 1)
        if unread > 0:
            raise NotReadError(
                f"partition {partition} has {unread} messages not yet read: run `wardline worker "
                f"--drain --partitions-before {partitions}` with the options of your workers first"
            )


def moved_shards(
    store: MovableStore, topic: str, now: Spread, home: Callable[[str], int], count: int
) -> ShardMove:
    """Take every shard over, and give all patients a home among `count` new ones.

    Kept in one transaction; before it, only the workers of before are shut out. Raises
    FewerPartitionsError, StoreFencedError, StoreUnavailableError.
    """
    check_count(topic, now, count)
    owned = {
        partition: store.take_over(topic, partition, now.partitions, OWNER)
        for partition in range(now.partitions)
    }
    engines = [recover(shard).engine for shard in owned.values()]
    if None in now.homes.values():
        engines.append(recover(store).engine)
    states = spread([engine.snapshot() for engine in engines], home, count)
    move = ShardMove(topic, states, {patient_id: home(patient_id) for patient_id in now.homes})
    store.move_shards(owned, move)
    return move
