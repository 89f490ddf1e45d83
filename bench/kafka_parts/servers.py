"""A real broker and a real PostgreSQL of the benchmark's own, and what they have spent."""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.one_machine.kafka_server import KafkaServer
from deploy.one_machine.processes import free_port
from tests import kafka, postgresql

from bench.store_postgresql import TICK_NS, server_ns

# As a server of a hospital is set up: more memory than the defaults, and checkpoints apart from
# each other; every commit still waits for the disk.
POSTGRESQL = postgresql.SETTINGS | {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
}
KAFKA = {"log.retention.ms": "-1", "num.partitions": "3"}
PARTITIONS = 3


class Database(postgresql.Server):
    """A private server that waits for the disk at every commit."""

    def start(self) -> None:
        """As the one of the tests, with other settings."""
        settings = [f"--{name}={value}" for name, value in POSTGRESQL.items()]
        program = self._programs / "postgres"
        while not self._is_up([program, "-D", self._data, "-p", str(self.port), *settings]):
            pass

    databases = 0

    def new_database(self) -> str:
        """The URL of an empty database."""
        self.databases += 1
        name, place = f"bench{self.databases}", self.url.removesuffix(postgresql.DATABASE)
        postgresql.execute(place + "postgres", f"CREATE DATABASE {name}")
        return place + name

    def spent_ns(self) -> int:
        """CPU of all its processes so far."""
        return server_ns(self.pid)


class Broker(KafkaServer):
    """One broker with its files."""

    def __init__(self, programs: kafka.Programs):
        super().__init__(
            programs, Path(tempfile.mkdtemp(prefix="wardline-kafka-")), free_port(), free_port(),
            settings=KAFKA, heap_mb=1024,
        )  # fmt: skip

    def topic(self, name: str, partitions: int = PARTITIONS, **config: object) -> str:
        """A new topic; gives its URL."""
        kafka.create_topic(self.brokers, name, partitions, **config)
        return f"kafka://{self.brokers}/{name}"

    def remove(self) -> None:
        """Stop, and delete all files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Servers:
    """Both, from the beginning to the end of a `with` statement. Raises SystemExit with a reason.

    `database` is None where a benchmark does not need one.
    """

    def __init__(self, *, needs_database: bool = True):
        found, programs = kafka.programs(), postgresql.binaries()
        if found is None:
            raise SystemExit(kafka.MISSING)
        if needs_database and programs is None:
            raise SystemExit(postgresql.MISSING)
        self.broker = Broker(found)
        self._database = Database(programs) if needs_database and programs else None

    @property
    def database(self) -> Database:
        """PostgreSQL."""
        assert self._database is not None
        return self._database

    def database_ns(self) -> int:
        """CPU of PostgreSQL so far; 0 where there is none."""
        return self._database.spent_ns() if self._database else 0

    def broker_ns(self) -> int:
        """CPU of the broker so far."""
        return process_ns(self.broker.pid)

    def __enter__(self) -> Self:
        self.broker.start()
        if self._database:
            self._database.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.broker.remove()
        if self._database:
            self._database.remove()


def process_ns(pid: int) -> int:
    """CPU of one process so far, its threads included, its children not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_NS


def load() -> str:
    """What else the machine did, for the table's heading."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
