"""A ward whose engines run elsewhere: pictures from the live topic, entries to the readings' topic.

Implements `ports.Host` for a server that has no engine of its own. What is durable is read from the
store; what workers tell is shown as they tell it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

import msgspec
import numpy as np

from wardline.codecs.live_messages import ShardNews, Telling, TellingError, decode_telling
from wardline.codecs.reading_objects import reading_objects
from wardline.codecs.topic_messages import command_message, one_line
from wardline.engine.policies import merged_settings, policy_of
from wardline.model.admissions import DecodedAdmissions
from wardline.model.commands import COMMAND_NAMES, SETTINGS, Command
from wardline.model.decoded import Decoded
from wardline.model.pictures import PatientPicture
from wardline.pipeline.clock import WallClock
from wardline.pipeline.feed import LiveFeed
from wardline.pipeline.heard_workers import HeardWorker, ServedPartition, WorkerSums
from wardline.pipeline.pace import Pace
from wardline.pipeline.partitions import LogUnavailableError, Outgoing, Publisher
from wardline.pipeline.ports import (
    Acknowledgement,
    BusyError,
    Clock,
    ItemNote,
    Store,
    StoredCommand,
    StoreUnavailableError,
)
from wardline.pipeline.refusals import IMPLAUSIBLE, marked_bad, rejection_notes
from wardline.pipeline.remote_picture import Heard, remote_picture
from wardline.pipeline.system_picture import SystemPicture

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Place = TypeVar("Place", int, tuple[str, int])

SILENT_AFTER_S = 3.0
"""A partition of which nothing was told for so long is served by nobody, as far as screens know."""

WORKERS_MAX = 1_000
"""Workers remembered; of those the silent ones are forgotten after FORGET_AFTER_S."""
FORGET_AFTER_S = 60.0

PLACES_MAX = 10_000
"""Partitions that can be told of; of further ones nothing is known."""

ENTRIES_MAX = 100
"""Submissions on their way to the brokers; further ones are told to come again."""
PUBLISH_S = 10.0

DRAW_SHARE = 0.5
"""There is no engine here to rest for, and workers rest between what they tell."""

NOT_HERE = "nothing can be entered here: the server was started without --to"


class Tail(Protocol):
    """The newest messages of a topic, from a little before now on."""

    def poll(self, timeout_s: float) -> list[bytes]:
        """What has come, waiting for the first message."""
        ...

    def problem(self) -> str:
        """Why nothing comes, in plain words; empty while the brokers answer."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class RemoteWard:
    """Every method may be called from any thread; what is told comes in by a thread of its own.

    entries: where readings and commands go, and the topic; None: nothing can be entered. `served`:
    partitions that hold readings; `beside`: others, by topic and partition.
    """

    def __init__(
        self,
        store: Store,
        tail: Tail,
        entries: tuple[Publisher, str] | None = None,
        clock: Clock | None = None,
    ):
        self.store = store
        self.clock = clock or WallClock()
        self.live = LiveFeed(store, self.clock, self._draw, draw_share=DRAW_SHARE)
        self.served: dict[int, ServedPartition] = {}
        self.beside: dict[tuple[str, int], ServedPartition] = {}
        self.workers: dict[str, HeardWorker] = {}
        self._sums = WorkerSums()
        self._pace = Pace()
        self._heard_count = 0
        self.topic = ""
        self.partitions = 0
        self._tail = tail
        self._entries = entries
        self._pictures: dict[str, PatientPicture] = {}
        self._partition_of: dict[str, int] = {}
        self._started_s = time.monotonic()
        self._sending = ThreadPoolExecutor(1, "wardline-entries")
        self._entries_waiting = threading.BoundedSemaphore(ENTRIES_MAX)
        self._stopping = threading.Event()
        self._death = ""
        self._thread = threading.Thread(target=self._run, name="wardline-tail", daemon=True)

    # -- life --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to listen and to show."""
        self.live.start()
        self._thread.start()

    def stop(self) -> None:
        """End; entries that were accepted are with the brokers."""
        self._stopping.set()
        self._sending.shutdown(wait=True, cancel_futures=True)
        self._thread.join(5.0)
        self.live.stop()
        self._tail.close()

    @property
    def is_dead(self) -> bool:
        """Whether the listening thread broke."""
        return bool(self._death)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                for message in self._tail.poll(0.2):
                    self._hear(message)
        except Exception as problem:
            self._death = f"workers are not heard any more: {type(problem).__name__}"
            logger.exception("the live topic is not read any more")

    # -- what workers tell -------------------------------------------------------------------------

    def _hear(self, message: bytes) -> None:
        try:
            telling = decode_telling(message)
        except TellingError as problem:
            logger.warning("a message of the live topic was left alone: %s", problem)
            return
        self._follow(telling)
        if telling.admitted:
            self.live.admitted()
        changed: set[str] = set()
        for partition, epoch, pictures in telling.pictures:
            if not self._is_outdated(partition, epoch):
                changed.update(self._take(partition, pictures))
        self.live.told(changed, telling.found, telling.beds, telling.counted)

    def _follow(self, telling: Telling) -> None:
        now_s = time.monotonic()
        known = self.workers.get(telling.worker)
        if known is None:
            self._forget_silent(now_s)
            known = self.workers[telling.worker] = HeardWorker(telling.number, now_s)
        elif telling.number != known.number + 1:
            self.live.missed()
        known.number, known.heard_s = telling.number, now_s
        known.hear(telling, now_s)
        self._heard_count += 1
        self._pace.note(now_s, {"told": self._heard_count})
        if not telling.holds_admissions:
            self.topic, self.partitions = telling.topic, telling.partitions
        for news in telling.shards or ():
            if telling.holds_admissions:
                self._keep(self.beside, (telling.topic, news.partition), news, telling, now_s)
            else:
                self._keep(self.served, news.partition, news, telling, now_s)

    def _keep(
        self, kept: dict[Place, ServedPartition], place: Place, news: ShardNews,
        telling: Telling, now_s: float,
    ) -> None:  # fmt: skip
        before = kept.get(place)
        is_outdated = before is not None and news.epoch < before.news.epoch
        if is_outdated or (before is None and len(kept) >= PLACES_MAX):
            return
        served = ServedPartition(news, telling.worker, now_s, telling.engine_at)
        if before is not None:
            served.pace = before.pace
            if news.epoch > before.news.epoch > 0:
                self.live.missed()  # what its owner before found last may never have been told
        served.note_end(now_s)
        kept[place] = served

    def _forget_silent(self, now_s: float) -> None:
        silent = [
            name
            for name, worker in self.workers.items()
            if now_s - worker.heard_s > FORGET_AFTER_S or len(self.workers) > WORKERS_MAX
        ]
        for name in silent:
            self._sums.forget(self.workers.pop(name))

    def _is_outdated(self, partition: int, epoch: int) -> bool:
        served = self.served.get(partition)
        return served is not None and epoch < served.news.epoch

    def _take(self, partition: int, pictures: Sequence[PatientPicture]) -> list[str]:
        names: list[str] = []
        for picture in pictures:
            name = picture.patient.patient_id
            if self._pictures.get(name) != picture:
                self._pictures[name] = picture
                names.append(name)
            self._partition_of[name] = partition
        return names

    def _draw(self, patient_ids: set[str] | None) -> list[PatientPicture]:
        known = self._pictures
        names = list(known) if patient_ids is None else patient_ids
        return [known[name] for name in names if name in known]

    # -- what the server asks ----------------------------------------------------------------------

    def pictures(self) -> tuple[int, list[PatientPicture]]:
        """(now in ms, pictures of all patients in UTF-8 byte order of their ids)."""
        drawn = self._draw(None)
        drawn.sort(key=lambda picture: picture.patient.patient_id.encode())
        return self.clock.now_ms(), drawn

    def engine_at(self) -> int:
        """When the engine that is furthest behind last began a step, ms; screens show this."""
        served = list(self.served.values())
        if not served or len(served) < self.partitions:
            return self.clock.now_ms() - int((time.monotonic() - self._started_s) * 1000)
        now_s = time.monotonic()
        silent_s = max(0.0, *(now_s - one.heard_s for one in served))
        oldest = min(one.engine_at for one in served)
        return min(oldest, self.clock.now_ms() - int(silent_s * 1000))

    def problems(self) -> list[str]:
        """Why this ward is not ready, in plain words; empty when it is."""
        if self._death:
            return [self._death]
        if self.live.is_dead:
            return ["screens are not served any more: the live feed stopped"]
        found = [self._tail.problem(), *self._unserved()]
        if self._entries is not None:
            found.append(self._entries[0].problem())
        now_s = time.monotonic()
        for worker in list(self.workers.values()):
            if now_s - worker.heard_s <= SILENT_AFTER_S:
                found += worker.problems
        return [problem for problem in dict.fromkeys(found) if problem]

    def _unserved(self) -> list[str]:
        if not self.partitions:
            return ["no worker was heard of yet"]
        silent = self._silent_partitions()
        if not silent:
            return []
        return [f"{self.topic}: no worker serves partition {', '.join(map(str, silent))}"]

    def _silent_partitions(self) -> list[int]:
        """Of which no worker was heard lately."""
        now_s = time.monotonic()
        return [
            partition
            for partition in range(self.partitions)
            if (served := self.served.get(partition)) is None
            or now_s - served.heard_s > SILENT_AFTER_S
        ]

    def figures(self) -> dict[str, float]:
        """Counters and gauges by metric name, for /metrics."""
        now_s, workers = time.monotonic(), dict(self.workers)
        heard = {n: w for n, w in workers.items() if now_s - w.heard_s <= SILENT_AFTER_S}
        silent = [worker for name, worker in workers.items() if name not in heard]
        owners = {place: served.worker for place, served in dict(self.served).items()}
        return {
            "wardline_ready": float(not self.problems()),
            "wardline_workers": float(len(heard)),
            "wardline_partitions": float(self.partitions),
            "wardline_partitions_unserved": float(len(self._silent_partitions())),
            **self._sums.figures(heard, silent, owners),
        }

    def system(self) -> SystemPicture:
        """The data flow as operators see it, put together from what workers tell."""
        now_s = time.monotonic()
        served = {(self.topic, place): one for place, one in dict(self.served).items()}
        heard = Heard(
            self.store.kind, self.topic, self.partitions, {**served, **dict(self.beside)},
            self._remembered(now_s), self.problems(), self._pace.per_second("told", now_s), now_s,
            SILENT_AFTER_S,
        )  # fmt: skip
        return remote_picture(heard)

    def _remembered(self, now_s: float) -> dict[str, HeardWorker]:
        workers = dict(self.workers).items()
        return {n: w for n, w in workers if now_s - w.heard_s <= FORGET_AFTER_S}

    # -- what people enter -------------------------------------------------------------------------

    def submit(self, decoded: Decoded, source: str = "") -> Future[Acknowledgement]:
        """Send readings to the topic; completes once all in-sync brokers have them.

        What the engine makes of them is seen when it comes back. Raises BusyError.
        """
        return self._send(lambda topic: self._readings(decoded, topic), _taken(decoded))

    def command(self, command: Command) -> Future[StoredCommand]:
        """Send a command to the topic; completes once all in-sync brokers have it.

        Raises ValueError for content that makes no sense, BusyError.
        """
        if command.command not in COMMAND_NAMES:
            raise ValueError(f"unknown command {command.command!r}")
        if command.command == SETTINGS:
            policy_of(merged_settings({}, command.content))
        message = command_message(command)
        stored = StoredCommand(command, command.at, 0)
        return self._send(lambda topic: [self._to(topic, command.patient_id, message)], stored)

    def admit(self, decoded: DecodedAdmissions, source: str = "") -> Future[Acknowledgement]:
        """Admissions have a topic of their own: they cannot be entered here."""
        future: Future[Acknowledgement] = Future()
        future.set_exception(StoreUnavailableError("send admissions to the topic patient_records"))
        return future

    def _send(self, messages: Callable[[str], list[Outgoing]], answer: Answer) -> Future[Answer]:
        if self._entries is None:
            raise StoreUnavailableError(NOT_HERE)
        if not self._entries_waiting.acquire(blocking=False):
            raise BusyError(1.0)
        publisher, topic = self._entries

        def publish() -> Answer:
            try:
                publisher.publish(messages(topic), PUBLISH_S)
            except LogUnavailableError as problem:
                raise StoreUnavailableError(str(problem)) from problem
            finally:
                self._entries_waiting.release()
            return answer

        return self._sending.submit(publish)

    def _readings(self, decoded: Decoded, topic: str) -> list[Outgoing]:
        """Records as they came, refused ones too: the worker keeps those as dead letters."""
        batch = decoded.batch
        objects = reading_objects(batch)
        sent: list[Outgoing] = []
        for row, reading in enumerate(objects):
            value = batch.raw.text(row)
            if not value or ("source" in reading and '"source"' not in value):
                value = msgspec.json.encode(reading).decode()
            sent.append(self._to(topic, reading["patient_id"], one_line(value)))
        refused = (
            self._to(topic, rejection.patient_id, one_line(rejection.raw))
            for rejection in decoded.rejections
        )
        return [*sent, *refused]

    def _to(self, topic: str, patient_id: str, value: bytes) -> Outgoing:
        """To the partition that serves the patient already, else to where its key belongs."""
        return Outgoing(topic, patient_id.encode(), value, self._partition_of.get(patient_id))


def _taken(decoded: Decoded) -> Acknowledgement:
    """What the sender is told: duplicates and conflicts are found out later, by the worker."""
    batch = decoded.batch
    flagged = tuple(
        ItemNote(int(decoded.rows[row]), name, IMPLAUSIBLE)
        for row in np.flatnonzero(batch.bad).tolist()
        for name in marked_bad(batch, row)
    )
    return Acknowledgement(len(batch), 0, rejection_notes(decoded.rejections), flagged)
