"""Hot statements: compiled once from the Core tables, run by the driver with plain tuples."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Statements:
    """SQL texts with one placeholder per named value, in the order of the names."""

    def __init__(self, dialect: sa.Dialect):
        self._dialect = dialect
        self._insert = _INSERT[dialect.name]
        self._texts: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def keep(self, table: sa.Table, names: tuple[str, ...]) -> str:
        """Insert a row; one with its key that is there already stays as it is."""
        return self._text("keep", table, names, lambda: self._keeping(table, names))

    def replace(self, table: sa.Table, names: tuple[str, ...], rank: str | None = None) -> str:
        """Insert a row, or replace the one with its primary key, unless that has a higher rank."""
        return self._text("replace", table, names, lambda: self.replacing(table, names, rank))

    def change(self, table: sa.Table, names: tuple[str, ...]) -> str:
        """Set columns, named in the table's order, of the row with a key (the last value)."""
        update = table.update().values(_given(names))
        is_row = table.c.key == sa.bindparam("row_key")
        return self._text("change", table, (*names, "row_key"), lambda: update.where(is_row))

    def _keeping(self, table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
        return self._insert(table).values(_given(names)).on_conflict_do_nothing()

    def replacing(self, table: sa.Table, names: tuple[str, ...], rank: str | None) -> sa.Insert:
        """The same as `replace`, to be run by SQLAlchemy: its types convert what is given."""
        insert = self._insert(table).values(_given(names))
        given = insert.excluded
        keys = [column.name for column in table.primary_key]
        changed = {name: given[name] for name in names if name not in keys}
        where = given[rank] >= table.c[rank] if rank else None
        return insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)

    def _text(
        self, verb: str, table: sa.Table, names: tuple[str, ...], make: Callable[[], Any]
    ) -> str:
        key = (verb, table.name, names)
        if key not in self._texts:
            compiled = make().compile(dialect=self._dialect, column_keys=list(names))
            if tuple(compiled.positiontup or ()) != names:
                raise AssertionError(f"placeholders are not in order: {compiled.positiontup}")
            self._texts[key] = str(compiled)
        return self._texts[key]


def _given(names: tuple[str, ...]) -> dict[str, sa.BindParameter[Any]]:
    return {name: sa.bindparam(name) for name in names}


def run_many(connection: sa.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Execute a hot statement for many rows."""
    if rows:
        connection.exec_driver_sql(sql, list(rows))
