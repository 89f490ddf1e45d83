"""The seam between the one relational store and the databases it can live in."""

from collections.abc import Mapping
from typing import Protocol

import sqlalchemy as sa

from wardline.stores.relational.cells import Column

GivenColumns = Mapping[str, tuple[Column, int | None]]
"""Column name -> (values, the value that stands for an empty cell, if there is one)."""


class Bulk(Protocol):
    """Writes many rows at once, in the transaction it is given. Used by the writer only."""

    def keep_readings(self, connection: sa.Connection, columns: GivenColumns) -> None:
        """Insert readings; one whose key is there already stays as it is.

        Rows are ordered by patient, each patient's by arrival; of equal keys the first counts.
        """
        ...

    def replace(
        self, connection: sa.Connection, table: sa.Table, columns: GivenColumns, rank: str | None
    ) -> None:
        """Insert rows, or replace those with their primary key, one after the other.

        `rank`: a stored row with a higher value there stays as it is.
        """
        ...

    def forget(self) -> None:
        """After a transaction was undone."""
        ...


class Database(Protocol):
    """One database: its sessions and its own ways."""

    kind: str
    """What it is called, in a word for people."""
    is_remote: bool
    """A server of its own: sessions can be lost, and a lost commit may have happened all the same.

    Such a store remembers that, and is read again only by whoever holds the writer's lock anew.
    """
    is_one_connection: bool
    """Everything shares one connection: readers wait for the writer."""
    writer: sa.Engine
    reader: sa.Engine

    def bulk(self) -> Bulk:
        """A way to write many rows at once."""
        ...

    def is_unavailable(self, error: Exception) -> bool:
        """Whether a driver's error is the database's trouble, and not a mistake in this code."""
        ...

    def is_blocked(self, error: Exception) -> bool:
        """Whether a driver's error means that somebody else held a lock for too long."""
        ...

    def session(self, connection: sa.Connection) -> str:
        """Names this session for `end_session`; empty where sessions cannot be told apart."""
        ...

    def end_session(self, connection: sa.Connection, session: str) -> None:
        """End somebody's session, if it is still the one named: what it has not committed is gone.

        Waits for that, bounded.
        """
        ...

    def keep_makers_apart(self, connection: sa.Connection) -> None:
        """Until this transaction ends, no other one that asks for this makes tables; it waits."""
        ...

    def drop_old(self, connection: sa.Connection, before_ms: int) -> bool:
        """Give back readings older than a time as a whole; False if only single rows can go.

        Each patient keeps the newest reading.
        """
        ...
