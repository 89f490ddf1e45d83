"""Many rows into PostgreSQL by COPY: straight into the table, or through a staging table."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import psycopg
import psycopg.errors
import sqlalchemy as sa

from wardline.stores.relational import schema
from wardline.stores.relational.cells import Column
from wardline.stores.relational.databases.binary_copy import Field, binary_rows
from wardline.stores.relational.databases.database import GivenColumns
from wardline.stores.relational.databases.partitions import Partitions
from wardline.stores.relational.schema import readings

STAGED = (
    readings, schema.windows, schema.scores, schema.anomalies, schema.transitions,
)  # fmt: skip
READING_KEY = ("patient_key", "observed_at", "source_key")


class Copying:
    """Many rows by COPY (see `Bulk`)."""

    def __init__(self) -> None:
        self._partitions = Partitions()
        self._transaction: sa.RootTransaction | None = None
        self._used: set[str] = set()

    def keep_readings(self, connection: sa.Connection, columns: GivenColumns) -> None:
        """Insert readings; one whose key is there already stays as it is.

        Nearly always all are new, so they go straight into the table. Only when one was there is
        everything written once more, through the staging table.
        """
        self._partitions.cover(connection, columns["observed_at"][0])
        filled = {
            name: given for name, given in columns.items() if not _is_wholly_empty(*given)
        }  # fmt: skip
        data = _binary(readings, filled)
        if not _copied(connection, readings.name, tuple(filled), data):
            self._stage(connection, readings, tuple(filled), data)
            connection.exec_driver_sql(_keeping(tuple(filled)))

    def replace(
        self, connection: sa.Connection, table: sa.Table, columns: GivenColumns, rank: str | None
    ) -> None:
        """Insert rows, or replace those with their primary key, one after the other.

        As with readings nearly always all are new; only when one was there all are staged.
        """
        keys = [column.name for column in table.primary_key]
        last = last_of_equals(
            [columns[name][0] for name in keys], columns[rank][0] if rank else None
        )
        given = {name: (column[last], empty) for name, (column, empty) in columns.items()}
        data = _binary(table, given)
        if not _copied(connection, table.name, tuple(given), data):
            self._stage(connection, table, tuple(given), data)
            connection.exec_driver_sql(_replacing(table, keys, tuple(given), rank))

    def _stage(
        self, connection: sa.Connection, table: sa.Table, names: tuple[str, ...], data: bytes
    ) -> None:
        """Fill a staging table; it is empty at the beginning of every transaction."""
        if self._transaction is not connection.get_transaction():
            self._transaction, self._used = connection.get_transaction(), set()
        if table.name in self._used:
            _empty(connection, table)
        self._used.add(table.name)
        _copy(connection, _staged(table), names, data)

    def forget(self) -> None:
        """After a transaction was undone: the partitions it made are gone too."""
        self._partitions.forget()
        self._transaction = None


def staging_tables() -> list[str]:
    """Statements that make the staging tables of a session; each is empty after every commit."""
    made: list[str] = []
    for table in STAGED:
        columns = ", ".join(f'"{c.name}" {_kind(c)}' for c in table.columns)
        made.append(f"CREATE TEMP TABLE {_staged(table)} ({columns}) ON COMMIT DELETE ROWS")
    return made


def last_of_equals(keys: Sequence[Column], rank: Column | None) -> npt.NDArray[np.intp]:
    """Places of the rows that are left when equal keys replace one another, ordered by key.

    What one statement inserts it cannot also replace, so equals are settled before.
    """
    by = [*([rank] if rank is not None else []), *reversed(keys)]
    order = np.lexsort(by)
    is_last = np.zeros(len(order), dtype=np.bool_)
    is_last[-1:] = True
    for key in keys:
        ordered = key[order]
        is_last[:-1] |= ordered[1:] != ordered[:-1]
    return order[is_last]


def _is_wholly_empty(column: Column, empty: int | None) -> bool:
    return empty is not None and bool((column == empty).all())


def _kind(column: sa.Column[Any]) -> str:
    return "bigint" if isinstance(column.type, sa.BigInteger) else "integer"


def _binary(table: sa.Table, columns: GivenColumns) -> bytes:
    fields: list[Field] = [
        (column, 8 if _kind(table.c[name]) == "bigint" else 4, empty)
        for name, (column, empty) in columns.items()
    ]
    return binary_rows(fields)


def _staged(table: sa.Table) -> str:
    return f"staged_{table.name}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _copied(connection: sa.Connection, table: str, names: tuple[str, ...], data: bytes) -> bool:
    """Whether all rows were new; if not, none was written."""
    # Only this failure is undone here: of a lost server the first thing heard is what is told.
    connection.exec_driver_sql("SAVEPOINT before_copy")
    try:
        _copy(connection, table, names, data)
    except psycopg.errors.UniqueViolation:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before_copy")
        return False
    connection.exec_driver_sql("RELEASE SAVEPOINT before_copy")
    return True


def _copy(connection: sa.Connection, table: str, names: tuple[str, ...], data: bytes) -> None:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    sql = f'COPY "{table}" ({_listed(names)}) FROM STDIN (FORMAT BINARY)'
    try:
        with driver.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            copy.write(data)
    except psycopg.Error as error:
        # Nobody else has seen it: rolling back a lost session would only hide why it was lost.
        if driver.closed:
            connection.invalidate(error)
        raise


def _empty(connection: sa.Connection, table: sa.Table) -> None:
    connection.exec_driver_sql(f"DELETE FROM {_staged(table)}")  # noqa: S608 - our own name


def _keeping(names: tuple[str, ...]) -> str:
    # Only the reading's key may be there already: an order number given twice is a mistake.
    return (
        f"INSERT INTO readings ({_listed(names)}) SELECT {_listed(names)} FROM staged_readings"  # noqa: S608 - names of our own columns
        f" ORDER BY id ON CONFLICT ({_listed(READING_KEY)}) DO NOTHING"
    )


def _replacing(
    table: sa.Table, keys: Sequence[str], names: tuple[str, ...], rank: str | None
) -> str:
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    where = f' WHERE excluded."{rank}" >= "{table.name}"."{rank}"' if rank else ""
    return (
        f'INSERT INTO "{table.name}" ({_listed(names)})'  # noqa: S608 - names of our own columns
        f" SELECT {_listed(names)} FROM {_staged(table)}"
        f" ON CONFLICT ({_listed(keys)}) DO UPDATE SET {changed}{where}"
    )
