"""A server whose workers are told of by hand: what they say comes over a live topic in memory."""

import queue
import threading
import time
from pathlib import Path

from tests.codecs.admitted import admission
from tests.contracts.building import Ward as Building

from wardline.assembly import start_server
from wardline.codecs.live_messages import FORMAT, ShardNews, Telling, encode_telling
from wardline.pipeline.remote_ward import RemoteWard
from wardline.server.settings import ServerSettings
from wardline.stores.relational.store import RelationalStore

TOPIC = "patient-vitals"
PARTITIONS = 3
TELL_EVERY_S = 0.5
FIGURES = {
    "wardline_commit_seconds_total": 0.0, "wardline_dead_letters_total": 2.0,
    "wardline_outbox_pending": 1.0,
}  # fmt: skip


class HandTail:
    """Implements `remote_ward.Tail` over what a test says."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def say(self, telling: Telling) -> None:
        self._messages.put(encode_telling(telling))

    def poll(self, timeout_s: float) -> list[bytes]:
        try:
            return [self._messages.get(timeout=timeout_s)]
        except queue.Empty:
            return []

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        pass


class ToldWorker:
    """What one worker says; `change` it at any time."""

    def __init__(self, name: str, partitions: tuple[int, ...], *, topic: str = TOPIC):
        self.name = name
        self.topic = topic
        self.number = 0
        self.readings = 0.0
        self.commits = 0.0
        self.state = "saving"
        self.lag = 0
        self.problems: list[str] = []
        self.admitted = 0
        self._partitions = partitions

    def telling(self) -> Telling:
        self.number += 1
        self.readings += 20.0
        self.commits += 4.0
        now_ms = time.time_ns() // 1_000_000
        figures = FIGURES | {
            "wardline_readings_total": self.readings, "wardline_commits_total": self.commits,
            "wardline_commit_seconds_total": self.commits * 0.012,
        }  # fmt: skip
        shards = [self._news(partition) for partition in self._partitions]
        figures |= {
            f'wardline_commit_lag_seconds{{partition="{p}"}}': 0.1 for p in self._partitions
        }
        admitted, self.admitted = self.admitted, 0
        return Telling(
            FORMAT, self.name, self.number, now_ms, now_ms, self.topic,
            PARTITIONS if self.topic == TOPIC else 1, shards=shards, problems=self.problems,
            figures=figures, admitted=admitted, holds_admissions=self.topic != TOPIC,
        )  # fmt: skip

    def _news(self, partition: int) -> ShardNews:
        saved = int(self.readings)
        return ShardNews(partition, 3, self.state, saved, self.lag, 10, 0)


class ToldWard:
    """A server over a `RemoteWard`; its workers tell twice a second until it is stopped."""

    def __init__(self, folder: Path, *workers: ToldWorker):
        self.workers = list(workers)
        self.store = RelationalStore(f"sqlite:///{folder}/told.db", is_shared=True)
        self._tail = HandTail()
        self.ward = RemoteWard(self.store, self._tail)
        self.ward.start()
        self._server = start_server(self.ward, ServerSettings(port=0))
        self.url = self._server.url
        self._stopping = threading.Event()
        self._telling = threading.Thread(target=self._tell, daemon=True)
        self._telling.start()

    def _tell(self) -> None:
        while not self._stopping.wait(TELL_EVERY_S):
            for worker in list(self.workers):
                self._tail.say(worker.telling())

    def admit(self, count: int) -> None:
        """A worker records so many admissions and tells so."""
        records = [admission(patient_id=f"P-{n}", admission_id=f"A-{n}") for n in range(count)]
        shard = self.store.take_over("patient_records", 0, 1, "test")
        shard.commit(Building().commit(admissions=records))
        self.workers[-1].admitted = count

    def stop(self) -> None:
        self._stopping.set()
        self._telling.join()
        self._server.stop()
        self.ward.stop()
        self.store.close()
