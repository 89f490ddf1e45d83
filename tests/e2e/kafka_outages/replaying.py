"""What one engine that nothing ever happened to makes of the same messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.kafka import Record
from tests.pipeline.building import HandClock
from tests.pipeline.sharding import Hand
from tests.pipeline.topics import Topic

from wardline.pipeline.ports import Query
from wardline.pipeline.shard_slot import ShardLimits
from wardline.stores.relational.store import RelationalStore

TABLES = ("transitions", "scores", "anomalies", "windows")
AFTER_MS = 10_000
Findings = dict[str, list[tuple[Any, ...]]]


def replayed(
    records: Sequence[Record], arrived_at: Sequence[int], partitions: int, folder: Path
) -> Findings:
    """All findings. arrived_at: when each record arrived, ms."""
    topic = Topic(partitions=partitions)
    for record, at in zip(records, arrived_at, strict=True):
        topic.add(record.partition, record.value or b"", at)
    clock = HandClock(max(arrived_at) + AFTER_MS)
    store = RelationalStore(f"sqlite:///{folder}/replayed.db", is_shared=True)
    hand = Hand(topic, store, ShardLimits(commit_every_s=0), clock)
    hand.reader.now_ms = clock.now
    hand.open(*(place for place, log in enumerate(topic.logs) if log))
    hand.drain()
    hand.reader.close()
    found = findings(store)
    store.close()
    return found


def findings(store: RelationalStore) -> Findings:
    """Every row of every table of findings."""
    return {
        table: [tuple(row) for rows in store.rows(Query(table)) for row in rows] for table in TABLES
    }


def compared(
    found: Findings, expected: Findings, stored: Sequence[tuple[str, int]]
) -> dict[str, int]:
    """Equal up to the last reading of every patient; what silence brings after it, differs.

    Gives how many rows of each table were compared.
    """
    last = {patient: max(at for name, at in stored if name == patient) for patient, _ in stored}
    counts: dict[str, int] = {}
    for table in TABLES:
        at = 1 if table != "transitions" else 2
        wanted = [row for row in expected[table] if row[at] < last[row[0]]]
        got = [row for row in found[table] if row[at] < last[row[0]]]
        if table == "windows":
            ended = 70_000
            wanted = [row for row in wanted if row[at] + ended < last[row[0]]]
            got = [row for row in got if row[at] + ended < last[row[0]]]
        assert sorted(got, key=repr) == sorted(wanted, key=repr), table
        counts[table] = len(got)
    return counts
