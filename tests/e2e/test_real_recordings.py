"""Real recordings through all of Wardline: everything accounted for, everything repeatable."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from wardline.cli import cli

RECORDINGS = {"bidmc": 35 * 481, "mimic3_demo_vitals": 107_423}


def wardline(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def replayed(*arguments: object) -> dict:
    return json.loads(wardline("replay", *arguments, "--json").splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rows"), RECORDINGS.items())
def test_a_recording_replays_wholly_and_its_export_gives_the_same_digest(
    name: str, rows: int, data_folder: Path, tmp_path: Path
):
    store, export = f"sqlite:///{tmp_path}/ward.db", tmp_path / "readings.csv"
    first = replayed(data_folder / name, "--store", store)
    assert first["rows"] == rows
    assert first["accepted"] + first["duplicates"] + first["rejected"] == first["readings"]
    wardline("export", "readings", "--store", store, "--out", export)
    assert replayed(export)["findings_sha256"] == first["findings_sha256"]
    assert replayed(tmp_path / "ward.db")["findings_sha256"] == first["findings_sha256"]
    letters = list(
        csv.DictReader(io.StringIO(wardline("export", "dead-letters", "--store", store)))
    )
    kept = sum(int(letter["count"]) for letter in letters)
    assert kept == first["rejected"] + first["rejected_values"]
    assert all(letter["raw"] and letter["reason"] for letter in letters)
