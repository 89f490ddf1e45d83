"""One partition's engine: its messages in, commits out; ahead of the store while that is away.

A shard is in one of three states. *Opening*: taken over, its engine not yet where the store stands.
*Saving*: what it reads is written, commit after commit. *Ahead*: the store is slow or away, so the
engine goes on for the screens alone; nothing of that is kept, and once the store answers the shard
is opened again at its last commit and reads everything since once more.
"""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.codecs.admissions_json import decode_admissions
from wardline.codecs.refusing import refused_message
from wardline.codecs.topic_messages import PlacedCommand, command_message, decode_topic
from wardline.engine.engine import Engine
from wardline.model.commands import ADMIT, DISCHARGE, Command
from wardline.model.decoded import Decoded
from wardline.model.findings import Findings, Outcome, Status
from wardline.model.names import Dictionaries
from wardline.model.patients import Patient
from wardline.model.readings import ReadingBatch
from wardline.pipeline.clock import EventClock
from wardline.pipeline.commit_news import tells_context
from wardline.pipeline.crash_points import reach
from wardline.pipeline.foreign import Homeless
from wardline.pipeline.lookups import AskedShard, Lookups
from wardline.pipeline.partitions import Messages
from wardline.pipeline.ports import Clock, Commit, ShardStore
from wardline.pipeline.recovery import Recovered, recover
from wardline.pipeline.skew import SkewWatch
from wardline.pipeline.tally import Tally
from wardline.pipeline.worker import Cut, Worker

logger = logging.getLogger(__name__)

LABELS_MAX = 100_000
"""Texts of sources, genders and conditions remembered for decoding; beyond it all are forgotten."""


class State(Enum):
    """What becomes of what a shard reads."""

    OPENING = "opening"
    SAVING = "saving"
    AHEAD = "ahead of the store"


@dataclass(frozen=True, slots=True)
class Opened:
    """A shard that was taken over: its store, its engine, and where it was read up to."""

    store: ShardStore
    recovered: Recovered
    next_offset: int
    patients: list[Patient]


def opened(store: ShardStore, origin: str) -> Opened:
    """Bring an engine to where the store stands. May wait for the store for long."""
    recovered = recover(store)
    reach("while_opening_after_recover")
    reached = store.position(origin)
    return Opened(store, recovered, 0 if reached is None else reached + 1, store.patients())


class News:
    """Told what is seen and what is saved; all methods are called by the worker's thread."""

    def seen(self, partition: int, patients: set[str]) -> None:
        """Readings of these went through the engine; they are not durable yet."""

    def committed(self, partition: int, commit: Commit) -> None:
        """A commit is durable."""


class ShardEngine:
    """The engine of one partition of a topic. All methods belong to one thread.

    `lock` guards the engine against readers of its pictures.
    """

    def __init__(
        self,
        topic: str,
        partition: int,
        clock: Clock,
        news: News,
        lookups: Lookups,
        *,
        holds_admissions: bool = False,
    ):
        """`lookups`: asks the store on the way. `holds_admissions`: the topic holds no readings."""
        self.partition = partition
        self._holds_admissions = holds_admissions
        self._forwarded: list[Command] = []
        self._stays: dict[str, str] = {}
        self.origin = f"{topic}/{partition}"
        self.clock = clock
        self.state = State.OPENING
        self.lock = threading.Lock()
        self.skew = SkewWatch()
        self.tally = Tally()
        self.worker: Worker | None = None
        self.store: ShardStore | None = None
        self.next_offset = 0
        self.committed_offset = 0
        self.rows_ahead = 0
        self.contents_changed = 0
        self.context_told = 0
        self.oldest_uncut_ms: int | None = None
        self._news = news
        self._lookups = lookups
        self._asked: ShardStore | None = None
        self._homeless = Homeless()
        self._names = Dictionaries()

    def open(self, opened: Opened) -> None:
        """Go on from where the store stands."""
        self.store = opened.store
        asked: Any = AskedShard(opened.store, self._lookups)
        self._asked = asked
        self._stays = {
            patient.patient_id: patient.admission_id
            for patient in opened.patients
            if patient.admission_id
        }
        self._homeless = Homeless()
        worker = Worker(
            opened.recovered.engine, asked, self.clock, self.tally, self,
            commits_by_itself=False,
        )  # fmt: skip
        with self.lock:
            self.worker = worker
        self.next_offset = self.committed_offset = opened.next_offset
        self.oldest_uncut_ms = None
        self.rows_ahead = 0
        self.state = State.SAVING
        if opened.recovered.note:
            logger.warning("%s: %s", self.origin, opened.recovered.note)

    @property
    def is_asking(self) -> bool:
        """Whether the store still owes an answer that was given up."""
        return self._lookups.is_stuck

    @property
    def pending_rows(self) -> int:
        """Records read since the last cut."""
        return self.worker.pending_rows if self.worker is not None else 0

    @property
    def has_pending(self) -> bool:
        """Whether there is anything to write."""
        is_saving = self.state is State.SAVING and self.worker is not None
        return is_saving and self.worker.has_pending  # pyright: ignore[reportOptionalMemberAccess]

    @property
    def epoch(self) -> int:
        """Raised by every new owner of the shard; 0 before it was taken over."""
        return self.store.epoch if self.store is not None else 0

    @property
    def patient_count(self) -> int:
        """Patients this engine knows."""
        return len(self.worker.engine.patients) if self.worker is not None else 0

    def patient_names(self) -> list[str]:
        """Their ids, in the order in which they were first seen. May be asked from any thread."""
        return list(self.worker.engine.patients) if self.worker is not None else []

    def take(self, messages: Messages) -> None:
        """Run messages through the engine. Raises StoreUnavailableError: then go `ahead`."""
        assert self.worker is not None
        with self.lock:
            if self._holds_admissions:
                self._record(self.worker, messages)
            else:
                self._read(self.worker, messages)
            last = int(messages.offsets[-1])
            self.next_offset = last + 1
            if self.state is State.SAVING:
                if self.oldest_uncut_ms is None:
                    self.oldest_uncut_ms = int(messages.appended_at[0])
                self.worker.reach(self.origin, last)
                reach("after_engine")

    def take_ahead(self, messages: Messages) -> None:
        """The store failed while messages were taken: take them for the screens alone."""
        self.go_ahead()
        self.take(messages)

    def tick(self, to_ms: int) -> None:
        """Let time pass for silent patients."""
        assert self.worker is not None
        with self.lock:
            if self.state is State.SAVING:
                self._tell(self.worker.tick(to_ms))
            else:
                self._tell(self.worker.engine.tick(to_ms))

    def go_ahead(self) -> None:
        """Keep nothing any more until the shard is opened again."""
        if self.state is State.SAVING and self.worker is not None:
            self.rows_ahead = self.worker.pending_rows
            self.worker.abandon()
            self._forwarded = []
            self.state = State.AHEAD

    def cut(self, *, snapshot: bool) -> Cut:
        """What is to be written now."""
        assert self.worker is not None
        self.oldest_uncut_ms = None
        with self.lock:
            return self.worker.cut(snapshot=snapshot)

    def forwarded(self) -> list[Command]:
        """Commands since the last cut that are for whoever serves these patients."""
        given, self._forwarded = self._forwarded, []
        return given

    def settle(self, cut: Cut) -> None:
        """A cut is durable."""
        assert self.worker is not None
        self.worker.settle(cut)
        if cut.commit is not None and self.origin in cut.commit.positions:
            self.committed_offset = cut.commit.positions[self.origin] + 1

    def is_behind_snapshot(self) -> bool:
        """Whether recovery would have to replay anything."""
        return self.worker is not None and self.worker.is_behind_snapshot

    def problem(self) -> str:
        """What is wrong with what comes in, in plain words; empty when nothing is."""
        return self._homeless.problem(self.origin)

    def _read(self, worker: Worker, messages: Messages) -> None:
        for part in self._decoded(messages):
            reach("after_decode")
            if self.state is State.SAVING:
                self._save(worker, part)
            else:
                self._look(worker.engine, part)

    def _record(self, worker: Worker, messages: Messages) -> None:
        decoded = decode_admissions(
            messages.values,
            self._received_at(messages),
            origin=self.origin,
            positions=messages.offsets,
        )
        count = len(decoded.admissions)
        if self.state is State.SAVING:
            self._forwarded += worker.record(decoded, self.origin)
            worker.count(Tally(rows=count, readings=count, accepted=count))
        else:
            self.rows_ahead += count

    # -- one part of the messages ------------------------------------------------------------------

    def _decoded(self, messages: Messages) -> Iterator[Decoded | PlacedCommand]:
        if len(self._names.sources) + len(self._names.labels) > LABELS_MAX:
            self._names = Dictionaries()
        is_event = isinstance(self.clock, EventClock)
        received_at = self._received_at(messages)
        parts = decode_topic(
            messages.values, messages.offsets, received_at, self._names, origin=self.origin
        )
        return (_on_event_clock(part, self.clock) for part in parts) if is_event else parts

    def _received_at(self, messages: Messages) -> npt.NDArray[np.int64]:
        """The brokers' append times, but never later than now; now where there is none."""
        times = messages.appended_at
        if isinstance(self.clock, EventClock):
            return times
        now_ms = self.clock.now_ms()
        return np.where(times > 0, np.minimum(times, now_ms), now_ms)

    def _save(self, worker: Worker, part: Decoded | PlacedCommand) -> None:
        if isinstance(part, PlacedCommand):
            self._apply(worker, part)
            return
        assert self._asked is not None
        worker.take(self._homeless.without(part, self._asked), self.origin)

    def _apply(self, worker: Worker, placed: PlacedCommand) -> None:
        assert self._asked is not None
        command = placed.command
        if self._was_admitted(command):
            return
        problem = self._homeless.refuse(command, self._asked)
        try:
            if not problem:
                worker.apply(command)
        except ValueError as error:
            problem = str(error)
        if problem:
            raw = command_message(command)
            refused = refused_message(raw, placed.position, problem, self._names, self.origin)
            worker.take(refused, self.origin)
        self._news.seen(self.partition, {command.patient_id})

    def _was_admitted(self, command: Command) -> bool:
        """Whether this is a repeat: who published it could not know that it had arrived."""
        patient_id = command.patient_id
        admission_id = str(command.content.get("admission_id") or "")
        if command.command == DISCHARGE:
            self._stays.pop(patient_id, None)
        elif command.command == ADMIT and admission_id:
            is_repeat = self._stays.get(patient_id) == admission_id
            self._stays[patient_id] = admission_id
            return is_repeat
        return False

    def _look(self, engine: Engine, part: Decoded | PlacedCommand) -> None:
        """For the screens alone. Old keys cannot be looked up now, so they pass as new."""
        if isinstance(part, PlacedCommand):
            try:
                engine.apply(part.command)
            except ValueError:
                return
            self._news.seen(self.partition, {part.command.patient_id})
            return
        batch = part.batch
        self.seen(batch, engine.process(batch, np.zeros(len(batch), dtype=np.uint64)))
        self.rows_ahead += len(batch)
        reach("while_running_ahead")

    # -- what the worker tells (`worker.Observer`) -------------------------------------------------

    def seen(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """Follow the clocks of the senders, and tell whose readings these were."""
        accepted = np.flatnonzero(outcome.status == Status.ACCEPTED)
        if not isinstance(self.clock, EventClock):
            self.skew.see(batch.take(accepted), outcome.at[accepted])
        codes = np.unique(batch.patient[accepted])
        self._news.seen(self.partition, set(batch.patients.texts(codes)))

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        self.contents_changed += any(not isinstance(work, tuple) for work in commit.work)
        self.context_told += tells_context(commit)
        self._news.committed(self.partition, commit)

    def _tell(self, findings: Findings) -> None:
        assert self.worker is not None
        patients = self.worker.engine.patients
        kinds = (findings.scores, findings.transitions)
        codes = np.unique(np.concatenate([kind["patient"] for kind in kinds])).tolist()
        if codes:
            self._news.seen(self.partition, {patients.text(code) for code in codes})


def _on_event_clock(part: Decoded | PlacedCommand, clock: Clock) -> Decoded | PlacedCommand:
    """On the event clock everything arrives when it was measured."""
    assert isinstance(clock, EventClock)
    if isinstance(part, PlacedCommand):
        clock.advance(part.given_at)
        return replace(part, command=replace(part.command, at=part.given_at))
    if len(part.batch):
        clock.advance(int(part.batch.observed_at.max()))
    return replace(part, batch=replace(part.batch, received_at=part.batch.observed_at))
