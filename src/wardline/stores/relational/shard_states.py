"""What a store knows of its shards: who owns them, how far they are, what waits to be published."""

from dataclasses import dataclass

import sqlalchemy as sa

from wardline.stores.relational.migrating import stored_version
from wardline.stores.relational.schema import outbox, positions, shards


@dataclass(frozen=True, slots=True)
class ShardState:
    """One shard. position: the last offset that is durable, None before the first one.

    commits_waiting: commits whose messages are not known to be published.
    """

    topic: str
    partition: int
    partitions: int
    owner: str
    epoch: int
    position: int | None
    commits_waiting: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """version: of the tables. server: of the database, in its own words."""

    version: str
    server: str
    shards: tuple[ShardState, ...]


def store_state(connection: sa.Connection) -> StoreState:
    """How the store stands now."""
    numbers = connection.dialect.server_version_info or ()
    server = f"{connection.dialect.name} {'.'.join(str(number) for number in numbers)}"
    found = sorted(_shards(connection), key=lambda shard: (shard.topic, shard.partition))
    return StoreState(stored_version(connection) or "", server, tuple(found))


def _shards(connection: sa.Connection) -> list[ShardState]:
    position = (
        sa.select(positions.c.position)
        .where(positions.c.shard_key == shards.c.key, positions.c.origin == shards.c.name)
        .scalar_subquery()
    )
    waiting = sa.select(sa.func.count()).where(outbox.c.shard_key == shards.c.key).scalar_subquery()
    query = sa.select(shards, position.label("position"), waiting.label("waiting"))
    return [
        ShardState(
            row.topic, int(row.name.rpartition("/")[2]), row.partitions, row.owner, row.epoch,
            row.position, row.waiting,
        )
        for row in connection.execute(query)
        if row.topic and row.name.rpartition("/")[2].isdecimal()
    ]  # fmt: skip
