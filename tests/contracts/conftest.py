"""The stores that must keep the contract: one line here brings a store under every test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contracts.building import Ward
from tests.postgresql import url_of

from wardline.pipeline.ports import Store
from wardline.stores.relational.store import RelationalStore


@dataclass(frozen=True)
class StoreCase:
    """One kind of store. `open_at` opens the store that belongs to a test's folder.

    `needs`: a fixture that must run first.
    """

    open_at: Callable[[Path], Store]
    is_durable: bool = True
    needs: str | None = None


STORES = {
    "sqlite": StoreCase(lambda folder: RelationalStore(f"sqlite:///{folder}/ward.db")),
    "sqlite_memory": StoreCase(lambda folder: RelationalStore("sqlite://"), is_durable=False),
    "postgresql": StoreCase(lambda folder: RelationalStore(url_of(folder)), needs="postgresql"),
}
DURABLE = [name for name, case in STORES.items() if case.is_durable]


def prepared(request: pytest.FixtureRequest) -> StoreCase:
    """The case a test is run for, with what it needs."""
    case = STORES[request.param]
    if case.needs is not None:
        request.getfixturevalue(case.needs)
    return case


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = prepared(request).open_at(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=DURABLE)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same durable store again and again."""
    case, opened = prepared(request), list[Store]()

    def reopened() -> Store:
        if opened:
            opened.pop().close()
        opened.append(case.open_at(tmp_path))
        return opened[0]

    yield reopened
    for store in opened:
        store.close()


@pytest.fixture(params=DURABLE)
def durable(request: pytest.FixtureRequest) -> str:
    """The name of a durable store that can be opened now."""
    prepared(request)
    return request.param


@pytest.fixture
def ward() -> Ward:
    return Ward()
