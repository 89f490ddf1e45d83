"""Retention: old rows go in bounded steps; what is needed to go on stays."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wardline.model.policy import ConditionState
from wardline.stores.relational.schema import (
    anomalies,
    dead_letters,
    dead_records,
    patients,
    readings,
    scores,
    transitions,
    windows,
)  # fmt: skip

_TIMED = (
    (readings, readings.c.observed_at), (windows, windows.c.start), (scores, scores.c.at),
    (anomalies, anomalies.c.at), (transitions, transitions.c.at),
)  # fmt: skip


def trim(connection: sa.Connection, before_ms: int, batch_rows: int) -> int:
    """Delete up to `batch_rows` readings, findings and dead letters older than a time.

    Each patient keeps the newest row of every table, and the transitions of episodes that had not
    ended by then. Gives the number of rows deleted; 0 means that nothing is left to do.
    """
    left = batch_rows
    for table, time in _TIMED:
        for key in _with_old_rows(connection, table, time, before_ms):
            if left <= 0:
                return batch_rows
            left -= _trim_patient(connection, table, time, key, before_ms, left)
    if left > 0:
        left -= _trim_letters(connection, before_ms, left)
    return batch_rows - left


def _with_old_rows(
    connection: sa.Connection, table: sa.Table, time: Any, before_ms: int
) -> Sequence[int]:
    """Keys of patients that have any: one question for all, as most have none."""
    has_old = sa.exists().where(table.c.patient_key == patients.c.key, time < before_ms)
    query = sa.select(patients.c.key).where(has_old).order_by(patients.c.key)
    return connection.scalars(query).all()


def _trim_patient(
    connection: sa.Connection, table: sa.Table, time: Any, key: int, before_ms: int, limit: int
) -> int:
    own = table.alias("own")
    latest = sa.func.max(own.c[str(time.name)])
    newest = sa.select(latest).where(own.c.patient_key == key)
    wanted = [table.c.patient_key == key, time < before_ms, time < newest.scalar_subquery()]
    if table is transitions:
        wanted.append(_has_ended(before_ms))
    names = list(dict.fromkeys([*table.primary_key, time]))
    old = connection.execute(sa.select(*names).where(*wanted).order_by(time).limit(limit)).all()
    if old:
        is_row = [column == sa.bindparam(f"old_{column.name}") for column in names]
        places = [f"old_{column.name}" for column in names]
        rows = [dict(zip(places, row, strict=True)) for row in old]
        connection.execute(table.delete().where(*is_row), rows)
    return len(old)


def _has_ended(before_ms: int) -> sa.ColumnElement[bool]:
    later = transitions.alias("later")
    return sa.exists().where(
        later.c.patient_key == transitions.c.patient_key,
        later.c.condition == transitions.c.condition,
        later.c.seq >= transitions.c.seq,
        later.c.at < before_ms,
        later.c.state == int(ConditionState.NORMAL),
    )


def _trim_letters(connection: sa.Connection, before_ms: int, limit: int) -> int:
    time = dead_letters.c.received_at
    wanted = sa.select(dead_letters.c.id).where(time < before_ms).order_by(time).limit(limit)
    old = [{"old_id": key} for key in connection.scalars(wanted)]
    if old:
        key = sa.bindparam("old_id", type_=sa.BigInteger())
        connection.execute(dead_records.delete().where(dead_records.c.letter_id == key), old)
        connection.execute(dead_letters.delete().where(dead_letters.c.id == key), old)
    return len(old)
