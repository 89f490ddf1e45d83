"""What is to be published of a commit: kept with it, given back until it is known to be out."""

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.ports import Commit
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.schema import outbox
from wardline.stores.relational.shards import Shard
from wardline.stores.relational.statements import Statements

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, bytes | None, bytes]]).decode


def write_outgoing(
    connection: sa.Connection, statements: Statements, shard: Shard, seq: int, commit: Commit
) -> None:
    """Keep the messages of this commit; forget those that are out."""
    if commit.published_seq is not None:
        is_out = outbox.c.commit_seq <= commit.published_seq
        connection.execute(outbox.delete().where(outbox.c.shard_key == shard.key, is_out))
    if commit.outgoing:
        packed = _encode([(out.topic, out.key, out.value) for out in commit.outgoing])
        sql = statements.keep(outbox, ("shard_key", "commit_seq", "messages"))
        connection.exec_driver_sql(sql, (shard.key, seq, packed))


def unpublished(connections: Connections, shard: Shard) -> Iterator[tuple[int, list[Outgoing]]]:
    """(commit number, messages) of what may not be out yet, oldest first."""
    after = 0
    while True:
        with connections.reading() as connection:
            row = connection.execute(
                sa.select(outbox.c.commit_seq, outbox.c.messages)
                .where(outbox.c.shard_key == shard.key, outbox.c.commit_seq > after)
                .order_by(outbox.c.commit_seq)
                .limit(1)
            ).first()
        if row is None:
            return
        after = row.commit_seq
        yield after, [Outgoing(*parts) for parts in _decode(row.messages)]
