"""The store itself: the protocol's methods over one database."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from wardline.model.dead_letters import DeadLetter
from wardline.model.patients import Patient
from wardline.pipeline.ports import (
    Commit,
    Page,
    Query,
    Snapshot,
    StoredBatch,
    StoredCommand,
    StoreUnavailableError,
)  # fmt: skip
from wardline.stores.relational import patients, reading, stored_work
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.dead_letters import kept_records
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.migrating import is_ready, migrate
from wardline.stores.relational.paging import page
from wardline.stores.relational.schema import positions, snapshots
from wardline.stores.relational.trimming import trim
from wardline.stores.relational.writing import last_commit, write_commit


class RelationalStore:
    """Readings and findings in a relational database (see `pipeline.ports.Store`).

    `commit` and `trim` are called by one thread at a time; everything else by any thread, at any
    time. Every method raises StoreUnavailableError when the database cannot answer, and works again
    once it can.
    """

    def __init__(self, url: str | sa.URL, *, creates: bool = True):
        """Open `sqlite:///FILE` (made if absent), `sqlite://` (in memory) or `postgresql://...`.

        `creates`: whether tables may be made in a database that has none. Raises ValueError for
        another URL, StoreVersionError for a store of a newer Wardline, StoreMissingError.
        """
        self._connections = Connections(url)
        self._memory = Memory(self._connections.database)
        self._lock = threading.Lock()
        self._last_seq: int | None = None
        try:
            self._prepare(creates=creates)
        except BaseException:
            self._connections.close()
            raise

    def _prepare(self, *, creates: bool) -> None:
        # Somebody else may be writing to a server's database: who only reads does not disturb.
        if self._connections.database.is_remote:
            with self._connections.reading() as connection:
                if is_ready(connection, creates=creates):
                    return
        with self._connections.writing() as connection:
            migrate(connection)

    def claim(self) -> None:
        """Become the database's only writer now, not only with the first commit.

        Raises StoreInUseError. Files are guarded by whoever opens them.
        """
        with self._connections.writing():
            pass

    @property
    def kind(self) -> str:
        """What kind of store this is, in a word for people."""
        return self._connections.database.kind

    def commit(self, commit: Commit) -> int:
        """Make a commit durable, wholly or not at all, and give its number (1, 2, ...)."""
        with self._lock:
            try:
                with self._connections.writing() as connection:
                    self._check_alone(connection)
                    self._last_seq = write_commit(connection, self._memory, commit)
            except BaseException:
                self._memory.forget()
                self._last_seq = None
                raise
            return self._last_seq

    def _check_alone(self, connection: sa.Connection) -> None:
        """A session lost between commits lets another writer in: then our engine is behind."""
        if self._connections.database.is_remote and self._last_seq is not None:
            seq, _ = last_commit(connection)
            if seq != self._last_seq:
                raise StoreUnavailableError("another Wardline wrote to this database meanwhile")

    def trim(self, before_ms: int, batch_rows: int = 10_000) -> int:
        """Delete up to `batch_rows` rows older than a time; 0 when nothing is left to delete."""
        with self._lock, self._connections.writing() as connection:
            if self._connections.database.drop_old(connection, before_ms):
                self._memory.bulk.forget()
                return batch_rows
            return trim(connection, before_ms, batch_rows)

    def stored_readings(
        self, keys: Sequence[tuple[str, int, str]]
    ) -> dict[tuple[str, int, str], StoredBatch]:
        """The stored readings among these keys (patient_id, timestamp ms, source)."""
        with self._connections.reading() as connection:
            return stored_work.stored_readings(connection, keys)

    def latest_snapshot(self) -> Snapshot | None:
        """The newest engine state, if any was kept."""
        newest = sa.select(snapshots).order_by(snapshots.c.commit_seq.desc()).limit(1)
        with self._connections.reading() as connection:
            row = connection.execute(newest).first()
        return Snapshot(row.commit_seq, row.state) if row else None

    def work_after(self, commit_seq: int) -> Iterator[StoredBatch | StoredCommand]:
        """What was accepted after a commit; within a commit each patient's in order of arrival.

        After a commit forgotten long ago it starts earlier: nothing is left out.
        """
        return stored_work.work_after(self._connections, commit_seq)

    def position(self, origin: str) -> int | None:
        """How far an origin was read, as last committed."""
        place = sa.select(positions.c.position).where(positions.c.origin == origin)
        with self._connections.reading() as connection:
            return connection.scalar(place)

    def page(self, query: Query, limit: int, after: str | None = None) -> Page:
        """Rows of a table, newest first. ValueError for no table or no token."""
        with self._connections.reading() as connection:
            return page(connection, query, limit, after)

    def rows(self, query: Query) -> Iterator[list[tuple[Any, ...]]]:
        """All rows of a table, patient by patient in byte order of their ids. ValueError: no table.

        Each patient is read as one state of the store, different patients at different moments.
        """
        reading.relation_of(query.table)
        return reading.rows(self._connections, query)

    def dead_letters(self, reason: str | None = None) -> Iterator[DeadLetter]:
        """Every refused record that was kept, letter by letter, to be sent again."""
        after: int = -1
        while True:
            with self._connections.reading() as connection:
                found = kept_records(connection, reason, after)
            if found is None:
                return
            after, records = found
            yield from records

    def patients(self) -> list[Patient]:
        """All patients, in UTF-8 byte order of their ids."""
        with self._connections.reading() as connection:
            return patients.all_patients(connection)

    def arrival_lines(self) -> dict[str, int]:
        """Per patient, `at` of the last accepted reading or command."""
        with self._connections.reading() as connection:
            return patients.arrival_lines(connection)

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        with self._connections.reading() as connection:
            return reading.counts(connection)

    def close(self) -> None:
        """Give everything back. Afterwards no method may be called."""
        with self._lock:
            self._connections.close()
