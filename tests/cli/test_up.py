"""What is wrong before anything is begun; tests/e2e/test_up.py starts whole processes."""

import socket

import pytest
from tests.cli.conftest import Run

SOURCES = {"its own ward": (), "a topic": ("--source", "kafka://127.0.0.1:1/patient-vitals")}


@pytest.mark.parametrize("name", SOURCES)
def test_a_port_that_is_taken_is_one_clear_line(run: Run, name: str, store: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("up", "--no-browser", "--port", port, "--store", store, *SOURCES[name])
    assert done.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_source_that_is_no_topic_is_said(run: Run):
    done = run("up", "--no-browser", "--source", "http://127.0.0.1/x")
    assert done.exit_code == 1
    assert "sources are topics" in done.stderr
