"""Findings into their tables; a repeated one is replaced, a window only by a newer one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from wardline.model.findings import NO_TIME, Findings
from wardline.model.scores import NO_RISK
from wardline.model.tables import WINDOW_WIDTH_MS
from wardline.model.vitals import MISSING, VITAL_NAMES
from wardline.pipeline.ports import WindowSum
from wardline.stores.relational import schema
from wardline.stores.relational.cells import Column
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.schema import readings
from wardline.stores.relational.statements import run_many

WINDOW_COLUMNS = ("patient_key", "start", "vital", "sum", "count", "min", "max", "revision")
PLAIN_COLUMNS: dict[str, dict[str, int | None]] = {
    "windows": dict.fromkeys(WINDOW_COLUMNS[1:]),
    "scores": {
        "at": None, "seq": None, "name": None, "total": MISSING, "at_least": MISSING,
        "risk": NO_RISK, "complete": None,
    },
    "anomalies": {
        "arrival": None, "vital": None, "at": None, "score": MISSING, "value": MISSING,
        "usual_mean": MISSING, "usual_deviation": MISSING,
    },
    "transitions": {
        "seq": None, "at": None, "condition": None, "state": None, "priority": None,
        "cause": None, "onset": NO_TIME, "detail": NO_TIME, "value": MISSING, "limit": MISSING,
    },
}  # fmt: skip
"""Per table the columns that are fields of the findings' arrays, and their empty cells."""

Array = npt.NDArray[np.void]


def write_findings(
    connection: sa.Connection, memory: Memory, findings: Findings, patients: Sequence[str]
) -> None:
    """Insert or replace findings. `patients`: engine code -> patient id."""
    for name, columns in PLAIN_COLUMNS.items():
        found: Array = getattr(findings, name)
        if not len(found):
            continue
        keys = _patient_keys(connection, memory, found, patients)
        order = np.argsort(keys, kind="stable")
        found = found[order]
        given: dict[str, tuple[Column, int | None]] = {"patient_key": (keys[order], None)}
        given |= {column: (found[column], empty) for column, empty in columns.items()}
        if name == "scores":
            given |= _parts(found)
        rank = "revision" if name == "windows" else None
        memory.bulk.replace(connection, schema.metadata.tables[name], given, rank)


def _patient_keys(
    connection: sa.Connection, memory: Memory, found: Array, patients: Sequence[str]
) -> Column:
    def ids(codes: Column) -> list[str]:
        listed: list[int] = codes.tolist()
        return [patients[code] for code in listed]

    return memory.patients.column(connection, found["patient"], ids)


def _parts(scores: Array) -> dict[str, tuple[Column, int | None]]:
    return {
        name: (scores["parts"][:, place], MISSING) for place, name in enumerate(schema.SCORE_PARTS)
    }


def recompute_windows(
    connection: sa.Connection, memory: Memory, wanted: Array, patients: Sequence[str]
) -> None:
    """Rebuild windows from the stored readings, those of the running transaction included."""
    keys = _patient_keys(connection, memory, wanted, patients).tolist()
    places = zip(keys, wanted["start"].tolist(), wanted["vital"].tolist(), strict=True)
    rows: list[tuple[Any, ...]] = []
    for key, start, vital in dict.fromkeys(places):
        total = window_sum(connection, key, vital, start)
        if total.count:
            window = (total.sum, total.count, total.min, total.max, total.late)
            rows.append((key, start, vital, *window))
    sql = memory.statements.replace(schema.windows, WINDOW_COLUMNS, "revision")
    run_many(connection, sql, rows)


def window_sum(connection: sa.Connection, patient_key: int, vital: int, start: int) -> WindowSum:
    """One window as its readings say. A late reading's values are all late: they share a window."""
    value = readings.c[VITAL_NAMES[vital]]
    row = connection.execute(
        sa.select(
            sa.func.count(value), sa.func.min(value), sa.func.max(value), sa.func.sum(value),
            sa.func.count(sa.case((value.is_not(None), readings.c.late))),
        ).where(
            readings.c.patient_key == patient_key,
            readings.c.observed_at >= start,
            readings.c.observed_at < start + WINDOW_WIDTH_MS,
        )
    ).one()  # fmt: skip
    count, low, high, total, late = row
    return WindowSum(count=count, min=low or 0, max=high or 0, sum=int(total or 0), late=late)
