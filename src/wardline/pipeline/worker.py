"""The one loop step: take readings, commands and ticks; make what came of them durable together.

No threads, no waiting, no drivers: whoever owns a worker calls it from one thread and acknowledges
after `commit`.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from wardline.engine.engine import Engine
from wardline.model.commands import Command
from wardline.model.dead_letters import DeadLetter
from wardline.model.decoded import Decoded
from wardline.model.findings import Findings, Outcome, Status
from wardline.model.patients import TruthPeriod
from wardline.model.readings import ReadingBatch
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


class Observer(Protocol):
    """Looks on while a worker works, in the worker's thread."""

    def seen(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """A batch went through the engine; it is not durable yet."""
        ...

    def committed(self, commit: Commit) -> None:
        """A commit is durable."""
        ...


class Worker:
    """One engine, one store.

    `tally` counts what is durable. After a failed commit that held readings or commands the worker
    `is_spoiled`: the engine is ahead of the store, and only recovery gives one that may go on.
    `keeps_refusals`: whether refused records and values become dead letters.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store,
        clock: Clock,
        tally: Tally | None = None,
        observer: Observer | None = None,
        *,
        keeps_refusals: bool = True,
    ):
        self.engine = engine
        self.store = store
        self.clock = clock
        self.is_spoiled = False
        self.tally = tally or Tally()
        self._observer = observer
        self._keeps_refusals = keeps_refusals
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
            if self.pending_rows >= ROWS_PER_COMMIT_MAX:
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

    def reach(self, origin: str, position: int) -> None:
        """Note with the next commit that an origin was read up to and with a position."""
        self._pending.reach(origin, position)

    def commit(self, *, snapshot: bool = False) -> None:
        """Make everything taken so far durable.

        Raises StoreUnavailableError and keeps nothing of it, but for findings of time alone, which
        wait for the next commit.
        """
        snapshot = snapshot or self._rows_since_snapshot >= ROWS_PER_SNAPSHOT
        if snapshot or not self._pending.is_empty:
            self._write(self.engine.snapshot() if snapshot else None)
        self.tally.add(self._pending.tally)
        self._pending = Pending()
        self._known.clear()

    def abandon(self) -> None:
        """Give up what was taken since the last commit; findings of time alone go on waiting."""
        lost, self._pending = self._pending, Pending()
        self._known.clear()
        is_ahead = bool(lost.work) or lost.finding_count > FINDINGS_PER_COMMIT_MAX
        self.is_spoiled = self.is_spoiled or is_ahead
        if not self.is_spoiled:
            self._pending.keep_findings_of(lost)

    def _write(self, state: bytes | None) -> None:
        commit = self._pending.commit(self._patient_ids(), state)
        try:
            self.store.commit(commit)
        except StoreUnavailableError:
            self.abandon()
            raise
        if self._observer is not None:
            self._observer.committed(commit)
        if state is not None:
            self._rows_since_snapshot = 0

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
        pending = self._pending
        origin = decoded.batch.origin
        count = len(decoded.rejections)
        pending.tally.add(
            Tally(
                rows=count + decoded.ignored,
                ignored_rows=decoded.ignored,
                readings=count,
                rejected=count,
            )
        )
        now_ms = self.clock.now_ms()
        for rejection in decoded.rejections:
            if not self._was_reached(origin, rejection.position):
                letter = rejection_letter(rejection, origin, came_from, now_ms)
                pending.dead_letters.append(letter)
        for rejection in decoded.rejections[-1:]:
            pending.reach(origin, rejection.position)

    def _was_reached(self, origin: str, position: int) -> bool:
        """Whether an earlier run read the origin this far: its refusals are kept already."""
        if not origin:
            return False
        if origin not in self._reached:
            reached = self.store.position(origin)
            self._reached[origin] = -1 if reached is None else reached
        return position <= self._reached[origin]


def _cut(batch: ReadingBatch, start: int) -> ReadingBatch:
    """The next rows that fit one commit."""
    if start == 0 and len(batch) <= ROWS_PER_COMMIT_MAX:
        return batch
    return batch.between(start, start + ROWS_PER_COMMIT_MAX)


class _Receipt:
    """Gathers what the sender is told about one submission."""

    def __init__(self, decoded: Decoded):
        self._rows = decoded.rows
        self._rejected = rejection_notes(decoded)
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
