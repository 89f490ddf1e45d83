"""What is known about patients: arrival line, age, gender, condition, settings, open stay."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from wardline.model.names import Names
from wardline.model.patients import Patient
from wardline.model.readings import NOT_STATED
from wardline.stores.relational.cells import Column
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.schema import commands, patients, readings, stays
from wardline.stores.relational.statements import run_many

_CONTEXT = ("age", "gender", "condition")


def note_context(
    connection: sa.Connection, memory: Memory, columns: dict[str, Column], labels: Names
) -> None:
    """Keep the last age, gender and condition that readings stated; `patient_key` is sorted."""
    news: defaultdict[int, dict[str, int | str]] = defaultdict(dict)
    for name in _CONTEXT:
        for key, value in _last_stated(columns, name, labels):
            if memory.context.get((name, key)) != value:
                memory.context[name, key] = news[key][name] = value
    rows: defaultdict[tuple[str, ...], list[tuple[int | str, ...]]] = defaultdict(list)
    for key, changed in news.items():
        rows[tuple(changed)].append((*changed.values(), key))
    for names, changes in rows.items():
        run_many(connection, memory.statements.change(patients, names), changes)


def _last_stated(
    columns: dict[str, Column], name: str, labels: Names
) -> Iterator[tuple[int, int | str]]:
    """(patient's key, what readings last stated of this)."""
    stated = columns[name] != NOT_STATED
    keys, codes = columns["patient_key"][stated], columns[name][stated]
    if not len(keys):
        return
    last = last_of_each(keys)
    values = codes[last].tolist() if name == "age" else labels.texts(codes[last])
    yield from zip(keys[last].tolist(), values, strict=True)


def last_of_each(keys: Column) -> npt.NDArray[np.intp]:
    """The place of the last row of each key; `keys` are sorted."""
    return np.flatnonzero(np.append(keys[1:] != keys[:-1], True))


def all_patients(connection: sa.Connection) -> list[Patient]:
    """Every patient with the open stay, in byte order of the ids."""
    is_open = sa.and_(stays.c.patient_key == patients.c.key, stays.c.discharged_at.is_(None))
    rows = connection.execute(
        sa.select(patients, stays.c.ward, stays.c.bed, stays.c.admission_id)
        .select_from(patients.outerjoin(stays, is_open))
        .order_by(patients.c.patient_id)
    )
    return [_patient(row) for row in rows]


def _patient(row: Any) -> Patient:
    return Patient(
        patient_id=row.patient_id,
        ward=row.ward or None,
        bed=row.bed or None,
        admission_id=row.admission_id or None,
        age=row.age,
        gender=row.gender,
        condition=row.condition,
        settings=json.loads(row.settings) if row.settings else None,
    )


def arrival_lines(connection: sa.Connection) -> dict[str, int]:
    """Per patient the arrival line of the last accepted reading or command.

    Reads every reading's arrival: only digests ask, and they read everything anyway. Keeping the
    lines up to date instead cost a ward of many patients a third of every commit.
    """
    lines: dict[str, int] = {}
    for table, time in ((readings, readings.c.arrived_at), (commands, commands.c.at)):
        newest = sa.select(table.c.patient_key, sa.func.max(time).label("line"))
        each = newest.group_by(table.c.patient_key).subquery()
        query = sa.select(patients.c.patient_id, each.c.line).join(
            each, each.c.patient_key == patients.c.key
        )
        for row in connection.execute(query):
            lines[row.patient_id] = max(row.line, lines.get(row.patient_id, row.line))
    return lines


def patient_keys(connection: sa.Connection, patient_id: str | None) -> list[tuple[int, str]]:
    """(key, id) of one patient or of all, in byte order of the ids."""
    query = sa.select(patients.c.key, patients.c.patient_id).order_by(patients.c.patient_id)
    if patient_id is not None:
        query = query.where(patients.c.patient_id == patient_id)
    return [(row.key, row.patient_id) for row in connection.execute(query)]
