"""The private PostgreSQL of one machine: who gets in, and that data stays."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from deploy.one_machine.postgresql_server import PostgreSQLServer, programs
from deploy.one_machine.processes import free_port
from deploy.one_machine.service import ServiceError
from tests.postgresql import MISSING, binaries


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another user can get to: folders of tests are closed to all others."""
    with tempfile.TemporaryDirectory(prefix="wardline-one-machine-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def server(folder: Path) -> Iterator[PostgreSQLServer]:
    if binaries() is None:
        pytest.skip(MISSING)
    made = PostgreSQLServer(
        programs(), folder / "postgresql", free_port(), folder / "password", folder / "log"
    )
    yield made
    made.stop()


def session(server: PostgreSQLServer, user: str = "wardline", password: str | None = None):
    import psycopg  # noqa: PLC0415 - an extra

    url = server.url.replace("wardline@", f"{user}@")
    right = server.password_file.read_text().strip()
    return psycopg.connect(url, password=password or right, autocommit=True)


@pytest.mark.slow
def test_only_our_user_gets_in_and_only_with_the_password(server: PostgreSQLServer):
    import psycopg  # noqa: PLC0415 - an extra

    server.start()
    with session(server) as ours:
        told = ours.execute(
            "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname = current_user"
        )
        assert told.fetchall() == []
    assert server.password_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        session(server, password="guessed")
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        session(server, user="postgres")


@pytest.mark.slow
def test_data_and_password_stay_through_a_stop_and_a_kill(server: PostgreSQLServer):
    server.start()
    with session(server) as ours:
        ours.execute("CREATE TABLE kept (number int)")
        ours.execute("INSERT INTO kept VALUES (1)")
    password = server.password_file.read_text()
    assert server.stop()
    server.start()
    with session(server) as ours:
        ours.execute("INSERT INTO kept VALUES (2)")
    os.kill(server.pid, signal.SIGQUIT)  # at once, and with all of its processes
    server.kill()
    server.start()
    with session(server) as ours:
        assert ours.execute("SELECT sum(number) FROM kept").fetchone() == (3,)
    assert server.password_file.read_text() == password


@pytest.mark.slow
def test_a_lost_password_is_said_instead_of_replaced(server: PostgreSQLServer):
    server.start()
    server.stop()
    server.password_file.unlink()
    with pytest.raises(ServiceError, match="password is missing"):
        server.launch()


def test_what_cannot_be_made_leaves_nothing_behind(folder: Path):
    broken = folder / "broken"
    broken.mkdir(mode=0o755)
    (broken / "initdb").write_text("#!/bin/sh\necho 'initdb: error: no room' >&2\nexit 1\n")
    (broken / "initdb").chmod(0o755)
    server = PostgreSQLServer(
        broken, folder / "postgresql", free_port(), folder / "password", folder / "log"
    )
    with pytest.raises(ServiceError, match="initdb failed: initdb: error: no room"):
        server.start()
    assert sorted(path.name for path in folder.iterdir()) == ["broken", "password"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_a_folder_that_the_other_user_cannot_reach_is_said(folder: Path):
    folder.chmod(0o700)
    server = PostgreSQLServer(
        folder, folder / "postgresql", free_port(), folder / "password", folder / "log"
    )
    with pytest.raises(ServiceError, match=f"no other user can enter {folder}; .*--data"):
        server.start()


def test_named_programs_that_are_not_there_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("WARDLINE_POSTGRESQL", str(tmp_path))
    with pytest.raises(ServiceError, match="WARDLINE_POSTGRESQL"):
        programs()
