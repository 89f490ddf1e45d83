"""Patients and sources by their keys; a key, once given, is never changed or removed."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from wardline.stores.relational.statements import Statements, run_many

LOOKUP_MAX = 500
"""Parameters in one look-up; more are looked up in several."""


class Interned:
    """Keys of texts in one table, remembered. Used by the writer only."""

    def __init__(self, statements: Statements, table: sa.Table, column: str):
        self._sql = statements.keep(table, (column,))
        self._table = table
        self._column = table.c[column]
        self._keys: dict[str, int] = {}

    def forget(self) -> None:
        """After a transaction was undone: some keys may never have been stored."""
        self._keys.clear()

    def keys(self, connection: sa.Connection, texts: Sequence[str]) -> list[int]:
        """One key per text; unknown texts are added."""
        unknown = self._unknown(texts)
        self._keys.update(found_keys(connection, self._table, self._column, unknown))
        new = self._unknown(unknown)
        run_many(connection, self._sql, [(text,) for text in new])
        self._keys.update(found_keys(connection, self._table, self._column, new))
        return [self._keys[text] for text in texts]

    def _unknown(self, texts: Sequence[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if text not in self._keys]

    def column(
        self,
        connection: sa.Connection,
        codes: npt.NDArray[np.int32],
        texts: Callable[[npt.NDArray[np.int32]], Sequence[str]],
    ) -> npt.NDArray[np.int64]:
        """Keys for a column of codes; `texts` gives the texts behind distinct codes."""
        if not len(codes):
            return np.empty(0, dtype=np.int64)
        distinct = np.unique(codes)
        key_of_code = np.zeros(int(distinct[-1]) + 1, dtype=np.int64)
        key_of_code[distinct] = self.keys(connection, texts(distinct))
        return key_of_code[codes]


def found_keys(
    connection: sa.Connection, table: sa.Table, column: sa.Column[str], texts: Iterable[str]
) -> dict[str, int]:
    """The keys of those texts that have one."""
    wanted = list(dict.fromkeys(texts))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), LOOKUP_MAX):
        some = wanted[start : start + LOOKUP_MAX]
        rows = connection.execute(sa.select(column, table.c.key).where(column.in_(some)))
        found.update((text, key) for text, key in rows)
    return found
