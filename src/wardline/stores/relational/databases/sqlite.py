"""SQLite: one writer, many readers, each beginning its transactions by itself.

Write-ahead log, so readers and the writer never wait for one another, and a commit is on disk when
it returns (synchronous=FULL).
"""

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy import event
from sqlalchemy.pool import QueuePool, StaticPool

from wardline.pipeline.ports import StoreUnavailableError
from wardline.stores.relational.cells import filled_rows, whole_rows
from wardline.stores.relational.databases.database import Bulk, GivenColumns
from wardline.stores.relational.schema import readings
from wardline.stores.relational.statements import Statements, run_many

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that writes the same file; then StoreUnavailableError."""
READERS_MAX = 16
"""Readers beyond that wait for BUSY_TIMEOUT_S; then StoreUnavailableError."""
PAGE_BYTES = 4096
"""Larger pages cost more: a commit of many patients touches an index page of each."""
CHECKPOINT_PAGES = 16384
"""64 MiB of log before it is written back: pages touched by every commit are written back once."""
LOG_BYTES_MAX = 64 * 1024 * 1024
"""The log file is cut back to this after a checkpoint."""
CACHE_KIB = 32 * 1024

WRITER_PRAGMAS = (
    f"PRAGMA page_size={PAGE_BYTES}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit={LOG_BYTES_MAX}",
    f"PRAGMA cache_size=-{CACHE_KIB}",
)
READER_PRAGMAS = ("PRAGMA query_only=ON",)

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class SqliteDatabase:
    """A file, or a database in memory (see `Database`)."""

    kind = "SQLite"
    is_remote = False

    def __init__(self, url: sa.URL):
        self.is_one_connection = url.database in {None, "", ":memory:"}
        if not self.is_one_connection:
            _prepare_file(Path(str(url.database)))
        self.writer = _writer(url, is_shared=self.is_one_connection)
        self.reader = self.writer if self.is_one_connection else _reader(url)

    def bulk(self) -> Bulk:
        """Ready-made statements, run row by row: there is nothing quicker."""
        return RowByRow(Statements(self.writer.dialect))

    def is_unavailable(self, error: Exception) -> bool:
        """Full disks, locks held for too long, lost and damaged files."""
        if isinstance(error, sqlalchemy.exc.OperationalError):
            return True
        driver_error = getattr(error, "orig", None)
        return str(getattr(driver_error, "sqlite_errorname", "")).startswith(_DAMAGED)

    def is_blocked(self, error: Exception) -> bool:
        """Never: who waits for a file waits for all of it."""
        return False

    def session(self, connection: sa.Connection) -> str:
        """Nothing tells them apart."""
        return ""

    def end_session(self, connection: sa.Connection, session: str) -> None:
        """Nobody's."""

    def keep_makers_apart(self, connection: sa.Connection) -> None:
        """Its one writer makes them."""

    def drop_old(self, connection: sa.Connection, before_ms: int) -> bool:
        """Nothing goes as a whole here."""
        return False


class RowByRow:
    """Many rows by ready-made statements (see `Bulk`)."""

    def __init__(self, statements: Statements):
        self._statements = statements

    def keep_readings(self, connection: sa.Connection, columns: GivenColumns) -> None:
        """Insert readings; one whose key is there already stays as it is."""
        empty = {name: cell for name, (_, cell) in columns.items() if cell is not None}
        names, rows = filled_rows({name: column for name, (column, _) in columns.items()}, empty)
        run_many(connection, self._statements.keep(readings, names), rows)

    def replace(
        self, connection: sa.Connection, table: sa.Table, columns: GivenColumns, rank: str | None
    ) -> None:
        """Insert rows, or replace those with their primary key, one after the other."""
        sql = self._statements.replace(table, tuple(columns), rank)
        run_many(connection, sql, whole_rows(columns.values()))

    def forget(self) -> None:
        """Nothing was remembered."""


def _prepare_file(path: Path) -> None:
    """Patients' data: a new folder and a new file are for their owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnavailableError(f"cannot open the store {path}: {error.strerror}") from error


def _writer(url: sa.URL, *, is_shared: bool) -> sa.Engine:
    # A database in memory lives in one connection, which all threads share under the lock.
    pool: dict[str, Any] = (
        {"poolclass": StaticPool}
        if is_shared
        else {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    )
    return _engine(url, "BEGIN IMMEDIATE", WRITER_PRAGMAS, pool)


def _reader(url: sa.URL) -> sa.Engine:
    pool: dict[str, Any] = {
        "poolclass": QueuePool, "pool_size": 4, "max_overflow": READERS_MAX - 4,
        "pool_timeout": BUSY_TIMEOUT_S,
    }  # fmt: skip
    return _engine(url, "BEGIN", READER_PRAGMAS, pool)


def _engine(url: sa.URL, begin: str, pragmas: tuple[str, ...], pool: dict[str, Any]) -> sa.Engine:
    arguments = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_S}
    engine = sa.create_engine(url, connect_args=arguments, **pool)

    # The driver would begin transactions too late for schema changes; it is told not to.
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
