"""Patients spread over other shards: everything about it in one transaction.

The new shards are new rows with greater keys, so their order numbers lie above all others, and who
owned a shard before can write to none of them. The rows of readings stay where they are.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa

from wardline.pipeline.moving import ShardMove, Spread
from wardline.stores.relational.interning import LOOKUP_MAX
from wardline.stores.relational.schema import (
    commits,
    outbox,
    patients,
    positions,
    shards,
    snapshots,
)
from wardline.stores.relational.shards import FOUNDED, WHOLE, Shard, check_epoch
from wardline.stores.relational.writing import last_commit


def spread_of(connection: sa.Connection, topic: str) -> Spread:
    """How patients are spread over shards of a topic now."""
    known = connection.execute(
        sa.select(shards.c.key, shards.c.name, shards.c.partitions).where(shards.c.topic == topic)
    ).all()
    partition_of = {row.key: int(row.name.removeprefix(f"{topic}/")) for row in known}
    wanted = [WHOLE.key, *partition_of]
    rows = connection.execute(
        sa.select(patients.c.patient_id, patients.c.shard_key).where(
            patients.c.shard_key.in_(wanted)
        )
    )
    homes = {row.patient_id: partition_of.get(row.shard_key) for row in rows}
    return Spread(max((row.partitions for row in known), default=0), homes)


def move_shards(connection: sa.Connection, owned: Mapping[int, Shard], move: ShardMove) -> None:
    """Let the patients of these shards, by partition, and of the whole, belong to new ones.

    Raises StoreFencedError when somebody took one of the shards over meanwhile.
    """
    for shard in owned.values():
        check_epoch(connection, shard)
        _retire(connection, shard)
    fresh = [_founded(connection, owned.get(p), move, p) for p in range(len(move.states))]
    _assign(connection, move.homes, fresh)
    old = [shard.key for shard in owned.values()]
    for table in (snapshots, positions):
        connection.execute(table.delete().where(table.c.shard_key.in_(old)))


def _retire(connection: sa.Connection, shard: Shard) -> None:
    """It belongs to no topic any more, and nobody can commit to it."""
    name = shards.c.name + f"@{shard.key}"
    retired = {"name": name, "topic": "", "epoch": shards.c.epoch + 1, "session": ""}
    connection.execute(shards.update().where(shards.c.key == shard.key).values(retired))


def _founded(
    connection: sa.Connection, before: Shard | None, move: ShardMove, partition: int
) -> Shard:
    """A shard that begins with an engine's state, and with what one before read and published."""
    row = {
        "name": f"{move.topic}/{partition}", "topic": move.topic, "partitions": len(move.states),
        "epoch": 0, "owner": "", "session": "",
    }  # fmt: skip
    new = shards.insert().values(row).returning(shards.c.key)
    shard = Shard(connection.execute(new).scalar_one())
    seq = 1
    if before is not None:
        seq += last_commit(connection, before)[0]
        _hand_on(connection, before, shard)
    is_own = {"shard_key": shard.key}
    founding = {"origin": FOUNDED, "position": seq}
    connection.execute(positions.insert().values(is_own | founding))
    state = {"commit_seq": seq, "state": move.states[partition]}
    connection.execute(snapshots.insert().values(is_own | state))
    number = {"seq": seq, "last_order": shard.first_order}
    connection.execute(commits.insert().values(is_own | number))
    return shard


def _hand_on(connection: sa.Connection, before: Shard, shard: Shard) -> None:
    """How far origins were read, and what may not be published yet. Times are in the state."""
    read = sa.and_(positions.c.shard_key == before.key, positions.c.origin.contains("/"))
    connection.execute(positions.update().where(read).values(shard_key=shard.key))
    waiting = outbox.c.shard_key == before.key
    connection.execute(outbox.update().where(waiting).values(shard_key=shard.key))


def _assign(connection: sa.Connection, homes: Mapping[str, int], fresh: Sequence[Shard]) -> None:
    ordered = sorted(homes, key=lambda patient_id: (homes[patient_id], patient_id))
    for home, group in groupby(ordered, key=homes.__getitem__):
        some = list(group)
        for start in range(0, len(some), LOOKUP_MAX):
            is_one = patients.c.patient_id.in_(some[start : start + LOOKUP_MAX])
            moved = patients.update().where(is_one).values(shard_key=fresh[home].key)
            connection.execute(moved)
