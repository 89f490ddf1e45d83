"""What `make up-production` keeps between starts, and the commands it would run."""

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from deploy.one_machine.folders import data_folder, kept_ports, only_user
from deploy.one_machine.processes import PORTS, free_port, is_free
from deploy.one_machine.service import ServiceError
from deploy.one_machine.up import Parts, Plan, up


def test_ports_are_kept_and_differ(tmp_path: Path):
    ports = kept_ports(tmp_path)
    assert len(set(ports.values())) == 3
    assert kept_ports(tmp_path) == ports
    (tmp_path / "ports.json").write_text("{}")
    with pytest.raises(ServiceError, match="does not hold the ports"):
        kept_ports(tmp_path)


def test_a_free_port_can_be_listened_on_and_then_is_not_free():
    port = free_port()
    assert port in PORTS
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
    assert is_free(port)


def test_a_folder_has_one_user_at_a_time(tmp_path: Path):
    with (
        only_user(tmp_path),
        pytest.raises(ServiceError, match="runs already"),
        only_user(tmp_path),
    ):
        pass
    with only_user(tmp_path):
        pass


def test_data_lies_in_the_folder_of_wardline_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WARDLINE_DATA_DIR", str(tmp_path))
    assert data_folder(None) == tmp_path / "production"
    named = data_folder(tmp_path / "other")
    assert named == tmp_path / "other"
    assert named.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)
    assert (named / "logs").stat().st_mode & 0o777 == 0o700


def test_a_port_in_use_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("deploy.one_machine.up.PORT_WAIT_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(up, ["--port", str(port), "--data", str(tmp_path / "data")])
    assert done.exit_code == 1
    assert f"port {port} of 127.0.0.1 is in use by another program" in done.output


def test_workers_are_as_many_as_asked_for_and_one_of_admissions(tmp_path: Path):
    parts = Parts(
        Plan(tmp_path, 8501, 20, 3), "kafka://127.0.0.1:1", "postgresql://w@127.0.0.1:2/w"
    )
    names = [worker.name for worker in parts.workers()]
    assert names == ["worker 1", "worker 2", "worker 3", "admissions worker"]
    assert parts.server().port == 8501
