"""Workers of a topic: whatever happens to them, the store ends up as if nothing had."""

import json
import os
import random
import threading
from pathlib import Path

import pytest
from tests.pipeline.building import HandClock
from tests.pipeline.sharding import (
    QUICK,
    START,
    WAIT_S,
    Hand,
    Unreliable,
    at_once,
    everything,
    reading,
    simulated,
)
from tests.pipeline.topics import Topic

from wardline.pipeline.ports import PartitionCountError, Query
from wardline.pipeline.shard_engine import State
from wardline.pipeline.shard_slot import ShardLimits
from wardline.stores.relational.store import RelationalStore

MINUTE = 60_000


@pytest.fixture(scope="module")
def ward() -> Topic:
    return simulated(Topic(partitions=3))


@pytest.fixture(scope="module")
def expected(ward: Topic, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return everything(at_once(ward, tmp_path_factory.mktemp("expected")))


def test_readings_go_to_the_store_and_the_group_is_told(store: RelationalStore):
    topic = Topic(partitions=2)
    topic.add(0, reading("a", START, heart_rate=80), START)
    topic.add(1, reading("b", START, heart_rate=90), START)
    hand = Hand(topic, store)
    hand.open(0, 1)
    hand.drain()
    hand.host.step()
    assert store.counts()["readings"] == 2
    assert hand.reader.acknowledged == {0: 1, 1: 1}
    assert hand.host.tally().accepted == 2
    assert hand.host.problems() == []


def test_a_worker_goes_on_where_the_one_before_ended(
    store: RelationalStore, ward: Topic, expected: dict[str, object]
):
    for _ in range(4):
        serve_for_a_while(Hand(ward, store))
    hand = Hand(ward, store)
    hand.open(0, 1, 2)
    hand.drain()
    assert everything(store) == expected


def serve_for_a_while(hand: Hand) -> None:
    hand.open(0, 1, 2)
    hand.until(lambda: hand.is_done() or hand.news.commits > 5)
    hand.reader.close()


def test_a_partition_handed_over_is_written_with_the_engines_state(
    store: RelationalStore, ward: Topic, expected: dict[str, object]
):
    first, second = Hand(ward, store), Hand(ward, store)
    first.open(0, 1, 2)
    first.until(lambda: first.news.commits > 10)
    first.reader.revoke(1)
    assert 1 not in first.host.slots
    second.open(1)
    slot = second.host.slots[1]
    assert slot.engine.next_offset > 0
    first.drain()
    second.drain()
    assert everything(store) == expected


def test_a_worker_that_was_believed_dead_cannot_write_any_more(
    store: RelationalStore, ward: Topic, expected: dict[str, object]
):
    zombie, heir = Hand(ward, store), Hand(ward, store)
    zombie.open(0, 1, 2)
    zombie.until(lambda: zombie.news.commits > 10)
    heir.open(0, 1, 2)
    heir.until(lambda: heir.news.commits > 5)
    zombie.until(lambda: all(slot.is_fenced for slot in zombie.host.slots.values()))
    assert any("another worker" in problem for problem in zombie.host.problems())
    heir.drain()
    zombie.reader.lose(0, 1, 2)
    assert zombie.host.problems() == []
    assert everything(store) == expected


def test_while_the_store_is_away_a_worker_runs_ahead_and_then_reads_it_all_again(
    store: RelationalStore, ward: Topic, expected: dict[str, object]
):
    flaky = Unreliable(store)
    hand = Hand(ward, flaky)
    hand.open(0, 1, 2)
    hand.until(lambda: hand.news.commits > 5)
    flaky.fails = lambda: "before"
    hand.until(lambda: all(p.engine.state is State.AHEAD for p in hand.host.slots.values()))
    saved, seen = hand.news.commits, len(hand.news.patients)
    hand.until(lambda: sum(slot.engine.rows_ahead for slot in hand.host.slots.values()) > 200)
    assert hand.news.commits == saved
    assert len(hand.news.patients) >= seen
    assert any("nothing is saved" in problem for problem in hand.host.problems())
    flaky.fails = lambda: ""
    hand.drain()
    assert hand.host.problems() == []
    assert everything(store) == expected


def test_a_commit_that_was_only_slow_is_counted_and_not_written_again(store: RelationalStore):
    topic = Topic(partitions=1)
    for number in range(300):
        topic.add(0, reading("a", START + number * 1000, heart_rate=80), START)
    flaky, gate = Unreliable(store), threading.Event()
    hand = Hand(topic, flaky, ShardLimits(
        messages_per_poll=20, commit_every_s=0, rows_pending_max=40, retry_s=0, slow_s=0.2
    ))  # fmt: skip
    hand.open(0)
    flaky.fails = lambda: "" if gate.wait(WAIT_S) else "before"
    hand.until(lambda: hand.host.slots[0].engine.state is State.AHEAD)
    gate.set()
    hand.drain()
    assert hand.host.tally().accepted == store.counts()["readings"] == 300


def test_reading_stops_at_the_bound_of_what_is_read_ahead(store: RelationalStore, ward: Topic):
    flaky = Unreliable(store)
    hand = Hand(ward, flaky, ShardLimits(
        messages_per_poll=50, commit_every_s=0, retry_s=0, run_ahead_rows_max=100
    ))  # fmt: skip
    hand.open(0)
    flaky.fails = lambda: "before"
    hand.until(lambda: hand.reader.next[0] is None)
    assert hand.host.slots[0].engine.rows_ahead <= 100 + 2 * 50
    assert hand.host.slots[0].state_word == "paused"
    flaky.fails = lambda: ""
    hand.drain()
    assert hand.host.slots[0].state_word == "saving"


def test_a_reading_sent_twice_while_the_first_is_on_its_way_to_the_store_counts_once(
    store: RelationalStore,
):
    topic, hand = Topic(partitions=1), None
    for number in range(200):
        topic.add(0, reading("a", START + number * 1000, heart_rate=80), START)
    for number in range(200):
        topic.add(0, reading("a", START + number * 1000, heart_rate=80), START)
    hand = Hand(topic, store, ShardLimits(messages_per_poll=10, commit_every_s=0))
    hand.open(0)
    hand.drain()
    assert hand.host.tally().duplicates == 200
    assert store.counts()["readings"] == 200


def test_readings_of_a_patient_in_two_partitions_become_dead_letters_and_are_told_of(
    store: RelationalStore,
):
    topic = Topic(partitions=2)
    topic.add(0, reading("a", START, heart_rate=80), START)
    hand = Hand(topic, store)
    hand.open(0, 1)
    hand.drain()
    topic.add(1, reading("a", START + 1000, heart_rate=81), START)
    topic.add(1, reading("b", START + 1000, heart_rate=82), START)
    hand.drain()
    assert store.counts()["readings"] == 2
    (letter,) = (row for rows in store.rows(Query("dead-letters")) for row in rows)
    assert letter[3] == "a"
    assert "another partition" in letter[5]
    assert any("key messages by patient_id" in problem for problem in hand.host.problems())


def test_messages_that_are_no_readings_become_dead_letters_with_their_offset(
    store: RelationalStore,
):
    topic = Topic(partitions=1)
    topic.add(0, b"\x00\xff nonsense", START)
    topic.add(0, reading("a", START, heart_rate=80), START)
    topic.add(0, b'{"command":"settings","patient_id":"a","content":{"age":"old"}}', START)
    hand = Hand(topic, store)
    hand.open(0)
    hand.drain()
    assert store.counts()["readings"] == 1
    letters = [row for rows in store.rows(Query("dead-letters")) for row in rows]
    assert {letter[2] for letter in letters} == {"patient-vitals/0:0", "patient-vitals/0:2"}


def test_time_passes_for_silent_patients_only_as_far_as_the_partition_was_read(
    store: RelationalStore,
):
    clock = HandClock(START)
    topic = Topic(partitions=1)
    for second in range(20):
        topic.add(0, reading("a", START + second * 1000, heart_rate=80), START + second * 1000)
    hand = Hand(topic, store, QUICK, clock)
    clock.now = hand.reader.now_ms = START + 20_000
    hand.open(0)
    hand.drain()
    hand.reader.trouble = "no broker answers"
    clock.now = START + MINUTE
    for _ in range(20):
        hand.host.step()
    assert store.counts()["transitions"] == 0
    hand.reader.trouble, hand.reader.now_ms = "", START + MINUTE
    clock.now += 1000
    hand.until(lambda: store.counts()["transitions"] > 0)
    states = {row[3] for rows in store.rows(Query("transitions")) for row in rows}
    assert "heart_rate_stale" in states


def test_arrivals_are_the_brokers_append_times_but_never_later_than_now(store: RelationalStore):
    clock = HandClock(START + 5_000)
    topic = Topic(partitions=1)
    topic.add(0, reading("a", START, heart_rate=80), START + 2_000)
    topic.add(0, reading("a", START + 1000, heart_rate=80), START + 900_000)
    hand = Hand(topic, store, QUICK, clock)
    hand.open(0)
    hand.drain()
    rows = [row for rows in store.rows(Query("readings")) for row in rows]
    assert [row[19] for row in rows] == [START + 2_000, START + 5_000]


def test_a_message_without_a_time_arrives_now(store: RelationalStore):
    clock, topic = HandClock(START + 5_000), Topic(partitions=1)
    topic.add(0, reading("a", START, heart_rate=80), -1)
    hand = Hand(topic, store, QUICK, clock)
    hand.open(0)
    hand.drain()
    ((row,),) = store.rows(Query("readings"))
    assert row[19] == START + 5_000


def test_partitions_added_while_a_worker_runs_stop_it_with_what_to_do(store: RelationalStore):
    topic = Topic(partitions=1)
    hand = Hand(topic, store)
    hand.open(0)
    topic.logs.append([])
    with pytest.raises(PartitionCountError, match="wardline shards move"):
        hand.open(1)


def test_many_readings_in_one_message_are_committed_together(store: RelationalStore):
    topic = Topic(partitions=1)
    packed = b"\n".join(reading("a", START + n * 1000, heart_rate=80) for n in range(25_000))
    topic.add(0, packed, START)
    topic.add(0, json.dumps([json.loads(reading("b", START, spo2=97))]).encode(), START)
    hand = Hand(topic, store)
    hand.open(0)
    hand.drain()
    assert store.counts()["readings"] == 25_001
    assert hand.news.commits <= 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("WARDLINE_CHAOS", "10"))))
def test_whatever_happens_the_store_ends_up_as_if_nothing_had(
    ward: Topic, expected: dict[str, object], tmp_path: Path, seed: int
):
    turn = random.Random(seed)
    url = f"sqlite:///{tmp_path}/ward.db"
    stores = [RelationalStore(url, is_shared=True) for _ in range(2)]
    flaky = [Unreliable(one) for one in stores]
    hands = [Hand(ward, one) for one in flaky]
    for _ in range(40):
        happening(turn, hands, flaky)
        for hand in hands:
            for _ in range(turn.randint(0, 15)):
                hand.host.step()
    for one in flaky:
        one.fails = lambda: ""
    hands[1].reader.lose(*hands[1].reader.next)
    hands[0].reader.lose(*hands[0].reader.next)
    hands[0].open(0, 1, 2)
    hands[0].drain()
    assert everything(stores[0]) == expected
    for one in stores:
        one.close()


def happening(turn: random.Random, hands: list[Hand], flaky: list[Unreliable]) -> None:
    """Something that group, store or machine may do to a worker."""
    hand, beside = turn.sample(hands, 2)
    partition = turn.randrange(3)
    deed = turn.choice(["assign", "revoke", "lose", "fail", "heal", "restart"])
    if deed == "assign" and partition not in hand.reader.next:
        if partition in beside.reader.next:
            # As when a member is believed dead: it goes on until it is told.
            beside.reader.lose(partition) if turn.random() < 0.5 else None
        hand.reader.assign(partition)
    elif deed == "revoke" and partition in hand.reader.next:
        hand.reader.revoke(partition)
    elif deed == "lose" and partition in hand.reader.next:
        hand.reader.lose(partition)
    elif deed == "fail":
        chance, when = turn.random(), turn.choice(["before", "after"])
        flaky[hands.index(hand)].fails = lambda: when if turn.random() < chance else ""
    elif deed == "heal":
        flaky[hands.index(hand)].fails = lambda: ""
