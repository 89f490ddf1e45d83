"""Findings for other consumers: written to topics of their own after they became durable.

What a commit is to publish is stored with it (the outbox), so a crash between the commit and the
topic loses nothing; then some messages come twice, with the same keys.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from wardline.codecs.tables import json_lines
from wardline.codecs.topic_messages import command_message
from wardline.engine.materialise import transition_rows, window_rows
from wardline.model.commands import ADMIT, DISCHARGE, TRANSFER, Command
from wardline.model.dead_letters import DeadLetter
from wardline.model.patients import Patient
from wardline.model.readings import ReadingBatch
from wardline.model.tables import TABLES
from wardline.pipeline.crash_points import reach
from wardline.pipeline.partitions import LogUnavailableError, Outgoing, Publisher
from wardline.pipeline.ports import Commit, ShardStore, StoredCommand, StoreUnavailableError

logger = logging.getLogger(__name__)

ALERTS = "patient-alerts"
WINDOWS = "wardline-windows"
DEAD_LETTERS = "wardline-dead-letters"

MESSAGES_MAX = 100_000
"""Messages waiting in memory; beyond it they are read from the store again, in their order."""

PUBLISH_S = 30.0
RETRY_S = 1.0

Context = dict[str, Any]


class PatientContext:
    """What alerts say about patients: as the store knew it, and as commits have told since."""

    def __init__(self, patients: Iterable[Patient]):
        self._known = {patient.patient_id: _context(patient) for patient in patients}

    def of(self, patient_id: str) -> Context:
        """Age, gender, condition, ward and bed, as far as known."""
        return self._known.get(patient_id, _NOTHING_KNOWN)

    def learn(self, commit: Commit, wanted: set[str]) -> None:
        """From the readings of some patients, and from every command."""
        for work in commit.work:
            if isinstance(work, StoredCommand):
                self._move(work)
            elif wanted:
                self._read(work[0], wanted)

    def _move(self, work: StoredCommand) -> None:
        command = work.command
        if command.command in {ADMIT, TRANSFER, DISCHARGE}:
            is_leaving = command.command == DISCHARGE
            place = {
                name: None if is_leaving else command.content.get(name) for name in ("ward", "bed")
            }
            self._known[command.patient_id] = {**self.of(command.patient_id), **place}

    def _read(self, batch: ReadingBatch, wanted: set[str]) -> None:
        for name in wanted:
            code = batch.patients.find(name)
            if code is None:
                continue
            rows = np.flatnonzero(batch.patient == code)
            if len(rows):
                said = _said(batch, int(rows[-1]))
                self._known[name] = {**self.of(name), **said}


_NOTHING_KNOWN: Context = dict.fromkeys(("patient_age", "gender", "condition", "ward", "bed"))


def _context(patient: Patient) -> Context:
    return {
        "patient_age": patient.age, "gender": patient.gender, "condition": patient.condition,
        "ward": patient.ward, "bed": patient.bed,
    }  # fmt: skip


def _said(batch: ReadingBatch, row: int) -> Context:
    said: Context = {}
    if batch.age[row] >= 0:
        said["patient_age"] = int(batch.age[row])
    for name in ("gender", "condition"):
        code = int(getattr(batch, name)[row])
        if code >= 0:
            said[name] = batch.labels.text(code)
    return said


def outgoing(commit: Commit, context: PatientContext) -> list[Outgoing]:
    """What other consumers are told of a commit: transitions, windows, refused records."""
    transitions = transition_rows(commit.findings.transitions, commit.patients)
    context.learn(commit, {row[0] for row in transitions})
    windows = window_rows(commit.findings.windows, commit.patients)
    return [
        *_alerts(transitions, context),
        *_keyed(WINDOWS, windows, _objects("windows", windows)),
        *(_letter(letter) for letter in commit.dead_letters),
    ]


def _objects(table: str, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """One JSON object a row, as exports write it."""
    return list(json_lines(TABLES[table], rows))


def _alerts(rows: Sequence[tuple[Any, ...]], context: PatientContext) -> Iterator[Outgoing]:
    for row, text in zip(rows, _objects("transitions", rows), strict=True):
        about = msgspec.json.encode(context.of(row[0]))
        value = text.encode()[:-1] + b',"patient":' + about + b"}"
        yield Outgoing(ALERTS, str(row[0]).encode(), value)


def _keyed(topic: str, rows: Sequence[tuple[Any, ...]], texts: Sequence[str]) -> Iterator[Outgoing]:
    pairs = zip(rows, texts, strict=True)
    return (Outgoing(topic, str(row[0]).encode(), text.encode()) for row, text in pairs)


def _letter(letter: DeadLetter) -> Outgoing:
    value = msgspec.json.encode(letter)
    return Outgoing(DEAD_LETTERS, letter.patient_id.encode("utf-8", "backslashreplace"), value)


class Outlet:
    """Publishes commits in their order, shard by shard, in a thread of its own."""

    def __init__(self, publisher: Publisher, entries_topic: str | None = None):
        """`entries_topic`: where commands go that others carry out; None: nowhere."""
        self._publisher = publisher
        self._entries_topic = entries_topic
        self._news = threading.Condition()
        self._queue: deque[tuple[str, int, list[Outgoing]]] = deque()
        self._waiting = 0
        self._behind: dict[str, ShardStore] = {}
        self._published: dict[str, int] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wardline-outlet", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Messages not published yet, as far as they are in memory."""
        return self._waiting

    def forwarding(self, commands: Sequence[Command]) -> list[Outgoing]:
        """Commands as messages for whoever serves the patients."""
        topic = self._entries_topic
        if topic is None:
            return []
        return [Outgoing(topic, c.patient_id.encode(), command_message(c)) for c in commands]

    def published(self, origin: str) -> int | None:
        """Up to which commit of a shard everything is out; None if nothing was published yet."""
        with self._news:
            return self._published.get(origin)

    def begin(self, origin: str, store: ShardStore) -> None:
        """A shard was taken over: what its owner before did not publish comes first."""
        with self._news:
            self._published.pop(origin, None)
            self._behind[origin] = store
            self._news.notify()

    def put(self, origin: str, seq: int, messages: list[Outgoing], store: ShardStore) -> None:
        """A commit is durable; never waits."""
        if not messages:
            return
        with self._news:
            if self._waiting > MESSAGES_MAX:
                self._behind[origin] = store
            elif origin not in self._behind:
                self._queue.append((origin, seq, messages))
                self._waiting += len(messages)
            self._news.notify()

    def close(self, timeout_s: float) -> None:
        """Publish what waits, as far as the time allows; the rest is in the store."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join(timeout_s)

    # -- the thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._stopping or self._queue or self._behind)
                if not self._queue and not self._behind:
                    return
                item = self._queue.popleft() if self._queue else None
            if item is not None:
                self._publish_queued(*item)
            else:
                self._catch_up()

    def _publish_queued(self, origin: str, seq: int, messages: list[Outgoing]) -> None:
        self._publish(origin, seq, messages)
        with self._news:
            self._waiting -= len(messages)

    def _catch_up(self) -> None:
        """Read from the store what is not in memory. New commits queue up behind that."""
        with self._news:
            origin, store = self._behind.popitem()
        try:
            for seq, messages in store.unpublished():
                reach("while_catching_up")
                if not self._publish(origin, seq, messages):
                    return
        except StoreUnavailableError:
            with self._news:
                if self._stopping:
                    return
                self._forget_queued(origin)
                self._behind.setdefault(origin, store)
                self._news.wait_for(lambda: self._stopping, timeout=RETRY_S)

    def _forget_queued(self, origin: str) -> None:
        """Those are in the store too; published before what is behind, they would pass for it."""
        kept = [item for item in self._queue if item[0] != origin]
        self._queue = deque(kept)
        self._waiting = sum(len(messages) for _, _, messages in kept)

    def _publish(self, origin: str, seq: int, messages: list[Outgoing]) -> bool:
        """Until it is out, or the outlet is closed and the brokers are away."""
        if seq <= (self._published.get(origin) or 0):
            return True
        while True:
            try:
                self._publisher.publish(messages, PUBLISH_S)
            except ValueError as problem:
                logger.error("findings of %s cannot be published: %s", origin, problem)  # noqa: TRY400 - no mistake of ours
            except LogUnavailableError as problem:
                logger.warning("findings are not published now: %s", problem)
                with self._news:
                    if self._stopping:
                        return False
                    self._news.wait_for(lambda: self._stopping, timeout=RETRY_S)
                continue
            reach("after_publish")
            with self._news:
                self._published[origin] = seq
            return True
