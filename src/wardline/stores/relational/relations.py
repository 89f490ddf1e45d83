"""How each table that leaves Wardline is read: from where, in which order, into which rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wardline.model.policy import ConditionState
from wardline.model.vitals import MISSING
from wardline.stores.relational import plain_rows as plain
from wardline.stores.relational import schema
from wardline.stores.relational.schema import dead_letters, dead_records, transitions
from wardline.stores.relational.writing_findings import PLAIN_COLUMNS


@dataclass(frozen=True, slots=True)
class Relation:
    """One table as it is read.

    `key`: the column of patients, None where rows belong to no patient. `order`: the time and what
    tells rows of one patient and time apart. `select`: all columns, with what limits the rows.
    """

    key: sa.ColumnElement[int] | None
    order: tuple[sa.ColumnElement[Any], ...]
    select: sa.Select[Any]
    plain: plain.PlainRows
    filters: Mapping[str, sa.ColumnElement[Any]] = field(
        default_factory=dict[str, sa.ColumnElement[Any]]
    )

    @property
    def time(self) -> sa.ColumnElement[int]:
        """The column of times."""
        return self.order[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the selected columns."""
        return tuple(self.select.selected_columns.keys())


def _relation(table: sa.Table, order: str, rows: plain.PlainRows) -> Relation:
    columns = tuple(table.c[name] for name in order.split())
    return Relation(table.c.patient_key, columns, sa.select(table), rows)


def _finding(name: str, order: str, rows: plain.PlainRows) -> Relation:
    table = schema.metadata.tables[name]
    columns = tuple(table.c[column] for column in order.split())
    return Relation(table.c.patient_key, columns, sa.select(*_whole_columns(table)), rows)


def _whole_columns(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """A table of findings with its empty cells filled as the findings' arrays have them."""
    empty = dict(PLAIN_COLUMNS[table.name])
    empty |= dict.fromkeys(schema.SCORE_PARTS, MISSING)
    return [
        column if empty.get(column.name) is None
        else sa.func.coalesce(column, empty[column.name]).label(column.name)
        for column in table.columns
    ]  # fmt: skip


def _scores() -> Relation:
    found = _finding("scores", "at seq", plain.score_rows)
    return Relation(
        found.key, found.order, found.select, found.plain, {"name": schema.scores.c.name}
    )


def _episodes() -> Relation:
    """From the first transition with an onset to the last one, if that is to normal."""
    first, earlier, last = transitions.c, transitions.alias("earlier"), transitions.alias("last")
    began = sa.exists().where(*_same_onset(earlier.c), earlier.c.seq < first.seq)
    newest = sa.select(last.c.seq).where(*_same_onset(last.c)).order_by(last.c.seq.desc()).limit(1)
    end = transitions.alias("end_of")
    ended_at = sa.select(end.c.at).where(
        end.c.patient_key == first.patient_key,
        end.c.seq == newest.correlate(transitions).scalar_subquery(),
        end.c.state == int(ConditionState.NORMAL),
    )
    select = sa.select(
        *_whole_columns(transitions),
        ended_at.correlate(transitions).scalar_subquery().label("ended_at"),
    ).where(first.state == int(ConditionState.ACTIVE), first.at == first.onset, ~began)
    return Relation(first.patient_key, (first.at, first.seq), select, plain.episode_rows)


def _same_onset(other: Any) -> tuple[sa.ColumnElement[bool], ...]:
    names = ("patient_key", "condition", "onset")
    return tuple(other[name] == transitions.c[name] for name in names)


def _dead_letters() -> Relation:
    table, record = dead_letters.c, dead_records.c
    is_first = sa.and_(record.letter_id == table.id, record.number == 1)
    select = sa.select(dead_letters, record.position, record.raw).select_from(
        dead_letters.outerjoin(dead_records, is_first)
    )
    order = (table.received_at, table.id)
    return Relation(None, order, select, plain.dead_letter_rows, {"patient_id": table.patient_id})


RELATIONS: dict[str, Relation] = {
    "readings": _relation(schema.readings, "observed_at source_key", plain.reading_rows),
    "windows": _finding("windows", "start vital", plain.window_rows),
    "scores": _scores(),
    "anomalies": _finding("anomalies", "at arrival vital", plain.anomaly_rows),
    "transitions": _finding("transitions", "at seq", plain.transition_rows),
    "episodes": _episodes(),
    "dead-letters": _dead_letters(),
    "truth": _relation(schema.truth, "start kind name vital", plain.truth_rows),
    "commands": _relation(schema.commands, "at id", plain.command_rows),
    "stays": _relation(schema.stays, "admitted_at arrival", plain.stay_rows),
}
"""By the names of `model.tables`."""
