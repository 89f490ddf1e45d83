"""The stores that must keep the contract: one line here brings a store under every test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contracts.building import Ward

from wardline.pipeline.ports import Store
from wardline.stores.relational.store import RelationalStore


@dataclass(frozen=True)
class StoreCase:
    """One kind of store. `open_at` opens the store that belongs to a test's folder."""

    open_at: Callable[[Path], Store]
    is_durable: bool = True


STORES = {
    "sqlite": StoreCase(lambda folder: RelationalStore(f"sqlite:///{folder}/ward.db")),
    "sqlite_memory": StoreCase(lambda folder: RelationalStore("sqlite://"), is_durable=False),
}
DURABLE = [name for name, case in STORES.items() if case.is_durable]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = STORES[request.param].open_at(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=DURABLE)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same durable store again and again."""
    opened: list[Store] = []

    def reopened() -> Store:
        if opened:
            opened.pop().close()
        opened.append(STORES[request.param].open_at(tmp_path))
        return opened[0]

    yield reopened
    for store in opened:
        store.close()


@pytest.fixture
def ward() -> Ward:
    return Ward()
