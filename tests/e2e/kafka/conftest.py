"""The nursery of all tests here, and cases of a test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.kafka.cases import Case
from tests.e2e.kafka.nursery import Nursery
from tests.kafka import Server
from tests.postgresql import Server as Database

MakeCase = Callable[..., Case]


@pytest.fixture(scope="session")
def nursery(
    kafka: Server, postgresql: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nursery]:
    """Asks for the servers first, so that it ends before them."""
    made = Nursery(tmp_path_factory.mktemp("workers"))
    yield made
    made.close()


@pytest.fixture
def make_case(kafka: Server, nursery: Nursery, tmp_path: Path) -> Iterator[MakeCase]:
    """Makes cases; their workers end with the test."""

    def make(name: str = "case", partitions: int = 2) -> Case:
        return Case(kafka, nursery, tmp_path / name, partitions)

    yield make
    nursery.end_all()
