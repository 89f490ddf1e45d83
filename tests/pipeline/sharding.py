"""Workers over a topic in memory and a real store; and what one engine makes of the same."""

import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.pipeline.topics import Topic, TopicReader

from wardline.codecs.topic_messages import command_message
from wardline.model.commands import Command
from wardline.pipeline.clock import EventClock
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.ports import Commit, Query, StoreUnavailableError
from wardline.pipeline.shard_engine import News, State
from wardline.pipeline.shard_host import ShardHost
from wardline.pipeline.shard_slot import ShardLimits
from wardline.simulator.messages import messages
from wardline.simulator.ward import Ward
from wardline.stores.relational.shard_store import RelationalShard
from wardline.stores.relational.store import RelationalStore

START = 1_700_000_040_000
WAIT_S = 60.0
QUICK = ShardLimits(
    messages_per_poll=20,
    commit_every_s=0,
    acknowledge_every_s=0,
    rows_pending_max=40,
    retry_s=0,
    snapshot_s=0.01,
    slow_s=30,
    fenced_s=0.5,
)


def partition_of(patient_id: str, count: int) -> int:
    return sum(patient_id.encode()) % count


def reading(patient: str, at: int, **values: Any) -> bytes:
    return json.dumps({"patient_id": patient, "timestamp": at, **values}).encode()


def simulated(topic: Topic, patients: int = 6, seconds: int = 150, seed: int = 1) -> Topic:
    """A simulated ward, some duplicates, some late, some nonsense, some commands."""
    ward, turn = Ward(patients, seed, START), random.Random(seed)
    for batch in ward.pieces(START, START + seconds * 1000):
        for value in messages(batch, ward.profile):
            patient = json.loads(value)["patient_id"]
            partition = partition_of(patient, len(topic.logs))
            for _ in range(2 if turn.random() < 0.05 else 1):
                topic.add(partition, value, START)
            if turn.random() < 0.01:
                topic.add(partition, turn.choice([b"{", b"", b"[]", b'{"command":1}']), START)
            if turn.random() < 0.01:
                at = json.loads(value)["timestamp"]
                at = at if isinstance(at, int) else START
                told = Command(patient, at, "nurse", "settings", {"age": turn.randint(20, 90)})
                topic.add(partition, command_message(told), START)
    return topic


class Unreliable:
    """A real shared store that fails when it is told to: before or after the commit is done."""

    def __init__(self, store: RelationalStore):
        self.store = store
        self.fails: Callable[[], str] = lambda: ""

    def take_over(self, topic: str, partition: int, partitions: int, owner: str) -> Any:
        self.check()
        return UnreliableShard(self, self.store.take_over(topic, partition, partitions, owner))

    def check(self) -> None:
        if self.fails():
            raise StoreUnavailableError("pulled out")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class UnreliableShard:
    def __init__(self, owner: Unreliable, shard: RelationalShard):
        self._owner = owner
        self._shard = shard

    def commit(self, commit: Commit) -> int:
        failure = self._owner.fails()
        if failure == "before":
            raise StoreUnavailableError("pulled out")
        seq = self._shard.commit(commit)
        if failure == "after":
            raise StoreUnavailableError("the answer was lost")
        return seq

    def claim_patients(self, patient_ids: Sequence[str]) -> set[str]:
        self._owner.check()
        return self._shard.claim_patients(patient_ids)

    def renew(self) -> Any:
        self._owner.check()
        return UnreliableShard(self._owner, self._shard.renew())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)


class Seen(News):
    """Remembers whom it was told of."""

    def __init__(self) -> None:
        self.patients: set[str] = set()
        self.commits = 0

    def seen(self, partition: int, patients: set[str]) -> None:
        self.patients |= patients

    def committed(self, partition: int, commit: Commit) -> None:
        self.commits += 1


class Hand:
    """One worker whose steps the test makes."""

    def __init__(
        self, topic: Topic, store: Any, limits: ShardLimits = QUICK, clock: Any = None,
        outlet: Any = None,
    ):  # fmt: skip
        self.reader = TopicReader(topic)
        self.news = Seen()
        self.host = ShardHost(
            self.reader, store, clock or EventClock(), owner="test", news=self.news,
            limits=limits, outlet=outlet,
        )  # fmt: skip
        self.host.partitions = len(topic.logs)
        self.reader.join(self.host)

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < deadline_s, "it never came to that"
            self.host.step()
            # The other thread needs the interpreter too.
            self.host._lane.rang.wait(0.001)
            self.host._lane.rang.clear()

    def drain(self) -> None:
        self.until(self.is_done)

    def is_done(self) -> bool:
        return all(
            slot.engine.state is State.SAVING
            and slot.engine.committed_offset == len(self.reader._topic.logs[partition])
            for partition, slot in self.host.slots.items()
        )

    def open(self, *partitions: int) -> None:
        self.reader.assign(*partitions)
        slots = [self.host.slots[partition] for partition in partitions]
        self.until(lambda: all(slot.engine.state is State.SAVING for slot in slots))


def at_once(topic: Topic, folder: Path) -> RelationalStore:
    """What one worker without any trouble makes of a topic."""
    store = RelationalStore(f"sqlite:///{folder}/at-once.db", is_shared=True)
    hand = Hand(topic, store, ShardLimits(commit_every_s=0))
    hand.open(*range(len(topic.logs)))
    hand.drain()
    hand.reader.close()
    return store


def everything(store: Any) -> dict[str, Any]:
    """All findings and readings of a store, as exports write them."""
    patients = [patient.patient_id for patient in store.patients()]
    found: dict[str, Any] = {"sha256": findings_digest(store, set(patients)).sha256}
    for table in ("readings", "commands", "windows", "scores", "anomalies", "transitions"):
        found[table] = [tuple(row) for rows in store.rows(Query(table)) for row in rows]
    return found


def outgoing_of(sent: Iterable[Outgoing], topic: str) -> list[dict[str, Any]]:
    return [json.loads(message.value) for message in sent if message.topic == topic]
