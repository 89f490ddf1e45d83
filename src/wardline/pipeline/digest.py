"""`findings_sha256` of a store: one number for everything that was found about some patients."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from wardline.codecs.digest import findings_sha256
from wardline.model.tables import DIGEST_TABLES
from wardline.pipeline.ports import Query, Store

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The hash, and how many rows each of its tables has of these patients."""

    sha256: str
    counts: dict[str, int]


def findings_digest(store: Store, patients: Collection[str] | None = None) -> Digest:
    """The digest over what was found about some patients; None = about everybody."""
    lines = store.arrival_lines()
    chosen = set(lines) if patients is None else set(lines).intersection(patients)
    is_few = 2 * len(chosen) < len(lines)
    counts: dict[str, int] = dict.fromkeys(DIGEST_TABLES, 0)

    def counted(name: str) -> Iterator[list[Row]]:
        for rows in _rows(store, name, chosen, is_few=is_few):
            counts[name] += len(rows)
            yield rows

    return Digest(findings_sha256(counted, lines, chosen), counts)


def _rows(store: Store, name: str, chosen: set[str], *, is_few: bool) -> Iterator[list[Row]]:
    """Rows of the chosen patients, patient by patient in UTF-8 byte order of their ids."""
    if is_few:
        for patient_id in sorted(chosen, key=str.encode):
            yield from store.rows(Query(name, patient_id=patient_id))
        return
    for rows in store.rows(Query(name)):
        if rows and rows[0][0] in chosen:
            yield rows
