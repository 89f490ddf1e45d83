"""Workers as a server hears of them: how they are, how fast, and what they count together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from wardline.codecs.live_messages import ShardNews, Telling
from wardline.pipeline.pace import Pace

COUNTER = "_total"
OLDEST = ("heartbeat_seconds", "lag_seconds")
"""Figures whose names end so are ages: of many workers the greatest is told."""

READINGS, COMMITS = "wardline_readings_total", "wardline_commits_total"
COMMIT_SECONDS = "wardline_commit_seconds_total"
COMMIT_LAG = "wardline_commit_lag_seconds"
DEAD_LETTERS, OUTBOX = "wardline_dead_letters_total", "wardline_outbox_pending"

SUMS_PREFIX = "wardline_workers_"
"""What workers count together has names of its own: who asks workers as well counts nothing twice.
"""


@dataclass(slots=True)
class ServedPartition:
    """What is known of one partition, and when its worker was last heard of. pace: of its end."""

    news: ShardNews
    worker: str
    heard_s: float
    engine_at: int
    pace: Pace = field(default_factory=Pace)

    def note_end(self, now_s: float) -> None:
        """How far the partition goes, as far as its worker says."""
        if self.news.lag is not None:
            end = self.news.next_offset + self.news.lag
            self.pace.note(now_s, {"messages": end})


@dataclass(slots=True)
class HeardWorker:
    """One worker. number: of the newest message. heard_s: when that was."""

    number: int
    heard_s: float
    topic: str = ""
    problems: list[str] = field(default_factory=list[str])
    figures: dict[str, float] = field(default_factory=dict[str, float])
    pace: Pace = field(default_factory=Pace)

    def hear(self, telling: Telling, now_s: float) -> None:
        """Take what it tells of itself every second."""
        self.topic = telling.topic
        if telling.problems is not None:
            self.problems, self.figures = telling.problems, telling.figures or {}
            self.pace.note(now_s, self.figures)

    def greatest(self, name: str) -> float | None:
        """Of a figure by partition, or of one without."""
        found = [value for full, value in self.figures.items() if full.partition("{")[0] == name]
        return max(found, default=None)


class WorkerSums:
    """What all workers count together; counters never go back, whoever comes and goes."""

    def __init__(self) -> None:
        self._gone: dict[str, float] = {}

    def forget(self, worker: HeardWorker) -> None:
        """It is not heard of any more: what it counted stays counted."""
        for name, value in worker.figures.items():
            if name.endswith(COUNTER):
                self._gone[name] = self._gone.get(name, 0.0) + value

    def figures(
        self,
        heard: Mapping[str, HeardWorker],
        silent: Iterable[HeardWorker],
        served: Mapping[int, str],
    ) -> dict[str, float]:
        """By metric name. `served`: who serves a partition; what others tell of it is left out."""
        sums = dict(self._gone)
        for worker in silent:
            _add(sums, {n: v for n, v in worker.figures.items() if n.endswith(COUNTER)})
        for name, worker in heard.items():
            own = {partition for partition, owner in served.items() if owner == name}
            _add(sums, {n: v for n, v in worker.figures.items() if _is_of(n, own)})
        return {name.replace("wardline_", SUMS_PREFIX, 1): value for name, value in sums.items()}


def _is_of(name: str, own: Collection[int]) -> bool:
    """Whether a figure is of no partition, or of one of these."""
    _, _, label = name.partition('{partition="')
    number = label.removesuffix('"}')
    return not label or (number.isdecimal() and int(number) in own)


def _add(sums: dict[str, float], figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        if name.partition("{")[0].endswith(OLDEST):
            sums[name] = max(sums.get(name, 0.0), value)
        else:
            sums[name] = sums.get(name, 0.0) + value
