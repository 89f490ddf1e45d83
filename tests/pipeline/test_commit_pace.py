"""When a worker writes: soon where it keeps up, much at a time where it is behind."""

from dataclasses import replace
from pathlib import Path

from tests.pipeline.sharding import QUICK, START, Hand, reading
from tests.pipeline.topics import Topic

from wardline.pipeline.shard_slot import ShardLimits
from wardline.stores.relational.store import RelationalStore

POLLED = QUICK.messages_per_poll
AN_HOUR_S = 3_600.0
LATER = ShardLimits(
    messages_per_poll=POLLED, rows_per_commit=POLLED, commit_every_s=AN_HOUR_S, snapshot_s=AN_HOUR_S
)


def worker(folder: Path, topic: Topic, limits: ShardLimits = LATER) -> Hand:
    hand = Hand(topic, RelationalStore(f"sqlite:///{folder}/ward.db", is_shared=True), limits)
    hand.open(0)
    return hand


def add(topic: Topic, count: int) -> None:
    for number in range(count):
        topic.add(0, reading("p", START + number * 1_000, heart_rate=80), START)


def test_who_is_behind_reads_on_before_it_writes(tmp_path: Path):
    topic = Topic()
    hand = worker(tmp_path, topic)
    add(topic, 4 * POLLED)
    for _ in range(3):
        hand.host.step()
    assert hand.host.slots[0].engine.pending_rows == 3 * POLLED
    hand.drain()
    assert hand.host.slots[0].commits == 2


def test_who_is_behind_and_may_not_hold_more_writes(tmp_path: Path):
    topic = Topic()
    hand = worker(tmp_path, topic, replace(LATER, rows_pending_max=2 * POLLED))
    add(topic, 6 * POLLED)
    hand.drain()
    assert hand.host.slots[0].commits >= 2


def test_who_keeps_up_writes_as_soon_as_there_is_enough(tmp_path: Path):
    topic = Topic()
    hand = worker(tmp_path, topic)
    for round_ in range(1, 4):
        add(topic, POLLED)
        hand.drain()
        assert hand.host.slots[0].commits == round_
