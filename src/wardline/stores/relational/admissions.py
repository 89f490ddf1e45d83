"""Admissions into their table and out of it: written by id, read newest first, counted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from wardline.codecs.reading_rows import usable_text
from wardline.codecs.timestamps import TIME_HIGH, TIME_LOW
from wardline.model.admissions import (
    ADMISSION_TYPES,
    AVERAGED,
    CRITICAL_OXYGEN,
    RISK_LEVELS,
    TEXT_LENGTHS,
    Admission,
    AdmissionSummary,
    Share,
)
from wardline.pipeline.admissions import AdmissionPage, KnownAdmissions
from wardline.stores.relational.admissions_schema import patient_records
from wardline.stores.relational.interning import LOOKUP_MAX
from wardline.stores.relational.schema import patients, stays
from wardline.stores.relational.statements import Statements

SHARES_MAX = 20
"""Departments counted one by one, the most frequent; anybody may write a new name for one."""
DIAGNOSES_MAX = 10

_TABLE = patient_records.c
_OURS = ("systolic_bp", "diastolic_bp")
_COLUMNS = [column for column in patient_records.columns if column.name not in _OURS]
_NAMES = tuple(column.name for column in _COLUMNS)


# -- writing --------------------------------------------------------------------------------------


def write_admissions(
    connection: sa.Connection, statements: Statements, admissions: Sequence[Admission]
) -> None:
    """Insert records, or replace those with their admission id unless those are newer."""
    if admissions:
        names = tuple(patient_records.columns.keys())
        insert = statements.replacing(patient_records, names, "timestamp")
        connection.execute(insert, [_row(admission) for admission in admissions])


def _row(admission: Admission) -> dict[str, Any]:
    cells = {name: getattr(admission, name) for name in _NAMES}
    return {**cells, **dict(zip(_OURS, admission.pressures, strict=True))}


# -- what is known --------------------------------------------------------------------------------


def known_admissions(connection: sa.Connection, admissions: Sequence[Admission]) -> KnownAdmissions:
    """What was recorded before about these admissions and their patients."""
    known = KnownAdmissions()
    for some in _cut({admission.admission_id for admission in admissions}):
        rows = connection.execute(
            sa.select(_TABLE.admission_id, _TABLE.department, _TABLE.hospital_location).where(
                _TABLE.admission_id.in_(some)
            )
        )
        known.places.update((row[0], (row[1], row[2])) for row in rows)
    for some in _cut({admission.patient_id for admission in admissions}):
        known.newest.update(_pairs(connection, _newest(some)))
        known.open_stays.update(_pairs(connection, _open_stays(some)))
    return known


def _newest(patient_ids: list[str]) -> sa.Select[str, int]:
    return (
        sa.select(_TABLE.patient_id, sa.func.max(_TABLE.timestamp, type_=_TABLE.timestamp.type))
        .where(_TABLE.patient_id.in_(patient_ids))
        .group_by(_TABLE.patient_id)
    )


def _open_stays(patient_ids: list[str]) -> sa.Select[str, str]:
    return (
        sa.select(patients.c.patient_id, stays.c.admission_id)
        .join_from(patients, stays, stays.c.patient_key == patients.c.key)
        .where(patients.c.patient_id.in_(patient_ids), stays.c.discharged_at.is_(None))
    )


def _pairs(connection: sa.Connection, select: sa.Select[str, Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(select)}


def _cut(texts: Iterable[str]) -> Iterable[list[str]]:
    """In pieces that one look-up takes."""
    ordered = sorted(texts)
    return (ordered[start : start + LOOKUP_MAX] for start in range(0, len(ordered), LOOKUP_MAX))


# -- pages ----------------------------------------------------------------------------------------


def admission_page(
    connection: sa.Connection, risk: str | None, limit: int, after: str | None
) -> AdmissionPage:
    """At most `limit` admissions, newest first. Raises ValueError if `after` is no token."""
    newest_first = (_TABLE.timestamp.desc(), _TABLE.admission_id.desc())
    wanted = sa.select(*_COLUMNS).order_by(*newest_first).limit(limit + 1)
    if risk is not None:
        wanted = wanted.where(_TABLE.risk_level == risk)
    if after is not None:
        wanted = wanted.where(*_behind(*_parsed(after)))
    found = [Admission(*row) for row in connection.execute(wanted)]
    has_next = len(found) > limit > 0
    return AdmissionPage(found[:limit], _token(found[limit - 1]) if has_next else None)


def _behind(time: int, admission_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The plain bound on the time lets any database use its index; the rest decides ties."""
    is_older = sa.or_(_TABLE.timestamp < time, _TABLE.admission_id < admission_id)
    return _TABLE.timestamp <= time, is_older


def _token(last: Admission) -> str:
    return urlsafe_b64encode(json.dumps([last.timestamp, last.admission_id]).encode()).decode()


def _parsed(token: str) -> tuple[int, str]:
    try:
        time, admission_id = json.loads(urlsafe_b64decode(token.encode("ascii")))
    except (ValueError, TypeError) as error:
        raise ValueError("not the token of a page") from error
    is_time = type(time) is int and TIME_LOW <= time <= TIME_HIGH
    is_id = isinstance(admission_id, str) and usable_text(
        admission_id, TEXT_LENGTHS["admission_id"]
    )
    if not (is_time and is_id):
        raise ValueError("not the token of a page")
    return time, admission_id


# -- counting -------------------------------------------------------------------------------------


def admission_summary(connection: sa.Connection) -> AdmissionSummary:
    """Counts and means over all admissions."""
    figures = connection.execute(_figures()).mappings().one()
    count = figures["admissions"]
    return AdmissionSummary(
        patients=figures["patients"],
        admissions=count,
        high_risk_patients=figures["high_risk"],
        critical_oxygen=figures["critical_oxygen"] or 0,
        average_age=_mean(figures["age"], count),
        departments=_most_frequent(connection, _TABLE.department, SHARES_MAX),
        risk_levels=_of_each(connection, _TABLE.risk_level, RISK_LEVELS),
        diagnoses=_most_frequent(connection, _TABLE.primary_diagnosis, DIAGNOSES_MAX),
        admission_types=_of_each(connection, _TABLE.admission_type, ADMISSION_TYPES),
        average_vitals={name: _mean(figures[name], count) for name in AVERAGED},
    )


def _figures() -> sa.Select[Any]:
    """Everything that one pass over the table gives; sums in tenths, so that they are exact."""
    tenths = {
        name: sa.func.sum(sa.cast(sa.func.round(_TABLE[name] * 10), sa.BigInteger()))
        for name in ("age", *AVERAGED)
    }
    is_high = sa.case((_TABLE.risk_level == RISK_LEVELS[-1], _TABLE.patient_id))
    is_critical = sa.case((_TABLE.oxygen_saturation < CRITICAL_OXYGEN, 1), else_=0)
    return sa.select(
        sa.func.count().label("admissions"),
        sa.func.count(_TABLE.patient_id.distinct()).label("patients"),
        sa.func.count(is_high.distinct()).label("high_risk"),
        sa.func.sum(is_critical).label("critical_oxygen"),
        *(total.label(name) for name, total in tenths.items()),
    ).select_from(patient_records)


def _mean(tenths: Any, count: int) -> float | None:
    """With one decimal, half away from zero; nothing here is negative."""
    return (2 * int(tenths) + count) // (2 * count) / 10 if count else None


def _counts(column: sa.Column[str]) -> sa.Select[str, int]:
    return sa.select(column, sa.func.count().label("many")).group_by(column)


def _most_frequent(
    connection: sa.Connection, column: sa.Column[str], count_max: int
) -> tuple[Share, ...]:
    ordered = _counts(column).order_by(sa.desc("many"), column).limit(count_max)
    return tuple(Share(*row) for row in connection.execute(ordered))


def _of_each(
    connection: sa.Connection, column: sa.Column[str], words: Sequence[str]
) -> tuple[Share, ...]:
    counted = _pairs(connection, _counts(column))
    return tuple(Share(word, counted.get(word, 0)) for word in words)
