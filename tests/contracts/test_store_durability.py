"""What was committed is there after a crash, wholly; what was not is not there at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contracts.building import START, Ward, all_rows
from tests.contracts.committing import PATIENTS, ROWS
from tests.contracts.conftest import STORES

from wardline.model.patients import Patient
from wardline.pipeline.ports import Query, Snapshot, Store, StoredBatch

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3


def test_everything_is_there_after_opening_again(open_store: Callable[[], Store], ward: Ward):
    store = open_store()
    work = ward.work({"patient": "a", "t": START, "spo2": 97_000, "age": 50})
    command = ward.command("a", START + 5, "admit", ward="W", bed="1", admission_id="9")
    store.commit(ward.commit(work, command, positions={"feed": 3}, snapshot=b"state"))
    store = open_store()
    assert store.patients() == [Patient("a", "W", "1", "9", age=50)]
    assert store.latest_snapshot() == Snapshot(1, b"state")
    assert store.position("feed") == 3
    assert store.arrival_lines() == {"a": START + 5}
    assert len(list(store.work_after(0))) == 2
    again = ward.work({"patient": "a", "t": START + 9, "spo2": 97_000})
    assert store.commit(ward.commit(again)) == 2
    (piece,) = store.work_after(1)
    assert isinstance(piece, StoredBatch)
    assert piece.arrival.tolist() == [3]


@pytest.mark.slow
def test_a_process_killed_at_any_moment_loses_nothing_it_had_acknowledged(
    durable: str, tmp_path: Path
):
    acknowledged = 0
    for kill in range(KILLS):
        acknowledged = _commit_and_kill(durable, tmp_path, acknowledged + 1, lines=7 * kill + 1)
        store = STORES[durable].open_at(tmp_path)
        _check_whole(store, acknowledged)
        acknowledged = store.position("feed") or 0
        store.close()


def _commit_and_kill(name: str, folder: Path, first: int, lines: int) -> int:
    """Gives the number of the last commit that was acknowledged before the kill."""
    command = [sys.executable, "-m", "tests.contracts.committing", name, str(folder), str(first)]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    return int(said[-1].split()[1])


def _check_whole(store: Store, acknowledged: int) -> None:
    """Every part of every commit up to the position is there once, and no part of a later one."""
    last = store.position("feed") or 0
    assert last >= acknowledged
    for patient in PATIENTS:
        times = [row[1] for row in all_rows(store, Query("readings", patient))]
        assert times == [START + ROWS + n for n in range(last * ROWS)]
        scores = [row[1] for row in all_rows(store, Query("scores", patient))]
        assert scores == [START + number for number in range(1, last + 1)]
