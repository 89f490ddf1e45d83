"""The data flow of one engine inside the server: its queue is the topic, the engine the worker."""

import time
from collections.abc import Sequence

from wardline.pipeline.loop import EngineLoop
from wardline.pipeline.system_picture import (
    EMBEDDED,
    OPENING,
    REFUSING,
    SAVING,
    FlowSums,
    PartitionPicture,
    SystemPicture,
    WorkerPicture,
    told_problems,
)

ENGINE = "engine"
"""What the only worker is called."""


def embedded_picture(
    loop: EngineLoop, store: str, queue_rows: int, problems: Sequence[str], *, is_silent: bool
) -> SystemPicture:
    """The flow as it is now. `store`: its kind.

    `is_silent`: the engine has not moved for too long, or never will.
    """
    worker = _worker(loop, problems, is_silent=is_silent)
    engine = loop.worker
    patients = 0 if engine is None else len(engine.engine.patients)
    state = SAVING if not loop.trouble else OPENING if engine is None else REFUSING
    queue = PartitionPicture(
        "", 0, ENGINE, state, 0, None, queue_rows, patients, 0, worker.heard_s
    )  # fmt: skip
    told = told_problems(problems)
    return SystemPicture(
        EMBEDDED, store, not loop.trouble, "", 1, (queue,), (worker,),
        _sums(worker, queue), told, len(problems) - len(told),
    )  # fmt: skip


def _worker(loop: EngineLoop, problems: Sequence[str], *, is_silent: bool) -> WorkerPicture:
    now_s, pace, tally = time.monotonic(), loop.pace, loop.tally
    mean_s = pace.mean("commit_s", "commits")
    return WorkerPicture(
        ENGINE, "", now_s - loop.beat_s, is_silent, 1,
        pace.per_second("readings", now_s), pace.per_second("commits", now_s),
        None if mean_s is None else mean_s * 1000, loop.commit_lag_s,
        tally.rejected + tally.rejected_values, 0, told_problems(problems),
    )  # fmt: skip


def _sums(worker: WorkerPicture, queue: PartitionPicture) -> FlowSums:
    return FlowSums(
        worker.readings_per_s, worker.readings_per_s, worker.commits_per_s, worker.commit_ms,
        worker.commit_lag_s, None, queue.lag, queue.patients, 0, worker.dead_letters, 0,
    )  # fmt: skip
