"""One number for all findings: equal exports give an equal digest, on any store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import Any

from wardline.codecs.tables import canonical_csv
from wardline.model.tables import (
    DIGEST_TABLES,
    TABLES,
    WINDOW_GRACE_MS,
    WINDOW_WIDTH_MS,
    Table,
)  # fmt: skip

Row = tuple[Any, ...]


def findings_sha256(
    rows: Callable[[str], Iterable[Sequence[Row]]],
    lines: Mapping[str, int],
    patients: AbstractSet[str] | None = None,
) -> str:
    """SHA-256 over the canonical CSV of windows, scores, anomalies and transitions, as hex text.

    rows: a table's rows by its name, patient by patient in UTF-8 byte order of their ids.
    lines: per patient `at` of the last accepted reading or command; findings due later are left
    out, and so is a patient without one. patients: only these; None means all.
    """
    digest = sha256()
    for name in DIGEST_TABLES:
        table = TABLES[name]
        due = (_due(table, found, lines, patients) for found in rows(name))
        for text in canonical_csv(table, due):
            digest.update(text.encode())
    return digest.hexdigest()


def _due(
    table: Table, rows: Sequence[Row], lines: Mapping[str, int], patients: AbstractSet[str] | None
) -> list[Row]:
    patient, time = table.names.index("patient_id"), table.names.index(table.time)
    grace = WINDOW_WIDTH_MS + WINDOW_GRACE_MS if table.name == "windows" else 0
    return [
        row
        for row in rows
        if (patients is None or row[patient] in patients)
        and row[patient] in lines
        and row[time] + grace <= lines[row[patient]]
    ]
