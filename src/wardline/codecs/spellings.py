"""Bytes -> code: a shortcut past the dictionaries, for compiled scanners.

One table per set of dictionaries, filled as texts are seen and emptied when it grows too large; the
dictionaries stay the ones that give codes. A text is in the table only if it was found usable.
Field names lie in the same table, so that a scanner has one place to look.
"""

# ruff: noqa: PLR0913, PLR0917 - compiled code takes places by position.

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from wardline.codecs.compiled import (
    NOT_SEEN,
    PADDING,
    SPAN_BITS,
    Rows,
    byte_at,
    compiled,
    inlined,
    new_rows,
)
from wardline.codecs.fields import JSON_FIELDS
from wardline.codecs.reading_rows import usable_text
from wardline.model.names import Dictionaries, Names

KEY, PATIENT, SOURCE, LABEL = range(4)
"""Kinds of text in the table."""
_KIND_BITS: Final = 2

SLOTS_MAX: Final = 2**20
"""Half of them are used at most; then the table starts again empty (about 16 MiB)."""
TEXT_BYTES_MAX: Final = 32 * 2**20
"""Bytes of text kept at most; then the table starts again empty. Also the most room to scan in."""
PROBES_MAX: Final = 16
"""A text that finds no slot in so many is looked up in its dictionary every time."""

FREE: Final = -1

Entries = npt.NDArray[np.int64]
"""Shape (slots, 2): `code << 2 | kind` or FREE; `start << SPAN_BITS | length` of the text."""
Text = npt.NDArray[np.uint8]


@inlined
def mix(mixed: int, byte: int) -> int:
    """One step of the hash, begun with the kind: multiply by 33, xor (Bernstein)."""
    return (mixed * 33) ^ byte


@inlined
def _first_slot(mixed: int, slots: int) -> int:
    """Fibonacci hashing of the low bits, so that texts that differ in one digit lie apart."""
    return (((mixed & 0x7FFFFFFF) * 1_640_531_527) >> 24) & (slots - 1)


@inlined
def code_of(
    entries: Entries, texts: Text, kind: int, text: Text, at: int, length: int, mixed: int
) -> int:
    """The code of a text whose hash is `mixed`, or NOT_SEEN."""
    slot = _first_slot(mixed, entries.shape[0])
    for _ in range(PROBES_MAX):
        entry = int(entries[slot, 0])
        if entry == FREE:
            return NOT_SEEN
        span = int(entries[slot, 1])
        if span & ((1 << SPAN_BITS) - 1) == length and entry & 3 == kind:
            start = span >> SPAN_BITS
            difference = 0
            for index in range(length):
                difference |= byte_at(text, at + index) ^ byte_at(texts, start + index)
            if difference == 0:
                return entry >> _KIND_BITS
        slot = (slot + 1) & (entries.shape[0] - 1)
    return NOT_SEEN


@compiled
def enter(
    entries: Entries, texts: Text, coded: npt.NDArray[np.int64], spans: npt.NDArray[np.int64]
) -> None:
    """Put texts that lie in `texts` into the table. Those without a near slot stay out."""
    for index in range(len(coded)):
        mixed = int(coded[index]) & 3
        start = int(spans[index]) >> SPAN_BITS
        for at in range(start, start + (int(spans[index]) & ((1 << SPAN_BITS) - 1))):
            mixed = mix(mixed, byte_at(texts, at))
        slot = _first_slot(mixed, entries.shape[0])
        for _ in range(PROBES_MAX):
            if entries[slot, 0] == FREE:
                entries[slot, 0] = coded[index]
                entries[slot, 1] = spans[index]
                break
            slot = (slot + 1) & (entries.shape[0] - 1)


class Spellings:
    """The table of one set of dictionaries, and room to scan in, which is costly to get anew.

    Used by the thread that uses the dictionaries.
    """

    def __init__(self):
        self._empty()
        self._rows = new_rows(0)
        self._padded = np.zeros(0, dtype=np.uint8)

    def rows(self, capacity: int) -> Rows:
        """Room for so many rows, until it is asked for again."""
        if len(self._rows.wide) < capacity:
            self._rows = new_rows(capacity)
        return Rows(self._rows.wide[:capacity], self._rows.narrow[:capacity])

    def padded(self, text: bytes) -> Text:
        """The text with PADDING behind it, until it is asked for again."""
        size = len(text) + len(PADDING)
        if size > TEXT_BYTES_MAX:
            return np.frombuffer(text + PADDING, dtype=np.uint8).copy()
        if len(self._padded) < size:
            self._padded = np.empty(size, dtype=np.uint8)
        self._padded[: len(text)] = np.frombuffer(text, dtype=np.uint8)
        self._padded[len(text) : size] = 0
        return self._padded[:size]

    def code(self, names: Names, kind: int, spelling: bytes) -> int | None:
        """The code of a text not in the table yet, or None if the text cannot be used."""
        known = self._fresh.get((kind, spelling))
        if known is not None:
            return known
        try:
            text = spelling.decode()
        except UnicodeDecodeError:
            return None
        if not text or not usable_text(text):
            return None
        code = self._fresh[kind, spelling] = names.code(text)
        return code

    def settle(self) -> None:
        """Enter what was met since the last call."""
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return
        added = b"".join(spelling for _, spelling in fresh)
        if 2 * (self._count + len(fresh)) > SLOTS_MAX or self._used + len(added) > TEXT_BYTES_MAX:
            self._empty()
        self._add([(code, kind, spelling) for (kind, spelling), code in fresh.items()])

    def _empty(self) -> None:
        self._fresh: dict[tuple[int, bytes], int] = {}
        self._count = 0
        self._used = 0
        self.entries, self.texts = _new_table(1024, 16 * 1024)
        self._add([(field, KEY, name.encode()) for name, field in JSON_FIELDS.items()])

    def _add(self, coded_texts: list[tuple[int, int, bytes]]) -> None:
        added = b"".join(spelling for _, _, spelling in coded_texts)
        self._make_room(len(coded_texts), len(added))
        coded = np.array(
            [code << _KIND_BITS | kind for code, kind, _ in coded_texts], dtype=np.int64
        )
        lengths = np.array([len(spelling) for _, _, spelling in coded_texts], dtype=np.int64)
        starts = self._used + np.cumsum(lengths) - lengths
        self.texts[self._used : self._used + len(added)] = np.frombuffer(added, np.uint8)
        enter(self.entries, self.texts, coded, starts << SPAN_BITS | lengths)
        self._used += len(added)
        self._count += len(coded_texts)

    def _make_room(self, count: int, size: int) -> None:
        slots, room = len(self.entries), len(self.texts)
        while 2 * (self._count + count) > slots:
            slots *= 2
        while self._used + size > room:
            room *= 2
        if slots == len(self.entries) and room == len(self.texts):
            return
        old, old_texts = self.entries, self.texts
        self.entries, self.texts = _new_table(slots, room)
        self.texts[: self._used] = old_texts[: self._used]
        taken = old[old[:, 0] != FREE]
        enter(self.entries, self.texts, taken[:, 0].copy(), taken[:, 1].copy())


def _new_table(slots: int, room: int) -> tuple[Entries, Text]:
    return np.full((slots, 2), FREE, dtype=np.int64), np.zeros(room, dtype=np.uint8)


_TABLES: WeakKeyDictionary[Names, tuple[Names, Names, Spellings]] = WeakKeyDictionary()


def spellings_of(dictionaries: Dictionaries) -> Spellings:
    """The table of a set of dictionaries; it goes when the dictionary of patients goes."""
    found = _TABLES.get(dictionaries.patients)
    if found is None or found[0] is not dictionaries.sources or found[1] is not dictionaries.labels:
        found = (dictionaries.sources, dictionaries.labels, Spellings())
        _TABLES[dictionaries.patients] = found
    return found[2]
