"""The worker of a partitioned topic: serves the partitions it is assigned, each with its engine.

One thread reads, runs engines and decides; a lane beside it writes and may wait for the store. What
becomes of each partition when is drawn in docs/concepts/shards.md.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from wardline.pipeline.clock import EventClock
from wardline.pipeline.lane import Lane
from wardline.pipeline.lookups import Lookups
from wardline.pipeline.outlet import Outlet
from wardline.pipeline.partitions import LogUnavailableError, Messages, PartitionedSource
from wardline.pipeline.ports import Clock, ShardedStore, StoreUnavailableError
from wardline.pipeline.shard_engine import News, ShardEngine, State
from wardline.pipeline.shard_slot import ShardLimits, Slot
from wardline.pipeline.tally import Tally

logger = logging.getLogger(__name__)

TICK_MS = 1_000
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
    ):
        """`outlet`: where findings are published for others; None: nowhere.

        `holds_admissions`: the topic holds admissions, not readings.
        """
        self._holds_admissions = holds_admissions
        self.source = source
        self.store = store
        self.clock = clock
        self.limits = limits or ShardLimits()
        self.slots: dict[int, Slot] = {}
        self.beat_s = time.monotonic()
        self.lag: Mapping[int, int] = {}
        self._owner = owner
        self._news = news
        self._outlet = outlet
        self._lane = Lane("wardline-store")
        self._lookups = Lookups("wardline-look-ups", self.limits.slow_s)
        self.partitions = 0
        self._next_tick_ms = 0
        self._gone_tally = Tally()

    # -- life --------------------------------------------------------------------------------------

    def run(self, stopping: threading.Event, ends: Mapping[int, int] | None = None) -> None:
        """Serve until told to stop, or until partitions were read and written up to `ends`.

        Raises PartitionCountError, LogUnavailableError (no brokers at the start) and whatever the
        source says cannot be got over.
        """
        self.partitions = self.source.partition_count()
        self.source.join(self)
        try:
            while not stopping.is_set() and not self._has_reached(ends):
                self.step()
        finally:
            self.source.close()
            self._lane.close(self.limits.release_s)

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
                self._take(messages)
        self._tick_if_due()
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

    def _acknowledge(self) -> None:
        done = {
            partition: slot.engine.committed_offset
            for partition, slot in self.slots.items()
            if slot.has_news_for_group()
        }
        if done:
            self.source.acknowledge(done)

    def _has_reached(self, ends: Mapping[int, int] | None) -> bool:
        """Whether everything up to some offsets is durable, here or at other workers."""
        if ends is None:
            return False
        origins = {f"{self.source.topic}/{partition}": end for partition, end in ends.items()}
        own = {slot.engine.origin: slot.engine.committed_offset for slot in self.slots.values()}
        missing = [name for name, end in origins.items() if own.get(name, 0) < end]
        if any(name in own for name in missing):
            return False
        try:
            reached = self.store.reached(missing) if missing else {}
        except StoreUnavailableError:
            return False
        return all(reached.get(name, -1) + 1 >= origins[name] for name in missing)

    # -- which partitions are served here (`partitions.Assignments`) -------------------------------

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """Take shards over; each is read once its engine stands where the store stands."""
        logger.info("partitions taken over: %s", sorted(partitions))
        self._count_partitions()
        for partition in partitions:
            engine = ShardEngine(
                self.source.topic, partition, self.clock, self._news, self._lookups,
                holds_admissions=self._holds_admissions,
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
        counted: dict[str, float] = {
            "wardline_readings_total": tally.readings,
            "wardline_readings_accepted_total": tally.accepted,
            "wardline_readings_duplicate_total": tally.duplicates,
            "wardline_readings_rejected_total": tally.rejected,
            "wardline_values_rejected_total": tally.rejected_values,
            "wardline_values_late_total": tally.late_values,
            "wardline_commands_total": tally.commands,
            "wardline_dead_letters_total": tally.rejected + tally.rejected_values,
            "wardline_commits_total": sum(slot.commits for slot in slots.values()),
            "wardline_commit_seconds_total": sum(slot.commit_s for slot in slots.values()),
            "wardline_commits_failed_total": sum(slot.failed_commits for slot in slots.values()),
            "wardline_run_ahead_rows": sum(slot.engine.rows_ahead for slot in slots.values()),
            "wardline_worker_partitions": len(slots),
            "wardline_engine_heartbeat_seconds": time.monotonic() - self.beat_s,
        }
        for partition, count in self.lag.items():
            counted[f'wardline_worker_lag_messages{{partition="{partition}"}}'] = count
        return counted

    def is_saving(self) -> bool:
        """Whether everything served here is written."""
        return all(slot.engine.state is State.SAVING for slot in list(self.slots.values()))
