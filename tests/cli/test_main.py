"""What all commands share: help, exit status, one clear line."""

import json

import click
import pytest
from click.testing import Result
from tests.cli.conftest import Run

from wardline.cli import COMMANDS, cli


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, name: str):
    done = run(name, "--help")
    assert done.exit_code == 0
    assert "Example" in done.output


def test_help_names_every_command(run: Run):
    assert [line.split()[0] for line in run("--help").output.splitlines() if line.startswith("  ")]
    assert all(f"  {name} " in run("--help").output for name in COMMANDS)


def only_line(done: Result) -> str:
    """The one line of a failure."""
    assert "Traceback" not in done.output
    return [line for line in done.stderr.splitlines() if line.startswith("Error: ")][-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",), ("replay",), ("replay", "x", "--speed", "7"), ("up", "--history", "soon"),
        ("export", "secrets", "--store", "sqlite:///x"), ("score", "news2"), ("simulate",),
        ("replay", "x", "--store", "sqlite:///a", "--into", "http://b"),
        ("simulate", "--to", "-", "--count", "1", "--duration", "5s"),
        ("export", "readings", "--store", "sqlite:///x", "--json"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_status_2(run: Run, arguments: tuple[str, ...]):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("replay", "nowhere"), "there is no nowhere"),
        (("replay", "."), "nothing there can be read"),
        (
            ("replay", "ward.csv", "--store", "mysql://h/d"),
            "MySQL are not in this version",
        ),
        (("replay", "ward.csv", "--store", "ftp://h/d"), "is no store"),
        (("replay", "ward.csv", "--into", "gopher://h"), "no address of a Wardline"),
        (("export", "readings", "--store", "sqlite:///absent.db"), "there is no store"),
        (("dead-letters", "redrive", "--store", "sqlite:///absent.db"), "there is no store"),
        (("backup", "--store", "sqlite:///absent.db", "--out", "b.db"), "there is no absent.db"),
        (("simulate", "--to", "kafka://h/t"), "HOST:PORT"),
        (("simulate", "--to", "-", "--rate", "0.0000001"), "rate"),
        (("up", "--source", "kafka://h/t"), "HOST:PORT"),
    ],
)
def test_a_failure_is_one_clear_line_and_exit_status_1(
    run: Run, request: pytest.FixtureRequest, arguments: tuple[str, ...], line: str
):
    if "ward.csv" in arguments:
        request.getfixturevalue("recording")
    done = run(*arguments)
    assert done.exit_code == 1
    assert line in only_line(done)


def test_doctor_says_what_works_and_ends_well_when_nothing_needed_is_missing(run: Run):
    done = run("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout.splitlines()[-1])["checks"]}
    assert checks["Python"]["ok"]
    assert checks["store"]["finding"].endswith("will be made by the first `wardline up`")
    assert done.exit_code == (0 if all(c["ok"] for c in checks.values() if c["is_needed"]) else 1)


def test_doctor_finds_a_store_that_is_none(run: Run, recording: object):
    done = run("doctor", "--store", "sqlite:///ward.csv")
    assert done.exit_code == 1
    assert "PROBLEM  store" in done.output


def test_all_names_belong_to_commands():
    context = click.Context(cli)
    assert [cli.get_command(context, name).name for name in cli.list_commands(context)] == list(
        COMMANDS
    )
