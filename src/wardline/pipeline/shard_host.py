"""The worker of a partitioned topic: serves the partitions it is assigned, each with its engine.

One thread reads, runs engines and decides; a lane beside it writes and may wait for the store. What
becomes of each partition when is drawn in docs/concepts/shards.md.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress

from wardline.pipeline.clock import EventClock
from wardline.pipeline.crash_points import reach
from wardline.pipeline.lane import Lane
from wardline.pipeline.lookups import Lookups
from wardline.pipeline.loop import TRIM_EVERY_MS
from wardline.pipeline.outlet import Outlet
from wardline.pipeline.partitions import LogUnavailableError, Messages, PartitionedSource
from wardline.pipeline.ports import Clock, ShardedStore, StoreUnavailableError
from wardline.pipeline.shard_engine import News, ShardEngine, State
from wardline.pipeline.shard_slot import ShardLimits, Slot
from wardline.pipeline.tally import Tally

logger = logging.getLogger(__name__)

TICK_MS = 1_000
LOOK_UP_MIN_S = 0.5
"""A store may take so long to answer a question, however short its commits are to be."""
TRIMS = 0
"""Whoever serves this partition deletes what is old, of all partitions."""
BEHIND_NOW_MS = 1_000
"""Time is given this far behind now: a message on its way through the broker is not overtaken."""


class ShardHost:
    """Implements `partitions.Assignments`. `run` is the thread's; figures may be read by others."""

    def __init__(  # noqa: PLR0913 - what a worker is made of, by name
        self,
        source: PartitionedSource,
        store: ShardedStore,
        clock: Clock,
        *,
        owner: str,
        news: News,
        limits: ShardLimits | None = None,
        outlet: Outlet | None = None,
        holds_admissions: bool = False,
        partitions_before: int | None = None,
    ):
        """`outlet`: where findings are published for others; None: nowhere.

        `holds_admissions`: the topic holds admissions, not readings. `partitions_before`: serve
        only so many partitions, over which patients are still spread; there are more by now.
        """
        self._partitions_before = partitions_before
        self.holds_admissions = holds_admissions
        self.source = source
        self.store = store
        self.clock = clock
        self.limits = limits or ShardLimits()
        self.slots: dict[int, Slot] = {}
        self.beat_s = time.monotonic()
        self.lag: Mapping[int, int] = {}
        self.has_ended = False
        self._owner = owner
        self._news = news
        self._outlet = outlet
        self._lane = Lane("wardline-store")
        self._lookups = Lookups("wardline-look-ups", max(self.limits.slow_s, LOOK_UP_MIN_S))
        self.partitions = 0
        self._next_tick_ms = 0
        self._next_trim_ms = 0
        self._acknowledge_at_s = 0.0
        self._trimming: Future[int] | None = None
        self._gone_tally = Tally()
        self._gone_commits = 0, 0.0, 0

    # -- life --------------------------------------------------------------------------------------

    def run(self, stopping: threading.Event, ends: Mapping[int, int] | None = None) -> None:
        """Serve until told to stop, or until partitions were read and written up to `ends`.

        Raises PartitionCountError, LogUnavailableError (no brokers at the start) and whatever the
        source says cannot be got over.
        """
        self.partitions = self._partitions_before or self.source.partition_count()
        self.source.join(self)
        try:
            while not stopping.is_set() and not self._has_reached(ends):
                self.step()
        finally:
            self._end()

    def _end(self) -> None:
        """Let go of everything, in `release_s` and what the brokers take."""
        deadline_s = time.monotonic() + self.limits.release_s
        self.source.close()
        self._lookups.close()
        self.has_ended = self._lane.close(max(0.0, deadline_s - time.monotonic()))

    def step(self) -> None:
        """Finish what is written, begin what is due, read, let time pass."""
        self.beat_s = time.monotonic()
        for slot in list(self.slots.values()):
            slot.go_on(self._lane, self.source)
        if self._is_full():
            self._lane.rang.wait(0.02)
            self._lane.rang.clear()
        else:
            for messages in self.source.poll(self.limits.messages_per_poll, self._wait_s()):
                reach("after_poll")
                self._take(messages)
        self._tick_if_due()
        self._trim_if_due()
        self._acknowledge()
        self.lag = self.source.lag()

    def _take(self, messages: Messages) -> None:
        slot = self.slots.get(messages.partition)
        if slot is None or not slot.is_reading:
            return
        try:
            slot.engine.take(messages)
        except StoreUnavailableError as problem:
            slot.store_failed(problem)
            slot.engine.take_ahead(messages)
        slot.read(self.source)

    def _is_full(self) -> bool:
        """Whether reading must wait for the store, which is slower than what comes."""
        return any(slot.is_full for slot in self.slots.values())

    def _wait_s(self) -> float:
        """How long a poll may wait for the first message."""
        is_busy = any(slot.is_waiting for slot in self.slots.values())
        return self.limits.commit_every_s / 5 if is_busy else 0.1

    def _tick_if_due(self) -> None:
        if isinstance(self.clock, EventClock):
            return
        now_ms = self.clock.now_ms()
        if now_ms < self._next_tick_ms:
            return
        self._next_tick_ms = (now_ms // TICK_MS + 1) * TICK_MS
        for partition, at in self.source.read_to_end_at().items():
            slot = self.slots.get(partition)
            if slot is not None and slot.is_reading:
                slot.engine.tick(min(at, now_ms) - BEHIND_NOW_MS)

    def _trim_if_due(self) -> None:
        """One bounded step of deleting what is older than the retention, beside everything else."""
        if self._trimming is not None and self._trimming.done():
            self._next_trim_ms = self.clock.now_ms() + _rest_ms(self._trimming)
            self._trimming = None
        retention_s, now_ms = self.limits.retention_s, self.clock.now_ms()
        if retention_s is None or self._trimming is not None or now_ms < self._next_trim_ms:
            return
        if TRIMS in self.slots and self.is_saving():
            before_ms = now_ms - int(retention_s * 1000)
            self._trimming = self._lane.do(lambda: self.store.trim(before_ms))

    def _acknowledge(self) -> None:
        if time.monotonic() < self._acknowledge_at_s:
            return
        done = {
            partition: slot.engine.committed_offset
            for partition, slot in self.slots.items()
            if slot.has_news_for_group()
        }
        if done:
            reach("before_acknowledge")
            self.source.acknowledge(done)
            self._acknowledge_at_s = time.monotonic() + self.limits.acknowledge_every_s
            reach("after_acknowledge")

    def _has_reached(self, ends: Mapping[int, int] | None) -> bool:
        """Whether everything up to some offsets is durable, here or at other workers."""
        if ends is None:
            return False
        here = {partition for partition in ends if partition in self.slots}
        if not all(self._is_done(partition, ends[partition]) for partition in here):
            return False
        beside = {f"{self.source.topic}/{p}": end for p, end in ends.items() if p not in here}
        try:
            reached = self.store.reached(list(beside)) if beside else {}
        except StoreUnavailableError:
            return False
        return all(reached.get(origin, -1) + 1 >= end for origin, end in beside.items())

    def _is_done(self, partition: int, end: int) -> bool:
        """Whether a partition is durable up to an offset, or to the last message before it."""
        slot = self.slots[partition]
        if slot.engine.committed_offset >= end:
            return True
        # Ends of transactions have offsets too, which no message ever has.
        is_read = partition in self.source.read_to_end_at() and slot.engine.next_offset > 0
        return is_read and slot.is_reading and not slot.is_waiting and not slot.problem()

    # -- which partitions are served here (`partitions.Assignments`) -------------------------------

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """Take shards over; each is read once its engine stands where the store stands."""
        logger.info("partitions taken over: %s", sorted(partitions))
        self._count_partitions()
        for partition in partitions:
            if self._partitions_before is not None and partition >= self._partitions_before:
                continue
            engine = ShardEngine(
                self.source.topic, partition, self.clock, self._news, self._lookups,
                holds_admissions=self.holds_admissions,
            )  # fmt: skip
            self.slots[partition] = Slot(
                engine,
                lambda partition=partition: self.store.take_over(
                    self.source.topic, partition, self.partitions, self._owner
                ),
                self.limits,
                self._outlet,
            )
        return dict.fromkeys(partitions)

    def _count_partitions(self) -> None:
        """Somebody may have added some; taking over a shard then refuses."""
        if self._partitions_before is not None:
            return
        with suppress(LogUnavailableError):
            self.partitions = self.source.partition_count()

    def revoked(self, partitions: Sequence[int]) -> None:
        """Write what was read and the engine's state, so that the next owner begins at once."""
        slots = [self.slots[partition] for partition in partitions if partition in self.slots]
        deadline_s = time.monotonic() + self.limits.release_s
        for slot in slots:
            slot.release(self._lane, deadline_s)
        for slot in slots:
            slot.wait_until(deadline_s)
        reach("in_release_after_commit")
        self._remove(partitions)
        done = {slot.engine.partition: slot.engine.committed_offset for slot in slots}
        self.source.acknowledge({place: offset for place, offset in done.items() if offset})
        logger.info("partitions let go of: %s", sorted(partitions))

    def lost(self, partitions: Sequence[int]) -> None:
        """Somebody else serves these already: nothing of ours is wanted any more."""
        logger.warning("partitions were taken by another worker: %s", sorted(partitions))
        self._remove(partitions)

    def _remove(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            slot = self.slots.pop(partition, None)
            if slot is not None:
                slot.is_gone = True
                self._gone_tally.add(slot.engine.tally)
                self._gone_commits = _added(self._gone_commits, slot)

    # -- what others ask ---------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """What is wrong, in plain words; empty when nothing is."""
        found = [self.source.problem()]
        for slot in list(self.slots.values()):
            found += [slot.problem(), slot.engine.problem()]
        return [problem for problem in dict.fromkeys(found) if problem]

    def tally(self) -> Tally:
        """What was read and became durable, of all partitions ever served here."""
        total = Tally()
        total.add(self._gone_tally)
        for slot in list(self.slots.values()):
            total.add(slot.engine.tally)
        return total

    def figures(self) -> dict[str, float]:
        """Counters and gauges by metric name; those of a partition carry its number."""
        tally, slots = self.tally(), dict(self.slots)
        commits, commit_s, failed = self._commits(slots.values())
        counted: dict[str, float] = {
            "wardline_readings_total": tally.readings,
            "wardline_readings_accepted_total": tally.accepted,
            "wardline_readings_duplicate_total": tally.duplicates,
            "wardline_readings_rejected_total": tally.rejected,
            "wardline_values_rejected_total": tally.rejected_values,
            "wardline_values_late_total": tally.late_values,
            "wardline_commands_total": tally.commands,
            "wardline_dead_letters_total": tally.rejected + tally.rejected_values,
            "wardline_commits_total": commits,
            "wardline_commit_seconds_total": commit_s,
            "wardline_commits_failed_total": failed,
            "wardline_run_ahead_rows": sum(slot.engine.rows_ahead for slot in slots.values()),
            "wardline_worker_partitions": len(slots),
            "wardline_sources_skewed": self._skewed(slots.values()),
            "wardline_engine_heartbeat_seconds": time.monotonic() - self.beat_s,
        }
        for partition, count in self.lag.items():
            counted[f'wardline_worker_lag_messages{{partition="{partition}"}}'] = count
        for partition, slot in slots.items():
            if slot.commit_lag_s is not None:
                counted[f'wardline_commit_lag_seconds{{partition="{partition}"}}'] = (
                    slot.commit_lag_s
                )
        return counted

    def _skewed(self, slots: Iterable[Slot]) -> int:
        now_ms = self.clock.now_ms()
        return sum(len(slot.engine.skew.skewed(now_ms)) for slot in slots)

    def _commits(self, slots: Iterable[Slot]) -> tuple[int, float, int]:
        total = self._gone_commits
        for slot in slots:
            total = _added(total, slot)
        return total

    def is_saving(self) -> bool:
        """Whether everything served here is written."""
        return all(slot.engine.state is State.SAVING for slot in list(self.slots.values()))


def _added(counted: tuple[int, float, int], slot: Slot) -> tuple[int, float, int]:
    """(commits, seconds they took, failed ones) with those of a slot."""
    commits, commit_s, failed = counted
    return commits + slot.commits, commit_s + slot.commit_s, failed + slot.failed_commits


def _rest_ms(trimming: Future[int]) -> int:
    """Until the next step: short while there is something old, long when there is not."""
    failed = trimming.exception() is not None
    return TICK_MS if failed or trimming.result() else TRIM_EVERY_MS
