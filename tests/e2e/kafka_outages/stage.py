"""All that runs in an outage, servers apart; and what must be so after it."""

import http.client
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.kafka.nursery import Nursery, Worker, wait_until
from tests.e2e.kafka_outages.producing import Producer
from tests.e2e.kafka_outages.replaying import compared, findings, replayed
from tests.e2e.kafka_outages.screens import Screens
from tests.e2e.running import Running, free_port
from tests.kafka import Record, create_topic, name_of, read

from wardline.model.tables import TABLES
from wardline.pipeline.ports import Query, StoreUnavailableError
from wardline.stores.relational.store import RelationalStore

PARTITIONS = 2
Figures = dict[str, float]
"""What a test measured; see `conftest.figures`."""


class Served(Running):
    """One process of `wardline serve`."""

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "wardline", "serve", "--no-browser", "--port", str(self.port),
            *self.arguments,
        ]  # fmt: skip


class Stage:
    """One test's topics and store; `close` ends every process."""

    def __init__(self, folder: Path, nursery: Nursery, brokers: str, url: str):
        self.folder = folder
        self.url = url
        self.brokers = brokers
        self.readings = name_of(folder, "readings")
        self.live = name_of(folder, "live")
        # As `wardline topics create` makes them: what waited at its producer arrives late, not old.
        for name, count in ((self.readings, PARTITIONS), (self.live, 1)):
            create_topic(brokers, name, count, message_timestamp_type="LogAppendTime")
        self.workers: list[Worker] = []
        self.servers: list[Served] = []
        self._nursery = nursery
        self._ports: dict[int, int] = {}
        self._store: RelationalStore | None = None

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        for server in self.servers:
            server.kill()
        if self._store is not None:
            self._store.close()

    # -- who takes part ----------------------------------------------------------------------------

    def worker(self, **limits: object) -> Worker:
        """One more worker."""
        port = free_port()
        started = self._nursery.start(
            "--source", f"{self._topic(self.readings)}?group={self.readings}",
            "--store", self.url, "--live", self._topic(self.live),
            "--metrics-port", port, **limits,
        )  # fmt: skip
        self.workers.append(started)
        self._ports[started.pid] = port
        return started

    def serve(self) -> Served:
        """One more server, ready once workers are."""
        server = Served(
            self.folder, "--store", self.url, "--live", self._topic(self.live),
            "--to", self._topic(self.readings),
        )  # fmt: skip
        self.servers.append(server)
        return server

    def producer(self, **settings: Any) -> Producer:
        return Producer(self.brokers, self.readings, **settings)

    def screens(self) -> Screens:
        return Screens(self.serve().port)

    def _topic(self, name: str) -> str:
        return f"kafka://{self.brokers}/{name}"

    def problems_of(self, worker: Worker) -> list[str]:
        """What a worker tells on its own page; empty before it has one."""
        try:
            return json.loads(self._page(worker, "/readyz"))["reasons"]
        except OSError:
            return []

    def figure(self, worker: Worker, name: str) -> float:
        """A figure of a worker's /metrics."""
        lines = self._page(worker, "/metrics").decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    def memory_mb(self, worker: Worker) -> float:
        """The most that a worker has taken so far. What it says itself holds in any container."""
        return self.figure(worker, "wardline_memory_peak_bytes") / 2**20

    def _page(self, worker: Worker, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[worker.pid], timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()

    def until_worker_tells(self, worker: Worker, words: str, timeout_s: float = 60.0) -> float:
        """Gives how long it took in seconds."""
        return wait_until(
            lambda: any(words in problem for problem in self.problems_of(worker)), words, timeout_s
        )

    def until_said(self, worker: Worker, words: str) -> None:
        """Until a worker's log has these words."""
        wait_until(lambda: worker.log.exists() and words in worker.said(), words)

    # -- what became durable -----------------------------------------------------------------------

    @property
    def store(self) -> RelationalStore:
        """The store as anybody else sees it."""
        if self._store is None:
            self._store = RelationalStore(self.url)
        return self._store

    def positions(self) -> dict[int, int]:
        """The offset of the last durable message, by partition; empty while nobody answers."""
        origins = {f"{self.readings}/{place}": place for place in range(PARTITIONS)}
        try:
            return {origins[name]: at for name, at in self.store.reached(list(origins)).items()}
        except StoreUnavailableError:
            return {}

    def until_saved(self, producer: Producer, timeout_s: float = 60.0) -> float:
        """Until all that is acknowledged now is durable; gives how long that took in seconds."""
        wanted = dict(producer.reached)
        return wait_until(lambda: self._has(wanted), f"saved up to {wanted}", timeout_s)

    def _has(self, wanted: dict[int, int]) -> bool:
        positions = self.positions()
        return bool(wanted) and all(positions.get(place, -1) >= at for place, at in wanted.items())

    def stored(self) -> list[tuple[str, int]]:
        """(patient, ms) of every row of readings."""
        return [(row[0], row[1]) for row in self._readings()]

    def _readings(self) -> Iterator[tuple[Any, ...]]:
        return (row for rows in self.store.rows(Query("readings")) for row in rows)

    def _seen_at(self) -> dict[tuple[str, int], int]:
        """When each reading arrived as the worker saw it, ms, by (patient, ms)."""
        place = TABLES["readings"].names.index("arrived_at")
        return {(row[0], row[1]): row[place] for row in self._readings()}

    def check(self, producer: Producer, *, shown_late: bool = False) -> dict[str, int]:
        """Nothing lost, nothing doubled, and findings as if nothing had happened.

        The producer has ended. shown_late: the brokers kept messages back that they had appended.
        Gives counts of what was compared.
        """
        self.until_saved(producer)
        records = read(self.brokers, self.readings)
        stored = self.stored()
        assert len(stored) == len(set(stored)), "readings are there twice"
        assert set(stored) == {key_of(record) for record in records}
        assert producer.acknowledged <= set(stored), "acknowledged readings are missing"
        seen_at = self._seen_at() if shown_late else {}
        arrived_at = [seen_at.get(key_of(record), record.timestamp_ms) for record in records]
        expected = replayed(records, arrived_at, PARTITIONS, self.folder)
        return compared(findings(self.store), expected, stored)


def key_of(record: Record) -> tuple[str, int]:
    """Patient and time of a message."""
    said = json.loads(record.value or b"")
    return said["patient_id"], said["timestamp"]
