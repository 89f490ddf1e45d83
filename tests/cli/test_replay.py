"""`wardline replay` into stores."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from wardline.assembly import WriterLock
from wardline.codecs.digest import findings_sha256
from wardline.model.tables import DIGEST_TABLES
from wardline.pipeline.ports import Query
from wardline.stores.relational.store import RelationalStore

FIELDS = [
    "rows", "ignored_rows", "readings", "accepted", "duplicates", "rejected", "rejected_values",
    "late", "windows", "scores", "anomalies", "transitions", "findings_sha256", "wall_s", "cpu_s",
    "digest_s", "readings_per_s",
]  # fmt: skip


def replayed(run: Run, *arguments: object) -> dict[str, Any]:
    done = run("replay", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_the_account_has_every_field_and_adds_up(run: Run, recording: Path, store: str):
    told = replayed(run, recording, "--store", store)
    assert list(told) == FIELDS
    assert (told["rows"], told["readings"], told["accepted"]) == (5, 5, 3)
    assert (told["duplicates"], told["rejected"], told["rejected_values"]) == (0, 2, 1)


def test_running_again_changes_neither_store_nor_digest(run: Run, recording: Path, store: str):
    first = replayed(run, recording, "--store", store)
    letters = run("export", "dead-letters", "--store", store).stdout
    second = replayed(run, recording, "--store", store)
    assert (second["accepted"], second["duplicates"], second["rejected"]) == (0, 3, 2)
    assert second["findings_sha256"] == first["findings_sha256"]
    assert run("export", "dead-letters", "--store", store).stdout == letters
    assert len(list(csv.reader(letters.splitlines(keepends=True)))) == 1 + 3


def test_the_digest_can_be_recomputed_from_the_store(run: Run, recording: Path, store: str):
    told = replayed(run, recording, "--store", store)
    kept = RelationalStore(store)
    assert told["findings_sha256"] == findings_sha256(
        lambda name: kept.rows(Query(name)), kept.arrival_lines()
    )
    assert all(told[name] == kept.counts()[name] for name in DIGEST_TABLES)
    kept.close()


def test_a_store_replays_into_another_with_the_same_digest(
    run: Run, recording: Path, store: str, tmp_path: Path
):
    first = replayed(run, recording, "--store", store)
    again = replayed(run, tmp_path / "ward.db", "--store", f"sqlite:///{tmp_path}/copy.db")
    by_url = replayed(run, store)
    assert again["findings_sha256"] == by_url["findings_sha256"] == first["findings_sha256"]


def test_an_export_replays_with_its_own_arrivals(
    run: Run, recording: Path, store: str, tmp_path: Path
):
    first = replayed(run, recording, "--store", store)
    run("export", "readings", "--store", store, "--out", tmp_path / "export.csv")
    again = replayed(run, tmp_path / "export.csv")
    assert again["findings_sha256"] == first["findings_sha256"]


LATE_CSV = """patient_id,timestamp,heart_rate
p,2026-01-01T00:05:00Z,80
p,2026-01-01T00:00:10Z,170
p,2026-01-01T00:05:20Z,81
q,2026-01-01T00:00:00Z,60
p,2026-01-01T00:00:20Z,180
"""


def test_an_export_replays_in_the_order_of_acceptance_though_its_rows_lie_by_time(
    run: Run, tmp_path: Path, store: str
):
    (tmp_path / "late.csv").write_text(LATE_CSV)
    first = replayed(run, tmp_path / "late.csv", "--store", store)
    assert first["late"] == 2
    run("export", "readings", "--store", store, "--out", tmp_path / "export.csv")
    again = replayed(run, tmp_path / "export.csv", "--batch", 2)
    assert again["findings_sha256"] == first["findings_sha256"]
    assert again["late"] == 2


def test_a_store_that_somebody_writes_to_takes_no_replay(run: Run, recording: Path, store: str):
    replayed(run, recording, "--store", store)
    lock = WriterLock(store)
    done = run("replay", recording, "--store", store)
    lock.release()
    assert done.exit_code == 1
    assert "another Wardline is writing" in done.stderr


def test_a_store_is_not_replayed_into_itself(run: Run, recording: Path, store: str):
    replayed(run, recording, "--store", store)
    done = run("replay", store, "--store", store)
    assert (done.exit_code, "into itself" in done.stderr) == (1, True)


def test_files_that_hold_no_readings_are_named_and_left(run: Run, recording: Path):
    recording.with_name("notes.txt").write_text("milk, bread\n")
    done = run("replay", recording.parent, "--json")
    assert done.exit_code == 0
    assert "left:" in done.stderr
    assert "notes.txt" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["accepted"] == 3


@pytest.mark.slow
def test_a_real_recording_gives_the_same_digest_in_any_cut(run: Run, data_folder: Path):
    file = data_folder / "bidmc" / "bidmc_01_Numerics.csv"
    whole, cut = replayed(run, file), replayed(run, file, "--batch", "13")
    assert whole["accepted"] == 481
    assert {**whole, **dict.fromkeys(FIELDS[-4:])} == {**cut, **dict.fromkeys(FIELDS[-4:])}
