"""One partition at a worker: its engine, what is under way to the store, and what comes next."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from wardline.pipeline.crash_points import reach
from wardline.pipeline.lane import Lane
from wardline.pipeline.outlet import Outlet, PatientContext, outgoing
from wardline.pipeline.partitions import PartitionedSource
from wardline.pipeline.ports import (
    Commit,
    ShardStore,
    StoreFencedError,
    StoreUnavailableError,
)
from wardline.pipeline.shard_engine import Opened, ShardEngine, State, opened
from wardline.pipeline.worker import Cut

logger = logging.getLogger(__name__)


TOLD_S = 1.0
"""A store that is slow for so much longer than it may be is told to people."""
ROWS_TIMES_BEHIND, TIME_TIMES_BEHIND = 3, 10
"""So much larger and later are commits of a partition that is behind: a large one costs less a row,
and who is behind waits for nothing but being done."""


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """Bounds of a worker, per partition where nothing else is said.

    rows_per_commit, commit_every_s: a commit begins at whichever comes first, if the one before is
    done; larger and later while as many messages as that wait to be read. rows_pending_max: read
    and not yet written; then reading waits. slow_s: a store that takes longer than this with so
    many waiting is run ahead of. run_ahead_rows_max: read ahead of the store, kept nowhere; then
    reading stops until the store answers. release_s: for writing what was read when a partition
    goes to another worker. fenced_s: a shard that somebody else took over, though the group still
    says it is ours, is taken back after so long; the group tells a member that was believed dead
    much sooner that it is none any more. acknowledge_every_s: how often the group is told what is
    durable, which only tools that show lag look at. retention_s: older readings and findings are
    deleted by whoever serves partition 0; None keeps everything.
    """

    messages_per_poll: int = 20_000
    rows_per_commit: int = 10_000
    commit_every_s: float = 0.1
    rows_pending_max: int = 40_000
    slow_s: float = 2.0
    run_ahead_rows_max: int = 1_000_000
    retry_s: float = 1.0
    snapshot_s: float = 30.0
    release_s: float = 8.0
    fenced_s: float = 15.0
    acknowledge_every_s: float = 1.0
    retention_s: float | None = None


class Slot:
    """All methods belong to the worker's thread, but for what tasks do in the lane."""

    def __init__(
        self,
        engine: ShardEngine,
        take_over: Callable[[], ShardStore],
        limits: ShardLimits,
        outlet: Outlet | None = None,
    ):
        self.engine = engine
        self.commits = 0
        self.commit_s = 0.0
        self.commit_lag_s: float | None = None
        self.failed_commits = 0
        self.is_fenced = False
        self.is_gone = False
        self._take_over = take_over
        self._limits = limits
        self._outlet = outlet
        self._context = PatientContext(())
        self._task: Future[Any] | None = None
        self._cut: Cut | None = None
        self._cut_oldest_ms: int | None = None
        self._begun_s = 0.0
        self._retry_at_s = 0.0
        self._unsaved_since_s: float | None = None
        self._kept_at_s = time.monotonic()
        self._is_paused = False
        self._told_group = 0
        self._trouble = ""

    # -- what the loop asks ------------------------------------------------------------------------

    @property
    def is_reading(self) -> bool:
        """Whether messages are taken."""
        is_open = self.engine.state is not State.OPENING
        return is_open and not self._is_paused and not self.is_fenced

    @property
    def is_full(self) -> bool:
        """Whether reading must wait for a commit under way."""
        is_saving = self.engine.state is State.SAVING
        too_many = self.engine.pending_rows >= self._limits.rows_pending_max
        return is_saving and too_many and not self.is_fenced

    @property
    def is_waiting(self) -> bool:
        """Whether something waits to be written, or is being written."""
        return self._task is not None or self.engine.has_pending

    @property
    def state_word(self) -> str:
        """What becomes of what is read, in a word for people."""
        if self.is_fenced:
            return "taken by another worker"
        if self.engine.state is State.SAVING and self._is_unsaved():
            return "waiting for the store"
        return "paused" if self._is_paused else self.engine.state.value

    def has_news_for_group(self) -> bool:
        """Whether the group was told of less than what is committed; it counts as told then."""
        is_news = self.engine.committed_offset > self._told_group
        self._told_group = max(self._told_group, self.engine.committed_offset)
        return is_news

    def problem(self) -> str:
        """In plain words; empty when all is well."""
        if self.is_fenced:
            return f"{self.engine.origin}: {self._trouble}"
        if self._trouble:
            what = "nothing is saved" if self.engine.state is State.AHEAD else "not served yet"
            return f"{self.engine.origin}: {what}: {self._trouble}"
        if self._is_unsaved():
            return f"{self.engine.origin}: the store is slow, nothing was saved lately"
        return ""

    def _is_unsaved(self) -> bool:
        """Whether what was read waits for longer than it should."""
        since_s = self._unsaved_since_s
        return since_s is not None and time.monotonic() - since_s > self._limits.slow_s + TOLD_S

    # -- what the loop does ------------------------------------------------------------------------

    def go_on(self, lane: Lane, source: PartitionedSource) -> None:
        """Take what the lane has done, and give it what is due."""
        if self._task is not None and self._task.done():
            self._finish(source)
        if self.is_fenced and time.monotonic() >= self._retry_at_s:
            self.is_fenced = False
            self.engine.store = None
        if self._task is None and not self.is_fenced:
            self._begin(lane, source.lag().get(self.engine.partition, 0))
        elif self.is_full and time.monotonic() - self._begun_s > self._limits.slow_s:
            logger.warning("%s: the store is slow, reading goes on unsaved", self.engine.origin)
            self._trouble = "the store is slow"
            self.engine.go_ahead()

    def read(self, source: PartitionedSource) -> None:
        """Messages were taken: so many may be read ahead of the store."""
        if self._unsaved_since_s is None:
            self._unsaved_since_s = time.monotonic()
        is_far = self.engine.rows_ahead > self._limits.run_ahead_rows_max
        if self.engine.state is State.AHEAD and is_far and not self._is_paused:
            logger.warning("%s: reading stops until the store answers", self.engine.origin)
            self._is_paused = True
            source.pause([self.engine.partition])

    def store_failed(self, problem: StoreUnavailableError) -> None:
        """The store could not be asked or written to."""
        if isinstance(problem, StoreFencedError):
            self._fence(problem)
            return
        if not self._trouble:
            logger.error("%s: %s", self.engine.origin, problem)
        self._trouble = str(problem)
        self._retry_at_s = time.monotonic() + self._limits.retry_s
        self.engine.go_ahead()

    def release(self, lane: Lane, deadline_s: float) -> None:
        """Write what was read and the engine's state; `wait_until` tells when that is done."""
        self.wait_until(deadline_s)
        if self._task is None and self.engine.state is State.SAVING and not self.is_fenced:
            reach("in_release_before_commit")
            self._write(lane, snapshot=self.engine.is_behind_snapshot())

    def wait_until(self, deadline_s: float) -> None:
        """Take what the lane has written, waiting for it. An opening is of no use any more."""
        if self._task is not None and self._cut is not None:
            wait([self._task], max(0.0, deadline_s - time.monotonic()))
            if self._task.done():
                self._finish(None)

    # -- beginning ---------------------------------------------------------------------------------

    def _begin(self, lane: Lane, lag: int) -> None:
        now_s = time.monotonic()
        if self.engine.state is not State.SAVING:
            if now_s >= self._retry_at_s and not self.engine.is_asking:
                self._start(lane.do(self._opening()))
            return
        keep = now_s - self._kept_at_s >= self._limits.snapshot_s
        keep = keep and self.engine.is_behind_snapshot()
        if keep or (self.engine.has_pending and self._is_due(now_s, lag)):
            self._write(lane, snapshot=keep)

    def _is_due(self, now_s: float, lag: int) -> bool:
        """Whether enough has come, or come long enough ago, for a commit."""
        rows, wait_s = self._limits.rows_per_commit, self._limits.commit_every_s
        if lag >= rows:
            rows = min(rows * ROWS_TIMES_BEHIND, self._limits.rows_pending_max)
            wait_s *= TIME_TIMES_BEHIND
        return now_s - self._begun_s >= wait_s or self.engine.pending_rows >= rows

    def _opening(self) -> Callable[[], Opened]:
        origin, store = self.engine.origin, self.engine.store

        def task() -> Opened:
            if self.is_gone:
                raise StoreFencedError("this partition is served elsewhere now")
            taken = self._take_over() if store is None else store.renew()
            reach("while_opening_after_take_over")
            return opened(taken, origin)

        return task

    def _write(self, lane: Lane, *, snapshot: bool) -> None:
        self._cut_oldest_ms = self.engine.oldest_uncut_ms
        cut = self.engine.cut(snapshot=snapshot)
        store, commit = self.engine.store, cut.commit
        assert store is not None
        if commit is None:
            self.engine.settle(cut)
            return
        self._cut = cut
        commands = self.engine.forwarded()
        if self._outlet is not None:
            told = self._outlet.forwarding(commands)
            commit.outgoing = [*outgoing(commit, self._context), *told]
            commit.published_seq = self._outlet.published(self.engine.origin)
        if snapshot:
            self._kept_at_s = time.monotonic()
        reach("after_cut_before_commit")
        self._start(lane.do(lambda: _timed(store, commit)))

    def _start(self, task: Future[Any]) -> None:
        self._task, self._begun_s = task, time.monotonic()

    # -- finishing ---------------------------------------------------------------------------------

    def _finish(self, source: PartitionedSource | None) -> None:
        assert self._task is not None
        task, cut = self._task, self._cut
        self._task = self._cut = None
        try:
            result = task.result()
        except StoreUnavailableError as problem:
            self.failed_commits += cut is not None
            self.store_failed(problem)
            return
        if cut is not None:
            self._saved(cut, *result)
        elif source is not None:
            self._opened(result, source)

    def _saved(self, cut: Cut, seq: int, took_s: float) -> None:
        reach("after_commit_before_publish")
        self.commits += 1
        self.commit_s += took_s
        if self._cut_oldest_ms is not None:
            self.commit_lag_s = max(0.0, time.time() - self._cut_oldest_ms / 1000)
        if self._outlet is not None and cut.commit is not None and self.engine.store is not None:
            messages = cut.commit.outgoing
            self._outlet.put(self.engine.origin, seq, messages, self.engine.store)
        self._unsaved_since_s = None
        if self.engine.state is State.SAVING:
            self.engine.settle(cut)
        else:
            self.engine.tally.add(cut.pending.tally)

    def _opened(self, result: Opened, source: PartitionedSource) -> None:
        if self._trouble:
            logger.warning("%s: the store answers again", self.engine.origin)
        self._trouble, self._unsaved_since_s = "", None
        self._is_paused = False
        if self.engine.state is State.AHEAD:
            reach("before_rewind")
        self.engine.open(result)
        if self._outlet is not None:
            self._context = PatientContext(result.patients)
            self._outlet.begin(self.engine.origin, result.store)
        source.begin(self.engine.partition, result.next_offset)

    def _fence(self, problem: StoreFencedError) -> None:
        logger.warning("%s: %s", self.engine.origin, problem)
        self._trouble = str(problem)
        self.is_fenced = True
        self._retry_at_s = time.monotonic() + self._limits.fenced_s
        self.engine.go_ahead()


def _timed(store: ShardStore, commit: Commit) -> tuple[int, float]:
    """The commit's number, and how long it took in seconds."""
    started_s = time.monotonic()
    seq = store.commit(commit)
    return seq, time.monotonic() - started_s
