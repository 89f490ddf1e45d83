"""Findings on their way to topics: in order, all of them, whatever fails in between."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from wardline.pipeline.outlet import Outlet
from wardline.pipeline.partitions import LogUnavailableError, Outgoing
from wardline.pipeline.ports import StoreUnavailableError

WAIT_S = 30.0
SHARD = "vitals/0"


class Topics:
    """Takes messages, unless `is_away`; `holds` until it is let go on."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.is_away = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_asked = threading.Event()

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        self.is_asked.set()
        assert self.may_go_on.wait(WAIT_S)
        if self.is_away:
            raise LogUnavailableError("no broker answers")
        self.taken += [message.value for message in messages]


class Kept:
    """A shard's outbox: commits by number, and how many may be read before the store fails."""

    def __init__(self, *seqs: int):
        self.seqs = list(seqs)
        self.fails_after: int | None = None
        self.has_failed = threading.Event()

    def unpublished(self) -> Iterator[tuple[int, list[Outgoing]]]:
        for count, seq in enumerate(list(self.seqs)):
            if count == self.fails_after:
                self.fails_after = None
                self.has_failed.set()
                raise StoreUnavailableError("pulled out")
            yield seq, messages_of(seq)


def messages_of(seq: int) -> list[Outgoing]:
    return [Outgoing("patient-alerts", b"p", str(seq).encode())]


def put(outlet: Outlet, kept: Any, seq: int) -> None:
    kept.seqs.append(seq)
    outlet.put(SHARD, seq, messages_of(seq), kept)


def test_what_waits_is_published_before_the_end():
    topics, kept = Topics(), Kept(1, 2)
    topics.may_go_on.clear()
    outlet = Outlet(topics)
    outlet.begin(SHARD, kept)
    assert topics.is_asked.wait(WAIT_S)
    for seq in (3, 4, 5):
        put(outlet, kept, seq)
    topics.may_go_on.set()
    outlet.close(WAIT_S)
    assert list(dict.fromkeys(topics.taken)) == [b"1", b"2", b"3", b"4", b"5"]


def test_the_end_does_not_wait_for_brokers_that_are_away():
    topics, kept = Topics(), Kept()
    topics.is_away = True
    outlet = Outlet(topics)
    put(outlet, kept, 1)
    assert topics.is_asked.wait(WAIT_S)
    outlet.close(WAIT_S)
    assert topics.taken == []
    assert outlet.published(SHARD) is None


def test_a_store_that_fails_while_it_is_caught_up_with_leaves_nothing_out():
    """A newer commit must not pass for those that were not read yet."""
    topics, kept = Topics(), Kept(1, 2, 3)
    topics.may_go_on.clear()
    kept.fails_after = 1
    outlet = Outlet(topics)
    outlet.begin(SHARD, kept)
    assert topics.is_asked.wait(WAIT_S)
    put(outlet, kept, 4)
    topics.may_go_on.set()
    assert kept.has_failed.wait(WAIT_S)
    while outlet.published(SHARD) != 4:
        assert not threading.Event().wait(0.01)
    outlet.close(WAIT_S)
    assert list(dict.fromkeys(topics.taken)) == [b"1", b"2", b"3", b"4"]
