"""The database's disk fills up, and is emptied again, while readings keep coming."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.kafka.nursery import Nursery
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.kafka import Server as KafkaServer
from tests.postgresql import DATABASE, Server, execute

pytestmark = pytest.mark.slow

TOLD_MAX_S = 5.0
RESUMED_MAX_S = 10.0
SIZE_MB = 48
SPACE = "small"
NO_MOUNT = "a disk of its own can be mounted by root only"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of SIZE_MB, where the server's user can reach it."""
    if os.geteuid() != 0:
        pytest.skip(NO_MOUNT)
    place = Path(tempfile.mkdtemp(prefix="wardline-disk-"))
    place.chmod(0o755)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        place.rmdir()
        pytest.skip(f"{NO_MOUNT}, and here not even by root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


@pytest.fixture
def url(postgresql: Server, small_disk: Path) -> Iterator[str]:
    """A database whose tables are on the small disk; the server's log of changes is not."""
    folder = small_disk / "tables"
    folder.mkdir()
    os.chown(folder, postgresql._as["user"], postgresql._as["group"])  # pyright: ignore[reportArgumentType]
    execute(postgresql.url, f"CREATE TABLESPACE {SPACE} LOCATION '{folder}'")
    execute(postgresql.url, f"CREATE DATABASE {SPACE} TABLESPACE {SPACE}")
    yield postgresql.url.removesuffix(DATABASE) + SPACE
    execute(postgresql.url, f"DROP DATABASE {SPACE} WITH (FORCE)")
    execute(postgresql.url, f"DROP TABLESPACE {SPACE}")


@pytest.fixture
def stage(nursery: Nursery, kafka: KafkaServer, url: str, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, nursery, kafka.brokers, url)
    yield made
    made.close()


def test_a_full_disk_is_told_and_heals(
    stage: Stage, small_disk: Path, outage_s: float, figures: Figures
):
    stage.worker()
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        stage.until_saved(producer)
        filler = small_disk / "filler"
        fill(filler)
        began_s = time.monotonic()
        screens.until_told("nothing is saved")
        threading.Event().wait(outage_s)
        rows, positions = len(stage.stored()), stage.positions()
        oldest_s = screens.oldest_s(began_s + 1, time.monotonic())
        told_s = screens.told_within_s(began_s, "nothing is saved")
        filler.unlink()
        returned_s = time.monotonic()
        saved_s = stage.until_saved(producer)
        screens.until_well()
        well_s = time.monotonic() - returned_s
    figures |= {
        "told_s": told_s, "saved_s": saved_s, "well_s": well_s, "oldest_s": oldest_s,
        **stage.check(producer),
    }  # fmt: skip
    assert rows == sum(at + 1 for at in positions.values()), "positions went on without rows"
    assert rows < len(producer.acknowledged)
    assert told_s <= TOLD_MAX_S
    assert well_s <= RESUMED_MAX_S


def fill(filler: Path) -> None:
    """Take every byte that is left."""
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return
