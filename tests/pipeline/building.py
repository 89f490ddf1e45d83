"""Readings as JSON gives them, stores that fail on request, clocks turned by hand."""

import json
from collections.abc import Iterator
from typing import Any

from wardline.codecs.vitals_json import decode_json
from wardline.engine.engine import Engine
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.tables import TABLES
from wardline.pipeline.ports import Commit, Query, Store, StoreUnavailableError
from wardline.pipeline.worker import Worker
from wardline.stores.relational.store import RelationalStore

START = 1_700_000_040_000
"""Aligned to the minute."""
SECOND, MINUTE = 1_000, 60_000


class HandClock:
    """A clock that stands until it is set."""

    def __init__(self, now_ms: int = START):
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now


class FailingStore:
    """A real store whose commits, look-ups or reads fail while they are told to."""

    def __init__(self, store: Store):
        self._store = store
        self.commits_fail = False
        self.commits_allowed: int | None = None
        self.reads_fail = False
        self.commit_count = 0

    def __getattr__(self, name: str) -> Any:
        if self.reads_fail:
            raise StoreUnavailableError("pulled out")
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> int:
        if self.commits_fail or self.commit_count == self.commits_allowed:
            raise StoreUnavailableError("full")
        self.commit_count += 1
        return self._store.commit(commit)


def memory() -> RelationalStore:
    return RelationalStore("sqlite://")


def new_worker(store: Any, clock: HandClock | None = None) -> Worker:
    return Worker(Engine(), store, clock or HandClock())


def reading(patient: str = "p", at: int = START, **fields: Any) -> dict[str, Any]:
    return {"patient_id": patient, "timestamp": at, **(fields or {"heart_rate": 80})}


def decoded(
    *readings: Any, origin: str = "", first_position: int = 0, names: Dictionaries | None = None
) -> Decoded:
    """Readings as a recording on the event clock brings them."""
    body = json.dumps(list(readings)).encode()
    found = decode_json(
        body, START, names or Dictionaries(), origin=origin, first_position=first_position
    )
    found.batch.received_at[:] = found.batch.observed_at
    return found


def beats(
    count: int, patient: str = "p", start: int = START, rate: int = 80
) -> list[dict[str, Any]]:
    """One heart rate a second."""
    return [reading(patient, start + second * SECOND, heart_rate=rate) for second in range(count)]


def table(store: Any, name: str) -> list[tuple[Any, ...]]:
    return [row for rows in store.rows(Query(name)) for row in rows]


def contents(store: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but dead letters, whose times are the wall's."""
    return {name: sorted(table(store, name), key=repr) for name in TABLES if name != "dead-letters"}


def pieces(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
