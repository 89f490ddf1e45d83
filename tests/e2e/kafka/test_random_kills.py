"""Workers, the broker and the database killed at random moments while readings keep coming.

WARDLINE_KILLS says how often (default 12).
"""

import json
import os
import random
import threading
import time
from collections import Counter
from functools import partial
from typing import Any

import pytest
from confluent_kafka import Producer
from tests.e2e.kafka.cases import Case, published
from tests.e2e.kafka.conftest import MakeCase
from tests.e2e.kafka.embedded import replayed
from tests.e2e.kafka.nursery import Worker, wait_until
from tests.kafka import Server
from tests.postgresql import Server as Database

from wardline.codecs.tables import json_lines
from wardline.model.tables import TABLES
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.outlet import ALERTS, WINDOWS
from wardline.pipeline.ports import Query
from wardline.sources.kafka.keys import partition_of

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("WARDLINE_KILLS", "12"))
PARTITIONS, WORKERS, PATIENTS = 3, 2, 8
SEED = 20_261_121

Reading = dict[str, Any]
Key = tuple[str, int]


class Monitors(threading.Thread):
    """Send readings of all patients, and note which of them the broker acknowledged."""

    def __init__(self, case: Case):
        super().__init__(daemon=True)
        self.case = case
        self.choose = random.Random(SEED)
        self.is_over = threading.Event()
        self.sent: dict[Key, Reading] = {}
        self.acknowledged: set[Key] = set()
        self.refused: list[str] = []
        self._producer = Producer(
            {
                "bootstrap.servers": case.kafka.brokers, "acks": "all", "enable.idempotence": True,
                "message.timeout.ms": 120_000, "linger.ms": 5, "log_level": 0,
            }
        )  # fmt: skip

    def run(self) -> None:
        last_ms = 0
        while not self.is_over.is_set():
            last_ms = max(last_ms + 1, time.time_ns() // 1_000_000)
            for number in range(PATIENTS):
                self._send(self._reading(f"{self.case.prefix}{number}", last_ms))
            self._producer.poll(0)
            self.is_over.wait(0.05)
        assert self._producer.flush(120) == 0

    def _reading(self, patient: str, at: int) -> Reading:
        """With values on both sides of every limit."""
        values = {
            "heart_rate": self.choose.choice((70, 75, 125, 160, 900)),
            "spo2": self.choose.choice((97, 91, 85, 75)),
            "systolic_bp": self.choose.choice((120, 85, 60)),
        }
        return {"patient_id": patient, "timestamp": at, **values}

    def _send(self, reading: Reading) -> None:
        key = reading["patient_id"], reading["timestamp"]
        name = reading["patient_id"].encode()
        self.sent[key] = reading

        def report(error: Any, _message: Any) -> None:
            self.acknowledged.add(key) if error is None else self.refused.append(str(error))

        self._producer.produce(
            self.case.topic, json.dumps(reading).encode(), name,
            partition_of(name, PARTITIONS), on_delivery=report,
        )  # fmt: skip


class Hangman:
    """Kills workers, the broker and the database, and starts them again."""

    def __init__(self, case: Case, database: Database):
        self.case = case
        self.database = database
        self.choose = random.Random(SEED)
        self.killed = Counter[str]()
        self.workers = [self._worker() for _ in range(WORKERS)]

    def _worker(self) -> Worker:
        return self.case.worker(clock="wall", snapshot_s=0.5, retry_s=0.2)

    def kill_something(self) -> None:
        what = self.choose.choices(("worker", "all workers", "database", "broker"), (6, 1, 3, 2))[0]
        self.killed[what] += 1
        if what == "worker":
            self._replace(self.choose.randrange(WORKERS))
        elif what == "all workers":
            for place in range(WORKERS):
                self._replace(place)
        else:
            server = self.database if what == "database" else self.case.kafka
            server.kill()
            server.start()

    def _replace(self, place: int) -> None:
        self.workers[place].kill()
        self.workers[place] = self._worker()

    def supervise(self) -> None:
        """Start anew who ended because a server was away at its very start; nobody else ends."""
        for place, worker in enumerate(self.workers):
            if worker.has_ended.is_set():
                never_served = "partitions taken over" not in worker.said()
                assert worker.status == 1 and never_served, worker.said()  # noqa: PT018 - one rule
                assert "Error: " in worker.said(), worker.said()
                self.workers[place] = self._worker()

    def has_saved_more_than(self, count: int) -> bool:
        """Whether workers go on."""
        self.supervise()
        return sum(self.case.reached().values()) > count


def test_whatever_is_killed_nothing_is_lost_and_nothing_comes_twice(
    make_case: MakeCase, kafka: Server, postgresql: Database
):
    case = make_case(partitions=PARTITIONS)
    monitors, hangman = Monitors(case), Hangman(case, postgresql)
    monitors.start()
    turn, pause = random.Random(SEED), threading.Event()
    progress_s: list[float] = []
    for _ in range(KILLS):
        before = sum(case.reached().values())
        progress_s.append(
            wait_until(partial(hangman.has_saved_more_than, before), "it goes on saving")
        )
        pause.wait(turn.uniform(0, 1.5))
        hangman.kill_something()
    monitors.is_over.set()
    monitors.join(180)
    finish(case, hangman)
    print(  # noqa: T201 - seen with -s
        f"{dict(hangman.killed)}: {len(monitors.acknowledged)} acknowledged of "
        f"{len(monitors.sent)}; saved again after {max(progress_s):.1f} s at most"
    )
    assert monitors.refused == []
    assert len(monitors.acknowledged) > KILLS * PATIENTS
    check_readings(case, monitors)
    check_findings(case)


def finish(case: Case, hangman: Hangman) -> None:
    """Everything is read and written; then nobody serves any more, and all is published."""
    ends = case.ends()
    hangman.supervise()
    wait_until(lambda: case.reached() == {k: v - 1 for k, v in ends.items() if v}, "all is read")
    for worker in hangman.workers:
        assert worker.stop() == 0, worker.said()
    last = case.worker("--drain", clock="wall")
    assert last.wait() == 0, last.said()


def check_readings(case: Case, monitors: Monitors) -> None:
    with case.store() as store:
        rows = [row for rows in store.rows(Query("readings")) for row in rows]
    kept = {(row[0], row[1]): row for row in rows}
    assert len(kept) == len(rows), "a reading is there twice"
    assert set(kept) <= set(monitors.sent), "a reading is there that nobody sent"
    assert monitors.acknowledged - set(kept) == set(), "an acknowledged reading is not there"
    wrong = [key for key, row in kept.items() if values_of(row) != expected(monitors.sent[key])]
    assert wrong == []


def values_of(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """heart_rate, spo2, systolic_bp, marks."""
    return row[3], row[6], row[7], row[16]


def expected(sent: Reading) -> tuple[Any, ...]:
    is_bad = sent["heart_rate"] == 900
    rate = None if is_bad else sent["heart_rate"] * 1000
    marks = "heart_rate:bad" if is_bad else None
    return rate, sent["spo2"] * 1000, sent["systolic_bp"] * 1000, marks


def check_findings(case: Case) -> None:
    """What was found piece by piece is what one calm replay finds, and all of it was published."""
    with case.store() as store:
        ours = findings_digest(store)
        assert ours.counts["transitions"] > 0
        assert ours.sha256 == replayed(case.work(store)).contents["sha256"]
        found = {
            ALERTS: [row for rows in store.rows(Query("transitions")) for row in rows],
            WINDOWS: [row for rows in store.rows(Query("windows")) for row in rows],
        }
    topics = published(case.kafka.brokers)
    alerts = {case.told(record) for record in case.own(topics[ALERTS])}
    assert alerts == texts("transitions", found[ALERTS])
    windows = {case.told(record) for record in case.own(topics[WINDOWS])}
    # A window that a late reading changed was published as it was before.
    settled = [row for row in found[WINDOWS] if row[-1] == 0]
    assert texts("windows", settled) <= windows
    assert {window_of(text) for text in windows} == {
        window_of(text) for text in texts("windows", found[WINDOWS])
    }


def texts(table: str, rows: list[tuple[Any, ...]]) -> set[str]:
    return {json.dumps(json.loads(text)) for text in json_lines(TABLES[table], rows)}


def window_of(text: str) -> tuple[Any, ...]:
    window = json.loads(text)
    return window["patient_id"], window["window_start"], window["width_s"], window["vital"]
