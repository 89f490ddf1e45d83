"""A store behind TLS: the server's certificate is checked, and a wrong one is refused."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.building import START, Ward
from tests.postgresql import MISSING, Server, binaries

from wardline.pipeline.ports import StoreUnavailableError
from wardline.stores.relational.store import RelationalStore


def made_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(key), "-out", str(certificate),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The server's certificate and key, and a stranger's certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificates")
    stranger, _ = made_certificate(folder, "stranger")
    return *made_certificate(folder, "server"), stranger


@pytest.fixture(scope="module")
def secure(certificates: tuple[Path, Path, Path]) -> Iterator[str]:
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    server = Server(programs, {"ssl": "on"})
    try:
        server.take_certificate(*certificates[:2])
        server.start()
        server.create_database()
        yield server.url
    finally:
        server.remove()


def test_a_store_is_reached_through_a_checked_certificate(
    secure: str, certificates: tuple[Path, Path, Path], ward: Ward
):
    url = f"{secure}?sslmode=verify-full&sslrootcert={certificates[0]}"
    store = RelationalStore(url, is_shared=True)
    shard = store.take_over("patient-vitals", 0, 1, "test")
    shard.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 97_000})))
    with store._connections.writing() as connection:
        is_encrypted = sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert connection.scalar(is_encrypted) is True
    store.close()


def test_a_server_that_nobody_vouches_for_is_refused(
    secure: str, certificates: tuple[Path, Path, Path]
):
    with pytest.raises(StoreUnavailableError, match="certificate"):
        RelationalStore(f"{secure}?sslmode=verify-full&sslrootcert={certificates[2]}")


def test_a_certificate_for_another_name_is_refused(
    secure: str, certificates: tuple[Path, Path, Path]
):
    url = secure.replace("127.0.0.1", "localhost")
    with pytest.raises(StoreUnavailableError, match="localhost"):
        RelationalStore(f"{url}?sslmode=verify-full&sslrootcert={certificates[0]}")
