"""A running engine in a thread of its own, as servers and feeds see it."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from wardline.engine.policies import merged_settings, policy_of
from wardline.model.admissions import DecodedAdmissions
from wardline.model.commands import COMMAND_NAMES, SETTINGS, Command
from wardline.model.decoded import Decoded
from wardline.model.patients import TruthPeriod
from wardline.pipeline.clock import WallClock
from wardline.pipeline.embedded_picture import embedded_picture
from wardline.pipeline.feed import LiveFeed
from wardline.pipeline.inbox import Inbox
from wardline.pipeline.live import LiveView
from wardline.pipeline.loop import EngineLoop, Entry, LoopLimits
from wardline.pipeline.ports import (
    Acknowledgement,
    Clock,
    PatientPicture,
    Store,
    StoredCommand,
    StoreUnavailableError,
)
from wardline.pipeline.recovery import StoreDamagedError, warm_up
from wardline.pipeline.system_picture import SystemPicture

logger = logging.getLogger(__name__)

STALLED_AFTER_S = 5.0
"""An engine that has not finished a step for so long is reported as a problem."""


@dataclass(frozen=True, slots=True)
class HostLimits:
    """Bounds of a host. Beyond the queue's bounds senders are told to come again (BusyError)."""

    queue_rows_max: int = 200_000
    queue_items_max: int = 1_000
    loop: LoopLimits = field(default_factory=LoopLimits)


class EngineHost:
    """Implements `ports.Host` on the wall clock. `died` is called if the engine's thread breaks."""

    def __init__(
        self,
        store: Store,
        clock: Clock | None = None,
        limits: HostLimits | None = None,
        died: Callable[[], None] | None = None,
    ):
        limits = limits or HostLimits()
        self.store = store
        self._store_kind = store.kind
        self.clock = clock or WallClock()
        self._inbox = Inbox[Entry](self.clock, limits.queue_rows_max, limits.queue_items_max)
        self._view = LiveView(store)
        self.live = LiveFeed(store, self.clock, self._draw, self._retold)
        self._loop = EngineLoop(store, self.clock, limits.loop, self.live)
        self._died = died
        self._death = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wardline-engine", daemon=True)

    # -- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; `problems` is empty once everything durable is in the engine."""
        self._thread.start()
        self.live.start()

    def stop(self, timeout_s: float = 8.0) -> bool:
        """Take what still waits, commit, keep the engine's state. False if that took too long."""
        self._inbox.close()
        self._stopping.set()
        self._thread.join(timeout_s)
        self.live.stop()
        return not self._thread.is_alive() and not self._death

    @property
    def is_dead(self) -> bool:
        """Whether the engine's thread broke. There is no way back; end the process."""
        return bool(self._death)

    def _run(self) -> None:
        try:
            warm_up()
            self._loop.run(self._inbox, self._stopping)
        except Exception as problem:
            self._death = _last_words(problem)
            logger.exception("the engine stopped")
            self._inbox.close()
            self._refuse_rest()
            if self._died is not None:
                self._died()

    def _refuse_rest(self) -> None:
        arrived, _ = self._inbox.take(2**62, 0)
        for entry in arrived:
            entry.item.future.set_exception(RuntimeError(self._death))

    # -- what others ask --------------------------------------------------------------------------

    def submit(self, decoded: Decoded, source: str = "") -> Future[Acknowledgement]:
        """Queue readings. `source` names where records came from that could not be decoded.

        The future completes once they are durable, or fails with StoreUnavailableError. Raises
        BusyError when the queue is full.
        """
        future: Future[Acknowledgement] = Future()
        rows = len(decoded.batch) + len(decoded.rejections)
        self._inbox.put(Entry(decoded, future, source), rows)
        return future

    def admit(self, decoded: DecodedAdmissions, source: str = "") -> Future[Acknowledgement]:
        """Queue admissions; completes once they and the commands that follow are durable.

        It fails with StoreUnavailableError. Raises BusyError when the queue is full.
        """
        future: Future[Acknowledgement] = Future()
        rows = len(decoded.admissions) + len(decoded.rejections)
        self._inbox.put(Entry(decoded, future, source), rows)
        return future

    def command(self, command: Command) -> Future[StoredCommand]:
        """Queue a command; completes once durable.

        Raises ValueError for content that makes no sense, BusyError when the queue is full.
        """
        if command.command not in COMMAND_NAMES:
            raise ValueError(f"unknown command {command.command!r}")
        if command.command == SETTINGS:
            policy_of(merged_settings({}, command.content))
        future: Future[StoredCommand] = Future()
        self._inbox.put(Entry(command, future), 1)
        return future

    def add_truth(self, periods: tuple[TruthPeriod, ...]) -> Future[None]:
        """Queue ground truth of simulated patients; completes once durable."""
        future: Future[None] = Future()
        self._inbox.put(Entry(periods, future), len(periods))
        return future

    def pictures(self) -> tuple[int, list[PatientPicture]]:
        """(now in ms, pictures of all patients in UTF-8 byte order of their ids)."""
        return self._view.pictures(self._loop, self.clock.now_ms())

    def _draw(self, patient_ids: set[str] | None) -> list[PatientPicture] | None:
        return self._view.draw(self._loop, self.clock.now_ms(), patient_ids)

    def _retold(self) -> set[str]:
        return self._view.retold(self._loop)

    def engine_at(self) -> int:
        """When the engine last began a step, by the host's clock in ms."""
        silent_s = time.monotonic() - self._loop.beat_s
        return self.clock.now_ms() - int(silent_s * 1000)

    def problems(self) -> list[str]:
        """Why this host is not ready, in plain words; empty when it is."""
        if self._death:
            return [self._death]
        if self.live.is_dead:
            return ["screens are not served any more: the live feed stopped"]
        problems = [self._loop.trouble] if self._loop.trouble else []
        silent_s = time.monotonic() - self._loop.beat_s
        if self._thread.is_alive() and silent_s > STALLED_AFTER_S:
            problems.append(f"the engine has not answered for {silent_s:.0f} s")
        return problems

    def system(self) -> SystemPicture:
        """The data flow as operators see it: queue, engine, store."""
        silent_s = time.monotonic() - self._loop.beat_s
        is_silent = bool(self._death) or silent_s > STALLED_AFTER_S
        return embedded_picture(
            self._loop, self._store_kind, self._inbox.rows, self.problems(), is_silent=is_silent
        )  # fmt: skip

    def figures(self) -> dict[str, float]:
        """Counters and gauges by metric name, for /metrics."""
        loop, tally = self._loop, self._loop.tally
        return {
            "wardline_readings_total": tally.readings,
            "wardline_readings_accepted_total": tally.accepted,
            "wardline_readings_duplicate_total": tally.duplicates,
            "wardline_readings_rejected_total": tally.rejected,
            "wardline_values_rejected_total": tally.rejected_values,
            "wardline_values_late_total": tally.late_values,
            "wardline_commands_total": tally.commands,
            "wardline_dead_letters_total": tally.rejected + tally.rejected_values,
            "wardline_commits_total": loop.commits,
            "wardline_commit_seconds_total": loop.commit_s,
            "wardline_commits_failed_total": loop.failed_commits,
            "wardline_commit_lag_seconds": loop.commit_lag_s or 0.0,
            "wardline_queue_rows": self._inbox.rows,
            "wardline_queue_items": len(self._inbox),
            "wardline_sources_skewed": len(loop.skew.skewed(self.clock.now_ms())),
            "wardline_engine_heartbeat_seconds": time.monotonic() - loop.beat_s,
            "wardline_ready": float(not self.problems()),
        }


def _last_words(problem: Exception) -> str:
    """Texts of unexpected errors may quote readings, so only their kind is said."""
    is_known = isinstance(problem, (StoreDamagedError, StoreUnavailableError))
    return f"the engine stopped: {problem if is_known else type(problem).__name__}"
