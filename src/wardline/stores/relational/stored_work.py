"""Stored readings and commands as the pipeline takes them: batches, in the order processed."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa

from wardline.model.commands import Command
from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.model.vitals import VITAL_NAMES
from wardline.pipeline.ports import StoredBatch, StoredCommand
from wardline.stores.relational.cells import columns_of
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.interning import found_keys
from wardline.stores.relational.lookups import Texts
from wardline.stores.relational.schema import (
    commands,
    patients,
    positions,
    readings,
    sources,
)
from wardline.stores.relational.shards import FOUNDED, WHOLE, Shard
from wardline.stores.relational.writing import last_commit
from wardline.stores.relational.writing_readings import EMPTY_CELL

BATCH_ROWS = 10_000
KEYS_MAX = 300
"""Keys in one look-up; three parameters each."""
_LOOKUP_SIZES = (10, KEYS_MAX)

Key = tuple[str, int, str]

_COLUMNS = tuple(column.name for column in readings.columns)
_SELECTED: list[sa.ColumnElement[int]] = [
    sa.func.coalesce(column, sa.literal_column(str(EMPTY_CELL[column.name])))
    if column.name in EMPTY_CELL
    else column
    for column in readings.columns
]


def reading_batch(
    connection: sa.Connection, rows: Sequence[Any], names: Dictionaries, texts: Texts
) -> StoredBatch:
    """Rows of `_SELECTED` as a batch over these dictionaries; `position` is the order number."""
    columns = columns_of(_COLUMNS, rows)
    texts.learn(connection, columns)
    whole: dict[str, Any] = dict(empty_columns(len(rows)))
    for name, empty in whole.items():
        if name in columns:
            whole[name] = np.array(columns[name], dtype=empty.dtype)
    whole["values"] = np.array([columns[name] for name in VITAL_NAMES], dtype=np.int32).T
    whole["patient"] = texts.patients.codes(columns["patient_key"], names.patients.code)
    whole["source"] = texts.sources.codes(columns["source_key"], names.sources.code)
    arrived_at = np.array(columns["arrived_at"], dtype=np.int64)
    whole["received_at"] = arrived_at
    whole["position"] = np.array(columns["id"], dtype=np.int64)
    batch = ReadingBatch(names.patients, names.sources, names.labels, **whole)
    arrival = np.array(columns["arrival"], dtype=np.int64)
    return StoredBatch(batch, arrived_at, arrival, np.array(columns["late"], dtype=np.bool_))


def work_after(
    connections: Connections, commit_seq: int, shard: Shard = WHOLE
) -> Iterator[StoredBatch | StoredCommand]:
    """What a shard accepted after a commit, in order; each piece in its own transaction.

    Of a shard whose patients came from others, everything is everything of these patients.
    """
    names, texts = Dictionaries(), Texts()
    with connections.reading() as connection:
        _, order = last_commit(connection, shard, commit_seq)
        comes_from_others = commit_seq < _founding_commit(connection, shard)
    key = shard.key if comes_from_others else None
    order = 0 if comes_from_others else order
    while True:
        with connections.reading() as connection:
            command = _next_command(connection, order, shard.end_order, key)
            end = command.id if command else shard.end_order
            rows = _next_readings(connection, order, end, key)
            batch = reading_batch(connection, rows, names, texts)
        if rows:
            order = rows[-1].id
            yield batch
        elif command:
            order = command.id
            yield stored_command(command)
        else:
            return


def _founding_commit(connection: sa.Connection, shard: Shard) -> int:
    """With which a shard began that has patients of others; 0 for one that began with nothing."""
    is_founding = sa.and_(positions.c.shard_key == shard.key, positions.c.origin == FOUNDED)
    return connection.scalar(sa.select(positions.c.position).where(is_founding)) or 0


def _next_command(connection: sa.Connection, order: int, before: int, shard_key: int | None) -> Any:
    """`shard_key`: only of this shard's patients; None: of whomever these order numbers are."""
    table = commands.join(patients, patients.c.key == commands.c.patient_key)
    query = sa.select(commands, patients.c.patient_id).select_from(table)
    query = query.where(commands.c.id > order, commands.c.id < before)
    if shard_key is not None:
        query = query.where(patients.c.shard_key == shard_key)
    return connection.execute(query.order_by(commands.c.id).limit(1)).first()


def _next_readings(
    connection: sa.Connection, order: int, before: int, shard_key: int | None
) -> Sequence[Any]:
    query = sa.select(*_SELECTED).where(readings.c.id > order, readings.c.id < before)
    if shard_key is not None:
        own = sa.select(patients.c.key).where(patients.c.shard_key == shard_key)
        query = query.where(readings.c.patient_key.in_(own))
    return connection.execute(query.order_by(readings.c.id).limit(BATCH_ROWS)).all()


def stored_command(row: Any) -> StoredCommand:
    """A row of table commands, with its patient's id."""
    command = Command(
        patient_id=row.patient_id,
        at=row.received_at,
        actor=row.actor,
        command=row.command,
        content=json.loads(row.content),
    )
    return StoredCommand(command, row.at, row.arrival)


def stored_readings(connection: sa.Connection, keys: Sequence[Key]) -> dict[Key, StoredBatch]:
    """The stored readings among these keys, each as a batch of one."""
    wanted = _interned(connection, keys)
    names, texts = Dictionaries(), Texts()
    found: dict[Key, StoredBatch] = {}
    for start in range(0, len(wanted), KEYS_MAX):
        rows = _rows_of_keys(connection, wanted[start : start + KEYS_MAX])
        found.update(_singles(reading_batch(connection, rows, names, texts)))
    return found


def _interned(connection: sa.Connection, keys: Sequence[Key]) -> list[tuple[int, int, int]]:
    ids = found_keys(connection, patients, patients.c.patient_id, (key[0] for key in keys))
    places = found_keys(connection, sources, sources.c.name, (key[2] for key in keys))
    return [
        (ids[patient], at, places[source])
        for patient, at, source in keys
        if patient in ids and source in places
    ]


def _rows_of_keys(connection: sa.Connection, keys: Sequence[tuple[int, int, int]]) -> Sequence[Any]:
    size = next(size for size in _LOOKUP_SIZES if size >= len(keys))
    filled = [*keys, *[keys[-1]] * (size - len(keys))]
    sql = _lookup(size, connection.dialect)
    times = [at for _, at, _ in keys]
    given = (*chain.from_iterable(filled), min(times), max(times))
    # The last key fills the statement up, so its reading may come several times.
    return connection.exec_driver_sql(sql, given).unique().all()


@lru_cache(maxsize=16)
def _lookup(size: int, dialect: sa.Dialect) -> str:
    """Readings by so many keys; a statement of this length is slow to make, so it is made once.

    A join with the keys as a table, not `IN`: SQLite would scan all readings for the latter. First
    and last time come once more by themselves, so that PostgreSQL looks at no other day.
    """
    names = ("patient_key", "observed_at", "source_key")
    kinds = [readings.c[name].type for name in names]
    places = [[sa.bindparam(None, type_=kind) for kind in kinds] for _ in range(size)]
    wanted = sa.values(*map(sa.column, names, kinds), name="wanted").data(
        [tuple(place) for place in places]
    )
    listed = wanted.cte()
    is_wanted = sa.and_(*(readings.c[name] == listed.c[name] for name in names))
    first, last = (sa.bindparam(None, type_=readings.c.observed_at.type) for _ in range(2))
    is_between = readings.c.observed_at.between(first, last)
    select = sa.select(*_SELECTED).select_from(listed.join(readings, is_wanted)).where(is_between)
    return str(select.compile(dialect=dialect))


def _singles(stored: StoredBatch) -> Iterator[tuple[Key, StoredBatch]]:
    batch = stored.batch
    patient_ids, origins = batch.patients.texts(batch.patient), batch.sources.texts(batch.source)
    times = batch.observed_at.tolist()
    for row, key in enumerate(zip(patient_ids, times, origins, strict=True)):
        one = np.array([row])
        single = StoredBatch(batch.take(one), stored.at[one], stored.arrival[one], stored.late[one])
        yield key, single
