"""Rows newest first, page by page; a page goes on exactly where the one before ended."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import sqlalchemy as sa

from wardline.pipeline.ports import Page, Query
from wardline.stores.relational.cells import columns_of
from wardline.stores.relational.lookups import Texts
from wardline.stores.relational.patients import patient_keys
from wardline.stores.relational.reading import conditions, relation_of, time_conditions
from wardline.stores.relational.relations import Relation
from wardline.stores.relational.schema import patients

CHUNK_ROWS_MIN = 4
"""Rows fetched at once of one patient among many, at least."""

Token = tuple[int, int, list[Any]]
"""(time, patient key, what follows the time in the table's order) of the last row given."""


def page(connection: sa.Connection, query: Query, limit: int, after: str | None) -> Page:
    """At most `limit` rows. Raises ValueError if `after` is no token of this table.

    All patients: each one's rows are in order already, so they are merged from the newest on; only
    patients with rows on the page are read.
    """
    relation = relation_of(query.table)
    token = parsed_token(after, relation) if after is not None else None
    rows = _merged(_streams(connection, relation, query, limit, token), limit + 1)
    given = columns_of(relation.names, [row[: len(relation.names)] for row in rows[:limit]])
    texts = Texts()
    texts.learn(connection, given)
    has_next = len(rows) > limit > 0
    return Page(
        relation.plain(given, texts), token_of(rows[limit - 1], relation) if has_next else None
    )


class Chunks:
    """Fetches the rows of one patient that come after a place: one statement for all patients.

    A row ends with its place in the table's order.
    """

    def __init__(self, connection: sa.Connection, relation: Relation, query: Query, rows: int):
        self.rows = rows
        self.relation = relation
        self._connection = connection
        self._places = [f"place_{number}" for number in range(len(relation.order))]
        self._select = self._selecting(relation, query).limit(rows)

    def _selecting(self, relation: Relation, query: Query) -> sa.Select[Any]:
        pairs = list(zip(relation.order, self._places, strict=True))
        # A place may lie outside the column's own range: before the least, or behind the greatest.
        kinds = [
            column.type if isinstance(column.type, sa.String) else sa.BigInteger()
            for column in relation.order
        ]
        places = [
            sa.bindparam(name, type_=kind) for (_, name), kind in zip(pairs, kinds, strict=True)
        ]
        # The plain bound on the time lets any database use its index; the pair decides ties.
        where = [
            *conditions(relation, query),
            relation.time <= places[0],
            sa.tuple_(*relation.order) < sa.tuple_(*places),
        ]
        if relation.key is not None:
            where.append(relation.key == sa.bindparam("stream_key", type_=sa.BigInteger()))
        labelled = (column.label(f"at_{name}") for column, name in pairs)
        newest_first = (column.desc() for column in relation.order)
        return relation.select.add_columns(*labelled).where(*where).order_by(*newest_first)

    def after(self, key: int, place: Sequence[Any]) -> Sequence[Any]:
        """The next rows of a patient, newest first."""
        given = dict(zip(self._places, place, strict=True))
        if self.relation.key is not None:
            given["stream_key"] = key
        return self._connection.execute(self._select, given).all()


class Stream:
    """One patient's rows, newest first, fetched in chunks when they are wanted."""

    def __init__(self, chunks: Chunks, key: int, place: Sequence[Any]):
        self._chunks = chunks
        self._key = key
        self._place = place
        self._rows: deque[Any] = deque()
        self._has_more = True

    def time(self) -> int | None:
        """The time of the newest row not taken yet, None at the end."""
        if not self._rows and self._has_more:
            self._fetch()
        return place_of(self._rows[0], self._chunks.relation)[0] if self._rows else None

    def take(self) -> Any:
        """The newest row, which `time` told about."""
        return self._rows.popleft()

    def _fetch(self) -> None:
        rows = self._chunks.after(self._key, self._place)
        self._rows.extend(rows)
        self._has_more = len(rows) == self._chunks.rows
        if rows:
            self._place = place_of(rows[-1], self._chunks.relation)


def place_of(row: Sequence[Any], relation: Relation) -> Sequence[Any]:
    """A row's place in its table's order."""
    return row[len(relation.names) :]


Entry = tuple[int, int, Stream]
"""(minus a time that no row of the stream exceeds, minus patient key, stream): the heap's order."""


def _merged(streams: list[Entry], limit: int) -> list[Any]:
    heapify(streams)
    rows: list[Any] = []
    while streams and len(rows) < limit:
        least, key, stream = heappop(streams)
        time = stream.time()
        if time is None:
            continue
        if -time == least:
            rows.append(stream.take())
        heappush(streams, (-time, key, stream))
    return rows


def _streams(
    connection: sa.Connection, relation: Relation, query: Query, limit: int, token: Token | None
) -> list[Entry]:
    if relation.key is None:
        newest = [(0, _UNKNOWN)]
    elif query.patient_id is not None:
        newest = [(key, _UNKNOWN) for key, _ in patient_keys(connection, query.patient_id)]
    else:
        newest = _newest(connection, relation, query, token)
    fair_share = 2 * (limit + 1) // max(len(newest), 1)
    chunks = Chunks(connection, relation, query, max(CHUNK_ROWS_MIN, min(limit + 1, fair_share)))
    return [
        (least, -key, Stream(chunks, key, _first_place(relation, key, token)))
        for key, least in newest
    ]


def _first_place(relation: Relation, key: int, token: Token | None) -> list[Any]:
    """Where a patient's rows begin behind a token, in the order (time, patient key, ties)."""
    least = ["" if kind is str else -_MS_MAX for kind in kinds_of(relation)[1:]]
    if token is None:
        return [_MS_MAX, *least]
    time, last_key, ties = token
    if key == last_key:
        return [time, *ties]
    return [min(time + 1, _MS_MAX) if key < last_key else time, *least]


_MS_MAX = 2**63 - 1
_UNKNOWN = -(2**63)
"""Minus a time that no row exceeds."""


def _newest(
    connection: sa.Connection, relation: Relation, query: Query, token: Token | None
) -> list[tuple[int, int]]:
    """(key, minus a time that no row in question exceeds) of every patient that may have some."""
    upper = [relation.time <= token[0]] if token else []
    newest = (
        sa.select(sa.func.max(relation.time))
        .where(relation.key == patients.c.key, *time_conditions(relation, query), *upper)
        .correlate(patients)
        .scalar_subquery()
    )
    rows = connection.execute(sa.select(patients.c.key, newest))
    times: list[tuple[int, int | None]] = [(key, time) for key, time in rows]
    return [(key, -time) for key, time in times if time is not None]


def token_of(row: Sequence[Any], relation: Relation) -> str:
    """The place of a row, for the page that follows it."""
    time, *ties = place_of(row, relation)
    key = row[relation.names.index("patient_key")] if relation.key is not None else 0
    return urlsafe_b64encode(json.dumps([time, key, ties]).encode()).decode()


def parsed_token(text: str, relation: Relation) -> Token:
    """The place in a token. Raises ValueError if it is none."""
    try:
        decoded: Any = json.loads(urlsafe_b64decode(text.encode("ascii")))
        time, key, ties = decoded
    except (ValueError, TypeError) as error:
        raise ValueError(f"not the token of a page: {text[:80]!r}") from error
    kinds = kinds_of(relation)
    places: list[Any] = [time, *ties] if isinstance(ties, list) else []
    is_whole = len(places) == len(kinds) and all(map(_is_a, places, kinds)) and _is_a(key, int)
    if not is_whole:
        raise ValueError(f"not the token of a page: {text[:80]!r}")
    return time, key, places[1:]


def kinds_of(relation: Relation) -> list[type]:
    """The kind of each part of a place."""
    return [str if isinstance(column.type, sa.String) else int for column in relation.order]


def _is_a(value: object, kind: type) -> bool:
    return type(value) is kind and (not isinstance(value, int) or -(2**63) <= value < 2**63)
