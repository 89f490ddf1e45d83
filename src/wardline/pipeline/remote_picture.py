"""The data flow of workers elsewhere, put together from what they tell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wardline.pipeline.heard_workers import (
    COMMIT_LAG,
    COMMIT_SECONDS,
    COMMITS,
    DEAD_LETTERS,
    OUTBOX,
    READINGS,
    HeardWorker,
    ServedPartition,
)
from wardline.pipeline.system_picture import (
    SAVING,
    SILENT,
    UNSERVED,
    WORKERS,
    FlowSums,
    PartitionPicture,
    SystemPicture,
    WorkerPicture,
    greatest,
    told_partitions,
    told_problems,
    told_workers,
    total,
)

UNSAVED = {"waiting for the store", "ahead of the store", "paused"}
"""States of partitions whose worker waits for the store."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server knows of workers. served: by topic and partition.

    told_per_s: messages of the live topic. silent_after_s: who was not heard of for so long is
    silent. now_s: as the times of those that were heard.
    """

    store: str
    topic: str
    partition_count: int
    served: Mapping[tuple[str, int], ServedPartition]
    workers: Mapping[str, HeardWorker]
    problems: Sequence[str]
    told_per_s: float | None
    now_s: float
    silent_after_s: float


def remote_picture(heard: Heard) -> SystemPicture:
    """The flow as it is now."""
    partitions = [*_served(heard), *_unserved(heard)]
    workers = [_worker(heard, name, worker) for name, worker in heard.workers.items()]
    told = told_partitions(partitions), told_workers(workers), told_problems(heard.problems)
    everything = len(partitions) + len(workers) + len(heard.problems)
    return SystemPicture(
        WORKERS, heard.store, _takes_commits(partitions), heard.topic, heard.partition_count,
        told[0], told[1], _sums(heard, partitions, workers), told[2],
        everything - sum(map(len, told)),
    )  # fmt: skip


def _served(heard: Heard) -> Iterator[PartitionPicture]:
    for (topic, partition), served in heard.served.items():
        silent_s = heard.now_s - served.heard_s
        news = served.news
        yield PartitionPicture(
            topic, partition, served.worker,
            SILENT if silent_s > heard.silent_after_s else news.state, news.epoch,
            news.next_offset, news.lag, news.patients, news.rows_ahead, silent_s,
        )  # fmt: skip


def _unserved(heard: Heard) -> Iterator[PartitionPicture]:
    for partition in range(heard.partition_count):
        if (heard.topic, partition) not in heard.served:
            yield PartitionPicture(
                heard.topic, partition, None, UNSERVED, 0, None, None, 0, 0, None
            )  # fmt: skip


def _worker(heard: Heard, name: str, worker: HeardWorker) -> WorkerPicture:
    now_s, pace, figures = heard.now_s, worker.pace, worker.figures
    mean_s = pace.mean(COMMIT_SECONDS, COMMITS)
    silent_s = now_s - worker.heard_s
    is_silent = silent_s > heard.silent_after_s
    return WorkerPicture(
        name, worker.topic, silent_s, is_silent,
        sum(served.worker == name for served in heard.served.values()),
        None if is_silent else pace.per_second(READINGS, now_s),
        None if is_silent else pace.per_second(COMMITS, now_s),
        None if mean_s is None else mean_s * 1000, worker.greatest(COMMIT_LAG),
        int(figures.get(DEAD_LETTERS, 0)), int(figures.get(OUTBOX, 0)),
        told_problems(worker.problems),
    )  # fmt: skip


def _takes_commits(partitions: Iterable[PartitionPicture]) -> bool | None:
    """None where no partition says so either way."""
    states = [one.state for one in partitions if one.state not in {SILENT, UNSERVED}]
    if not UNSAVED.isdisjoint(states):
        return False
    return True if SAVING in states else None


def _sums(
    heard: Heard, partitions: Sequence[PartitionPicture], workers: Sequence[WorkerPicture]
) -> FlowSums:
    present = [one for one in workers if not one.is_silent]
    ends = (one.pace.per_second("messages", heard.now_s) for one in heard.served.values())
    lag = total(one.lag for one in partitions)
    return FlowSums(
        total(ends),
        total(one.readings_per_s for one in present if one.topic == heard.topic),
        total(one.commits_per_s for one in present), _mean_ms(present),
        greatest(one.commit_lag_s for one in present), heard.told_per_s,
        None if lag is None else int(lag), sum(one.patients for one in partitions),
        sum(one.rows_ahead for one in partitions), sum(one.dead_letters for one in workers),
        sum(one.outbox_pending for one in present),
    )  # fmt: skip


def _mean_ms(workers: Iterable[WorkerPicture]) -> float | None:
    """Over all commits: who commits more often counts for more."""
    pairs = [
        (one.commits_per_s, one.commit_ms)
        for one in workers
        if one.commits_per_s and one.commit_ms is not None
    ]
    often = sum(per_s for per_s, _ in pairs)
    return sum(per_s * ms for per_s, ms in pairs) / often if often else None
