"""Tells screens that there are new admissions: how many there are now, at most once a second.

A thread of its own: counting a large table takes longer than screens may wait for values.
"""

import logging
import threading
import time
from collections.abc import Callable

from wardline.codecs.admissions_json import summary_text
from wardline.pipeline.admissions import Admissions, admissions_of
from wardline.pipeline.hub import LiveHub
from wardline.pipeline.ports import Clock, Commit, Store, StoreUnavailableError

logger = logging.getLogger(__name__)

COUNT_EVERY_MIN_S = 1.0

COUNT_SHARE = 9
"""Counting rests this many times as long as it took, so that it never takes more than a tenth."""


class AdmissionNews:
    """Publishes the summary after commits with admissions, while somebody watches.

    `committed` belongs to the engine's thread; `wake` tells that somebody watches from now on.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hub: LiveHub,
        is_watched: Callable[[], bool],
        every_min_s: float = COUNT_EVERY_MIN_S,
    ):
        self._store = store
        self._clock = clock
        self._hub = hub
        self._is_watched = is_watched
        self._every_min_s = every_min_s
        self._changed = threading.Condition()
        self._has_news = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wardline-admissions", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing more."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(2.0)

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        if commit.admissions:
            self.recorded()

    def recorded(self) -> None:
        """Admissions are durable, whoever wrote them. May be called by any thread."""
        with self._changed:
            self._has_news = True
            self._changed.notify()

    def wake(self) -> None:
        """Somebody watches."""
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        try:
            while self._wait_for_news():
                started_s = time.monotonic()
                self._tell()
                self._rest(time.monotonic() - started_s)
        except Exception:
            logger.exception("screens are not told of new admissions any more")

    def _wait_for_news(self) -> bool:
        """False at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or (self._has_news and self._is_watched())
            )
            self._has_news = False
            return not self._stopping

    def _tell(self) -> None:
        try:
            keeper: Admissions | None = admissions_of(self._store)
            if keeper is not None:
                text = summary_text(keeper.admission_summary())
                self._hub.tell_admissions(self._clock.now_ms(), text)
        except StoreUnavailableError:
            with self._changed:
                self._has_news = True

    def _rest(self, took_s: float) -> None:
        pause_s = max(self._every_min_s, COUNT_SHARE * took_s)
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, timeout=pause_s)
