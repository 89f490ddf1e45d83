"""What the engine's thread does: serve what waits, let time pass, commit, acknowledge."""

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from wardline.model.admissions import DecodedAdmissions
from wardline.model.commands import Command
from wardline.model.decoded import Decoded
from wardline.model.findings import Outcome, Status
from wardline.model.patients import TruthPeriod
from wardline.model.readings import ReadingBatch
from wardline.pipeline.commit_news import tells_context
from wardline.pipeline.inbox import Arrived, Inbox
from wardline.pipeline.pace import Pace
from wardline.pipeline.ports import Clock, Commit, Store, StoredCommand, StoreUnavailableError
from wardline.pipeline.recovery import recover
from wardline.pipeline.skew import SkewWatch
from wardline.pipeline.tally import Tally
from wardline.pipeline.worker import ROWS_PER_COMMIT_MAX, Worker

logger = logging.getLogger(__name__)

TICK_MS = 1000
TRIM_EVERY_MS = 3_600_000
"""How often a store with a retention is looked at; while there is something old, every second."""


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """How long a store that failed is left alone, and how often the engine's state is kept.

    retention_s: readings and findings older than this are deleted; None keeps everything.
    """

    retry_s: float = 1.0
    snapshot_s: float = 10.0
    retention_s: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What waits in the queue, and what its sender waits for."""

    content: Decoded | DecodedAdmissions | Command | tuple[TruthPeriod, ...]
    future: Future[Any]
    came_from: str = ""


Served = tuple[Future[Any], Any]


class Screens(Protocol):
    """Told by the engine's thread what screens should look at."""

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        ...

    def touch(self) -> None:
        """Every patient may be another than shown."""
        ...


class EngineLoop:
    """One worker and what keeps it going. All methods belong to the engine's thread.

    `lock` guards the engine against readers of its pictures. `trouble` says why nothing can be
    taken now, empty when all is well. `commit_lag_s`: how long the newest readings waited before
    they were durable.
    """

    def __init__(
        self, store: Store, clock: Clock, limits: LoopLimits, screens: Screens | None = None
    ):
        self.store = store
        self.clock = clock
        self.limits = limits
        self._screens = screens
        self.lock = threading.Lock()
        self.worker: Worker | None = None
        self.trouble = "starting: the engine is being brought to where the store stands"
        self.tally = Tally()
        self.skew = SkewWatch()
        self.failed_commits = 0
        self.commits = 0
        self.commit_s = 0.0
        self.commit_lag_s: float | None = None
        self.pace = Pace()
        self.beat_s = time.monotonic()
        self.contents_changed = 0
        self.context_told = 0
        self._retry_at_s = 0.0
        self._kept_at_s = time.monotonic()
        self._next_tick_ms = 0
        self._next_trim_ms = 0

    def run(self, inbox: Inbox[Entry], stopping: threading.Event) -> None:
        """Work until told to stop; then take what still waits and keep the engine's state."""
        while not stopping.is_set() or len(inbox):
            wait_s = max(0.0, (self._next_tick_ms - self.clock.now_ms()) / 1000)
            arrived, now_ms = inbox.take(ROWS_PER_COMMIT_MAX, min(wait_s, 1.0))
            self.step(arrived, now_ms)
        if self.worker is not None and not self.trouble:
            self.worker.commit(snapshot=True)

    def step(self, arrived: list[Arrived[Entry]], now_ms: int) -> None:
        """Serve some entries, then time up to `now_ms`, in one commit."""
        self.beat_s = time.monotonic()
        self._note_pace()
        worker = self._able_worker(now_ms)
        if worker is None:
            _fail([entry.item.future for entry in arrived], self.trouble)
            return
        served: list[Served] = []
        try:
            with self.lock:
                for entry in arrived:
                    self._serve(worker, entry, served)
                self._tick_if_due(worker, now_ms)
            self._commit(worker)
            self._note_lag(arrived)
            self._trim_if_due(now_ms)
        except StoreUnavailableError as problem:
            self._lose(worker, problem)
            _fail([entry.item.future for entry in arrived], self.trouble)
            return
        for future, result in served:
            future.set_result(result)

    # -- serving ----------------------------------------------------------------------------------

    def _serve(self, worker: Worker, arrived: Arrived[Entry], served: list[Served]) -> None:
        entry, content = arrived.item, arrived.item.content
        if isinstance(content, Decoded):
            decoded = _received(content, arrived.at)
            served.append((entry.future, worker.take(decoded, entry.came_from)))
        elif isinstance(content, DecodedAdmissions):
            received_at = np.full_like(content.received_at, arrived.at)
            admissions = replace(content, received_at=received_at)
            served.append((entry.future, worker.admit(admissions, entry.came_from)))
        elif isinstance(content, Command):
            self._apply(worker, replace(content, at=arrived.at), entry.future, served)
        else:
            worker.add_truth(content)
            served.append((entry.future, None))

    def _apply(
        self, worker: Worker, command: Command, future: Future[Any], served: list[Served]
    ) -> None:
        try:
            served.append((future, worker.apply(command)))
        except ValueError as problem:
            future.set_exception(problem)

    def _tick_if_due(self, worker: Worker, now_ms: int) -> None:
        if now_ms >= self._next_tick_ms:
            worker.tick(now_ms)
            self._next_tick_ms = (now_ms // TICK_MS + 1) * TICK_MS
            if self.trouble and self._screens is not None:
                self._screens.touch()  # no commit will tell whom time has changed

    def _commit(self, worker: Worker) -> None:
        started_s = time.monotonic()
        keep = worker.is_behind_snapshot and started_s - self._kept_at_s >= self.limits.snapshot_s
        worker.commit(snapshot=keep)
        ended_s = time.monotonic()
        self.commits += 1
        self.commit_s += ended_s - started_s
        if keep:
            self._kept_at_s = ended_s

    def _note_pace(self) -> None:
        counted = {
            "readings": self.tally.readings,
            "commits": self.commits,
            "commit_s": self.commit_s,
        }
        self.pace.note(self.beat_s, counted)

    def _note_lag(self, arrived: list[Arrived[Entry]]) -> None:
        if arrived:
            oldest_ms = min(entry.at for entry in arrived)
            self.commit_lag_s = max(0, self.clock.now_ms() - oldest_ms) / 1000

    def _trim_if_due(self, now_ms: int) -> None:
        """One bounded step of deleting what is older than the retention."""
        if self.limits.retention_s is None or now_ms < self._next_trim_ms:
            return
        deleted = self.store.trim(now_ms - int(self.limits.retention_s * 1000))
        self._next_trim_ms = now_ms + (TICK_MS if deleted else TRIM_EVERY_MS)

    # -- a store that fails -----------------------------------------------------------------------

    def _lose(self, worker: Worker, problem: StoreUnavailableError) -> None:
        """Nothing of this step is durable: go back to what is, and leave the store in peace."""
        self.failed_commits += 1
        if not self.trouble:
            logger.error("the store takes nothing: %s", problem)
        self.trouble = f"the store takes nothing now, readings are refused: {problem}"
        self._retry_at_s = time.monotonic() + self.limits.retry_s
        worker.abandon()
        if worker.is_spoiled:
            self._try_rebuild()

    def _able_worker(self, now_ms: int) -> Worker | None:
        """The worker if it may take something; a store in trouble is tried now and then."""
        if not self.trouble:
            return self.worker
        if time.monotonic() >= self._retry_at_s and self._revive(now_ms):
            return self.worker
        if self.worker is not None and not self.worker.is_spoiled:
            with self.lock:
                self._tick_if_due(self.worker, now_ms)
        return None

    def _revive(self, now_ms: int) -> bool:
        """Whether the store takes a commit again."""
        if (self.worker is None or self.worker.is_spoiled) and not self._try_rebuild():
            return False
        assert self.worker is not None
        try:
            with self.lock:
                self._tick_if_due(self.worker, now_ms)
            self.worker.commit(snapshot=True)
        except StoreUnavailableError as problem:
            self._lose(self.worker, problem)
            return False
        if self.failed_commits:
            logger.warning("the store takes readings again")
        self.trouble = ""
        self._kept_at_s = time.monotonic()
        return True

    def _try_rebuild(self) -> bool:
        """A worker whose engine stands where the store stands, if the store can be read."""
        try:
            recovered = recover(self.store)
        except StoreUnavailableError as problem:
            self.trouble = f"the store cannot be read: {problem}"
            self._retry_at_s = time.monotonic() + self.limits.retry_s
            return False
        if recovered.note:
            logger.warning("%s", recovered.note)
        worker = Worker(recovered.engine, self.store, self.clock, self.tally, self)
        with self.lock:
            self.worker = worker
        if self._screens is not None:
            self._screens.touch()
        logger.info("engine ready after replaying %d readings", recovered.replayed_rows)
        return True

    # -- what the worker tells (`worker.Observer`) ------------------------------------------------

    def seen(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """Follow the clocks of the senders."""
        accepted = np.flatnonzero(outcome.status == Status.ACCEPTED)
        self.skew.see(batch.take(accepted), outcome.at[accepted])

    def committed(self, commit: Commit) -> None:
        """Let screens know."""
        if any(isinstance(work, StoredCommand) for work in commit.work):
            self.contents_changed += 1
        if tells_context(commit):
            self.context_told += 1
        if self._screens is not None:
            self._screens.committed(commit)


def _received(decoded: Decoded, at: int) -> Decoded:
    """Readings with their time of arrival on the wall clock."""
    received_at = np.full(len(decoded.batch), at, dtype=np.int64)
    return replace(decoded, batch=replace(decoded.batch, received_at=received_at))


def _fail(futures: list[Future[Any]], reason: str) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(StoreUnavailableError(reason))
