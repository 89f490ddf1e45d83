"""A store as the owner of one shard sees it."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wardline.model.admissions import Admission, AdmissionSummary
from wardline.model.patients import Patient
from wardline.pipeline.admissions import AdmissionPage, KnownAdmissions
from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.ports import (
    Commit,
    Page,
    Query,
    Snapshot,
    StoredBatch,
    StoredCommand,
)
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.outgoing import unpublished
from wardline.stores.relational.shards import Shard, claim_patients
from wardline.stores.relational.statements import Statements

if TYPE_CHECKING:
    from wardline.stores.relational.store import RelationalStore

TRIED_MAX = 16
"""Sessions remembered in which the shard was to be renewed; beyond that the oldest is forgotten,
and a shard renewed in that one counts as taken by another worker."""


class RelationalShard:
    """Implements `pipeline.ports.ShardStore`: what is read is the whole store's."""

    def __init__(
        self,
        store: "RelationalStore",
        connections: Connections,
        statements: Statements,
        shard: Shard,
    ):
        self._store = store
        self._connections = connections
        self._statements = statements
        self.shard = shard
        self._tried = deque[str](maxlen=TRIED_MAX)

    @property
    def kind(self) -> str:
        """What kind of store this is, in a word for people."""
        return self._store.kind

    @property
    def epoch(self) -> int:
        """Raised by every new owner."""
        return self.shard.epoch or 0

    def commit(self, commit: Commit) -> int:
        """Make a commit of this shard durable. Raises StoreFencedError."""
        return self._store.commit_of(self.shard, commit)

    def latest_snapshot(self) -> Snapshot | None:
        """The shard's newest engine state."""
        return self._store.latest_snapshot(self.shard)

    def work_after(self, commit_seq: int) -> Iterator[StoredBatch | StoredCommand]:
        """What the shard accepted after a commit of its own."""
        return self._store.work_after(commit_seq, self.shard)

    def position(self, origin: str) -> int | None:
        """How far the shard read an origin."""
        return self._store.position(origin, self.shard)

    def claim_patients(self, patient_ids: Sequence[str]) -> set[str]:
        """Let new patients belong to this shard; gives those that belong to another one."""
        with self._connections.writing() as connection:
            return claim_patients(connection, self._statements, self.shard, list(patient_ids))

    def unpublished(self) -> Iterator[tuple[int, list[Outgoing]]]:
        """(commit number, messages) of what may not be published yet, oldest first."""
        return unpublished(self._connections, self.shard)

    def renew(self) -> "RelationalShard":
        """The same shard after a commit whose fate is not known (see `ShardStore`)."""
        return self._store.renew(self.shard, self._tried)

    def trim(self, before_ms: int, batch_rows: int = 10_000) -> int:
        """Delete what is old, of whichever shard."""
        return self._store.trim(before_ms, batch_rows)

    def stored_readings(
        self, keys: Sequence[tuple[str, int, str]]
    ) -> dict[tuple[str, int, str], StoredBatch]:
        """The stored readings among these keys."""
        return self._store.stored_readings(keys)

    def page(self, query: Query, limit: int, after: str | None = None) -> Page:
        """Rows of a table, newest first."""
        return self._store.page(query, limit, after)

    def rows(self, query: Query) -> Iterator[list[tuple[Any, ...]]]:
        """All rows of a table."""
        return self._store.rows(query)

    def patients(self) -> list[Patient]:
        """All patients of the store."""
        return self._store.patients()

    def arrival_lines(self) -> dict[str, int]:
        """Per patient, `at` of the last accepted reading or command."""
        return self._store.arrival_lines()

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        return self._store.counts()

    def admission_summary(self) -> AdmissionSummary:
        """Counts and means over all admissions of the store."""
        return self._store.admission_summary()

    def admission_page(
        self, risk: str | None = None, limit: int = 50, after: str | None = None
    ) -> AdmissionPage:
        """Admissions of one risk level or all, newest first."""
        return self._store.admission_page(risk, limit, after)

    def known_admissions(self, admissions: Sequence[Admission]) -> KnownAdmissions:
        """What was recorded before about these admissions and their patients."""
        return self._store.known_admissions(admissions)

    def close(self) -> None:
        """Nothing: the store is closed by whoever opened it."""
