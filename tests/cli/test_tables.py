"""`export`, `backup`, `restore`, `dead-letters redrive` and `simulate`, on files."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Run


@pytest.fixture
def filled(run: Run, recording: Path, store: str) -> str:
    assert run("replay", recording, "--store", store).exit_code == 0
    return store


def test_an_export_is_canonical_csv_with_a_header(run: Run, filled: str):
    lines = run("export", "readings", "--store", filled).stdout.splitlines()
    assert lines[0].startswith("patient_id,timestamp,source,heart_rate,pulse_rate,")
    assert [line.partition(",")[0] for line in lines[1:]] == ["p", "p", "q"]
    assert lines[3].startswith("q,2026-01-01T00:00:00.000Z,,,,,95,")


def test_an_export_can_be_cut_to_a_patient_and_a_time(run: Run, filled: str):
    def rows(*more: str) -> int:
        return len(run("export", "readings", "--store", filled, *more).stdout.splitlines()) - 1

    assert rows("--patient", "p") == 2
    assert rows("--patient", "p", "--to", "2026-01-01T00:00:01Z") == 1
    assert rows("--from", "2026-01-01T00:00:01Z") == 1


def test_an_export_is_written_as_the_ending_says(run: Run, filled: str, tmp_path: Path):
    done = run("export", "readings", "--store", filled, "--out", tmp_path / "r.jsonl", "--json")
    assert json.loads(done.stdout) == {"rows": 3}
    first = json.loads((tmp_path / "r.jsonl").read_text().splitlines()[0])
    assert (first["patient_id"], first["heart_rate"], first["temperature"]) == ("p", 80, None)
    run("export", "readings", "--store", filled, "--out", tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    assert table["spo2"].to_pylist() == [97.0, None, 95.0]
    assert not list(tmp_path.glob(".*part"))


def test_a_backup_restores_to_the_same_rows(run: Run, filled: str, tmp_path: Path):
    done = run("backup", "--store", filled, "--out", tmp_path / "b.db", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["readings"] == 3
    other = f"sqlite:///{tmp_path}/other.db"
    assert run("restore", tmp_path / "b.db", "--store", other).exit_code == 0
    exports = [run("export", "readings", "--store", url).stdout for url in (filled, other)]
    assert exports[0] == exports[1]
    assert run("restore", tmp_path / "b.db", "--store", other).exit_code == 1


def test_a_file_that_is_no_store_is_not_restored(run: Run, recording: Path, tmp_path: Path):
    done = run("restore", recording, "--store", f"sqlite:///{tmp_path}/other.db")
    assert done.exit_code == 1
    assert "cannot be copied" in done.stderr


def test_redriving_stores_nothing_twice_and_notes_nothing_twice(run: Run, filled: str):
    letters = run("export", "dead-letters", "--store", filled).stdout
    done = run("dead-letters", "redrive", "--store", filled, "--json")
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["letters"] == 3
    assert told["accepted"] == 0
    assert run("export", "dead-letters", "--store", filled).stdout == letters


def test_simulated_messages_and_their_truth_are_repeatable(run: Run, tmp_path: Path):
    arguments = ("simulate", "--to", "-", "--patients", "3", "--start", "2026-01-01T00:00:00Z",
                 "--duration", "1h", "--json", "--truth", tmp_path / "truth.csv")  # fmt: skip
    first, truth = run(*arguments), (tmp_path / "truth.csv").read_text()
    second = run(*arguments)
    lines = first.stdout.splitlines()
    assert json.loads(lines[-1])["messages"] == len(lines) - 1 == 3 * 3600
    assert lines[:-1] == second.stdout.splitlines()[:-1]
    assert truth == (tmp_path / "truth.csv").read_text()
    assert truth.splitlines()[0] == "patient_id,start,end,kind,name,vital"


@pytest.mark.parametrize("profile", ["vitals", "admissions", "iot", "monitor"])
def test_so_many_messages_as_asked_for_are_sent(run: Run, profile: str):
    done = run("simulate", "--to", "-", "--profile", profile, "--count", "7",
               "--start", "2026-01-01T00:00:00Z")  # fmt: skip
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(messages) == 7
    assert all(message["patient_id"] and message["timestamp"] for message in messages)
