"""The part of the composition root that joins workers and servers to Kafka topics.

Everything here needs the extra `kafka`; what is missing is one clear line.
"""

import os
import resource
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from threading import Event

from wardline.assembly import UnknownUrlError, open_store
from wardline.config import kafka_security
from wardline.pipeline.clock import EventClock, WallClock
from wardline.pipeline.local_live import LocalLive
from wardline.pipeline.outlet import Outlet
from wardline.pipeline.partitions import LogUnavailableError, PartitionedSource, Publisher
from wardline.pipeline.ports import Clock, Commit, ShardedStore
from wardline.pipeline.rekeying import Rekeyer
from wardline.pipeline.remote_ward import RemoteWard
from wardline.pipeline.shard_engine import News
from wardline.pipeline.shard_host import ShardHost
from wardline.pipeline.shard_slot import ShardLimits
from wardline.pipeline.tally import Tally
from wardline.pipeline.teller import Teller
from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.client_settings import KafkaSecurity
from wardline.sources.kafka.consumer import KafkaSource
from wardline.sources.kafka.driver import KafkaException
from wardline.sources.kafka.groups import committed_offsets, member_count
from wardline.sources.kafka.producer import KafkaPublisher
from wardline.sources.kafka.tail import KafkaTail
from wardline.sources.kafka.troubles import Troubles
from wardline.sources.kafka.urls import KafkaAddress, kafka_address

GROUP = "vitals-consumer-group"
"""The group of readers where the URL names none: system A's."""

RECORDS = {"patient_records": "admissions"}
"""What topics hold that do not hold readings."""

CLOSE_S = 5.0

DRAINING_SLOW_S = 15.0
"""While draining nobody waits for screens: the store may take so long before it is run ahead of,
which costs reading everything since the last commit once more."""


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker is to serve, by URLs. clock: event or wall.

    to: where commands go that follow from admissions. records: readings or admissions; None: by the
    topic's name. partitions_before: serve only those that there were before; see `shards move`.
    """

    source: str
    store: str
    live: str | None
    findings: str | None
    to: str | None
    records: str | None
    clock: str
    is_draining: bool
    limits: ShardLimits
    partitions_before: int | None = None


class RunningWorker:
    """A worker with everything around it; `run` until it is told to stop."""

    def __init__(self, plan: WorkerPlan, screens: LocalLive | None = None):
        """`screens`: those of the same process, instead of a topic.

        Raises UnknownUrlError, StoreUnavailableError and what else opening a store raises.
        """
        self.plan = plan
        self.patients: set[str] = set()
        self.store: ShardedStore = _shared_store(plan.store)
        self.clock: Clock = EventClock() if plan.clock == "event" else WallClock()
        self.name = f"{socket.gethostname()}:{os.getpid()}:{time.time_ns() // 1_000_000}"
        self._publishers: list[Publisher] = []
        self._teller = self._new_teller(plan.live, screens)
        self._outlet = self._new_outlet(plan)
        self.source = reader_of(plan.source)
        self.host = ShardHost(
            self.source, self.store, self.clock, owner=self.name, news=self._news(),
            limits=_limits(plan), outlet=self._outlet,
            holds_admissions=(plan.records or RECORDS.get(self.source.topic)) == "admissions",
            partitions_before=plan.partitions_before,
        )  # fmt: skip

    def _news(self) -> News:
        return _Watch(self._teller or News(), self.patients if self.plan.is_draining else None)

    def _new_teller(self, url: str | None, screens: LocalLive | None) -> Teller | None:
        if screens is not None:
            return Teller(self.store, screens, "", self.name, WallClock())
        if url is None:
            return None
        publisher, topic = self._publisher(url)
        return Teller(self.store, publisher, topic, self.name, WallClock())

    def _new_outlet(self, plan: WorkerPlan) -> Outlet | None:
        url = plan.findings or plan.to
        if url is None:
            return None
        entries = None if plan.to is None else address(plan.to).topic
        return Outlet(self._publisher(url)[0], entries)

    def _publisher(self, url: str) -> tuple[Publisher, str]:
        publisher, topic = publisher_to(url)
        self._publishers.append(publisher)
        return publisher, topic

    def run(self, stopping: Event) -> None:
        """Serve until told to stop, or when draining until everything that was there is durable."""
        ends: Mapping[int, int] | None = None
        if self.plan.is_draining:
            count = self.plan.partitions_before or self.source.partition_count()
            offsets = self.source.end_offsets(range(count))
            ends = {partition: end for partition, (_, end) in offsets.items() if end}
        if self._teller is not None:
            self._teller.start(self.host, self.figures)
        try:
            self.host.run(stopping, ends)
        finally:
            self._close()

    def _close(self) -> None:
        if self._teller is not None:
            self._teller.stop()
        if self._outlet is not None:
            self._outlet.close(CLOSE_S)
        for publisher in self._publishers:
            publisher.close(CLOSE_S)

    def close_store(self) -> None:
        """Give the store back; while a commit hangs in it, the end of the process does that."""
        if self.host.has_ended:
            self.store.close()

    @property
    def tally(self) -> Tally:
        """What was read and became durable, of all partitions ever served here."""
        return self.host.tally()

    def problems(self) -> list[str]:
        """What is wrong, in plain words; empty when nothing is."""
        return self.host.problems() + [p for one in self._publishers if (p := one.problem())]

    def figures(self) -> dict[str, float]:
        """Counters and gauges by metric name."""
        waiting = 0 if self._outlet is None else self._outlet.waiting
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            **self.host.figures(),
            "wardline_outbox_pending": float(waiting),
            "wardline_memory_peak_bytes": peak_kib * 1024.0,
        }


def _limits(plan: WorkerPlan) -> ShardLimits:
    if not plan.is_draining:
        return plan.limits
    return replace(plan.limits, slow_s=max(plan.limits.slow_s, DRAINING_SLOW_S))


class _Watch(News):
    """Passes on what is seen, and notes whose readings these were where somebody asks for that."""

    def __init__(self, news: News, noted: set[str] | None):
        self._news = news
        self._noted = noted

    def seen(self, partition: int, patients: set[str]) -> None:
        """Readings of these went through the engine."""
        if self._noted is not None:
            self._noted |= patients
        self._news.seen(partition, patients)

    def committed(self, partition: int, commit: Commit) -> None:
        """A commit is durable."""
        self._news.committed(partition, commit)


def ward_over_topic(
    source: str, store: str, retention_s: float | None
) -> tuple[RunningWorker, RemoteWard]:
    """Worker and ward in one process; entries go back into the topic. Raises as their parts do."""
    screens = LocalLive()
    limits = ShardLimits(retention_s=retention_s)
    plan = WorkerPlan(
        source=source, store=store, live=None, findings=None, to=None, records=None,
        clock="wall", is_draining=False, limits=limits,
    )  # fmt: skip
    worker = RunningWorker(plan, screens)
    return worker, RemoteWard(worker.store, screens, publisher_to(source))


def remote_ward(store_url: str, live: str, to: str | None) -> RemoteWard:
    """A ward whose workers tell of it on a topic. Raises as opening a store does."""
    place = address(live)
    tail = KafkaTail(place.brokers, place.topic, security())
    entries = None if to is None else publisher_to(to)
    return RemoteWard(open_store(store_url, must_exist=True), tail, entries)


def publisher_to(url: str) -> tuple[Publisher, str]:
    """Somebody who writes to a topic, and the topic."""
    place = address(url)
    return KafkaPublisher(place.brokers, security()), place.topic


def partition_count(url: str) -> int:
    """How many partitions a topic has. Raises LogUnavailableError."""
    place = address(url)
    admin = Administrator(place.brokers, security(), "look", lambda _: None)
    try:
        return admin.partition_count(place.topic)
    except KafkaException as problem:
        troubles = Troubles(place.brokers, place.topic)
        raise LogUnavailableError(troubles.plain(problem.args[0])) from None


def address(url: str) -> KafkaAddress:
    """What a Kafka URL says. Raises UnknownUrlError."""
    try:
        return kafka_address(url)
    except ValueError as problem:
        raise UnknownUrlError(str(problem)) from None


def security() -> KafkaSecurity:
    """How to reach the brokers, from the environment. Raises UnknownUrlError."""
    said = kafka_security()
    try:
        return KafkaSecurity(**asdict(said))
    except ValueError as problem:
        raise UnknownUrlError(f"WARDLINE_KAFKA_PROTOCOL and others: {problem}") from None


def _shared_store(url: str) -> ShardedStore:
    store = open_store(url, is_shared=True)
    if not hasattr(store, "take_over"):
        raise UnknownUrlError(f"workers cannot share a store in {store.kind}")
    sharded: ShardedStore = store  # pyright: ignore[reportAssignmentType] - looked at above
    return sharded


def reader_of(url: str) -> KafkaSource:
    """A reader of a topic that has not joined its group yet."""
    place = address(url)
    return KafkaSource(place.brokers, place.topic, place.group or GROUP, security())


def active_readers(url: str) -> int:
    """How many members the group of readers has now. Raises LogUnavailableError."""
    place = address(url)
    return member_count(place.brokers, place.group or GROUP, security())


def rekeyer(source: str, to: str, group: str) -> tuple[Rekeyer, PartitionedSource, Publisher]:
    """Who copies a topic into another, and what it reads and writes with.

    `group`: its readers' where the URL names none. Raises UnknownUrlError.
    """
    place, target = address(source), address(to)
    if place.topic == target.topic and set(place.brokers) & set(target.brokers):
        raise UnknownUrlError("a topic cannot be copied into itself")
    name, secured = place.group or group, security()
    reader = KafkaSource(place.brokers, place.topic, name, secured)
    publisher = KafkaPublisher(target.brokers, secured)

    def committed(partitions: Sequence[int]) -> Mapping[int, int]:
        return committed_offsets(place.brokers, name, place.topic, partitions, secured)

    return Rekeyer(reader, publisher, target.topic, committed), reader, publisher
