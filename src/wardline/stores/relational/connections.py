"""Transactions on one database, whichever it is: one writer at a time, many readers."""

import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa

from wardline.pipeline.ports import StoreInUseError, StoreUnavailableError
from wardline.stores.relational.databases.opening import database_of
from wardline.stores.relational.errors import unavailable


class Connections:
    """Transactions on one database: `writing()` for one at a time, `reading()` from any thread."""

    def __init__(self, url: str | sa.URL, *, is_shared: bool = False):
        """`is_shared`: others may write too; what a lost commit became, shards find out."""
        self.database = database_of(url, is_shared=is_shared)
        self._is_shared = is_shared
        self._lock = threading.Lock()
        self._has_written = False
        self._is_in_doubt = False

    @property
    def writer(self) -> sa.Engine:
        """The writer's only connection."""
        return self.database.writer

    @contextmanager
    def writing(self) -> Generator[sa.Connection]:
        """One transaction that is committed at the end, or wholly undone by an error."""
        try:
            with self._transaction(self.writer, self._lock) as connection:
                yield connection
        except StoreUnavailableError as error:
            never_wrote = not self._has_written and isinstance(error, StoreInUseError)
            is_guarded = self.database.is_remote and not self._is_shared
            self._is_in_doubt = is_guarded and not never_wrote
            raise
        self._has_written, self._is_in_doubt = True, False

    @contextmanager
    def reading(self) -> Generator[sa.Connection]:
        """One transaction that sees a single state of the store. Keep it short: the log grows."""
        if self._is_in_doubt:
            self._settle()
        lock = self._lock if self.database.is_one_connection else nullcontext()
        with self._transaction(self.database.reader, lock) as connection:
            yield connection

    def _settle(self) -> None:
        """Wait until the fate of the last commit is decided.

        A commit sent through a lost session may still happen. The session held the writer's lock,
        so once the lock is ours again nothing can come from there any more. Whoever read before
        that could go on from a state that is not the last one.
        """
        with self.writing():
            pass

    @contextmanager
    def _transaction(
        self, engine: sa.Engine, lock: AbstractContextManager[Any]
    ) -> Generator[sa.Connection]:
        with unavailable(self.database), lock, engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; SQLite's log is written back into the file."""
        self.database.reader.dispose()
        self.database.writer.dispose()
