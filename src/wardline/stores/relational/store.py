"""The store itself: the protocol's methods over one database."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wardline.model.admissions import Admission, AdmissionSummary
from wardline.model.dead_letters import DeadLetter
from wardline.model.patients import Patient
from wardline.pipeline.admissions import AdmissionPage, KnownAdmissions
from wardline.pipeline.crash_points import reach
from wardline.pipeline.moving import ShardMove, Spread
from wardline.pipeline.ports import (
    Commit,
    Page,
    Query,
    Snapshot,
    StoreBlockedError,
    StoredBatch,
    StoredCommand,
    StoreUnavailableError,
)  # fmt: skip
from wardline.stores.relational import admissions, patients, reading, stored_work
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.dead_letters import kept_records
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.migrating import is_ready, migrate
from wardline.stores.relational.moving import move_shards, spread_of
from wardline.stores.relational.paging import page
from wardline.stores.relational.schema import positions, snapshots
from wardline.stores.relational.shard_states import StoreState, store_state
from wardline.stores.relational.shard_store import RelationalShard
from wardline.stores.relational.shards import (
    WHOLE,
    Claim,
    Shard,
    check_epoch,
    name_of,
    renewed,
    session_of,
    take_over,
)
from wardline.stores.relational.trimming import trim
from wardline.stores.relational.writing import last_commit, write_commit


class RelationalStore:
    """Readings and findings in a relational database (see `pipeline.ports.Store`).

    `commit` and `trim` are called by one thread at a time; everything else by any thread, at any
    time. Every method raises StoreUnavailableError when the database cannot answer, and works again
    once it can.
    """

    def __init__(self, url: str | sa.URL, *, creates: bool = True, is_shared: bool = False):
        """Open `sqlite:///FILE` (made if absent), `sqlite://` (in memory) or `postgresql://...`.

        `creates`: whether tables may be made in a database that has none. `is_shared`: others may
        write too, each to shards of its own (see `take_over`). Raises ValueError for another URL,
        StoreVersionError for a store of a newer Wardline, StoreMissingError.
        """
        self._connections = Connections(url, is_shared=is_shared)
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
            self._connections.database.keep_makers_apart(connection)
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
        return self.commit_of(WHOLE, commit)

    def commit_of(self, shard: Shard, commit: Commit) -> int:
        """The same for a shard; numbers are the shard's own. Raises StoreFencedError."""
        with self._lock:
            try:
                with self._connections.writing() as connection:
                    self._check_alone(connection, shard)
                    seq = write_commit(connection, self._memory, commit, shard)
                    reach("before_sql_commit")
                reach("after_sql_commit")
            except BaseException:
                self._memory.forget()
                self._last_seq = None
                raise
            self._last_seq = seq if shard is WHOLE else None
            return seq

    def _check_alone(self, connection: sa.Connection, shard: Shard) -> None:
        """A session lost between commits lets another writer in: then our engine is behind."""
        if shard is not WHOLE:
            check_epoch(connection, shard)
        elif self._connections.database.is_remote and self._last_seq is not None:
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

    def take_over(self, topic: str, partition: int, partitions: int, owner: str) -> RelationalShard:
        """Become the owner of a shard, whoever owned it before (see `ShardedStore`)."""
        name = f"{topic}/{partition}"

        def taken(connection: sa.Connection, session: str) -> Shard:
            claim = Claim(name, topic, partitions, owner, session)
            return take_over(connection, self._memory.statements, claim)

        return self._owned(taken, lambda _: name)

    def renew(self, shard: Shard, tried: deque[str]) -> RelationalShard:
        """A shard of ours again, after a commit whose fate was not known. StoreFencedError.

        `tried` remembers the sessions in which this was tried.
        """

        def taken(connection: sa.Connection, session: str) -> Shard:
            ours = renewed(connection, shard, session, [*tried])
            if session:
                tried.append(session)
            return ours

        return self._owned(taken, lambda connection: name_of(connection, shard))

    def _owned(
        self,
        take: Callable[[sa.Connection, str], Shard],
        name: Callable[[sa.Connection], str],
    ) -> RelationalShard:
        with self._lock:
            try:
                shard = self._taken(take)
            except StoreBlockedError:
                # Somebody hangs in the middle of a commit: without its session that is undone.
                with self._connections.writing() as connection:
                    session = session_of(connection, name(connection))
                    self._connections.database.end_session(connection, session or "")
                shard = self._taken(take)
        return RelationalShard(self, self._connections, self._memory.statements, shard)

    def _taken(self, take: Callable[[sa.Connection, str], Shard]) -> Shard:
        with self._connections.writing() as connection:
            return take(connection, self._connections.database.session(connection))

    def spread_of(self, topic: str) -> Spread:
        """How patients are spread over the shards of a topic now."""
        with self._connections.reading() as connection:
            return spread_of(connection, topic)

    def move_shards(self, owned: Mapping[int, RelationalShard], move: ShardMove) -> None:
        """Replace shards, by partition, by others, wholly or not at all. StoreFencedError."""
        own = {partition: one.shard for partition, one in owned.items()}
        with self._lock, self._connections.writing() as connection:
            move_shards(connection, own, move)

    def reached(self, origins: Sequence[str]) -> dict[str, int]:
        """How far origins were read by whichever shards, as last committed."""
        furthest = sa.func.max(positions.c.position)
        query = sa.select(positions.c.origin, furthest).where(positions.c.origin.in_(origins))
        with self._connections.reading() as connection:
            rows = connection.execute(query.group_by(positions.c.origin))
            return {origin: int(position) for origin, position in rows}

    def latest_snapshot(self, shard: Shard = WHOLE) -> Snapshot | None:
        """The newest engine state, if any was kept."""
        newest = (
            sa.select(snapshots)
            .where(snapshots.c.shard_key == shard.key)
            .order_by(snapshots.c.commit_seq.desc())
            .limit(1)
        )
        with self._connections.reading() as connection:
            row = connection.execute(newest).first()
        return Snapshot(row.commit_seq, row.state) if row else None

    def work_after(
        self, commit_seq: int, shard: Shard = WHOLE
    ) -> Iterator[StoredBatch | StoredCommand]:
        """What was accepted after a commit; within a commit each patient's in order of arrival.

        After a commit forgotten long ago it starts earlier: nothing is left out.
        """
        return stored_work.work_after(self._connections, commit_seq, shard)

    def position(self, origin: str, shard: Shard = WHOLE) -> int | None:
        """How far an origin was read, as last committed."""
        is_shard = positions.c.shard_key == shard.key
        place = sa.select(positions.c.position).where(is_shard, positions.c.origin == origin)
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

    def admission_summary(self) -> AdmissionSummary:
        """Counts and means over all admissions."""
        with self._connections.reading() as connection:
            return admissions.admission_summary(connection)

    def admission_page(
        self, risk: str | None = None, limit: int = 50, after: str | None = None
    ) -> AdmissionPage:
        """Admissions of one risk level or all, newest first. ValueError: `after` is no token."""
        with self._connections.reading() as connection:
            return admissions.admission_page(connection, risk, limit, after)

    def known_admissions(self, some: Sequence[Admission]) -> KnownAdmissions:
        """What was recorded before about these admissions and their patients."""
        with self._connections.reading() as connection:
            return admissions.known_admissions(connection, some)

    def arrival_lines(self) -> dict[str, int]:
        """Per patient, `at` of the last accepted reading or command."""
        with self._connections.reading() as connection:
            return patients.arrival_lines(connection)

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        with self._connections.reading() as connection:
            return reading.counts(connection)

    def state(self) -> StoreState:
        """Versions and shards, for whoever looks after the store."""
        with self._connections.reading() as connection:
            return store_state(connection)

    def close(self) -> None:
        """Give everything back. Afterwards no method may be called."""
        with self._lock:
            self._connections.close()
