"""What screens are told of admissions: while somebody watches, and only so often."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.codecs.admitted import admission
from tests.contracts.building import Ward
from tests.pipeline.building import START, FailingStore, HandClock, memory

from wardline.pipeline.admission_news import AdmissionNews
from wardline.pipeline.hub import Cursor, LiveHub
from wardline.pipeline.ports import Commit, Store

WAIT_S = 30.0


class WatchedStore(FailingStore):
    """Notes when a read failed."""

    def __init__(self, store: Store):
        super().__init__(store)
        self.was_asked_in_vain = threading.Event()

    def __getattr__(self, name: str) -> Any:
        if self.reads_fail:
            self.was_asked_in_vain.set()
        return super().__getattr__(name)


class Desk:
    """A store, a hub, and news between them; `told` is set by every message."""

    def __init__(self, every_min_s: float = 0.0):
        self.store = WatchedStore(memory())
        self.hub = LiveHub(START)
        self.is_watched = True
        self.told = threading.Event()
        self.hub.listen(self.told.set)
        self.news = AdmissionNews(
            self.store, HandClock(), self.hub, lambda: self.is_watched, every_min_s
        )
        self.cursor = Cursor()
        self.hub.open(self.cursor)

    def admit(self, number: int) -> None:
        commit: Commit = Ward().commit(admissions=[admission(admission_id=f"{number}")])
        self.store.commit(commit)
        self.news.committed(commit)

    def counts(self) -> list[int]:
        """How many admissions each message of now speaks of."""
        return [message["summary"]["admissions"] for message in self.messages()]

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.hub.news(self.cursor)]

    def wait(self) -> None:
        assert self.told.wait(WAIT_S)
        self.told.clear()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.news.stop()


def test_a_viewer_is_told_of_new_admissions_with_the_summary(desk: Desk):
    desk.news.start()
    desk.admit(1)
    desk.wait()
    (message,) = desk.messages()
    assert message["type"] == "admissions"
    assert message["now"] == "2023-11-14T22:14:00.000Z"
    assert message["seq"] == START * 1000
    assert message["summary"]["patients"] == 1
    assert desk.messages() == []


def test_many_admissions_at_once_are_one_message(desk: Desk):
    for number in range(5):
        desk.admit(number)
    desk.news.start()
    desk.wait()
    assert desk.counts() == [5]


def test_a_viewer_that_comes_later_is_told_the_newest(desk: Desk):
    desk.news.start()
    desk.admit(1)
    desk.wait()
    desk.cursor = Cursor()
    desk.hub.open(desk.cursor)
    assert desk.counts() == [1]


def test_while_nobody_watches_nothing_is_counted_and_who_comes_is_told(desk: Desk):
    desk.is_watched = False
    desk.store.reads_fail = True
    desk.news.start()
    desk.news.committed(Ward().commit(admissions=[admission()]))
    desk.news.wake()
    assert not desk.store.was_asked_in_vain.is_set()
    desk.store.reads_fail = False
    desk.is_watched = True
    desk.news.wake()
    desk.wait()
    assert desk.counts() == [0]


def test_commits_without_admissions_are_no_news(desk: Desk):
    desk.news.committed(Ward().commit())
    desk.news.start()
    desk.admit(1)
    desk.wait()
    assert desk.counts() == [1]


def test_a_store_that_cannot_be_read_is_asked_again(desk: Desk):
    desk.admit(1)
    desk.store.reads_fail = True
    desk.news.start()
    assert desk.store.was_asked_in_vain.wait(WAIT_S)
    assert desk.counts() == []
    desk.store.reads_fail = False
    desk.wait()
    assert desk.counts() == [1]


def test_the_second_message_waits_its_time():
    desk = Desk(every_min_s=3600.0)
    desk.news.start()
    try:
        desk.admit(1)
        desk.wait()
        desk.admit(2)
        assert not desk.told.wait(0.2)
        assert desk.counts() == [1]
    finally:
        desk.news.stop()
