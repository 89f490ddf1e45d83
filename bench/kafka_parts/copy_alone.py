"""COPY alone: the same readings as ready-made rows into a table with the same key, nothing else.

`python -m bench.kafka_parts.copy_alone DATABASE PATIENTS READINGS`
"""

import sys
from collections.abc import Iterator
from typing import cast

import numpy as np

from bench.kafka_parts.contest import contest
from bench.kafka_parts.readings import simulated
from bench.kafka_parts.servers import PARTITIONS
from bench.store_postgresql import Bare
from wardline.model.findings import Outcome, no_findings
from wardline.model.readings import ReadingBatch, join_batches
from wardline.pipeline.ports import Commit
from wardline.pipeline.shard_slot import ROWS_TIMES_BEHIND, ShardLimits
from wardline.sources.kafka.keys import partition_of

ROWS = ShardLimits().rows_per_commit * ROWS_TIMES_BEHIND


def main() -> None:
    url, patients, readings = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    bare = Bare(url)
    ready = [bare.rows(commit) for commit in commits(patients, readings)]
    with contest() as done:
        for rows in ready:
            bare.commit(rows)
        done(readings)
    bare.close()


def commits(patients: int, readings: int) -> Iterator[Commit]:
    """As a worker cuts them: each holds readings of one partition's patients."""
    waiting: list[list[ReadingBatch]] = [[] for _ in range(PARTITIONS)]
    for batch in simulated(patients, readings):
        names = batch.patients.texts(np.arange(len(batch.patients), dtype=np.int32))
        place = np.array([partition_of(name.encode(), PARTITIONS) for name in names])
        for partition in range(PARTITIONS):
            waiting[partition].append(batch.take(np.flatnonzero(place[batch.patient] == partition)))
            if sum(map(len, waiting[partition])) >= ROWS:
                yield _commit(waiting[partition])
                waiting[partition] = []
    yield from (_commit(some) for some in waiting if some)


def _commit(some: list[ReadingBatch]) -> Commit:
    batch = join_batches(some)
    count = len(batch)
    arrival = np.arange(count, dtype=np.int64)
    nothing = no_findings()
    outcome = Outcome(
        np.zeros(count, dtype=np.int8), cast("np.ndarray", batch.patient), batch.observed_at,
        arrival, np.zeros(count, dtype=np.bool_), nothing,
    )  # fmt: skip
    return Commit([(batch, outcome)], nothing, list(batch.patients))


if __name__ == "__main__":
    main()
