"""`wardline serve`: what is wrong is one clear line."""

import socket
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run, forget

from wardline.stores.relational.store import RelationalStore

LIVE = ("--live", "kafka://127.0.0.1:1/wardline-live", "--port", "0", "--no-browser")


@pytest.fixture
def made(store: str) -> str:
    """A store that is there."""
    RelationalStore(store).close()
    return store


@pytest.mark.parametrize(
    ("options", "status", "line"),
    [
        ((), 2, "Missing option '--store'"),
        (("--store", "sqlite:///ward.db"), 2, "Missing option '--live'"),
        (("--store", "sqlite:///none.db", *LIVE), 1, "there is no store at sqlite:///none.db"),
        (("--store", "oracle://x", *LIVE), 1, "is no store"),
        (("--store", "sqlite:///x.db", "--live", "x", "--port", "0"), 1, "a Kafka URL is written"),
        (("--store", "sqlite:///x.db", *LIVE, "--to", "kafka://a/t"), 1, "'a' is no broker"),
        (("--store", "sqlite:///x.db", *LIVE, "--port", "70000"), 2, "70000"),
        (("--store", "sqlite:///x.db", *LIVE, "--host", "0.0.0.0"), 1, "without a token"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    run: Run, options: tuple[str, ...], status: int, line: str
):
    done = run("serve", *options)
    assert done.exit_code == status, done.output
    assert line in done.stderr
    if status == 1:
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1


def test_nothing_is_made_where_no_store_is(run: Run, tmp_path: Path):
    file = tmp_path / "none.db"
    run("serve", "--store", f"sqlite:///{file}", *LIVE)
    assert not file.exists()


def test_a_port_in_use_is_said(run: Run, made: str):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "--store", made, *LIVE, "--port", port)
    assert done.exit_code == 1
    assert str(port) in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_driver_the_extra_is_named(
    run: Run, made: str, monkeypatch: pytest.MonkeyPatch
):
    forget(monkeypatch, "wardline.kafka_assembly", "wardline.sources.kafka")
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    done = run("serve", "--store", made, *LIVE)
    assert done.exit_code == 1
    assert "pip install 'wardline[kafka]'" in done.stderr
