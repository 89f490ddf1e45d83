"""Workers that are believed dead and wake up again: they write nothing, and may serve again."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e.kafka.cases import QUICK, Case
from tests.e2e.kafka.conftest import MakeCase
from tests.e2e.kafka.dying_worker import REACHED
from tests.e2e.kafka.embedded import embedded
from tests.e2e.kafka.nursery import Worker, wait_until
from tests.e2e.kafka.recorded import Sent, ward

pytestmark = pytest.mark.slow

TAKE_OVER_MAX_S = 10.0
MOMENTS = {
    "after_cut_before_commit": "on its way to the store",
    "before_sql_commit": "in the middle of its transaction, holding its shard",
}


class Feed(threading.Thread):
    """Sends a few messages at a time, so that there is always something to do."""

    def __init__(self, case: Case, sent: list[Sent]):
        super().__init__(daemon=True)
        self.case = case
        self.sent = sent
        self.is_over = threading.Event()

    def run(self) -> None:
        step = 20
        for start in range(0, len(self.sent), step):
            self.case.send(self.sent[start : start + step])
            self.is_over.wait(0.1)


@contextmanager
def fed(case: Case, sent: list[Sent]) -> Iterator[Feed]:
    feed = Feed(case, sent)
    feed.start()
    try:
        yield feed
    finally:
        feed.is_over.set()
        feed.join(60)


def owned(case: Case, worker: Worker) -> dict[str, int]:
    """Shard -> epoch, of those that a worker took over last."""
    return {name: epoch for _, name, epoch, owner in case.shards() if f":{worker.pid}:" in owner}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_zombie_writes_nothing_and_serves_again(make_case: MakeCase, moment: str):
    case = make_case(partitions=2)
    sent = ward(case.prefix, 8, 150, 2)
    zombie = case.worker(point=moment, nth=12, number=signal.SIGSTOP, **QUICK)
    wait_until(lambda: owned(case, zombie), "it serves something before readings come")
    with fed(case, sent):
        heir = case.worker(**QUICK)
        wait_until(lambda: REACHED in zombie.said(), f"it stands still {MOMENTS[moment]}")
        stopped_s, before = time.monotonic(), case.reached()
        orphans = owned(case, zombie)
        assert orphans, "it served nothing when it was stopped"
        wait_until(
            lambda: all(case.reached().get(name, 0) > before.get(name, 0) for name in orphans),
            "its partitions are written by another worker",
        )
        took_s = time.monotonic() - stopped_s
        print(f"{moment}: {len(orphans)} partitions, {took_s:.1f} s to the first commit")  # noqa: T201 - seen with -s
        assert owned(case, heir).keys() >= orphans.keys()
        zombie.signal(signal.SIGCONT)
        wait_until(lambda: "by another worker" in zombie.said() or "took this" in zombie.said(),
                   "it notices that it was replaced")  # fmt: skip
        wait_until(lambda: owned(case, zombie), "it serves a partition again")
    assert heir.stop() == 0, heir.said()
    wait_until(lambda: len(owned(case, zombie)) == 2, "it serves all")
    case.drain()
    assert zombie.stop() == 0, zombie.said()
    case.check(embedded(sent, case.topic))
    assert took_s <= TAKE_OVER_MAX_S
