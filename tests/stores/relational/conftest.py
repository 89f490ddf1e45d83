"""Fixtures shared by the tests of the relational store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts.building import Ward
from tests.postgresql import Server, url_of

from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def url(postgresql: Server, tmp_path: Path) -> str:
    """A schema of this test's own."""
    return url_of(tmp_path)


@pytest.fixture
def in_postgresql(url: str) -> Iterator[RelationalStore]:
    opened = RelationalStore(url)
    yield opened
    opened.close()


@pytest.fixture
def in_sqlite(tmp_path: Path) -> Iterator[RelationalStore]:
    opened = RelationalStore(f"sqlite:///{tmp_path}/ward.db")
    yield opened
    opened.close()
