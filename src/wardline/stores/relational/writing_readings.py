"""Accepted readings into their table, and what they say about their patients."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from wardline.model.findings import Outcome, Status
from wardline.model.names import Names
from wardline.model.readings import NOT_STATED, ReadingBatch
from wardline.model.vitals import MISSING, UNSTATED, VITAL_NAMES
from wardline.stores.relational.cells import Column
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.patients import note_context
from wardline.stores.relational.schema import readings

Columns = dict[str, Column]

EMPTY_CELL: dict[str, int] = {
    **dict.fromkeys(VITAL_NAMES, MISSING),
    "bp_method": UNSTATED,
    "on_oxygen": NOT_STATED,
    "fio2": MISSING,
    "consciousness": NOT_STATED,
    "is_anomaly": NOT_STATED,
    "na": 0,
    "bad": 0,
    "late": 0,
    "age": NOT_STATED,
}
"""What stands in a batch's column where the table has an empty cell."""

_PLAIN = ("observed_at", "bp_method", "on_oxygen", "fio2", "consciousness", "is_anomaly")
_ABOUT_PATIENTS = ("gender", "condition")


def write_readings(
    connection: sa.Connection,
    memory: Memory,
    work: Sequence[tuple[ReadingBatch, Outcome]],
    last_order: int,
) -> int:
    """Insert the accepted readings of some batches; gives the last order number used.

    Within one call rows are ordered patient by patient, each patient's in order of arrival: the
    index of keys is then touched once per patient and not once per reading.
    """
    labels = Names()
    parts = [_accepted(connection, memory, batch, outcome, labels) for batch, outcome in work]
    columns = _joined(parts)
    count = len(columns["patient_key"])
    if not count:
        return last_order
    order = np.argsort(columns["patient_key"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    about = {name: columns.pop(name) for name in _ABOUT_PATIENTS}
    columns["id"] = np.arange(last_order + 1, last_order + 1 + count)
    given = {name: (columns[name], EMPTY_CELL.get(name)) for name in readings.c.keys()}  # noqa: SIM118 - not a dict
    memory.bulk.keep_readings(connection, given)
    note_context(connection, memory, {**columns, **about}, labels)
    return last_order + count


def _accepted(
    connection: sa.Connection, memory: Memory, batch: ReadingBatch, outcome: Outcome, labels: Names
) -> Columns:
    rows = np.flatnonzero(outcome.status == Status.ACCEPTED)
    taken = slice(None) if len(rows) == len(batch) else rows
    columns: Columns = {
        "patient_key": memory.patients.column(
            connection, batch.patient[taken], batch.patients.texts
        ),
        "source_key": memory.sources.column(connection, batch.source[taken], batch.sources.texts),
        "arrival": outcome.arrival[taken],
        "arrived_at": outcome.at[taken],
    }
    for name in _PLAIN:
        columns[name] = getattr(batch, name)[taken]
    for place, name in enumerate(VITAL_NAMES):
        columns[name] = batch.values[taken, place]
    columns["na"], columns["bad"] = batch.na[taken], batch.bad[taken]
    columns["late"], columns["age"] = outcome.late[taken].astype(np.int8), batch.age[taken]
    for name in _ABOUT_PATIENTS:
        columns[name] = _relabelled(getattr(batch, name)[taken], batch.labels, labels)
    return columns


def _relabelled(
    codes: npt.NDArray[np.int32], old: Names, new: Names
) -> npt.NDArray[np.signedinteger[Any]]:
    """Codes into one batch's dictionary as codes into the commit's; -1 stays."""
    stated = np.unique(codes[codes >= 0])
    if not len(stated):
        return codes
    new_code = np.full(int(stated[-1]) + 2, NOT_STATED, dtype=np.int32)
    new_code[stated] = new.codes(old.texts(stated))
    return new_code[codes]


def _joined(parts: list[Columns]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
