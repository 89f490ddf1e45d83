"""Shards: sets of patients, each served in order by one engine at a time, all in one store.

Whoever takes a shard over raises its epoch; a commit with an older epoch is refused. So a worker
that was believed dead and wakes up again cannot write.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from wardline.pipeline.ports import PartitionCountError, StoreFencedError
from wardline.stores.relational.interning import LOOKUP_MAX
from wardline.stores.relational.schema import patients, shards
from wardline.stores.relational.statements import Statements, run_many

ORDER_BITS = 44
"""Order numbers of a shard: its key in front of so many bits that count."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Whose commit it is. Shard 0 is the only engine of a store that others do not share.

    epoch: None where the writer's lock already keeps others out.
    """

    key: int = 0
    epoch: int | None = None

    @property
    def first_order(self) -> int:
        """Below all order numbers of this shard."""
        return self.key << ORDER_BITS

    @property
    def end_order(self) -> int:
        """Above all order numbers of this shard."""
        return (self.key + 1) << ORDER_BITS


WHOLE = Shard()

FOUNDED = "wardline:founded"
"""Among the positions: the commit with which a shard began whose patients came from others."""

FENCED = "another worker took this shard over"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes which shard. topic, partitions: where its readings come from."""

    name: str
    topic: str
    partitions: int
    owner: str
    session: str


def check_partition_count(connection: sa.Connection, topic: str, partitions: int) -> None:
    """Raises PartitionCountError if shards of the topic were cut for another count."""
    cut = sa.select(shards.c.partitions).where(shards.c.topic == topic).distinct()
    for before in connection.scalars(cut):
        if before != partitions:
            raise PartitionCountError(topic, before, partitions)


def take_over(connection: sa.Connection, statements: Statements, claim: Claim) -> Shard:
    """Become the owner of a shard: from now on nobody else's commits to it are taken.

    Waits for a commit of the owner before that is under way.
    """
    check_partition_count(connection, claim.topic, claim.partitions)
    names = ("name", "topic", "partitions", "epoch", "owner", "session")
    row = (claim.name, claim.topic, claim.partitions, 0, "", "")
    run_many(connection, statements.keep(shards, names), [row])
    taking = (
        shards.update()
        .where(shards.c.name == claim.name)
        .values(epoch=shards.c.epoch + 1, owner=claim.owner, session=claim.session)
        .returning(shards.c.key, shards.c.epoch)
    )
    key, epoch = connection.execute(taking).one()
    return Shard(key, epoch)


def renewed(
    connection: sa.Connection, shard: Shard, session: str, tried: Collection[str] = ()
) -> Shard:
    """The shard with a new epoch, once what its owner sent before is decided. StoreFencedError.

    `tried`: sessions in which its owner tried this before and got no answer. What one of them did
    all the same was nobody else's doing.
    """
    is_ours = sa.or_(shards.c.epoch == shard.epoch, shards.c.session.in_(tried))
    taking = (
        shards.update()
        .where(shards.c.key == shard.key, is_ours)
        .values(epoch=shards.c.epoch + 1, session=session)
        .returning(shards.c.epoch)
    )
    epoch = connection.scalar(taking)
    if epoch is None:
        raise StoreFencedError(FENCED)
    return Shard(shard.key, epoch)


def check_epoch(connection: sa.Connection, shard: Shard) -> None:
    """Hold the shard until the transaction ends. Raises StoreFencedError if it went to another."""
    if shard.epoch is None:
        return
    wanted = sa.select(shards.c.epoch).where(shards.c.key == shard.key).with_for_update()
    if connection.scalar(wanted) != shard.epoch:
        raise StoreFencedError(FENCED)


def session_of(connection: sa.Connection, name: str) -> str | None:
    """The database session of a shard's owner, as the database names it."""
    return connection.scalar(sa.select(shards.c.session).where(shards.c.name == name))


def name_of(connection: sa.Connection, shard: Shard) -> str:
    """The name of a shard."""
    return connection.execute(
        sa.select(shards.c.name).where(shards.c.key == shard.key)
    ).scalar_one()


def claim_patients(
    connection: sa.Connection, statements: Statements, shard: Shard, patient_ids: list[str]
) -> set[str]:
    """Let new patients belong to a shard; gives those that belong to another one."""
    sql = statements.keep(patients, ("patient_id", "shard_key"))
    run_many(connection, sql, [(patient_id, shard.key) for patient_id in sorted(patient_ids)])
    foreign: set[str] = set()
    for start in range(0, len(patient_ids), LOOKUP_MAX):
        some = patient_ids[start : start + LOOKUP_MAX]
        is_foreign = sa.and_(patients.c.patient_id.in_(some), patients.c.shard_key != shard.key)
        foreign.update(connection.scalars(sa.select(patients.c.patient_id).where(is_foreign)))
    return foreign
