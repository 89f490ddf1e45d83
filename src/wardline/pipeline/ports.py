"""The seams: what the pipeline asks of a source, a store and a clock, and what failure means."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wardline.model.admissions import Admission, DecodedAdmissions
from wardline.model.commands import Command
from wardline.model.dead_letters import DeadLetter
from wardline.model.decoded import Decoded
from wardline.model.findings import Findings, Outcome
from wardline.model.patients import Patient, TruthPeriod
from wardline.model.pictures import PatientPicture
from wardline.model.readings import ReadingBatch
from wardline.pipeline.hub import LiveHub
from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.system_picture import SystemPicture


class StoreUnavailableError(Exception):
    """The store cannot take or give anything now (full disk, lost connection). Try again later.

    Nothing of the refused commit was kept.
    """


class StoreBlockedError(StoreUnavailableError):
    """Somebody else holds for too long what this needs."""


class StoreInUseError(StoreUnavailableError):
    """Another process writes to this store."""


class StoreFencedError(StoreUnavailableError):
    """Another worker took the shard over: whoever gets this must let go of it."""


class PartitionCountError(Exception):
    """A topic has another number of partitions than its shards were cut for."""

    def __init__(self, topic: str, before: int, now: int):
        super().__init__(
            f"topic {topic} has {now} partitions, but its patients were spread over {before}: "
            "stop all workers and run `wardline shards move`"
        )


class StoreMissingError(Exception):
    """There is no store where one should be that is only read or repaired."""


class StoreVersionError(Exception):
    """The store was written by a newer Wardline."""


class Clock(Protocol):
    """Where the time comes from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        ...


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """Accepted readings as they are stored: `at` (arrival line, ms) and `arrival` per row."""

    batch: ReadingBatch
    at: npt.NDArray[np.int64]
    arrival: npt.NDArray[np.int64]
    late: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StoredCommand:
    """A command as it is stored, with its place in its patient's order."""

    command: Command
    at: int
    arrival: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The engine's state after everything up to and with commit `commit_seq`."""

    commit_seq: int
    state: bytes


@dataclass(frozen=True, slots=True)
class WindowSum:
    """One window recomputed from the store. min, max, sum in thousandths."""

    count: int
    min: int
    max: int
    sum: int
    late: int


@dataclass(slots=True)
class Commit:
    """Everything that becomes durable together, in this order.

    `work`: batches with their outcomes and commands with their place, in the order processed.
    `findings` use `patients` (engine code -> patient id). `positions`: how far origins were read.
    `outgoing`: to be published afterwards; kept until a later commit says by `published_seq` up to
    which commit everything is out.
    """

    work: list[tuple[ReadingBatch, Outcome] | StoredCommand]
    findings: Findings
    patients: Sequence[str]
    dead_letters: list[DeadLetter] = field(default_factory=list[DeadLetter])
    truth: list[TruthPeriod] = field(default_factory=list[TruthPeriod])
    admissions: list[Admission] = field(default_factory=list[Admission])
    positions: dict[str, int] = field(default_factory=dict[str, int])
    snapshot: bytes | None = None
    outgoing: list[Outgoing] = field(default_factory=list[Outgoing])
    published_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows of a table. Times in ms, `start` included, `end` excluded, on the table's time."""

    table: str
    patient_id: str | None = None
    start: int | None = None
    end: int | None = None
    name: str | None = None
    """Only this score (table scores)."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first, and the token of the following page if there is one."""

    rows: list[tuple[Any, ...]]
    next: str | None


class Store(Protocol):
    """Where readings and findings are kept. One writer at a time; readers any time, any thread."""

    @property
    def kind(self) -> str:
        """What kind of store this is, in a word for people; never its address."""
        ...

    def commit(self, commit: Commit) -> int:
        """Make a commit durable, wholly or not at all, and give its number (1, 2, ...).

        Repeating rows that are there already (by their keys) replaces findings and leaves readings.
        Windows listed in `findings.recompute` are rebuilt from the stored readings, this commit's
        included, in the same transaction. Raises StoreUnavailableError and keeps nothing.
        """
        ...

    def trim(self, before_ms: int, batch_rows: int = 10_000) -> int:
        """Delete up to `batch_rows` rows older than a time; 0 when nothing is left to delete.

        Each patient keeps the newest row of every table. Called by the thread that commits.
        """
        ...

    def stored_readings(
        self, keys: Sequence[tuple[str, int, str]]
    ) -> dict[tuple[str, int, str], StoredBatch]:
        """The stored readings among these keys (patient_id, timestamp ms, source).

        Each is a batch of one.
        """
        ...

    def latest_snapshot(self) -> Snapshot | None:
        """The newest engine state, if any was kept."""
        ...

    def work_after(self, commit_seq: int) -> Iterator[StoredBatch | StoredCommand]:
        """What was accepted after a commit, in the order it was processed; 0 gives everything."""
        ...

    def position(self, origin: str) -> int | None:
        """How far an origin was read, as last committed."""
        ...

    def page(self, query: Query, limit: int, after: str | None = None) -> Page:
        """Rows of a table by `model.tables`, newest first. ValueError if `after` is no token."""
        ...

    def rows(self, query: Query) -> Iterator[list[tuple[Any, ...]]]:
        """All rows of a table, patient by patient in UTF-8 byte order of their ids, one list each.

        Dead letters come in one list.
        """
        ...

    def patients(self) -> list[Patient]:
        """All patients, in UTF-8 byte order of their ids."""
        ...

    def arrival_lines(self) -> dict[str, int]:
        """Per patient, `at` of the last accepted reading or command (the digest's cut)."""
        ...

    def counts(self) -> dict[str, int]:
        """Rows per table, by the names of `model.tables`."""
        ...

    def close(self) -> None:
        """Give everything back. Afterwards no method may be called."""
        ...


class ShardStore(Store, Protocol):
    """A store as the owner of one shard sees it: commits, state and positions are the shard's own.

    Every write raises StoreFencedError once somebody else has taken the shard over.
    """

    @property
    def epoch(self) -> int:
        """Raised by every new owner."""
        ...

    def claim_patients(self, patient_ids: Sequence[str]) -> set[str]:
        """Let new patients belong to this shard; gives those that belong to another one."""
        ...

    def unpublished(self) -> Iterator[tuple[int, list[Outgoing]]]:
        """(commit number, messages) of what may not be published yet, oldest first."""
        ...

    def renew(self) -> "ShardStore":
        """The same shard after a commit whose fate is not known: it is decided when this returns.

        Raises StoreFencedError if the shard went to somebody else meanwhile, StoreUnavailableError.
        """
        ...


class ShardedStore(Store, Protocol):
    """A store that several workers share, each owning shards."""

    def take_over(self, topic: str, partition: int, partitions: int, owner: str) -> ShardStore:
        """Become the owner of a shard, whoever owned it before.

        A commit of the owner before that is under way is waited for, or its session is ended. From
        then on its commits are refused. `partitions`: of the topic now. Raises PartitionCountError,
        StoreUnavailableError.
        """
        ...

    def reached(self, origins: Sequence[str]) -> dict[str, int]:
        """How far origins were read by whichever shards, as last committed."""
        ...


class Source(Protocol):
    """Records in order, decoded. Polled by one worker."""

    def poll(self) -> Decoded | None:
        """The next records, or None at the end.

        Nothing is lost: a record that cannot be decoded is among the rejections.
        """
        ...


class BusyError(Exception):
    """The queue in front of the engine is full: nothing was taken, try again later."""

    def __init__(self, retry_after_s: float):
        super().__init__("the queue in front of the engine is full")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class ItemNote:
    """What was wrong with one item of a submission."""

    index: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of a submission, given once it is durable.

    accepted + duplicates + rejected items = items. `flagged`: kept readings that lost a value.
    """

    accepted: int
    duplicates: int
    rejected: tuple[ItemNote, ...]
    flagged: tuple[ItemNote, ...]


class Live(Protocol):
    """What screens are sent. Every method may be called from any thread."""

    @property
    def hub(self) -> LiveHub:
        """Pieces and found rows, ready to be sent."""
        ...

    def join(self) -> None:
        """Somebody watches from now on; returns when the hub holds every patient."""
        ...

    def leave(self) -> None:
        """One viewer less; once for every `join`."""
        ...

    def figures(self) -> dict[str, float | int | str | None]:
        """What the ward counts, by the names of the live feed."""
        ...


class Host(Protocol):
    """A running engine with its store, as the server sees it.

    Every method may be called from any thread.
    """

    store: Store

    @property
    def live(self) -> Live:
        """What screens are sent."""
        ...

    def engine_at(self) -> int:
        """When the engine last began a step, ms since 1970 UTC by the host's clock."""
        ...

    def submit(self, decoded: Decoded, source: str = "") -> Future[Acknowledgement]:
        """Queue readings; the future completes once they are durable.

        It fails with StoreUnavailableError. Raises BusyError when the queue is full.
        """
        ...

    def admit(self, decoded: DecodedAdmissions, source: str = "") -> Future[Acknowledgement]:
        """Queue admissions; completes once they and the commands that follow are durable.

        It fails with StoreUnavailableError. Raises BusyError when the queue is full.
        """
        ...

    def command(self, command: Command) -> Future[StoredCommand]:
        """Queue a command; completes once durable.

        Raises ValueError for content that makes no sense, BusyError when the queue is full.
        """
        ...

    def pictures(self) -> tuple[int, list[PatientPicture]]:
        """(now in ms, pictures of all patients in UTF-8 byte order of their ids)."""
        ...

    def problems(self) -> list[str]:
        """Why this host is not ready, in plain words; empty when it is."""
        ...

    def figures(self) -> dict[str, float]:
        """Counters and gauges by metric name, for /metrics."""
        ...

    def system(self) -> SystemPicture:
        """The data flow as operators see it. Never waits for the store or for brokers."""
        ...
