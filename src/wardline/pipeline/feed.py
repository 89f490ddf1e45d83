"""From commits to screens: draws the patients a commit touched and publishes what changed.

A thread of its own, so that neither drawing nor a slow screen holds up the engine. What is found is
shown only when it is durable; values may be ahead of their commit by the time that takes. While
nobody watches, patients are not drawn; the first viewer has them drawn.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from wardline.codecs.live_json import Pieces, Place, changed_pieces, found_bodies
from wardline.engine.materialise import anomaly_rows, score_rows, transition_rows, window_rows
from wardline.model.findings import Findings
from wardline.model.pictures import PatientPicture
from wardline.model.tables import TABLES
from wardline.pipeline.admission_news import AdmissionNews
from wardline.pipeline.commit_news import counts, entered_beds, touched
from wardline.pipeline.hub import LiveHub, LiveUpdate
from wardline.pipeline.ports import (
    Clock,
    Commit,
    Query,
    Store,
    StoreUnavailableError,
)
from wardline.pipeline.trends import MINUTES, Trends
from wardline.pipeline.ward_figures import WardFigures

logger = logging.getLogger(__name__)

DRAW_EVERY_MIN_S = 0.04
"""Commits that come closer together share one drawing: at most 25 messages a second."""

DRAW_SHARE = 2
"""Drawing rests this many times as long as it took, so that it never takes more than a third."""

DRAW_ALL_EVERY_MS = 10_000
"""Everyone is looked at so often: a score's input that grew too old is no finding of anybody."""

WAITING_FINDINGS_MAX = 50_000
"""Findings waiting to be shown; beyond it the oldest are not announced (the store has them)."""

SEED_PATIENTS_MAX = 300
"""Trends are read from the store at the start for a ward up to this size; others fill up live."""

LEARN_MAX_S = 2.0
"""What the store tells of before, later than this, is shown once it is there."""

STAYS_MAX = 5_000
"""Stays looked at, newest first, to learn which beds there are."""

Draw = Callable[[set[str] | None], list[PatientPicture] | None]
"""Pictures of some patients, or of all (None); gives None while the engine is too busy."""


@dataclass(slots=True)
class _Waiting:
    """What was committed and not shown yet."""

    patients: set[str] = field(default_factory=set[str])
    beds: set[Place] = field(default_factory=set[Place])
    findings: list[tuple[Findings, Sequence[str]]] = field(
        default_factory=list[tuple[Findings, Sequence[str]]]
    )
    count: int = 0
    rows: list[tuple[str, Sequence[tuple[Any, ...]]]] = field(
        default_factory=list[tuple[str, Sequence[tuple[Any, ...]]]]
    )
    row_count: int = 0
    is_everyone: bool = False
    is_short: bool = False


class LiveFeed:
    """Owns the hub. `committed` belongs to the engine's thread, `join` to anyone who would watch.

    `draw` gives pictures; it is asked from the feed's thread and from those who join. `retold`
    gives patients of whom the store has come to know something else. draw_share: see DRAW_SHARE.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        draw: Draw,
        retold: Callable[[], set[str]] = set,
        draw_share: float = DRAW_SHARE,
    ):
        self.hub = LiveHub(clock.now_ms())
        self._store = store
        self._clock = clock
        self._draw = draw
        self._retold = retold
        self._draw_share = draw_share
        self._news = threading.Condition()
        self._waiting = _Waiting()
        self._drawing = threading.Lock()
        self._last: dict[str, PatientPicture] = {}
        self._beds: set[Place] = set()
        self._told_beds = 0
        self._trends = Trends()
        self._untold_trends: set[str] = set()
        self._figures: WardFigures | None = None
        self._viewers = 0
        self._is_cold = True
        self._all_drawn_at = 0
        self._stopping = False
        self._admissions = AdmissionNews(store, clock, self.hub, lambda: self._viewers > 0)
        self._thread = threading.Thread(target=self._run, name="wardline-live", daemon=True)

    def start(self) -> None:
        """Begin to show; once, when the engine stands where the store stands."""
        self._thread.start()
        self._admissions.start()

    def stop(self) -> None:
        """Show nothing more."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._admissions.stop()
        if self._thread.ident is not None:
            self._thread.join(2.0)

    # -- what the engine's thread tells ------------------------------------------------------------

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        self._admissions.committed(commit)
        patients = touched(commit)
        beds = entered_beds(commit)
        counted = counts(commit)
        with self._news:
            waiting = self._waiting
            waiting.patients |= patients
            waiting.beds |= beds
            if len(commit.findings):
                waiting.findings.append((commit.findings, commit.patients))
                waiting.count += len(commit.findings)
                self._drop_oldest(waiting)
            if self._figures is not None:
                self._figures.count(self._clock.now_ms(), *counted)
            self._news.notify()

    def told(
        self,
        patients: set[str],
        found: Sequence[tuple[str, Sequence[tuple[Any, ...]]]] = (),
        beds: Iterable[Place] = (),
        counted: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        """Engines elsewhere saw and found this: whose pictures changed, (kind, rows) durable."""
        with self._news:
            waiting = self._waiting
            waiting.patients |= patients
            waiting.beds.update(beds)
            waiting.rows += found
            waiting.row_count += sum(len(rows) for _, rows in found)
            while waiting.row_count > WAITING_FINDINGS_MAX and len(waiting.rows) > 1:
                waiting.row_count -= len(waiting.rows.pop(0)[1])
                waiting.is_short = True
            if self._figures is not None:
                self._figures.count(self._clock.now_ms(), *counted)
            self._news.notify()

    def admitted(self) -> None:
        """Somebody elsewhere recorded admissions: viewers are told what all of them count."""
        self._admissions.recorded()

    def missed(self) -> None:
        """Something that was found was not told here: viewers must ask the store."""
        with self._news:
            self._waiting.is_short = True
            self._waiting.is_everyone = True
            self._news.notify()

    def touch(self) -> None:
        """Something besides the engine changed, such as a bed: look at every patient again."""
        with self._news:
            self._waiting.is_everyone = True
            self._news.notify()

    def _drop_oldest(self, waiting: _Waiting) -> None:
        while waiting.count > WAITING_FINDINGS_MAX and len(waiting.findings) > 1:
            dropped, _ = waiting.findings.pop(0)
            waiting.count -= len(dropped)
            waiting.is_short = True

    # -- who watches -------------------------------------------------------------------------------

    def join(self) -> None:
        """Somebody watches from now on; returns when every patient is drawn. May take a moment.

        While the engine is too busy, it returns with what was drawn before; the rest follows.
        """
        with self._news:
            self._viewers += 1
        self._admissions.wake()
        with self._drawing:
            if self._is_cold:
                self._show(None)

    def leave(self) -> None:
        """One viewer less. Never waits for a drawing."""
        with self._news:
            self._viewers -= 1

    def figures(self) -> dict[str, float | int | str | None]:
        """The ward's figures, by the names of the live feed; empty before the feed has begun."""
        with self._news:
            figures = self._figures
            if figures is None:
                return {}
            return {**figures.sums(self._clock.now_ms()), "since": figures.since}

    # -- the thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._begin()
            while not self._stopping:
                self._wait_for_news()
                started_s = time.thread_time()  # not what others took meanwhile
                self.show_news()
                self._rest(time.thread_time() - started_s)
        except Exception:
            logger.exception("the live feed stopped; screens will show that")
            self._stopping = True

    @property
    def is_dead(self) -> bool:
        """Whether the thread ended without being told to."""
        return self._stopping and not self._thread.is_alive()

    def _begin(self) -> None:
        """Learn what was before; screens do not wait for a store that hangs."""
        learning = threading.Thread(target=self._learn, name="wardline-before", daemon=True)
        learning.start()
        learning.join(LEARN_MAX_S)

    def _learn(self) -> None:
        """How many readings there are in the store, beds, trends."""
        try:
            self._begin_figures(self._store.counts().get("readings", 0))
            self._learn_beds()
            self._seed_trends()
        except StoreUnavailableError:
            logger.warning("the store could not tell beds and trends of before")
            self._begin_figures(0)
        self.touch()

    def _begin_figures(self, stored_readings: int) -> None:
        with self._news:
            if self._figures is None:
                self._figures = WardFigures(self._clock.now_ms(), stored_readings)

    def _learn_beds(self) -> None:
        ward, bed = (TABLES["stays"].names.index(name) for name in ("ward", "bed"))
        page = self._store.page(Query("stays"), STAYS_MAX)
        found = {(row[ward], row[bed]) for row in page.rows}
        with self._drawing:
            self._beds |= {(ward, bed) for ward, bed in found if ward and bed}

    def _seed_trends(self) -> None:
        if len(self._store.patients()) > SEED_PATIENTS_MAX:
            return
        start = self._clock.now_ms() - (MINUTES + 1) * 60_000
        for rows in self._store.rows(Query("windows", start=start)):
            with self._drawing:
                self._untold_trends |= self._trends.take(rows)

    def _wait_for_news(self) -> None:
        """Not for ever: what could not be drawn is tried again, and screens learn the time."""
        with self._news:
            self._news.wait_for(lambda: self._stopping or self._has_news(), timeout=1.0)

    def show_news(self) -> None:
        """Show what waits. The feed's thread does this again and again."""
        with self._news:
            waiting, self._waiting = self._waiting, _Waiting()
            is_watched = self._viewers > 0
        if is_watched:
            waiting.patients |= self._retold()
        with self._drawing:
            found = self._found(waiting)
            self._beds |= waiting.beds
            patients = waiting.patients | self._untold_trends
            if waiting.is_everyone or (patients and not is_watched) or self._is_all_due():
                self._is_cold = True
            if waiting.is_short:
                self.hub.forget()
            self._show(self._chosen(patients) if is_watched else set(), found)

    def _is_all_due(self) -> bool:
        return abs(self._clock.now_ms() - self._all_drawn_at) >= DRAW_ALL_EVERY_MS

    def _chosen(self, patients: set[str]) -> set[str] | None:
        return None if self._is_cold else patients

    def _has_news(self) -> bool:
        waiting = self._waiting
        parts = (waiting.patients, waiting.findings, waiting.rows)
        return any(parts) or waiting.is_everyone

    def _rest(self, took_s: float) -> None:
        pause_s = max(DRAW_EVERY_MIN_S, self._draw_share * took_s)
        with self._news:
            self._news.wait_for(lambda: self._stopping, timeout=pause_s)

    def _found(self, waiting: _Waiting) -> list[tuple[str, str, str]]:
        """Messages of found rows; notes whose trends changed."""
        messages: list[tuple[str, str, str]] = []
        for findings, names in waiting.findings:
            messages += self._messages("transition", transition_rows(findings.transitions, names))
            messages += self._messages("score", score_rows(findings.scores, names))
            messages += self._messages("anomaly", anomaly_rows(findings.anomalies, names))
            messages += self._messages("window", window_rows(findings.windows, names))
        for kind, rows in waiting.rows:
            messages += self._messages(kind, rows)
        return messages

    def _messages(
        self, kind: str, rows: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[str, str, str]]:
        if kind == "window":
            self._untold_trends |= self._trends.take(rows)
        bodies = found_bodies(kind, rows)
        return ((kind, row[0], body) for row, body in zip(rows, bodies, strict=True))

    def _show(self, patients: set[str] | None, found: Sequence[tuple[str, str, str]] = ()) -> None:
        """Draw some patients, or all (None), and publish what changed with what was found."""
        drawn = self._draw(patients) if patients is None or patients else []
        if drawn is None:
            self._is_cold = True
            drawn = []
        elif patients is None:
            self._is_cold = False
            self._all_drawn_at = self._clock.now_ms()
        changed = {picture.patient.patient_id: self._changed(picture) for picture in drawn}
        beds = self._new_beds(drawn)
        pieces = {patient_id: some for patient_id, some in changed.items() if some}
        self.hub.publish(LiveUpdate(self._clock.now_ms(), pieces, tuple(found), beds))

    def _changed(self, picture: PatientPicture) -> Pieces:
        patient_id = picture.patient.patient_id
        before = self._last.get(patient_id)
        self._last[patient_id] = picture
        pieces = changed_pieces(before, picture)
        if before is None or patient_id in self._untold_trends:
            self._untold_trends.discard(patient_id)
            pieces["trend"] = self._trends.piece(patient_id)
        return pieces

    def _new_beds(self, drawn: list[PatientPicture]) -> tuple[Place, ...] | None:
        """All beds if there are more than screens were told."""
        for picture in drawn:
            ward, bed = picture.patient.ward, picture.patient.bed
            if ward and bed:
                self._beds.add((ward, bed))
        if len(self._beds) == self._told_beds:
            return None
        self._told_beds = len(self._beds)
        return tuple(sorted(self._beds))
