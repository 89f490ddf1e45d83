"""What the files start: command lines that the command line takes, variables somebody reads."""

import re
from collections.abc import Iterator

import click
import pytest
from tests.deploy.manifests import ROOT, Started, compose_variables, started

from wardline.cli import COMMANDS, cli
from wardline.config import prepare_machine_code_cache

STARTED = started()
READ_BY_OTHERS = {"XDG_CACHE_HOME": "platformdirs, as a test below shows"}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|KEY")


def where(process: Started) -> str:
    return process.where


def command_of(words: tuple[str, ...]) -> tuple[click.Command, list[str]]:
    """(the command that the first words name, the words after them)."""
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group):
        name = rest.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    return command, rest


def parsed(words: tuple[str, ...]) -> dict[str, object]:
    """The options of a command line; nothing is run. Raises click.UsageError."""
    command, rest = command_of(words)
    return command.make_context(words[0], rest).params


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_command_line_is_one_that_wardline_takes(process: Started):
    if process.words[0] not in COMMANDS:
        pytest.skip(f"not checked yet: there is no command `wardline {process.words[0]}`")
    assert parsed(process.words)


def test_a_misspelt_option_is_found():
    with pytest.raises(click.UsageError):
        parsed(("simulate", "--too", "-"))


def test_everything_that_the_set_needs_is_started_everywhere():
    kinds = {kind: set[str]() for kind in ("compose", "systemd", "Kubernetes")}
    for process in STARTED:
        kinds[process.where.partition(" ")[0]].add(process.words[0])
    assert kinds["compose"] == {"topics", "worker", "serve", "simulate"}
    assert kinds["systemd"] == {"worker", "serve", "up"}
    assert kinds["Kubernetes"] == {"topics", "worker", "serve"}


def known_variables() -> set[str]:
    sources = (ROOT / "src").rglob("*.py")
    quoted = r'"(WARDLINE_[A-Z_]+|NUMBA_CACHE_DIR)"'
    return {name for path in sources for name in re.findall(quoted, path.read_text())}


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_every_variable_is_read_by_somebody(process: Started):
    files_own = {name for other in STARTED for name in other.used}
    named = set(process.environment) - set(READ_BY_OTHERS) - files_own
    assert named - known_variables() == set()


def test_what_may_be_set_for_compose_has_a_default():
    assert [name for name, default in compose_variables().items() if default is None] == []


def test_the_cache_of_machine_code_goes_where_xdg_cache_home_says(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert prepare_machine_code_cache().parent == tmp_path / "wardline"


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_secrets_are_files_and_never_values(process: Started):
    secrets = {name for name in process.environment if SECRET.search(name)}
    assert [name for name in secrets if not name.endswith("_FILE")] == []
    assert [word for word in process.words if re.search(r"//[^/@]*:[^/@]*@", word)] == []


def urls(process: Started) -> Iterator[str]:
    yield from (word for word in process.words if "://" in word)


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_whoever_opens_the_database_has_its_password(process: Started):
    needs = any(url.startswith("postgresql://") for url in urls(process))
    assert ("WARDLINE_STORE_PASSWORD_FILE" in process.environment) == needs


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_whoever_serves_has_a_token(process: Started):
    serves = process.words[0] in {"serve", "up"}
    assert ("WARDLINE_TOKEN_FILE" in process.environment) == serves


@pytest.mark.parametrize("process", STARTED, ids=where)
def test_outside_a_container_nothing_listens_beyond_loopback(process: Started):
    options = dict(zip(process.words, process.words[1:], strict=False))
    hosts = {options[name] for name in ("--host", "--metrics-host") if name in options}
    is_contained = not process.where.startswith("systemd")
    assert is_contained or hosts <= LOOPBACK
