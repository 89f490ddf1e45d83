"""Runs commands in this process."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wardline.cli import cli

Run = Callable[..., Result]
LOGGERS = ("wardline", "wardline.server.access")
"""Whose levels `start_logging` sets, beside that of all."""

CSV = """patient_id,timestamp,heart_rate,spo2
p,2026-01-01T00:00:00Z,80,97
p,2026-01-01T00:00:01Z,81,
q,2026-01-01T00:00:00Z,900,95
p,2026-01-01T00:00:01Z,99,
q,2026-01-01T00:00:02Z,fast,95
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `wardline` with these arguments in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARDLINE_DATA_DIR", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "ward.csv"
    file.write_text(CSV)
    return file


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ward.db"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Commands that start logs end them with the test."""
    with logs_as_before():
        yield


@contextmanager
def logs_as_before() -> Iterator[None]:
    """For commands that fixtures run."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in LOGGERS)]
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    yield
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def forget(monkeypatch: pytest.MonkeyPatch, *prefixes: str) -> None:
    """Have modules imported anew."""
    for name in list(sys.modules):
        if name.startswith(prefixes):
            monkeypatch.delitem(sys.modules, name)
