"""What operators see of the data flow: partitions, workers, the store, and how fast all of it is.

No patient is named, and no address: names of workers are machine, process and start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

EMBEDDED: Final = "embedded"
"""One engine inside the server."""
WORKERS: Final = "workers"
"""Engines in processes of their own, behind a topic."""

SAVING: Final = "saving"
"""The only state in which all is well."""
OPENING: Final = "opening"
SILENT: Final = "silent"
"""Its worker was not heard of lately."""
UNSERVED: Final = "unserved"
"""No worker was ever heard of."""
REFUSING: Final = "refusing"
"""The store takes nothing, so nothing is accepted."""

PARTITIONS_MAX = 256
"""Partitions told; of more those in trouble come first."""
WORKERS_MAX = 64
"""Workers told; of more the silent ones are left out first."""
PROBLEMS_MAX = 50
"""Problems told; further ones are only counted in `left_out`."""
PROBLEM_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class PartitionPicture:
    """One partition; of an embedded engine its queue.

    state: a word of those above or one of the worker's. next_offset: how far it is durable. lag:
    messages (of a queue: rows) not read yet. heard_s: since its worker told of it. None: not known.
    """

    topic: str
    partition: int
    worker: str | None
    state: str
    epoch: int
    next_offset: int | None
    lag: int | None
    patients: int
    rows_ahead: int
    heard_s: float | None


@dataclass(frozen=True, slots=True)
class WorkerPicture:
    """One engine process, its rates those of the last ten seconds.

    commit_ms: what a commit took in the mean. commit_lag_s: how old the oldest reading of the
    newest commit was when it became durable. None: not known, or nothing happened.
    """

    name: str
    topic: str
    heard_s: float
    is_silent: bool
    partitions: int
    readings_per_s: float | None
    commits_per_s: float | None
    commit_ms: float | None
    commit_lag_s: float | None
    dead_letters: int
    outbox_pending: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowSums:
    """All partitions and workers together.

    messages_per_s: what comes into all topics (of an embedded engine: readings). readings_per_s: of
    workers that read readings. told_per_s: messages of the live topic. commit_ms: the mean over all
    commits. commit_lag_s: the greatest.
    """

    messages_per_s: float | None
    readings_per_s: float | None
    commits_per_s: float | None
    commit_ms: float | None
    commit_lag_s: float | None
    told_per_s: float | None
    lag: int | None
    patients: int
    rows_ahead: int
    dead_letters: int
    outbox_pending: int


@dataclass(frozen=True, slots=True)
class SystemPicture:
    """The whole flow. takes_commits: whether every worker can save, None where nobody knows.

    partition_count: of the topic. left_out: partitions, workers and problems that are not told.
    """

    kind: str
    store: str
    takes_commits: bool | None
    topic: str
    partition_count: int
    partitions: tuple[PartitionPicture, ...]
    workers: tuple[WorkerPicture, ...]
    sums: FlowSums
    problems: tuple[str, ...]
    left_out: int


def told_partitions(all_of_them: Sequence[PartitionPicture]) -> tuple[PartitionPicture, ...]:
    """As many as fit, in their order; those in trouble rather than others."""
    some = sorted(all_of_them, key=lambda one: one.state == SAVING)[:PARTITIONS_MAX]
    return tuple(sorted(some, key=lambda one: (one.topic, one.partition)))


def told_workers(all_of_them: Sequence[WorkerPicture]) -> tuple[WorkerPicture, ...]:
    """As many as fit, by name."""
    some = sorted(all_of_them, key=lambda one: one.is_silent)[:WORKERS_MAX]
    return tuple(sorted(some, key=lambda one: (one.topic, one.name)))


def told_problems(problems: Sequence[str]) -> tuple[str, ...]:
    """As many and as much of each as fits."""
    return tuple(problem[:PROBLEM_LENGTH_MAX] for problem in problems[:PROBLEMS_MAX])


def total(parts: Iterable[float | None]) -> float | None:
    """The sum of what is known; None if nothing is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def greatest(parts: Iterable[float | None]) -> float | None:
    """The greatest of what is known; None if nothing is."""
    return max((part for part in parts if part is not None), default=None)
