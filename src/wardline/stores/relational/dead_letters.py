"""Refused records: repeats of one rejection are one letter with a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from wardline.model.dead_letters import DeadLetter
from wardline.stores.relational.interning import LOOKUP_MAX
from wardline.stores.relational.schema import dead_letters, dead_records
from wardline.stores.relational.statements import Statements, run_many
from wardline.stores.relational.texts import storable

REPEAT_MS = 60_000
"""Repeats within this time after a letter's first record belong to that letter."""
RECORDS_MAX = 1_000
"""Raw records kept per letter; further ones are only counted."""
RAW_BYTES_MAX = 64 * 1024
TEXT_BYTES_MAX = 1_024
"""What exceeds these is cut off."""

RECORD_COLUMNS = ("letter_id", "number", "received_at", "position", "raw", "identity")


@dataclass(slots=True)
class _Letter:
    key: int
    received_at: int
    count: int

    def takes(self, received_at: int) -> bool:
        return 0 <= received_at - self.received_at < REPEAT_MS


def write_dead_letters(
    connection: sa.Connection,
    statements: Statements,
    letters: Sequence[DeadLetter],
    shard_key: int = 0,
) -> None:
    """Keep refused records. A record at a place already known for the same reason adds nothing.

    Each shard has letters of its own, so that two workers never count in the same one.
    """
    if not letters:
        return
    identities = [_identity(letter) for letter in letters]
    known = _known_identities(connection, identities)
    desk = _Desk(connection, shard_key)
    records: list[tuple[Any, ...]] = []
    for letter, identity in zip(letters, identities, strict=True):
        if identity in known:
            continue
        if identity is not None:
            known.add(identity)
        place = desk.letter_of(letter)
        place.count += 1
        if place.count <= RECORDS_MAX:
            records.append(_record(place, letter, identity))
    run_many(connection, statements.keep(dead_records, RECORD_COLUMNS), records)
    for place in desk.touched.values():
        is_letter = dead_letters.c.id == place.key
        connection.execute(dead_letters.update().where(is_letter).values(count=place.count))


def _record(place: _Letter, letter: DeadLetter, identity: bytes | None) -> tuple[Any, ...]:
    position = storable(letter.position, TEXT_BYTES_MAX)
    raw = storable(letter.raw, RAW_BYTES_MAX)
    return (place.key, place.count, letter.received_at, position, raw, identity)


class _Desk:
    """Finds the letter that each record of one commit belongs to, or opens it."""

    def __init__(self, connection: sa.Connection, shard_key: int):
        self._connection = connection
        self._counted_by = (str(shard_key),) if shard_key else ()
        self._newest: dict[bytes, _Letter] = {}
        self.touched: dict[int, _Letter] = {}

    def letter_of(self, letter: DeadLetter) -> _Letter:
        said = (letter.source, letter.patient_id, letter.field, letter.reason)
        rejection = _digest(*said, *self._counted_by)
        newest = self._newest.get(rejection)
        if newest is None or not newest.takes(letter.received_at):
            newest = self._stored(rejection, letter.received_at) or self._new(rejection, letter)
            self._newest[rejection] = newest
        return newest

    def _stored(self, rejection: bytes, received_at: int) -> _Letter | None:
        table = dead_letters.c
        row = self._connection.execute(
            sa.select(table.id, table.received_at, table.count)
            .where(
                table.rejection == rejection,
                table.received_at <= received_at,
                table.received_at > received_at - REPEAT_MS,
            )
            .order_by(table.received_at.desc())
            .limit(1)
        ).first()
        return self.touched.setdefault(row[0], _Letter(*row)) if row else None

    def _new(self, rejection: bytes, letter: DeadLetter) -> _Letter:
        names = ("source", "patient_id", "field", "reason")
        texts = {name: storable(getattr(letter, name), TEXT_BYTES_MAX) for name in names}
        row = {"rejection": rejection, "received_at": letter.received_at, "count": 0, **texts}
        done = self._connection.execute(dead_letters.insert().values(row))
        (key,) = done.inserted_primary_key or (0,)
        return self.touched.setdefault(key, _Letter(key, letter.received_at, 0))


def _identity(letter: DeadLetter) -> bytes | None:
    """Tells a replay of an origin from a repeat; None where the place names no origin to replay."""
    if ":" not in letter.position:
        return None
    return _digest(
        letter.source, letter.position, letter.patient_id, letter.field, letter.reason, letter.raw
    )


def _digest(*texts: str) -> bytes:
    digest = blake2b(digest_size=16)
    for text in texts:
        part = text.encode("utf-8", "backslashreplace")
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def _known_identities(
    connection: sa.Connection, identities: Sequence[bytes | None]
) -> set[bytes | None]:
    column = dead_records.c.identity
    wanted = [identity for identity in identities if identity is not None]
    known: set[bytes | None] = set()
    for start in range(0, len(wanted), LOOKUP_MAX):
        some = wanted[start : start + LOOKUP_MAX]
        known.update(connection.scalars(sa.select(column).where(column.in_(some))))
    return known


def kept_records(
    connection: sa.Connection, reason: str | None, after: int
) -> tuple[int, list[DeadLetter]] | None:
    """(id, kept records in order) of the first letter after an id, if there is one."""
    table, record = dead_letters.c, dead_records.c
    wanted = sa.select(table.id).where(table.id > after).order_by(table.id).limit(1)
    if reason is not None:
        wanted = wanted.where(table.reason == reason)
    letter_id = connection.scalar(wanted)
    if letter_id is None:
        return None
    rows = connection.execute(
        sa.select(
            record.received_at, table.source, record.position, table.patient_id, table.field,
            table.reason, record.raw,
        )
        .join_from(dead_letters, dead_records, record.letter_id == table.id)
        .where(table.id == letter_id)
        .order_by(record.number)
    )  # fmt: skip
    return letter_id, [DeadLetter(*row) for row in rows]
