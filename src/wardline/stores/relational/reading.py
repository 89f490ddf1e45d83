"""Whole tables out of the store, patient by patient."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from wardline.model.scores import SCORE_INDEX
from wardline.pipeline.ports import Query
from wardline.stores.relational.cells import columns_of
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.lookups import Texts
from wardline.stores.relational.patients import patient_keys
from wardline.stores.relational.relations import RELATIONS, Relation


def relation_of(table: str) -> Relation:
    """How a table is read. Raises ValueError for a name that is none."""
    if table not in RELATIONS:
        raise ValueError(f"no table {table!r}; there are {', '.join(RELATIONS)}")
    return RELATIONS[table]


def conditions(relation: Relation, query: Query) -> list[sa.ColumnElement[bool]]:
    """What a query asks of rows, but for the patient's key."""
    wanted = time_conditions(relation, query)
    if query.name is not None and "name" in relation.filters:
        wanted.append(relation.filters["name"] == SCORE_INDEX.get(query.name, -1))
    if query.patient_id is not None and "patient_id" in relation.filters:
        wanted.append(relation.filters["patient_id"] == query.patient_id)
    return wanted


def time_conditions(relation: Relation, query: Query) -> list[sa.ColumnElement[bool]]:
    """The range of times a query asks for."""
    wanted: list[sa.ColumnElement[bool]] = []
    if query.start is not None:
        wanted.append(relation.time >= query.start)
    if query.end is not None:
        wanted.append(relation.time < query.end)
    return wanted


def rows(connections: Connections, query: Query) -> Iterator[list[tuple[Any, ...]]]:
    """One list of rows per patient that has any, oldest first.

    Each patient is read in a transaction of its own, so that a slow taker does not keep the log
    from being written back.
    """
    relation = relation_of(query.table)
    select = relation.select.where(*conditions(relation, query)).order_by(*relation.order)
    if relation.key is None:
        yield from _some(connections, relation, select)
        return
    with connections.reading() as connection:
        keys = patient_keys(connection, query.patient_id)
    for key, _ in keys:
        yield from _some(connections, relation, select.where(relation.key == key))


def _some(
    connections: Connections, relation: Relation, select: sa.Select[Any]
) -> list[list[tuple[Any, ...]]]:
    texts = Texts()
    with connections.reading() as connection:
        found = columns_of(relation.names, connection.execute(select).all())
        texts.learn(connection, found)
    plain = relation.plain(found, texts)
    return [plain] if plain else []


def counts(connection: sa.Connection) -> dict[str, int]:
    """Rows per table."""
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(relation.select.subquery()))
        or 0
        for name, relation in RELATIONS.items()
    }
