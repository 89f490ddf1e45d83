"""A topic, a group and a schema of a test's own, and the workers between them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from pprint import pformat
from typing import Any

from tests.e2e.kafka.embedded import Contents, Expected, contents_of, differences, without_context
from tests.e2e.kafka.nursery import Nursery, Worker
from tests.e2e.kafka.recorded import Sent
from tests.kafka import Record, Server, name_of, produce, read
from tests.postgresql import execute, url_of

from wardline.pipeline.outlet import ALERTS, WINDOWS
from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.client_settings import NO_SECURITY
from wardline.sources.kafka.ends import end_offsets
from wardline.sources.kafka.topics import create_topics
from wardline.sources.kafka.troubles import Troubles
from wardline.stores.relational.shards import Shard
from wardline.stores.relational.store import RelationalStore

QUICK = {
    "messages_per_poll": 25,
    "rows_pending_max": 60,
    "commit_every_s": 0,
    "snapshot_s": 0.1,
    "acknowledge_every_s": 0,
}
"""Many small commits, many engine states."""

Topics = Mapping[str, Sequence[Record]]


class Case:
    """`prefix` begins the ids of all its patients, so that it knows its own among findings."""

    def __init__(self, kafka: Server, nursery: Nursery, folder: Path, partitions: int = 2):
        self.kafka = kafka
        self.nursery = nursery
        self.topic = name_of(folder, "readings")
        self.group = name_of(folder, "workers")
        self.prefix = f"{self.topic.removeprefix('readings-')[:8]}-"
        self.url = url_of(folder)
        self.partitions = partitions
        create_topics([kafka.brokers])
        kafka.create_topic(self.topic, partitions, message_timestamp_type="LogAppendTime")

    def send(self, sent: Iterable[Sent]) -> None:
        produce(
            self.kafka.brokers, self.topic, [(one.key, one.value, 0, one.partition) for one in sent]
        )

    def worker(self, *more: str, clock: str = "event", **options: Any) -> Worker:
        """A process of this group; `options` are those of `Nursery.start`."""
        return self.nursery.start(*self.arguments(*more, clock=clock), **options)

    def arguments(self, *more: str, clock: str = "event") -> list[str]:
        source = f"kafka://{self.kafka.brokers}/{self.topic}?group={self.group}"
        findings = f"kafka://{self.kafka.brokers}/any"
        return [
            "--source", source, "--store", self.url, "--findings", findings, "--clock", clock, *more
        ]  # fmt: skip

    def drain(self, **options: Any) -> Worker:
        """One more worker that serves to the end."""
        worker = self.worker("--drain", "--json", **options)
        assert worker.wait() == 0, worker.said()
        return worker

    @contextmanager
    def store(self) -> Iterator[RelationalStore]:
        opened = RelationalStore(self.url, creates=False)
        try:
            yield opened
        finally:
            opened.close()

    def contents(self) -> Contents:
        with self.store() as store:
            return contents_of(store)

    def shards(self) -> list[tuple[Any, ...]]:
        """(key, name, epoch, owner), once there are any."""
        return self._asked("SELECT key, name, epoch, owner FROM shards ORDER BY key", "shards")

    def reached(self) -> dict[str, int]:
        """Origin -> how far it was read, as last committed."""
        rows = self._asked("SELECT origin, position FROM positions", "positions")
        return {origin: place for origin, place in rows if origin.startswith(self.topic)}

    def _asked(self, sql: str, table: str) -> list[tuple[Any, ...]]:
        """Nothing before a worker has made the tables."""
        there = execute(self.url, "SELECT to_regclass(%s)", table)
        return execute(self.url, sql) if there[0][0] else []

    def work(self, store: RelationalStore) -> Iterator[Any]:
        """Of each shard what it accepted, with its own order."""
        return (_Shard(store, Shard(key, 0)) for key, *_ in self.shards())

    def check(self, expected: Expected, topics: Topics | None = None) -> None:
        """The store is as expected; findings were published, repeats as they were before."""
        told = differences(self.contents(), expected.contents)
        assert told == {}, pformat(told, width=150)
        self.check_published(expected, topics or published(self.kafka.brokers))

    def check_published(self, expected: Expected, topics: Topics) -> None:
        for name, wanted in expected.published.items():
            texts: defaultdict[str, set[bytes]] = defaultdict(set)
            for record in self.own(topics[name]):
                texts[self.told(record)].add(record.value or b"")
            lost, strange = wanted - texts.keys(), texts.keys() - wanted
            assert (sorted(lost)[:3], sorted(strange)[:3]) == ([], []), (name, len(lost))
            assert [found for found in texts.values() if len(found) > 1] == []

    def own(self, records: Sequence[Record]) -> list[Record]:
        """Those of this case's patients."""
        return [r for r in records if r.key and r.key.startswith(self.prefix.encode())]

    def told(self, record: Record) -> str:
        """A finding as one text."""
        return without_context(record.value or b"")

    def ends(self) -> dict[str, int]:
        """Origin -> the offset of the next message to come."""
        admin = Administrator([self.kafka.brokers], NO_SECURITY, "look", lambda _: None)
        found = end_offsets(admin, self.topic, range(self.partitions), Troubles([], self.topic))
        return {f"{self.topic}/{partition}": end for partition, (_, end) in found.items()}


class _Shard:
    """What `replay` asks of a store."""

    def __init__(self, store: RelationalStore, shard: Shard):
        self._store = store
        self._shard = shard

    def work_after(self, commit_seq: int) -> Any:
        return self._store.work_after(commit_seq, self._shard)


def published(brokers: str) -> dict[str, list[Record]]:
    """Everything in the topics of findings."""
    return {name: read(brokers, name) for name in (ALERTS, WINDOWS)}
