"""Questions to a store that hangs are given up; the thread that asked goes on."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.sharding import START, Hand, everything, reading
from tests.pipeline.topics import Topic

from wardline.pipeline.lookups import SILENT, Lookups
from wardline.pipeline.ports import StoreUnavailableError
from wardline.pipeline.shard_engine import State
from wardline.pipeline.shard_slot import ShardLimits
from wardline.stores.relational.store import RelationalStore

WAIT_S = 0.2
LIMITS = ShardLimits(commit_every_s=0, retry_s=0, slow_s=WAIT_S)


@pytest.fixture
def lookups() -> Iterator[Lookups]:
    made = Lookups("look-ups", WAIT_S)
    yield made
    made.close()


def refuse() -> None:
    raise ValueError("no such thing")


def test_an_answer_and_an_error_come_back(lookups: Lookups):
    assert lookups.ask(lambda: 42) == 42
    with pytest.raises(ValueError, match="no such thing"):
        lookups.ask(refuse)


def test_a_question_that_hangs_is_given_up_and_further_ones_are_refused_at_once(lookups: Lookups):
    answers = threading.Event()
    with pytest.raises(StoreUnavailableError, match=SILENT):
        lookups.ask(answers.wait)
    assert lookups.is_stuck
    began_s = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=SILENT):
        lookups.ask(lambda: 42)
    assert time.monotonic() - began_s < WAIT_S / 2
    answers.set()
    while lookups.is_stuck:
        threading.Event().wait(0.01)
    assert lookups.ask(lambda: 42) == 42


class Hanging:
    """A real shared store whose claims hang while it is told to."""

    def __init__(self, store: RelationalStore):
        self.store = store
        self.answers = threading.Event()
        self.answers.set()

    def take_over(self, *claim: Any) -> "HangingShard":
        return HangingShard(self, self.store.take_over(*claim))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class HangingShard:
    def __init__(self, owner: Hanging, shard: Any):
        self._owner = owner
        self._shard = shard

    def claim_patients(self, patient_ids: Any) -> set[str]:
        self._owner.answers.wait()
        return self._shard.claim_patients(patient_ids)

    def renew(self) -> "HangingShard":
        return HangingShard(self._owner, self._shard.renew())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)


def test_a_new_patient_is_seen_though_the_store_hangs_and_is_saved_when_it_answers(tmp_path: Path):
    store = RelationalStore(f"sqlite:///{tmp_path}/ward.db", is_shared=True)
    hanging, topic = Hanging(store), Topic(partitions=1)
    hand = Hand(topic, hanging, LIMITS)
    hand.open(0)
    hanging.answers.clear()
    topic.add(0, reading("new", START, heart_rate=80), START)
    hand.until(lambda: "new" in hand.news.patients)
    assert hand.host.slots[0].engine.state is State.AHEAD
    assert any(SILENT in problem for problem in hand.host.problems())
    hanging.answers.set()
    hand.drain()
    assert len(everything(store)["readings"]) == 1
    hand.reader.close()
    store.close()
