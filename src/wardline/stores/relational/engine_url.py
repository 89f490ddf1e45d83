"""Connections: one writer, many readers, each beginning its transactions by itself.

SQLite: write-ahead log, so readers and the writer never wait for one another, and a commit is on
disk when it returns (synchronous=FULL).
"""

import os
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool, StaticPool

from wardline.pipeline.ports import StoreUnavailableError
from wardline.stores.relational.errors import unavailable

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


class Connections:
    """Transactions on one database: `writing()` for one at a time, `reading()` from any thread."""

    def __init__(self, url: str):
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            raise ValueError(f"not a store this can open: {parsed.render_as_string()}")
        self._lock = threading.Lock()
        self._is_shared = parsed.database in {None, "", ":memory:"}
        if not self._is_shared:
            _prepare_file(Path(str(parsed.database)))
        self.writer = _writer(parsed, is_shared=self._is_shared)
        self._reader = self.writer if self._is_shared else _reader(parsed)

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """One transaction that is committed at the end, or wholly undone by an error."""
        return self._transaction(self.writer, self._lock)

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """One transaction that sees a single state of the store. Keep it short: the log grows."""
        return self._transaction(self._reader, self._lock if self._is_shared else nullcontext())

    @contextmanager
    def _transaction(
        self, engine: sa.Engine, lock: AbstractContextManager[Any]
    ) -> Generator[sa.Connection, None, None]:
        with unavailable(), lock, engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the log is written back into the file."""
        self._reader.dispose()
        self.writer.dispose()


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
