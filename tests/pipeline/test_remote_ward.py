"""A server whose engines run elsewhere shows what workers tell, and passes on what is entered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.pipeline.building import decoded, reading
from tests.pipeline.live_topic import LiveTopic
from tests.pipeline.publishing import Board
from tests.pipeline.screen import Screen
from tests.pipeline.sharding import START, Hand
from tests.pipeline.sharding import reading as message
from tests.pipeline.topics import Topic
from tests.pipeline.waiting import WAIT_S, until

from wardline.codecs.live_messages import FORMAT, ShardNews, Telling, encode_telling
from wardline.codecs.topic_messages import PlacedCommand, decode_topic
from wardline.codecs.vitals_json import decode_json
from wardline.engine.engine import Engine
from wardline.engine.picture import pictures
from wardline.model.commands import Command
from wardline.model.names import Dictionaries
from wardline.model.pictures import PatientPicture
from wardline.pipeline import remote_ward as remote_ward_module
from wardline.pipeline.clock import WallClock
from wardline.pipeline.hub import Cursor
from wardline.pipeline.ports import BusyError, StoreUnavailableError
from wardline.pipeline.remote_ward import NOT_HERE, RemoteWard
from wardline.pipeline.shard_engine import State
from wardline.pipeline.teller import Teller
from wardline.stores.relational.store import RelationalStore

TOPIC = "patient-vitals"


@pytest.fixture
def entries() -> Board:
    return Board()


@pytest.fixture
def ward(store: RelationalStore, live: LiveTopic, entries: Board) -> Iterator[RemoteWard]:
    opened = RemoteWard(store, live, (entries, TOPIC))
    opened.start()
    yield opened
    entries.gate.set()
    opened.stop()


class Narrator:
    """Tells what one worker would."""

    def __init__(self, live: LiveTopic, name: str = "w:1", partitions: int = 1):
        self._live = live
        self._name = name
        self._partitions = partitions
        self.number = 0

    def tell(self, **parts: Any) -> None:
        self.number += 1
        now_ms = WallClock().now_ms()
        telling = Telling(
            FORMAT, self._name, self.number, now_ms, now_ms, TOPIC, self._partitions, **parts
        )
        self._live.say(encode_telling(telling))

    def is_well(self, partition: int = 0, epoch: int = 1, **parts: Any) -> None:
        news = ShardNews(partition, epoch, "saving", 40, 0, 1, 0)
        self.tell(shards=[news], problems=[], **parts)


def picture(patient: str = "a", age: int = 70) -> PatientPicture:
    engine = Engine()
    engine.apply(Command(patient, START, "", "settings", {"age": age}))
    engine.process(decoded(reading(patient, heart_rate=age)).batch)
    (drawn,) = pictures(engine, START)
    return drawn


def rates(ward: RemoteWard) -> dict[str, int | None]:
    """The heart rates shown; in these tests they tell pictures apart."""
    return {shown.patient.patient_id: shown.vitals[0].value for shown in ward.pictures()[1]}


# -- what is shown ---------------------------------------------------------------------------------


def test_pictures_that_are_told_are_shown_in_the_order_of_ids(ward: RemoteWard, live: LiveTopic):
    worker = Narrator(live)
    worker.tell(pictures=[(0, 1, [picture("b", 60), picture("Ä", 70)]), (0, 1, [picture("a", 80)])])
    until(lambda: len(ward.pictures()[1]) == 3)
    assert [p.patient.patient_id for p in ward.pictures()[1]] == ["a", "b", "Ä"]
    worker.tell(pictures=[(0, 1, [picture("b", 61)])])
    until(lambda: rates(ward) == {"a": 80_000, "b": 61_000, "Ä": 70_000})


def test_pictures_of_an_owner_before_are_not_shown_any_more(ward: RemoteWard, live: LiveTopic):
    zombie, heir = Narrator(live, "w:1"), Narrator(live, "w:2")
    zombie.is_well(epoch=4, pictures=[(0, 4, [picture("a", 60)])])
    heir.is_well(epoch=5, pictures=[(0, 5, [picture("a", 70)])])
    zombie.is_well(epoch=4, pictures=[(0, 4, [picture("a", 61)])])
    heir.tell(pictures=[(0, 5, [picture("z", 90)])])
    until(lambda: "z" in rates(ward))
    assert rates(ward)["a"] == 70_000
    assert ward.served[0].worker == "w:2"


def test_messages_that_are_none_are_left_alone(ward: RemoteWard, live: LiveTopic):
    live.say(b"", b"nonsense", b"\xff\x00")
    newer = Telling(FORMAT + 1, "w", 1, 0, 0, "other", 9)
    live.say(encode_telling(newer))
    Narrator(live).tell(pictures=[(0, 1, [picture("a")])])
    until(lambda: ward.pictures()[1])
    assert not ward.is_dead
    assert ward.partitions == 1


class Viewer:
    """Somebody in front of a screen of this ward."""

    def __init__(self, ward: RemoteWard):
        self._hub, self._cursor, self.screen = ward.live.hub, Cursor(), Screen()
        ward.live.join()
        self.screen.take(self._hub.open(self._cursor))

    def look(self) -> Screen:
        self.screen.take(*self._hub.news(self._cursor))
        return self.screen


def test_viewers_see_what_is_told_and_what_was_found(
    ward: RemoteWard, live: LiveTopic, store: RelationalStore
):
    topic = Topic(TOPIC, 2)
    for second in range(300):
        topic.add(0, message("a", START + second * 1_000, spo2=82 if second > 60 else 97), START)
        topic.add(1, message("b", START + second * 1_000, heart_rate=80), START)
    viewer, hand = Viewer(ward), Hand(topic, store)
    teller = Teller(store, live, "wardline-live", "w:1", WallClock())
    hand.host._news = teller
    teller.start(hand.host, dict)
    hand.reader.assign(0, 1)
    hand.until(lambda: all(s.engine.state is State.SAVING for s in hand.host.slots.values()))
    hand.drain()
    count = store.counts()["transitions"]
    until(lambda: len(viewer.look().transitions) >= count > 0)
    until(lambda: viewer.look().patients.keys() == {"a", "b"})
    teller.stop()
    assert len(set(viewer.look().transitions)) == count


def test_a_gap_in_a_workers_numbers_has_viewers_ask_the_store(
    ward: RemoteWard, live: LiveTopic, monkeypatch: pytest.MonkeyPatch
):
    missed: list[int] = []
    told = ward.live.missed
    monkeypatch.setattr(ward.live, "missed", lambda: (missed.append(1), told()))
    worker, beside = Narrator(live, "w:1"), Narrator(live, "w:2")
    worker.number = 41
    worker.tell()
    beside.tell()
    worker.tell(pictures=[(0, 1, [picture("a")])])
    until(lambda: ward.pictures()[1])
    assert missed == []
    worker.number += 1
    worker.tell(pictures=[(0, 1, [picture("b")])])
    until(lambda: len(ward.pictures()[1]) == 2)
    assert missed == [1]


def test_a_new_owner_may_mean_that_something_was_not_told(
    ward: RemoteWard, live: LiveTopic, monkeypatch: pytest.MonkeyPatch
):
    missed: list[int] = []
    monkeypatch.setattr(ward.live, "missed", lambda: missed.append(1))
    first, heir = Narrator(live, "w:1"), Narrator(live, "w:2")
    first.is_well(epoch=1)
    first.is_well(epoch=1)
    heir.is_well(epoch=2)
    heir.is_well(epoch=2, pictures=[(0, 2, [picture("a")])])
    until(lambda: ward.pictures()[1])
    assert missed == [1]


# -- whether it is well ----------------------------------------------------------------------------


def test_until_a_worker_is_heard_the_ward_is_not_ready(ward: RemoteWard, live: LiveTopic):
    assert ward.problems() == ["no worker was heard of yet"]
    Narrator(live).is_well()
    until(lambda: ward.problems() == [])


def test_partitions_without_a_worker_are_named(ward: RemoteWard, live: LiveTopic):
    Narrator(live, partitions=4).is_well(1)
    until(lambda: ward.partitions == 4)
    assert ward.problems() == [f"{TOPIC}: no worker serves partition 0, 2, 3"]


def test_a_worker_that_fell_silent_is_a_problem_until_it_is_heard_again(
    ward: RemoteWard, live: LiveTopic, monkeypatch: pytest.MonkeyPatch
):
    worker = Narrator(live)
    worker.is_well()
    until(lambda: ward.problems() == [])
    monkeypatch.setattr(remote_ward_module, "SILENT_AFTER_S", 0.0)
    assert ward.problems() == [f"{TOPIC}: no worker serves partition 0"]
    monkeypatch.setattr(remote_ward_module, "SILENT_AFTER_S", 60.0)
    worker.is_well()
    until(lambda: ward.problems() == [])


def test_what_a_worker_says_is_wrong_is_said_here(ward: RemoteWard, live: LiveTopic):
    worker = Narrator(live)
    news = ShardNews(0, 1, "ahead of the store", 40, 0, 1, 9)
    worker.tell(shards=[news], problems=["the store is slow"], figures={})
    until(lambda: ward.problems() == ["the store is slow"])


def test_brokers_that_are_away_are_a_problem(ward: RemoteWard, live: LiveTopic, entries: Board):
    Narrator(live).is_well()
    until(lambda: ward.problems() == [])
    live.trouble = entries.trouble = "no broker answers"
    assert ward.problems() == ["no broker answers"]


def test_the_time_of_the_engines_stands_while_no_worker_is_heard(ward: RemoteWard, live: LiveTopic):
    before = ward.engine_at()
    assert before <= WallClock().now_ms()
    worker = Narrator(live)
    worker.is_well()
    until(lambda: ward.served)
    heard_at = ward.served[0].engine_at
    until(lambda: WallClock().now_ms() > heard_at + 50)
    assert ward.engine_at() <= heard_at
    worker.is_well()
    until(lambda: ward.engine_at() > heard_at)


# -- what is entered -------------------------------------------------------------------------------


def entered(ward: RemoteWard, *items: Any) -> Any:
    body = json.dumps(list(items)).encode()
    return ward.submit(decode_json(body, START, Dictionaries())).result(WAIT_S)


def test_readings_go_to_the_topic_one_a_message_keyed_by_patient(ward: RemoteWard, entries: Board):
    told = entered(ward, reading("a", START, spo2=97), reading("Zoë", START + 1, spo2=96))
    assert (told.accepted, told.duplicates, told.rejected, told.flagged) == (2, 0, (), ())
    assert [(m.topic, m.key, m.partition) for m in entries.published] == [
        (TOPIC, b"a", None), (TOPIC, "Zoë".encode(), None),
    ]  # fmt: skip
    first = json.loads(entries.published[0].value)
    assert first == {"patient_id": "a", "timestamp": START, "spo2": 97}


def test_what_is_for_a_known_patient_goes_to_the_partition_that_serves_it(
    ward: RemoteWard, live: LiveTopic, entries: Board
):
    Narrator(live, partitions=8).tell(pictures=[(6, 1, [picture("a")])])
    until(lambda: ward.pictures()[1])
    entered(ward, reading("a"), reading("b"))
    assert [message.partition for message in entries.published] == [6, None]


def test_what_is_sent_decodes_to_what_was_entered(ward: RemoteWard, entries: Board):
    odd = {"patient_id": "a\u2028b", "timestamp": START, "source": 'm "1"', "spo2": None, "hr": 61}
    given = decode_json(json.dumps([odd], indent=1).encode(), START, Dictionaries())
    ward.submit(given).result(WAIT_S)
    (sent,) = entries.published
    assert b"\n" not in sent.value
    (back,) = decode_topic(
        [sent.value], given.batch.position, given.batch.received_at, Dictionaries(), origin=""
    )
    assert not isinstance(back, PlacedCommand)
    assert back.rejections == ()
    for name in ("values", "na", "observed_at"):
        assert getattr(back.batch, name).tolist() == getattr(given.batch, name).tolist()
    assert list(back.batch.sources.texts(back.batch.source)) == ['m "1"']


def test_refused_and_flagged_readings_are_answered_and_sent_all_the_same(
    ward: RemoteWard, entries: Board
):
    told = entered(
        ward, reading("a", spo2=300, heart_rate=80), reading("b", heart_rate="?"), reading("c")
    )
    assert told.accepted == 2
    assert [(note.index, note.field) for note in told.flagged] == [(0, "spo2")]
    assert [(note.index, note.field) for note in told.rejected] == [(1, "heart_rate")]
    assert len(entries.published) == 3
    assert entries.published[-1].key == b"b"


def test_commands_go_to_the_topic_and_nonsense_is_refused_here(ward: RemoteWard, entries: Board):
    stored = ward.command(Command("a", START, "ann", "settings", {"age": 70})).result(WAIT_S)
    assert stored.command.content == {"age": 70}
    (sent,) = entries.published
    assert (sent.key, json.loads(sent.value)["command"]) == (b"a", "settings")
    for nonsense in (
        Command("a", START, "ann", "explode", {}),
        Command("a", START, "ann", "settings", {"profile": "martian"}),
    ):
        with pytest.raises(ValueError):
            ward.command(nonsense)
    assert len(entries.published) == 1


def test_brokers_that_do_not_take_it_fail_the_entry(ward: RemoteWard, entries: Board):
    entries.fails = lambda _: "no broker answers"
    with pytest.raises(StoreUnavailableError, match="no broker answers"):
        entered(ward, reading("a"))
    entries.fails = lambda _: ""
    assert entered(ward, reading("a")).accepted == 1


def test_more_entries_than_the_bound_are_told_to_come_again(ward: RemoteWard, entries: Board):
    entries.gate.clear()
    told = Command("a", START, "ann", "discharge", {})
    waiting = [ward.command(told) for _ in range(remote_ward_module.ENTRIES_MAX)]
    with pytest.raises(BusyError):
        ward.command(told)
    entries.gate.set()
    assert all(future.result(WAIT_S) for future in waiting)
    assert ward.command(told).result(WAIT_S)


def test_without_a_topic_nothing_can_be_entered(store: RelationalStore, live: LiveTopic):
    ward = RemoteWard(store, live)
    ward.start()
    try:
        with pytest.raises(StoreUnavailableError, match="without --to"):
            ward.command(Command("a", START, "ann", "discharge", {}))
        assert "without --to" in NOT_HERE
    finally:
        ward.stop()


def test_admissions_are_entered_elsewhere(ward: RemoteWard):
    with pytest.raises(StoreUnavailableError, match="patient_records"):
        ward.admit(None).result(WAIT_S)  # pyright: ignore[reportArgumentType] - not looked at


def test_figures_are_sums_over_the_workers_that_are_heard(ward: RemoteWard, live: LiveTopic):
    for name, count in (("w:1", 3.0), ("w:2", 4.0)):
        Narrator(live, name).is_well(figures={"wardline_commits_total": count})
    until(lambda: ward.figures().get("wardline_workers_commits_total") == 7.0)
    assert ward.figures()["wardline_workers"] == 2
    assert ward.figures()["wardline_ready"] == 1.0
