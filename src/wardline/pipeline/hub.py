"""What screens are sent: the newest pieces of every patient, and everything that was found.

Values are latest-wins and cost a viewer nothing to keep: each piece has the version in which it
last changed, and a viewer is only two numbers, how far it has come. Found rows stand in bounded
rings; a viewer that falls out of the ring of transitions is cut off and resumes. Of admissions only
the newest summary is kept.
"""

import heapq
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from wardline.codecs.live_json import (
    Pieces,
    Place,
    admissions_message,
    found_message,
    patient_text,
    patients_body,
    patients_message,
    replayed_message,
)
from wardline.pipeline.ring import Found, FoundRing, LostError

TRANSITIONS_MAX = 10_000
"""Transitions kept for viewers; one for whom more wait is cut off, and resumes from the store."""

OTHERS_MAX = 10_000
"""Scores, windows and anomalies kept; of those a slow viewer misses the oldest."""

TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """What became visible at once.

    patients: changed pieces by patient id. found: (message type, patient id, body) in the order
    found. beds: all known beds if they changed.
    """

    now_ms: int
    patients: Mapping[str, Pieces] = field(default_factory=dict[str, Pieces])
    found: tuple[tuple[str, str, str], ...] = ()
    beds: tuple[Place, ...] | None = None


@dataclass(slots=True)
class Cursor:
    """How far one viewer has come. `watched`: whose rows besides transitions it gets; None: all.

    opened_seq: where it began; everything found later is sent without being asked for.
    """

    version: int = -1
    admissions_version: int = 0
    seq: int = 0
    opened_seq: int = 0
    watched: frozenset[str] | None = None


class _Kept:
    """The pieces of one patient, each with the version that last changed it."""

    __slots__ = ("first", "pieces", "version")

    def __init__(self, first: int) -> None:
        self.first = first
        self.version = first
        self.pieces: dict[str, tuple[int, str]] = {}

    def take(self, pieces: Pieces, version: int) -> None:
        self.version = version
        for name, piece in pieces.items():
            self.pieces[name] = version, piece

    def since(self, version: int) -> Pieces:
        return {name: piece for name, (at, piece) in self.pieces.items() if at > version}


class LiveHub:
    """Takes updates from one thread, serves viewers from others; every method is short."""

    def __init__(self, start_ms: int):
        """`start_ms`: now. Numbers of found rows go on from there, beyond those of earlier runs."""
        self._lock = threading.Lock()
        self._seq = start_ms * 1000
        self._transitions = FoundRing(TRANSITIONS_MAX, self._seq)
        self._others = FoundRing(OTHERS_MAX, self._seq)
        self._patients: dict[str, _Kept] = {}
        self._beds: tuple[Place, ...] = ()
        self._beds_version = 0
        self._version = 0
        self._now_ms = start_ms
        self._admissions = start_ms, "null"  # when it was, and the newest summary
        self._admissions_version = 0
        self._bodies: dict[int, str] = {}  # by version, since the last change: one per viewer
        self._listeners: set[Callable[[], None]] = set()

    # -- from the engine's side -------------------------------------------------------------------

    def publish(self, update: LiveUpdate) -> None:
        """Take an update and tell every listener that there is news."""
        with self._lock:
            self._now_ms = update.now_ms
            for kind, patient_id, body in update.found:
                self._find(kind, patient_id, body)
            if update.patients or update.beds is not None:
                self._change(update)
        self._tell_listeners()

    def tell_admissions(self, now_ms: int, summary: str) -> None:
        """There are new admissions. May be called by another thread than `publish`."""
        with self._lock:
            self._admissions = now_ms, summary
            self._admissions_version += 1
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for tell in listeners:
            tell()

    def forget(self) -> None:
        """Some transitions were not told here: cut every viewer off, so that it asks the store."""
        with self._lock:
            self._seq += 1
            self._transitions.forget(self._seq)

    def _find(self, kind: str, patient_id: str, body: str) -> None:
        self._seq = max(self._seq + 1, self._now_ms * 1000)
        found = Found(self._seq, patient_id, found_message(kind, self._seq, body))
        ring = self._transitions if kind == TRANSITION else self._others
        ring.append(found)

    def _change(self, update: LiveUpdate) -> None:
        self._version += 1
        self._bodies.clear()
        for patient_id, pieces in update.patients.items():
            kept = self._patients.setdefault(patient_id, _Kept(self._version))
            kept.take(pieces, self._version)
        if update.beds is not None:
            self._beds, self._beds_version = update.beds, self._version

    # -- from the viewers' side -------------------------------------------------------------------

    def listen(self, tell: Callable[[], None]) -> None:
        """Call something after every update, from the thread of the update."""
        with self._lock:
            self._listeners.add(tell)

    def leave(self, tell: Callable[[], None]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.discard(tell)

    def open(self, cursor: Cursor) -> str:
        """The snapshot, with which a viewer begins."""
        with self._lock:
            cursor.version, cursor.seq = self._version, self._seq
            cursor.opened_seq = self._seq
            return self._message(-1)

    def anew(self, cursor: Cursor) -> list[str]:
        """Found rows a viewer does not have yet, and another snapshot. Raises LostError."""
        with self._lock:
            cursor.version = -1
            return self._news(cursor)

    def news(self, cursor: Cursor) -> list[str]:
        """What a viewer does not have yet, found rows first. Raises LostError: cut it off."""
        with self._lock:
            return self._news(cursor)

    def _news(self, cursor: Cursor) -> list[str]:
        texts = [found.text for found in self._found_after(cursor.seq, cursor.watched)]
        cursor.seq = self._seq
        if cursor.version < self._version:
            texts.append(self._message(cursor.version))
            cursor.version = self._version
        if cursor.admissions_version < self._admissions_version:
            texts.append(admissions_message(self._seq, *self._admissions))
            cursor.admissions_version = self._admissions_version
        return texts

    def missed(self, cursor: Cursor, seq: int) -> list[str] | None:
        """What was found after `seq` and before the viewer began; None: beyond what is kept."""
        with self._lock:
            try:
                rows = self._found_after(seq, cursor.watched)
            except LostError:
                return None
            return [replayed_message(row.text) for row in rows if row.seq <= cursor.opened_seq]

    def _found_after(self, seq: int, watched: Collection[str] | None) -> Iterable[Found]:
        transitions = self._transitions.after(seq)
        others = self._others.newest_after(seq)
        if watched is not None:
            others = [found for found in others if found.patient_id in watched]
        return list(heapq.merge(transitions, others, key=attrgetter("seq")))

    def _message(self, version: int) -> str:
        """All that changed after a version: encoded once for every viewer that stands there."""
        body = self._bodies.get(version)
        if body is None:
            body = self._bodies[version] = self._body(version)
        kind = "snapshot" if version < 0 else "values"
        return patients_message(kind, self._seq, self._now_ms, body)

    def _body(self, version: int) -> str:
        patients = (
            patient_text(patient_id, kept.since(version), is_whole=version < kept.first)
            for patient_id, kept in self._patients.items()
            if kept.version > version
        )
        beds = self._beds if self._beds_version > version else None
        return patients_body(patients, beds)
