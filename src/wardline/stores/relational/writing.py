"""One commit, step by step, inside one transaction."""

from itertools import groupby
from typing import Any

import sqlalchemy as sa

from wardline.model.patients import TruthPeriod
from wardline.pipeline.crash_points import reach
from wardline.pipeline.ports import Commit, StoredCommand
from wardline.stores.relational.admissions import write_admissions
from wardline.stores.relational.dead_letters import write_dead_letters
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.outgoing import write_outgoing
from wardline.stores.relational.schema import commits, positions, snapshots, truth
from wardline.stores.relational.shards import WHOLE, Shard
from wardline.stores.relational.statements import run_many
from wardline.stores.relational.writing_commands import write_command
from wardline.stores.relational.writing_findings import recompute_windows, write_findings
from wardline.stores.relational.writing_readings import write_readings

SNAPSHOTS_KEPT = 2
COMMITS_KEPT = 10_000
"""Older commits are only remembered where a snapshot stands; their rows in other tables stay."""


def write_commit(
    connection: sa.Connection, memory: Memory, commit: Commit, shard: Shard = WHOLE
) -> int:
    """Everything in a commit; gives its number."""
    seq, last_order = last_commit(connection, shard)
    last_order = _write_work(connection, memory, commit.work, last_order)
    reach("in_commit_after_readings")
    write_findings(connection, memory, commit.findings, commit.patients)
    if len(commit.findings.recompute):
        recompute_windows(connection, memory, commit.findings.recompute, commit.patients)
    reach("in_commit_after_findings")
    write_dead_letters(connection, memory.statements, commit.dead_letters, shard.key)
    reach("in_commit_after_dead_letters")
    _write_truth(connection, memory, commit.truth)
    write_admissions(connection, memory.statements, commit.admissions)
    _write_positions(connection, memory, shard, commit.positions)
    reach("in_commit_after_positions")
    write_outgoing(connection, memory.statements, shard, seq + 1, commit)
    reach("in_commit_after_outbox")
    if commit.snapshot is not None:
        _write_snapshot(connection, memory, shard, seq + 1, commit.snapshot)
        reach("in_commit_after_snapshot")
    _write_number(connection, memory, shard, seq + 1, last_order)
    return seq + 1


def last_commit(
    connection: sa.Connection, shard: Shard = WHOLE, up_to: int | None = None
) -> tuple[int, int]:
    """(number, last order number) of a shard's newest commit, or of its newest up to a number."""
    query = sa.select(commits.c.seq, commits.c.last_order).where(commits.c.shard_key == shard.key)
    if up_to is not None:
        query = query.where(commits.c.seq <= up_to)
    row = connection.execute(query.order_by(commits.c.seq.desc()).limit(1)).first()
    return (row.seq, row.last_order) if row else (0, shard.first_order)


def _write_work(connection: sa.Connection, memory: Memory, work: list[Any], last_order: int) -> int:
    for is_command, items in groupby(work, key=lambda item: isinstance(item, StoredCommand)):
        if is_command:
            for command in items:
                last_order = write_command(connection, memory, command, last_order)
        else:
            last_order = write_readings(connection, memory, list(items), last_order)
    return last_order


def _write_truth(connection: sa.Connection, memory: Memory, periods: list[TruthPeriod]) -> None:
    keys = memory.patients.keys(connection, [period.patient_id for period in periods])
    rows = [
        (key, period.start, period.kind, period.name, period.vital, period.end)
        for key, period in zip(keys, periods, strict=True)
    ]
    names = ("patient_key", "start", "kind", "name", "vital", "end")
    run_many(connection, memory.statements.replace(truth, names), rows)


def _write_positions(
    connection: sa.Connection, memory: Memory, shard: Shard, reached: dict[str, int]
) -> None:
    sql = memory.statements.replace(positions, ("shard_key", "origin", "position"))
    run_many(connection, sql, [(shard.key, *place) for place in reached.items()])


def _write_snapshot(
    connection: sa.Connection, memory: Memory, shard: Shard, seq: int, state: bytes
) -> None:
    sql = memory.statements.replace(snapshots, ("shard_key", "commit_seq", "state"))
    connection.exec_driver_sql(sql, (shard.key, seq, state))
    is_own, column = snapshots.c.shard_key == shard.key, snapshots.c.commit_seq
    newest = sa.select(column).where(is_own).order_by(column.desc()).limit(SNAPSHOTS_KEPT)
    connection.execute(snapshots.delete().where(is_own, column.not_in(newest)))


def _write_number(
    connection: sa.Connection, memory: Memory, shard: Shard, seq: int, last_order: int
) -> None:
    sql = memory.statements.keep(commits, ("shard_key", "seq", "last_order"))
    connection.exec_driver_sql(sql, (shard.key, seq, last_order))
    restorable = sa.select(snapshots.c.commit_seq).where(snapshots.c.shard_key == shard.key)
    connection.execute(
        commits.delete().where(
            commits.c.shard_key == shard.key,
            commits.c.seq <= seq - COMMITS_KEPT,
            commits.c.seq.not_in(restorable),
        )
    )
