"""Admissions that a worker records reach the screens of every server, without any of it polling."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.codecs.admitted import record
from tests.pipeline.live_topic import LiveTopic
from tests.pipeline.sharding import START, WAIT_S
from tests.pipeline.topics import Topic, TopicReader
from tests.pipeline.waiting import until

from wardline.codecs.live_messages import decode_telling
from wardline.pipeline.clock import WallClock
from wardline.pipeline.hub import Cursor
from wardline.pipeline.remote_ward import RemoteWard
from wardline.pipeline.shard_host import ShardHost
from wardline.pipeline.teller import Teller
from wardline.stores.relational.store import RelationalStore

RECORDS = "patient_records"


@pytest.fixture
def ward(store: RelationalStore, live: LiveTopic) -> Iterator[RemoteWard]:
    opened = RemoteWard(store, live)
    opened.start()
    yield opened
    opened.stop()


class Recorder:
    """A worker of admissions whose steps the test makes."""

    def __init__(self, topic: Topic, store: RelationalStore, live: LiveTopic):
        self.reader = TopicReader(topic)
        self.teller = Teller(store, live, "wardline-live", "r:1", WallClock())
        self.host = ShardHost(
            self.reader, store, WallClock(), owner="r:1", news=self.teller, holds_admissions=True
        )
        self.host.partitions = len(topic.logs)
        self.reader.join(self.host)
        self.reader.assign(0)
        self.teller.start(self.host, self.host.figures)

    def until_saved(self, offset: int) -> None:
        def is_saved() -> bool:
            self.host.step()
            return self.host.slots[0].engine.committed_offset == offset

        until(is_saved, WAIT_S)


@pytest.fixture
def topic() -> Topic:
    return Topic(RECORDS, partitions=1)


@pytest.fixture
def recorder(topic: Topic, store: RelationalStore, live: LiveTopic) -> Iterator[Recorder]:
    made = Recorder(topic, store, live)
    yield made
    made.teller.stop()
    made.reader.close()


def messages(ward: RemoteWard, cursor: Cursor) -> list[dict[str, Any]]:
    return [json.loads(text) for text in ward.live.hub.news(cursor)]


def test_a_viewer_is_pushed_what_a_worker_recorded(
    ward: RemoteWard, recorder: Recorder, topic: Topic
):
    cursor = Cursor()
    ward.live.hub.open(cursor)
    ward.live.join()
    for number in range(3):
        told = record(patient_id=f"P-{number}", admission_id=f"A-{number}", timestamp=START)
        topic.add(0, json.dumps(told).encode(), START)
    recorder.until_saved(3)
    counts: list[int] = []

    def is_told() -> bool:
        counts.extend(
            message["summary"]["admissions"]
            for message in messages(ward, cursor)
            if message["type"] == "admissions"
        )
        return counts[-1:] == [3]

    until(is_told)
    ward.live.leave()
    assert ward.problems() == ["no worker was heard of yet"]


def test_each_record_is_counted_once_in_what_is_told(
    recorder: Recorder, topic: Topic, live: LiveTopic
):
    told = record(patient_id="P", admission_id="A", timestamp=START)
    topic.add(0, json.dumps(told).encode(), START)
    topic.add(0, b"nonsense", START)
    recorder.until_saved(2)
    until(lambda: sum(decode_telling(m.value).admitted for m in list(live.offered)) == 1)
    assert all(decode_telling(message.value).holds_admissions for message in list(live.offered))


def test_stays_that_nobody_wants_forwarded_do_not_pile_up(recorder: Recorder, topic: Topic):
    told = record(patient_id="P", admission_id="A", timestamp=START)
    topic.add(0, json.dumps(told).encode(), START)
    recorder.until_saved(1)
    assert recorder.host.slots[0].engine.forwarded() == []
