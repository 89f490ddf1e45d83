"""Killed at every named point: the worker after it leaves nothing out and does nothing twice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from tests.e2e.kafka.cases import QUICK, Case, Topics, published
from tests.e2e.kafka.embedded import Expected, embedded
from tests.e2e.kafka.nursery import ROOT, Nursery, Worker, environment, wait_until
from tests.e2e.kafka.recorded import Sent, readdressed, ward
from tests.kafka import Server
from tests.postgresql import Server as Database

from wardline.pipeline.crash_points import POINTS

pytestmark = pytest.mark.slow

PATIENTS, SECONDS = 8, 100
KILLED = -signal.SIGKILL
AT_ONCE = 8
"""Cases that run beside each other: each has a dead member for whom the group waits 6 s."""

DEATHS = {
    "after_poll": [("after_poll", 6)],
    "after_decode": [("after_decode", 7)],
    "after_engine": [("after_engine", 6)],
    "after_cut_before_commit": [("after_cut_before_commit", 4)],
    "in_commit_after_readings": [("in_commit_after_readings", 4)],
    "in_commit_after_findings": [("in_commit_after_findings", 4)],
    "in_commit_after_dead_letters": [("in_commit_after_dead_letters", 4)],
    "in_commit_after_positions": [("in_commit_after_positions", 4)],
    "in_commit_after_outbox": [("in_commit_after_outbox", 4)],
    "in_commit_after_snapshot": [("in_commit_after_snapshot", 1)],
    "before_sql_commit": [("before_sql_commit", 4)],
    "after_sql_commit": [("after_sql_commit", 4)],
    "after_commit_before_publish": [("after_commit_before_publish", 4)],
    "after_publish": [("after_publish", 3)],
    "before_acknowledge": [("before_acknowledge", 3)],
    "after_acknowledge": [("after_acknowledge", 3)],
    # These come after another death: there is something to open, and something not published.
    "while_opening_after_take_over": [
        ("after_sql_commit", 5), ("while_opening_after_take_over", 2)
    ],
    "while_opening_after_recover": [("before_sql_commit", 5), ("while_opening_after_recover", 2)],
    "while_catching_up": [("after_commit_before_publish", 5), ("while_catching_up", 1)],
}  # fmt: skip
"""Case -> who dies where, one after the other."""

SPECIAL = {
    "in_release_before_commit", "in_release_after_commit", "while_running_ahead", "before_rewind"
}  # fmt: skip
"""These need a second worker or a store that is away."""


def test_every_point_has_its_test():
    assert set(DEATHS) | SPECIAL == set(POINTS)


@dataclass
class Run:
    """A case, its workers one after the other, and what was seen."""

    name: str
    case: Case
    expected: Expected
    ends: list[int] = field(default_factory=list[int])
    said: str = ""


PREFIX, TOPIC = "PREFIX00-", "THE-TOPIC"


@cache
def recording() -> tuple[list[Sent], Expected]:
    """What is sent in every case, and what one engine makes of it."""
    sent = ward(PREFIX, PATIENTS, SECONDS, partitions=2)
    return sent, embedded(sent, TOPIC)


def new_run(case: Case, name: str) -> Run:
    sent, expected = recording()
    case.send(readdressed(sent, PREFIX, case.prefix))
    return Run(name, case, expected.renamed({PREFIX: case.prefix, TOPIC: case.topic}))


@pytest.fixture(scope="module")
def runs(
    kafka: Server, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Run]:
    """All ordinary deaths, some at a time beside each other."""
    folder, names, done = tmp_path_factory.mktemp("points"), list(DEATHS), list[Run]()
    for start in range(0, len(names), AT_ONCE):
        some = [
            new_run(Case(kafka, nursery, folder / name), name)
            for name in names[start : start + AT_ONCE]
        ]
        for step in range(3):
            live(some, step)
        done += some
    nursery.end_all()
    return {run.name: run for run in done}


def live(runs: list[Run], step: int) -> None:
    """The next worker of each, to its end: dead at its point, or done."""
    workers: list[tuple[Run, Worker]] = []
    for run in runs:
        deaths = DEATHS[run.name]
        if step < len(deaths):
            point, nth = deaths[step]
            workers.append((run, run.case.worker("--drain", point=point, nth=nth, **QUICK)))
        elif step == len(deaths):
            workers.append((run, run.case.worker("--drain", **QUICK)))
    for run, worker in workers:
        worker.has_ended.wait(60)
        run.ends.append(worker.status if worker.status is not None else 99)
        run.said += worker.said()


@pytest.fixture(scope="module")
def topics(kafka: Server, runs: dict[str, Run]) -> Topics:
    return published(kafka.brokers)


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_at_this_point_loses_nothing_and_doubles_nothing(
    runs: dict[str, Run], topics: Topics, name: str
):
    run = runs[name]
    assert run.ends == [*[KILLED] * len(DEATHS[name]), 0], run.said
    run.case.check(run.expected, topics)


# -- points that are reached only when something else happens -------------------------------------


@pytest.fixture
def run(kafka: Server, nursery: Nursery, tmp_path: Path) -> Iterator[Run]:
    yield new_run(Case(kafka, nursery, tmp_path / "case"), "special")
    nursery.end_all()


@pytest.mark.parametrize("point", ["in_release_before_commit", "in_release_after_commit"])
def test_a_death_while_a_partition_goes_to_a_new_worker(run: Run, point: str):
    slowly = QUICK | {"messages_per_poll": 10, "commit_every_s": 0.05}
    first = run.case.worker(point=point, **slowly)
    wait_until(lambda: sum(run.case.reached().values()) > 50, "it has begun")
    second = run.case.worker(**QUICK)  # draining, it would leave at once where all is done
    assert first.wait() == KILLED, first.said()
    run.case.drain()
    assert second.stop() == 0, second.said()
    run.case.check(run.expected)


def test_a_death_while_a_worker_runs_ahead_of_a_frozen_store(run: Run, postgresql: Database):
    impatient = {"messages_per_poll": 5, "rows_pending_max": 5, "slow_s": 0.2}
    first = run.case.worker(point="while_running_ahead", nth=3, **(QUICK | impatient))
    wait_until(lambda: sum(run.case.reached().values()) > 20, "it has begun")
    postgresql.freeze()
    try:
        assert first.wait() == KILLED, first.said()
    finally:
        postgresql.thaw()
    run.case.drain(**QUICK)
    run.case.check(run.expected)


def test_a_death_when_the_store_answers_again(run: Run, postgresql: Database):
    slowly = QUICK | {"messages_per_poll": 5, "commit_every_s": 0.02, "retry_s": 0.2}
    first = run.case.worker(point="before_rewind", **slowly)
    wait_until(lambda: sum(run.case.reached().values()) > 20, "it has begun")
    postgresql.kill()
    try:
        wait_until(lambda: "level=error" in first.said(), "it says that nothing is saved")
    finally:
        postgresql.start()
    assert first.wait() == KILLED, first.said()
    run.case.drain(**QUICK)
    run.case.check(run.expected)


def test_a_worker_started_as_people_start_it_dies_and_is_followed(run: Run, tmp_path: Path):
    """Without the nursery: a fresh Python, as the command line starts it."""
    command = [
        sys.executable, "-m", "tests.e2e.kafka.dying_worker", "after_sql_commit", "1", "--",
        *run.case.arguments("--drain"),
    ]  # fmt: skip
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, timeout=400, check=False
    )
    assert ended.returncode == KILLED, ended.stderr
    run.case.drain(**QUICK)
    run.case.check(run.expected)
