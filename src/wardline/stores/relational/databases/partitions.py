"""Readings in PostgreSQL lie in one part per day, so that old ones go as a whole.

A part is made before its first reading is written, inside the commit's transaction. Attaching one
neither waits for readers nor lets them wait. There is no default part: attaching would lock it, and
queries for a patient's newest reading would have to look into every part.
"""

import re
from bisect import bisect_right, insort

import numpy as np
import psycopg
import psycopg.errors
import sqlalchemy as sa
import sqlalchemy.exc

from wardline.stores.relational.cells import Column

DAY_MS = 86_400_000
DAYS_MAX = 400
"""With so many parts, further dates get parts of SPAN_DAYS days."""
SPAN_DAYS = 400
SPANS_MAX = 800
"""With so many parts, a further date gets all that lies between its neighbours: so every date has
a place, and there are never more than twice as many parts."""
DROP_LOCK_MS = 200
"""Dropping a part needs the table for itself for a moment; it gives up after so long, and readers
that come meanwhile wait no longer than that."""

FIRST, END = -(2**63), 2**63 - 1
"""Of all times; the end itself is no time."""

Span = tuple[int, int]
"""(first ms, first ms after it)."""

_BOUNDS = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid)
    FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
    WHERE inhparent = 'readings'::regclass
"""
_ONE_AT_A_TIME = """
    SELECT pg_advisory_xact_lock(hashtext('wardline parts'), hashtext(current_schema()))
"""
"""Several workers may need the same new part at once: the second finds that of the first."""
_RANGE = re.compile(r"FROM \((?:MINVALUE|'?(-?\d+)'?)\) TO \((?:MAXVALUE|'?(-?\d+)'?)\)")


class Partitions:
    """The parts there are, remembered. Used by the writer only."""

    def __init__(self) -> None:
        self._spans: list[Span] | None = None

    def forget(self) -> None:
        """After a transaction was undone, or parts were dropped."""
        self._spans = None

    def cover(self, connection: sa.Connection, times: Column) -> None:
        """Make the parts that are missing for these times."""
        days: list[int] = np.unique(times // DAY_MS).tolist()
        if self._spans is not None and all(_is_covered(self._spans, day * DAY_MS) for day in days):
            return
        connection.exec_driver_sql(_ONE_AT_A_TIME)
        known = self._spans = sorted(spans(connection).values())
        for day in days:
            if not _is_covered(known, day * DAY_MS):
                span = new_span(known, day)
                make_part(connection, _name(span), span)
                insort(known, span)


def spans(connection: sa.Connection) -> dict[str, Span]:
    """The parts there are, by name."""
    found: dict[str, Span] = {}
    for name, bound in connection.exec_driver_sql(_BOUNDS):
        match = _RANGE.search(bound)
        assert match is not None, bound
        first, end = match.groups()
        found[name] = (FIRST if first is None else int(first), END if end is None else int(end))
    return found


def _is_covered(parts: list[Span], time: int) -> bool:
    place = bisect_right(parts, (time, END))
    return place > 0 and time < parts[place - 1][1]


def new_span(parts: list[Span], day: int) -> Span:
    """What the part for a day that has none is to hold: the wider, the more parts there are."""
    place = bisect_right(parts, (day * DAY_MS, END))
    after = parts[place - 1][1] if place else FIRST
    before = parts[place][0] if place < len(parts) else END
    if len(parts) >= SPANS_MAX:
        return after, before
    days = 1 if len(parts) < DAYS_MAX else SPAN_DAYS
    first = day // days * days * DAY_MS
    return max(first, after), min(first + days * DAY_MS, before)


def make_part(connection: sa.Connection, name: str, span: Span) -> None:
    """Make a part and attach it; its indexes come with that."""
    connection.exec_driver_sql(_like_readings(name))
    connection.exec_driver_sql(_attaching(name, span))


def _like_readings(name: str) -> str:
    return f'CREATE TABLE "{name}" (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'


def _attaching(name: str, span: Span) -> str:
    first = "MINVALUE" if span[0] == FIRST else str(span[0])
    end = "MAXVALUE" if span[1] == END else str(span[1])
    return f'ALTER TABLE readings ATTACH PARTITION "{name}" FOR VALUES FROM ({first}) TO ({end})'


def _name(span: Span) -> str:
    """By the first day, as people write it."""
    if span[0] == FIRST:
        return "readings_first"
    day = str(np.datetime64(span[0] // DAY_MS, "D"))
    return "readings_" + day.replace("-", "_").replace("+", "")


# -- what is old ----------------------------------------------------------------------------------

_NEWEST = """
    SELECT key, newest FROM patients CROSS JOIN LATERAL (
        SELECT observed_at AS newest FROM readings
        WHERE patient_key = key ORDER BY observed_at DESC LIMIT 1
    ) latest
"""


def replace_old(connection: sa.Connection, before_ms: int) -> bool:
    """Drop the oldest part that is wholly older than a time, keeping each patient's newest reading.

    Kept readings come into a part of their own in its place. False if there is nothing to drop, or
    if somebody reads for longer than DROP_LOCK_MS.
    """
    old = sorted((span, name) for name, span in spans(connection).items() if span[1] <= before_ms)
    for span, name in old:
        if _has_more_than_newest(connection, name):
            return _replaced(connection, name, span)
    return False


def _has_more_than_newest(connection: sa.Connection, name: str) -> bool:
    sql = (
        f'SELECT 1 FROM "{name}" part JOIN ({_NEWEST}) kept ON kept.key = part.patient_key'  # noqa: S608 - our own names
        " WHERE part.observed_at < kept.newest LIMIT 1"
    )
    return connection.exec_driver_sql(sql).first() is not None


def _replaced(connection: sa.Connection, name: str, span: Span) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {DROP_LOCK_MS}")
            _replace(connection, name, span)
    except sqlalchemy.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def _replace(connection: sa.Connection, name: str, span: Span) -> None:
    kept = f"{name}_kept"
    connection.exec_driver_sql(_like_readings(kept))
    count = connection.exec_driver_sql(
        f'INSERT INTO "{kept}" SELECT part.* FROM "{name}" part'  # noqa: S608 - our own names
        f" JOIN ({_NEWEST}) kept ON kept.key = part.patient_key"
        " AND kept.newest = part.observed_at"
    ).rowcount
    connection.exec_driver_sql(f'ALTER TABLE readings DETACH PARTITION "{name}"')
    connection.exec_driver_sql(f'DROP TABLE "{name}"')
    if count:
        connection.exec_driver_sql(f'ALTER TABLE "{kept}" RENAME TO "{name}"')
        connection.exec_driver_sql(_attaching(name, span))
    else:
        connection.exec_driver_sql(f'DROP TABLE "{kept}"')
