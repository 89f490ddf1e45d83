"""A worker's side of the live topic: draws the patients that readings touched and tells servers.

A thread of its own, so that neither drawing nor brokers hold up the engines. Pictures are told as
soon as readings were seen; what was found only when it is durable. Nothing here is ever waited for:
what is not told is told again (pictures), or read from the store (what was found).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wardline.codecs.live_messages import (
    FORMAT,
    PICTURES_MAX,
    ROWS_MAX,
    Rows,
    ShardNews,
    Telling,
    encode_telling,
)
from wardline.engine.materialise import anomaly_rows, score_rows, transition_rows, window_rows
from wardline.model.findings import Findings
from wardline.model.pictures import PatientPicture
from wardline.pipeline.commit_news import counts, entered_beds
from wardline.pipeline.feed import DRAW_EVERY_MIN_S, DRAW_SHARE, WAITING_FINDINGS_MAX
from wardline.pipeline.live import LiveView
from wardline.pipeline.lookups import AskedPatients, Lookups
from wardline.pipeline.partitions import Outgoing, Publisher
from wardline.pipeline.ports import Clock, Commit, ShardedStore
from wardline.pipeline.shard_engine import News

if TYPE_CHECKING:
    from wardline.pipeline.shard_engine import ShardEngine
    from wardline.pipeline.shard_host import ShardHost

logger = logging.getLogger(__name__)

TELL_EVERY_S = 1.0
"""How a worker is, is told so often."""

ASK_S = 0.5
"""Beds and ages that the store does not tell in this time stay as they were."""

RETELL_WITHIN_S = 10.0
"""Every picture is told again within this time, so that a server that starts has them all."""

RETELL_MAX = 1_000
"""Pictures told again in a second; a worker with more patients takes longer."""


@dataclass(slots=True)
class _Waiting:
    """What was seen or committed, and not told yet."""

    seen: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    findings: list[tuple[Findings, list[str]]] = field(
        default_factory=list[tuple[Findings, list[str]]]
    )
    beds: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    counted: tuple[int, int, int] = (0, 0, 0)
    admitted: int = 0
    count: int = 0
    is_short: bool = False


class Teller(News):
    """Implements `shard_engine.News`. `start` when the host is there, `stop` after it has ended."""

    def __init__(
        self, store: ShardedStore, publisher: Publisher, topic: str, worker: str, clock: Clock
    ):
        self._publisher = publisher
        self._topic = topic
        self._worker = worker
        self._clock = clock
        self._lookups = Lookups("wardline-patients", ASK_S)
        self._store = AskedPatients(store, self._lookups)
        self._host: ShardHost | None = None
        self._figures: Callable[[], dict[str, float]] = dict
        self._views: dict[int, tuple[ShardEngine, LiveView]] = {}
        self._news = threading.Condition()
        self._waiting = _Waiting()
        self._number = 0
        self._told_at_s = 0.0
        self._retold: dict[int, int] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wardline-teller", daemon=True)

    def start(self, host: "ShardHost", figures: Callable[[], dict[str, float]]) -> None:
        """Begin to tell."""
        self._host, self._figures = host, figures
        self._thread.start()

    def stop(self) -> None:
        """Tell what waits and end."""
        with self._news:
            self._stopping = True
            self._news.notify()
        if self._thread.ident is not None:
            self._thread.join(2.0)

    # -- what the worker's thread tells ------------------------------------------------------------

    def seen(self, partition: int, patients: set[str]) -> None:
        """Readings of these went through the engine; they are not durable yet."""
        if patients:
            with self._news:
                self._waiting.seen.setdefault(partition, set()).update(patients)
                self._news.notify()

    def committed(self, partition: int, commit: Commit) -> None:
        """A commit is durable."""
        beds, counted = entered_beds(commit), counts(commit)
        with self._news:
            waiting = self._waiting
            waiting.beds |= beds
            waiting.admitted += len(commit.admissions)
            readings, anomalous, alarms = waiting.counted
            waiting.counted = (
                readings + counted[0], anomalous + counted[1], alarms + counted[2],
            )  # fmt: skip
            if len(commit.findings):
                waiting.findings.append((commit.findings, list(commit.patients)))
                waiting.count += len(commit.findings)
                self._drop_oldest(waiting)
            self._news.notify()

    def _drop_oldest(self, waiting: _Waiting) -> None:
        while waiting.count > WAITING_FINDINGS_MAX and len(waiting.findings) > 1:
            dropped, _ = waiting.findings.pop(0)
            waiting.count -= len(dropped)
            waiting.is_short = True

    # -- the thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._wait_for_news()
                started_s = time.thread_time()
                self._tell_news()
                self._rest(time.thread_time() - started_s)
            if self._has_news():
                self._tell_news()
        except Exception:
            logger.exception("servers are told nothing any more")

    def _wait_for_news(self) -> None:
        with self._news:
            wait_s = max(0.0, self._told_at_s + TELL_EVERY_S - time.monotonic())
            self._news.wait_for(lambda: self._stopping or self._has_news(), timeout=wait_s)

    def _has_news(self) -> bool:
        waiting = self._waiting
        return bool(waiting.seen or waiting.findings or waiting.admitted)

    def _rest(self, took_s: float) -> None:
        pause_s = max(DRAW_EVERY_MIN_S, DRAW_SHARE * took_s)
        with self._news:
            self._news.wait_for(lambda: self._stopping, timeout=pause_s)

    def _tell_news(self) -> None:
        with self._news:
            waiting, self._waiting = self._waiting, _Waiting()
        is_due = time.monotonic() - self._told_at_s >= TELL_EVERY_S
        if is_due:
            self._told_at_s = time.monotonic()
            self._add_retold(waiting)
        if waiting.is_short:
            self._number += 1  # a gap: servers see that something was not told
        for telling in self._tellings(waiting, is_due=is_due):
            self._publisher.offer([Outgoing(self._topic, None, encode_telling(telling), 0)])

    def _tellings(self, waiting: _Waiting, *, is_due: bool) -> Iterator[Telling]:
        found = list(_pieces(waiting.findings))
        pictures = self._pictures(waiting.seen)  # drawn one after the other, and told at once
        drawn = next(pictures, None)
        first = True
        while first or found or drawn:
            rest = is_due and first
            yield self._telling(
                pictures=[drawn] if drawn else [],
                found=found.pop(0) if found else [],
                beds=sorted(waiting.beds) if first else [],
                counted=waiting.counted if first else (0, 0, 0),
                admitted=waiting.admitted if first else 0,
                holds_admissions=self._hosted().holds_admissions,
                shards=self._shards() if rest else None,
                problems=self._hosted().problems() if rest else None,
                figures=self._figures() if rest else None,
            )
            first = False
            drawn = next(pictures, None)

    def _telling(self, **parts: object) -> Telling:
        self._number += 1
        host = self._hosted()
        engine_at = self._clock.now_ms() - int((time.monotonic() - host.beat_s) * 1000)
        return Telling(
            FORMAT, self._worker, self._number, self._clock.now_ms(), engine_at,
            host.source.topic, host.partitions, **parts,  # pyright: ignore[reportArgumentType] - parts by name
        )  # fmt: skip

    def _hosted(self) -> "ShardHost":
        assert self._host is not None
        return self._host

    def _shards(self) -> list[ShardNews]:
        host = self._hosted()
        lag = host.lag
        return [
            ShardNews(
                partition, slot.engine.epoch, slot.state_word, slot.engine.committed_offset,
                lag.get(partition), slot.engine.patient_count, slot.engine.rows_ahead,
            )
            for partition, slot in list(host.slots.items())
        ]  # fmt: skip

    # -- pictures ----------------------------------------------------------------------------------

    def _pictures(
        self, seen: dict[int, set[str]]
    ) -> Iterator[tuple[int, int, list[PatientPicture]]]:
        for partition, patients in seen.items():
            drawn = self._drawn(partition, patients)
            for start in range(0, len(drawn), PICTURES_MAX):
                some = drawn[start : start + PICTURES_MAX]
                yield partition, self._views[partition][0].epoch, some

    def _drawn(self, partition: int, patients: set[str]) -> list[PatientPicture]:
        slot = self._hosted().slots.get(partition)
        if slot is None or slot.is_fenced:
            return []
        known = self._views.get(partition)
        if known is None or known[0] is not slot.engine:
            known = self._views[partition] = slot.engine, LiveView(self._store)
        engine, view = known
        drawn = view.draw(engine, self._clock.now_ms(), patients | view.retold(engine))
        if drawn is None:
            self.seen(partition, patients)  # the engine was too busy: the next time
        return drawn or []

    def _add_retold(self, waiting: _Waiting) -> None:
        """Some patients of every shard again, one after the other."""
        for partition, slot in list(self._hosted().slots.items()):
            names = slot.engine.patient_names()
            if not names:
                continue
            share = min(RETELL_MAX, int(len(names) * TELL_EVERY_S / RETELL_WITHIN_S) + 1)
            start = self._retold.get(partition, 0) % len(names)
            self._retold[partition] = start + share
            waiting.seen.setdefault(partition, set()).update(names[start : start + share])


def _pieces(findings: Iterable[tuple[Findings, list[str]]]) -> Iterator[list[tuple[str, Rows]]]:
    """Found rows in the order of their commits, so many that each piece fits a message."""
    for found, names in findings:
        for kind, rows in (
            ("transition", transition_rows(found.transitions, names)),
            ("score", score_rows(found.scores, names)),
            ("anomaly", anomaly_rows(found.anomalies, names)),
            ("window", window_rows(found.windows, names)),
        ):
            for start in range(0, len(rows), ROWS_MAX):
                yield [(kind, list(rows[start : start + ROWS_MAX]))]
