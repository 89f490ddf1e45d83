"""The one loop step: take readings, commands and ticks; make what came of them durable together.

No threads, no waiting, no drivers: whoever owns a worker calls it from one thread and acknowledges
after `commit`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wardline.engine.engine import Engine
from wardline.model.admissions import DecodedAdmissions
from wardline.model.commands import Command
from wardline.model.dead_letters import DeadLetter, Rejection
from wardline.model.decoded import Decoded
from wardline.model.findings import Findings, Outcome, Status
from wardline.model.patients import TruthPeriod
from wardline.model.readings import ReadingBatch
from wardline.pipeline.admissions import KnownAdmissions, admissions_of, commands_from
from wardline.pipeline.duplicates import KnownReadings
from wardline.pipeline.pending import TICK_POSITION, Pending
from wardline.pipeline.ports import (
    Acknowledgement,
    Clock,
    Commit,
    ItemNote,
    Store,
    StoredCommand,
    StoreUnavailableError,
)
from wardline.pipeline.refusals import (
    IMPLAUSIBLE,
    bad_values,
    refused_rows,
    rejection_letter,
    rejection_notes,
    row_letter,
)
from wardline.pipeline.tally import Tally, tally_of

ROWS_PER_COMMIT_MAX = 10_000
"""A worker commits by itself when so many readings wait, so memory stays bounded."""

FINDINGS_PER_COMMIT_MAX = 100_000
"""Findings of time alone that may wait for an unavailable store; beyond it the engine goes back."""

ROWS_PER_SNAPSHOT = 500_000
"""Recovery replays at most about so many readings: two seconds."""


ADMISSIONS_KNOWN_MAX = 100_000
"""Patients whose newest admission is remembered while commits follow each other without a rest."""


class Observer(Protocol):
    """Looks on while a worker works, in the worker's thread."""

    def seen(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """A batch went through the engine; it is not durable yet."""
        ...

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        ...


@dataclass(frozen=True, slots=True)
class Cut:
    """What a worker gathered, on its way to the store. commit: None if there is nothing to write.

    rows_covered: what recovery need not replay any more once this is durable.
    """

    commit: Commit | None
    pending: Pending
    rows_covered: int


class Worker:
    """One engine, one store.

    `tally` counts what is durable. After a failed commit that held readings or commands the worker
    `is_spoiled`: the engine is ahead of the store, and only recovery gives one that may go on.
    `keeps_refusals`: whether refused records and values become dead letters. `commits_by_itself`:
    whether more than ROWS_PER_COMMIT_MAX are committed on the way; if not, the owner bounds them.
    """

    def __init__(  # noqa: PLR0913 - two switches by name
        self,
        engine: Engine,
        store: Store,
        clock: Clock,
        tally: Tally | None = None,
        observer: Observer | None = None,
        *,
        keeps_refusals: bool = True,
        commits_by_itself: bool = True,
    ):
        self.engine = engine
        self.store = store
        self.clock = clock
        self.is_spoiled = False
        self.tally = tally or Tally()
        self._observer = observer
        self._keeps_refusals = keeps_refusals
        self._commits_by_itself = commits_by_itself
        self._pending = Pending()
        self._known = KnownReadings(store)
        self._rows_since_snapshot = 0
        self._patients: list[str] = []
        self._reached: dict[str, int] = {}

    @property
    def is_behind_snapshot(self) -> bool:
        """Whether recovery would have to replay anything."""
        return self._rows_since_snapshot > 0

    @property
    def pending_rows(self) -> int:
        """Records taken since the last commit."""
        return self._pending.tally.rows

    @property
    def has_pending(self) -> bool:
        """Whether there is anything to write."""
        return not self._pending.is_empty

    def take(self, decoded: Decoded, came_from: str = "") -> Acknowledgement:
        """Run decoded readings through the engine; durable after the next commit.

        `came_from` is the source of dead letters whose record says none. More than
        ROWS_PER_COMMIT_MAX are committed on the way. Raises StoreUnavailableError.
        """
        self._refuse(decoded, came_from)
        receipt = _Receipt(decoded)
        start = 0
        while start < len(decoded.batch):
            batch = _cut(decoded.batch, start)
            receipt.note(batch, self._through_engine(batch), start)
            start += len(batch)
            if self._commits_by_itself and self.pending_rows >= ROWS_PER_COMMIT_MAX:
                self.commit()
        return receipt.acknowledgement()

    def apply(self, command: Command) -> StoredCommand:
        """Let the engine carry out a command; durable after the next commit.

        Raises ValueError for content that makes no sense; nothing happened then.
        """
        at, arrival, findings = self.engine.apply(command)
        stored = StoredCommand(command, at, arrival)
        self._pending.work.append(stored)
        self._pending.tally.commands += 1
        self._rows_since_snapshot += 1
        self._pending.find(findings)
        return stored

    def admit(self, decoded: DecodedAdmissions, came_from: str = "") -> Acknowledgement:
        """Keep admissions and carry out the commands that follow; durable after the next commit.

        Raises StoreUnavailableError, and TypeError for a store that keeps no admissions.
        """
        for command in self.record(decoded, came_from):
            self.apply(command)
        if len(self._pending.admissions) >= ROWS_PER_COMMIT_MAX:
            self.commit()
        return Acknowledgement(len(decoded.admissions), 0, rejection_notes(decoded.rejections), ())

    def record(self, decoded: DecodedAdmissions, came_from: str = "") -> list[Command]:
        """Keep admissions, and give the commands that follow, for whoever serves the patients.

        Raises StoreUnavailableError, and TypeError for a store that keeps no admissions.
        """
        keeper = admissions_of(self.store)
        if keeper is None:
            raise TypeError("this store keeps no admissions")
        commands = commands_from(decoded, keeper, self._pending.known_admissions)
        self._keep_refused(decoded.rejections, decoded.origin, came_from)
        self._pending.admissions.extend(decoded.admissions)
        if len(decoded.positions):
            self._pending.reach(decoded.origin, int(decoded.positions.max()))
        return commands

    def tick(self, now_ms: int) -> Findings:
        """Let time pass for silent patients."""
        findings = self.engine.tick(now_ms)
        self._pending.find(findings)
        if len(findings):
            self._pending.positions[TICK_POSITION] = now_ms
        return findings

    def add_truth(self, periods: Iterable[TruthPeriod]) -> None:
        """Keep ground truth of simulated patients with the next commit."""
        self._pending.truth.extend(periods)

    def count(self, tally: Tally) -> None:
        """Count something besides readings with the next commit."""
        self._pending.tally.add(tally)

    def reach(self, origin: str, position: int) -> None:
        """Note with the next commit that an origin was read up to and with a position."""
        self._pending.reach(origin, position)

    def commit(self, *, snapshot: bool = False) -> None:
        """Make everything taken so far durable.

        Raises StoreUnavailableError and keeps nothing of it, but for findings of time alone, which
        wait for the next commit.
        """
        cut = self.cut(snapshot=snapshot)
        if cut.commit is not None:
            try:
                self.store.commit(cut.commit)
            except StoreUnavailableError:
                self._pending = cut.pending
                self.abandon()
                raise
        self.settle(cut)

    def cut(self, *, snapshot: bool = False) -> Cut:
        """Hand over what was taken so far, for somebody else to write; then `settle` it.

        Meanwhile the worker goes on; the next cut is written after this one or not at all.
        """
        snapshot = snapshot or self._rows_since_snapshot >= ROWS_PER_SNAPSHOT
        pending, self._pending = self._pending, Pending()
        if len(pending.known_admissions.newest) < ADMISSIONS_KNOWN_MAX:
            self._pending.known_admissions = pending.known_admissions
        self._known.hand_over()
        if not snapshot and pending.is_empty:
            return Cut(None, pending, 0)
        state = self.engine.snapshot() if snapshot else None
        commit = pending.commit(self._patient_ids(), state)
        return Cut(commit, pending, self._rows_since_snapshot if snapshot else 0)

    def settle(self, cut: Cut) -> None:
        """What was cut is durable."""
        if cut.commit is not None and self._observer is not None:
            self._observer.committed(cut.commit)
        self._rows_since_snapshot -= cut.rows_covered
        self.tally.add(cut.pending.tally)
        self._known.forget_handed_over()
        if not self._pending.admissions:
            self._pending.known_admissions = KnownAdmissions()

    def abandon(self) -> None:
        """Give up what was taken since the last commit; findings of time alone go on waiting."""
        lost, self._pending = self._pending, Pending()
        self._known.clear()
        is_ahead = bool(lost.work) or lost.finding_count > FINDINGS_PER_COMMIT_MAX
        self.is_spoiled = self.is_spoiled or is_ahead
        if not self.is_spoiled:
            self._pending.keep_findings_of(lost)

    def _patient_ids(self) -> list[str]:
        """Engine code -> patient id."""
        if len(self._patients) != len(self.engine.patients):
            self._patients = list(self.engine.patients)
        return self._patients

    def _through_engine(self, batch: ReadingBatch) -> Outcome:
        doubtful = self.engine.doubtful(batch)
        known = self._known.hashes(batch, doubtful) if len(doubtful) else None
        outcome = self.engine.process(batch, known)
        self._keep(batch, outcome)
        return outcome

    def _keep(self, batch: ReadingBatch, outcome: Outcome) -> None:
        pending = self._pending
        if (outcome.status == Status.ACCEPTED).any():
            pending.work.append((batch, outcome))
            self._known.add(batch, outcome)
        if self._observer is not None:
            self._observer.seen(batch, outcome)
        pending.find(outcome.findings)
        tally = tally_of(batch, outcome)
        pending.tally.add(tally)
        self._rows_since_snapshot += tally.accepted
        if len(batch):
            pending.reach(batch.origin, int(batch.position.max()))
        if self._keeps_refusals:
            pending.dead_letters.extend(self._letters(batch, outcome))

    def _letters(self, batch: ReadingBatch, outcome: Outcome) -> Iterator[DeadLetter]:
        for row, field in bad_values(batch, outcome):
            yield row_letter(batch, row, field, IMPLAUSIBLE, int(outcome.at[row]))
        for row, reason in refused_rows(outcome):
            if not self._was_reached(batch.origin, int(batch.position[row])):
                yield row_letter(batch, row, "", reason, int(batch.received_at[row]))

    def _refuse(self, decoded: Decoded, came_from: str) -> None:
        """Keep the records that could not be decoded."""
        count = len(decoded.rejections)
        self._pending.tally.add(
            Tally(
                rows=count + decoded.ignored,
                ignored_rows=decoded.ignored,
                readings=count,
                rejected=count,
            )
        )
        self._keep_refused(decoded.rejections, decoded.batch.origin, came_from)

    def _keep_refused(self, refused: Sequence[Rejection], origin: str, came_from: str) -> None:
        now_ms = self.clock.now_ms()
        for rejection in refused:
            if not self._was_reached(origin, rejection.position):
                letter = rejection_letter(rejection, origin, came_from, now_ms)
                self._pending.dead_letters.append(letter)
        for rejection in refused[-1:]:
            self._pending.reach(origin, rejection.position)

    def _was_reached(self, origin: str, position: int) -> bool:
        """Whether an earlier run read the origin this far: its refusals are kept already."""
        if not origin:
            return False
        if origin not in self._reached:
            reached = self.store.position(origin)
            self._reached[origin] = -1 if reached is None else reached
        return position <= self._reached[origin]


def _cut(batch: ReadingBatch, start: int) -> ReadingBatch:
    """The next rows that fit one commit, and with the last of them all of its record.

    A commit says how far the origin was read, so it never ends within a record of many readings.
    """
    if start == 0 and len(batch) <= ROWS_PER_COMMIT_MAX:
        return batch
    stop = min(start + ROWS_PER_COMMIT_MAX, len(batch))
    same = batch.position[stop:] != batch.position[stop - 1]
    stop += int(np.argmax(same)) if same.any() else len(same)
    return batch.between(start, stop)


class _Receipt:
    """Gathers what the sender is told about one submission."""

    def __init__(self, decoded: Decoded):
        self._rows = decoded.rows
        self._rejected = list(rejection_notes(decoded.rejections))
        self._flagged: list[ItemNote] = []
        self._accepted = 0
        self._duplicates = 0

    def note(self, batch: ReadingBatch, outcome: Outcome, start: int) -> None:
        """Rows `start` ... of the submission came out like this."""
        self._accepted += int((outcome.status == Status.ACCEPTED).sum())
        self._duplicates += int((outcome.status == Status.DUPLICATE).sum())
        for row, reason in refused_rows(outcome):
            self._rejected.append(ItemNote(self._index(start + row), "", reason))
        for row, field in bad_values(batch, outcome):
            self._flagged.append(ItemNote(self._index(start + row), field, IMPLAUSIBLE))

    def _index(self, row: int) -> int:
        return int(self._rows[row])

    def acknowledgement(self) -> Acknowledgement:
        """The whole answer, notes in the order of items."""
        rejected = tuple(sorted(self._rejected, key=lambda note: note.index))
        return Acknowledgement(self._accepted, self._duplicates, rejected, tuple(self._flagged))
