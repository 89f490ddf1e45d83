"""A screen that is watched all the time: how old its values are, and what trouble it tells."""

import threading
import time
from datetime import datetime
from typing import Any, Self

from tests.e2e.kafka_outages.producing import PATIENTS
from tests.server.watching import Watcher
from websockets.exceptions import ConnectionClosed

RESUME = 4408

Beat = tuple[float, list[str], float]
"""When it came (monotonic), problems, how old the engine's time was in seconds."""


def moment_s(text: str) -> float:
    """Seconds since 1970 of a time as the live feed writes it."""
    return datetime.fromisoformat(text).timestamp()


class Screens:
    """One viewer in a thread of its own; `until` waits for what it sees."""

    def __init__(self, port: int):
        self._port = port
        self.watcher = Watcher(port)
        self.cut_offs = 0
        self.beats: list[Beat] = []
        self.ages: list[tuple[float, float]] = []
        """(monotonic, age in seconds of the oldest newest pulse of all patients)."""
        self.failure: Exception | None = None
        self._stopping = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.watcher.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._thread.join(30)
        self.watcher.__exit__(None, None, None)

    def _run(self) -> None:
        try:
            while not self._stopping:
                message = self._next()
                with self._news:
                    self._note(message)
                    self._news.notify_all()
        except Exception as problem:  # noqa: BLE001 - told to whoever waits
            with self._news:
                self.failure = problem
                self._news.notify_all()

    def _next(self) -> dict[str, Any]:
        """What comes; a viewer that was cut off comes again, as browsers do."""
        try:
            return self.watcher.next()
        except ConnectionClosed as closed:
            if closed.rcvd is None or closed.rcvd.code != RESUME:
                raise
        self.cut_offs += 1
        self.watcher.__exit__(None, None, None)
        seq, self.watcher = self.watcher.screen.seq, Watcher(self._port)
        self.watcher.__enter__()
        self.watcher.say(resume=seq)
        return self.watcher.next()

    def _note(self, message: dict[str, Any]) -> None:
        now_s = time.monotonic()
        if message["type"] == "heartbeat":
            engine_at = message["engine_at"]
            age_s = time.time() - moment_s(engine_at) if engine_at else 1e9
            self.beats.append((now_s, message["problems"], age_s))
            self.ages.append((now_s, self._oldest_s()))

    def _oldest_s(self) -> float:
        """How old the newest pulse is of the patient whose pulse is oldest."""
        known = self.watcher.screen.patients
        if not set(PATIENTS) <= set(known):
            return 1e9
        pulses = (known[patient]["vitals"].get("heart_rate") for patient in PATIENTS)
        return max(time.time() - moment_s(p["observed_at"]) if p else 1e9 for p in pulses)

    # -- what tests ask ----------------------------------------------------------------------------

    def until(self, is_so: Any, what: str, timeout_s: float = 60.0) -> float:
        """Wait until a heartbeat is so; gives how long that took in seconds."""
        began_s = time.monotonic()

        def came() -> bool:
            assert self.failure is None, repr(self.failure)
            return any(at_s >= began_s and is_so(problems) for at_s, problems, _ in self.beats)

        with self._news:
            assert self._news.wait_for(came, timeout_s), f"never: {what}; {self.beats[-3:]}"
        return next(at for at, said, _ in self.beats if at >= began_s and is_so(said)) - began_s

    def until_told(self, words: str, timeout_s: float = 60.0) -> float:
        """Until a problem is told with these words."""
        return self.until(
            lambda problems: any(words in problem for problem in problems), words, timeout_s
        )

    def until_well(self, timeout_s: float = 60.0) -> float:
        """Until no problem is told."""
        return self.until(lambda problems: not problems, "no problems", timeout_s)

    def until_live(self, timeout_s: float = 60.0, age_max_s: float = 3.0) -> float:
        """Until every patient has a value of now."""
        began_s = time.monotonic()

        def is_live() -> bool:
            assert self.failure is None, repr(self.failure)
            return bool(self.ages) and self.ages[-1][0] >= began_s and self.ages[-1][1] < age_max_s

        with self._news:
            assert self._news.wait_for(is_live, timeout_s), f"values of {self.ages[-3:]}"
        return time.monotonic() - began_s

    def oldest_s(self, from_s: float, to_s: float) -> float:
        """The worst age of a patient's value between two moments, in seconds."""
        with self._news:
            return max((age for at, age in self.ages if from_s <= at <= to_s), default=1e9)

    def told_within_s(self, from_s: float, words: str) -> float:
        """How long after a moment these words were told first."""
        with self._news:
            beats = [at for at, problems, _ in self.beats if any(words in p for p in problems)]
        return min((at - from_s for at in beats if at >= from_s), default=1e9)
