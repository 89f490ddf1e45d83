"""The simulated ward of `wardline up`: its history through the engine, then live."""

import logging
import time
from threading import Event

from wardline.cli.progress import ProgressLine
from wardline.pipeline.clock import EventClock
from wardline.pipeline.host import EngineHost
from wardline.pipeline.ports import BusyError, Store, StoreUnavailableError
from wardline.pipeline.recovery import recover
from wardline.pipeline.worker import Worker
from wardline.simulator.feed import decoded
from wardline.simulator.ward import ORIGIN, Ward

logger = logging.getLogger(__name__)

START = f"{ORIGIN}:start"
"""Under this origin the store keeps when the simulated ward began."""

CATCH_UP_MS = 600_000
"""After a pause, live readings are brought in by so much a step."""

ANSWER_TIME_MAX_S = 30.0


def simulated_start(store: Store, stated_ms: int | None, now_ms: int, history_ms: int) -> int:
    """When the ward began: as it was kept, else as stated, else so that the history ends now."""
    kept = store.position(START)
    if kept is not None:
        return kept
    return now_ms - history_ms if stated_ms is None else stated_ms


def missing_from(store: Store, start_ms: int, now_ms: int, history_ms: int) -> int:
    """From when on readings are missing; what is older than the history asked for stays missing."""
    reached = store.position(ORIGIN)
    if reached is None:
        return start_ms
    return max(reached + 1, now_ms - history_ms)


def fill_history(store: Store, ward: Ward, from_ms: int, to_ms: int, stopping: Event) -> None:
    """Everything the ward sent in [from_ms, to_ms), through the engine on the event clock."""
    worker = Worker(recover(store).engine, store, EventClock(from_ms))
    worker.reach(START, ward.start_ms)
    known = {patient.patient_id for patient in store.patients()}
    for admission in ward.roster():
        if admission.patient_id not in known:
            worker.apply(admission)
    worker.add_truth(ward.truth(from_ms, to_ms))
    with ProgressLine("history") as progress:
        for batch in ward.pieces(from_ms, to_ms):
            if stopping.is_set():
                break
            worker.take(decoded(batch))
            if len(batch):
                done_ms = int(batch.observed_at[-1]) - from_ms
                share = done_ms / max(to_ms - from_ms, 1)
                progress.update(share, f"{worker.tally.accepted:,} readings")
    worker.commit(snapshot=True)


class LiveWard:
    """Sends what the ward did since the last time; what was not taken is sent again next time."""

    def __init__(self, ward: Ward, host: EngineHost, from_ms: int):
        self._ward = ward
        self._host = host
        self._next_ms = from_ms
        self._is_refused = False

    def run(self, stopping: Event) -> None:
        """Send once a second until told to stop."""
        while not stopping.is_set():
            self.send(self._host.clock.now_ms())
            stopping.wait(1.0 - time.time() % 1.0)

    def send(self, now_ms: int) -> None:
        """Send everything up to now, after a long pause only a part of it."""
        to_ms = min(now_ms + 1, self._next_ms + CATCH_UP_MS)
        batch = self._ward.readings(self._next_ms, to_ms)
        truth = tuple(self._ward.truth(self._next_ms, to_ms))
        try:
            waiting = [self._host.add_truth(truth)] if truth else []
            if len(batch):
                self._host.submit(decoded(batch)).result(ANSWER_TIME_MAX_S)
            for future in waiting:
                future.result(ANSWER_TIME_MAX_S)
        except (BusyError, StoreUnavailableError, TimeoutError):
            self._note(is_refused=True)
            return
        self._note(is_refused=False)
        self._next_ms = to_ms

    def _note(self, *, is_refused: bool) -> None:
        if is_refused != self._is_refused:
            logger.warning(
                "simulated readings are %s", "kept back" if is_refused else "taken again"
            )
        self._is_refused = is_refused
