"""Texts behind keys, for readers."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from wardline.stores.relational.interning import LOOKUP_MAX
from wardline.stores.relational.schema import patients, sources


class Lookup:
    """Texts behind the keys of one table, remembered."""

    def __init__(self, table: sa.Table, text: sa.Column[str]):
        self._key = table.c.key
        self._text = text
        self._texts: dict[int, str] = {}

    def learn(self, connection: sa.Connection, keys: Sequence[int]) -> None:
        """Look up what is not known yet."""
        unknown = [key for key in dict.fromkeys(keys) if key not in self._texts]
        for start in range(0, len(unknown), LOOKUP_MAX):
            some = unknown[start : start + LOOKUP_MAX]
            rows = connection.execute(sa.select(self._key, self._text).where(self._key.in_(some)))
            self._texts.update((key, text) for key, text in rows)

    def __getitem__(self, key: int) -> str:
        return self._texts[key]

    def codes(self, keys: Sequence[int], code: Callable[[str], int]) -> npt.NDArray[np.int32]:
        """Keys as codes into a dictionary; `code` gives the code of a text."""
        distinct, places = np.unique(keys, return_inverse=True)
        codes = [code(self._texts[key]) for key in distinct.tolist()]
        return np.array(codes, dtype=np.int32)[places]


class Texts:
    """Patient ids and sources by key."""

    def __init__(self) -> None:
        self.patients = Lookup(patients, patients.c.patient_id)
        self.sources = Lookup(sources, sources.c.name)

    def learn(self, connection: sa.Connection, columns: Mapping[str, Sequence[int]]) -> None:
        """Look up the keys in stored columns."""
        self.patients.learn(connection, columns.get("patient_key", ()))
        self.sources.learn(connection, columns.get("source_key", ()))
