"""Workers tell servers what they see and find."""

from collections.abc import Iterator

import pytest
from tests.pipeline.publishing import Board
from tests.pipeline.sharding import START, Hand, reading
from tests.pipeline.topics import Topic
from tests.pipeline.waiting import until

from wardline.codecs.live_messages import Telling, decode_telling
from wardline.pipeline import teller as teller_module
from wardline.pipeline.clock import WallClock
from wardline.pipeline.shard_engine import State
from wardline.pipeline.teller import Teller
from wardline.stores.relational.store import RelationalStore

LIVE = "wardline-live"


class Told:
    """A worker whose steps the test makes, its teller, and what that told."""

    def __init__(self, topic: Topic, store: RelationalStore):
        self.board = Board()
        self.hand = Hand(topic, store)
        self.teller = Teller(store, self.board, LIVE, "w:1", WallClock())
        # The host tells whoever it was given: here a listener of the test's, and the teller.
        self.hand.host._news = self.teller
        self.teller.start(self.hand.host, lambda: {"wardline_commits_total": 1.0})

    def serve(self, *partitions: int) -> None:
        self.hand.reader.assign(*partitions)
        slots = [self.hand.host.slots[partition] for partition in partitions]
        self.hand.until(lambda: all(slot.engine.state is State.SAVING for slot in slots))
        self.hand.drain()

    @property
    def tellings(self) -> list[Telling]:
        return [decode_telling(message.value) for message in list(self.board.offered)]

    @property
    def pictured(self) -> set[str]:
        return {
            picture.patient.patient_id
            for telling in self.tellings
            for _, _, pictures in telling.pictures
            for picture in pictures
        }

    def found(self, kind: str) -> list[tuple]:
        return [
            row for t in self.tellings for of, rows in t.found if of == kind for row in rows
        ]  # fmt: skip


@pytest.fixture
def topic() -> Topic:
    """Two patients, one of whom has an alarm."""
    topic = Topic(partitions=2)
    for second in range(300):
        topic.add(0, reading("a", START + second * 1_000, spo2=82 if second > 60 else 97), START)
        topic.add(1, reading("b", START + second * 1_000, heart_rate=80), START)
    return topic


@pytest.fixture
def told(topic: Topic, store: RelationalStore) -> Iterator[Told]:
    told = Told(topic, store)
    yield told
    told.teller.stop()


def test_pictures_of_whoever_was_seen_are_told_with_partition_and_epoch(told: Told):
    told.serve(0, 1)
    until(lambda: told.pictured == {"a", "b"})
    epochs = {(partition, epoch) for t in told.tellings for partition, epoch, _ in t.pictures}
    assert epochs == {(0, 1), (1, 1)}
    assert {(m.topic, m.partition, m.key) for m in told.board.offered} == {(LIVE, 0, None)}


def test_messages_are_numbered_without_gaps_and_name_worker_and_topic(told: Told):
    told.serve(0, 1)
    until(lambda: len(told.tellings) > 3)
    tellings = told.tellings
    assert [telling.number for telling in tellings] == list(range(1, len(tellings) + 1))
    assert {(t.worker, t.topic, t.partitions) for t in tellings} == {("w:1", "patient-vitals", 2)}


def test_what_was_found_is_told_once_it_is_durable(told: Told, store: RelationalStore):
    told.serve(0, 1)
    count = store.counts()["transitions"]
    assert count > 0
    until(lambda: len(told.found("transition")) == count)
    assert {row[0] for row in told.found("transition")} == {"a"}
    until(lambda: sum(t.counted[0] for t in told.tellings) == 600)


def test_every_second_it_tells_how_it_is(told: Told, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(teller_module, "TELL_EVERY_S", 0.01)
    told.serve(0)
    until(lambda: any(t.shards and t.shards[0].next_offset == 300 for t in told.tellings))
    (news,) = [t for t in told.tellings if t.shards][-1].shards or []
    assert (news.partition, news.epoch, news.state, news.patients) == (0, 1, "saving", 1)
    last = [t for t in told.tellings if t.shards][-1]
    assert (last.problems, last.figures) == ([], {"wardline_commits_total": 1.0})


def test_silent_patients_are_told_again(told: Told, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(teller_module, "TELL_EVERY_S", 0.01)
    told.serve(0, 1)
    until(lambda: told.pictured == {"a", "b"})
    before = len(told.tellings)
    until(lambda: {
        p.patient.patient_id for t in told.tellings[before:] for _, _, ps in t.pictures for p in ps
    } == {"a", "b"})  # fmt: skip


def test_what_is_dropped_leaves_a_gap_in_the_numbers(
    topic: Topic, store: RelationalStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(teller_module, "WAITING_FINDINGS_MAX", 2)
    monkeypatch.setattr(teller_module, "DRAW_EVERY_MIN_S", 1_000.0)
    told = Told(topic, store)
    # The first message is on its way; everything else waits for the end of the rest.
    until(lambda: told.tellings)
    told.serve(0, 1)
    told.teller.stop()
    numbers = [telling.number for telling in told.tellings]
    assert len(numbers) < numbers[-1] - numbers[0] + 1
    assert len(told.found("transition")) < store.counts()["transitions"]


def test_what_waits_is_told_at_the_end(
    topic: Topic, store: RelationalStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(teller_module, "DRAW_EVERY_MIN_S", 1_000.0)
    told = Told(topic, store)
    until(lambda: told.tellings)
    told.serve(0, 1)
    told.hand.reader.close()
    told.teller.stop()
    assert len(told.found("transition")) == store.counts()["transitions"] > 0


def test_a_shard_that_somebody_else_took_is_told_no_more(
    told: Told, store: RelationalStore, topic: Topic
):
    told.serve(0)
    until(lambda: told.pictured == {"a"})
    slot = told.hand.host.slots[0]
    store.take_over("patient-vitals", 0, 2, "heir")
    topic.add(0, reading("a", START + 400_000, spo2=97), START)
    told.hand.until(lambda: slot.is_fenced)
    told.teller.stop()
    before = len(told.tellings)
    told.teller.seen(0, {"a"})
    told.teller._tell_news()
    assert all(not telling.pictures for telling in told.tellings[before:])
    assert len(told.tellings) > before
