"""JSON readings -> batches: one body, JSON Lines, or many messages.

A refused record is among the rejections with its place, field and reason, and the good ones beside
it are kept in order. Short texts are read the exact way; longer ones are scanned, which gives the
same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from wardline.codecs import compiled as c
from wardline.codecs.compiled import Rows, field_limits, new_rows
from wardline.codecs.fields import JSON_FIELDS
from wardline.codecs.json_items import NotJsonError, TooManyItemsError, item_spans, parse_item
from wardline.codecs.records import Provenance, Records, Refusal, gather, read_exactly, settle_texts
from wardline.codecs.scan_json import scan
from wardline.codecs.scan_text import Tables
from wardline.codecs.spellings import spellings_of
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries

__all__ = [
    "ITEMS_MAX", "NotJsonError", "TooManyItemsError", "decode_json", "decode_json_lines",
    "decode_json_messages", "decode_json_texts", "joined",
]  # fmt: skip

ITEMS_MAX: Final = 50_000
"""Items in one body or text; a longer one is refused as a whole."""

LINES_PER_ITEM_MAX: Final = 20
"""So many times the items allowed, counted in lines, are refused even if most lines are blank."""

SCAN_FROM_BYTES: Final = 4096
"""Below this the exact way takes no longer than calling the scanner."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LIMITS: Final = field_limits()

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Segments:
    """Texts within `text`, each from its start to its end, and where they came from.

    position, received_at: int64, one per segment.
    """

    text: bytes
    starts: Places
    ends: Places
    position: Places
    received_at: Places
    origin: str


def decode_json(  # noqa: PLR0913 - the arguments of every decoder
    body: bytes,
    received_at_ms: int,
    dictionaries: Dictionaries,
    *,
    origin: str = "",
    first_position: int = 0,
    default_source: str = "",
    items_max: int = ITEMS_MAX,
) -> Decoded:
    """Readings of a JSON object or of an array of objects. Item i has position first_position + i.

    Raises NotJsonError, and TooManyItemsError for more than `items_max` items.
    """
    start = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    nowhere = np.zeros(1, dtype=np.int64)
    bounds = (np.array([start]), np.array([len(body)]))
    segments = _Segments(body, *bounds, nowhere, nowhere, origin)
    records = _records(segments, items_max, dictionaries, default_source)
    for problem in _problems(records).values():
        raise problem
    if not records.count and not body[start:].strip(b" \t\r\n"):
        raise NotJsonError(start, "empty")
    position = first_position + np.arange(records.count)
    received_at = np.full(records.count, received_at_ms)
    kept = np.ones(records.count, dtype=np.bool_)
    return gather(records, kept, Provenance(origin, position, received_at))


def decode_json_lines(  # noqa: PLR0913 - the arguments of every decoder
    body: bytes,
    received_at_ms: int,
    dictionaries: Dictionaries,
    *,
    origin: str = "",
    first_position: int = 0,
    default_source: str = "",
    items_max: int = ITEMS_MAX,
) -> Decoded:
    """Readings of JSON Lines: an object or an array of objects a line; blank ones are passed over.

    Line i, counted from 0, has position first_position + i. A line that is no JSON is one
    rejection. Raises TooManyItemsError for more than `items_max` readings.
    """
    if body.count(b"\n") > LINES_PER_ITEM_MAX * items_max:
        raise TooManyItemsError(items_max)
    starts, ends = _lines(body)
    position = first_position + np.arange(len(starts))
    received_at = np.full(len(starts), received_at_ms)
    segments = _Segments(body, starts, ends, position, received_at, origin)
    return _segments(segments, items_max, dictionaries, default_source)


def decode_json_messages(  # noqa: PLR0913 - the arguments of every decoder
    messages: Sequence[bytes],
    received_at: npt.NDArray[np.int64],
    dictionaries: Dictionaries,
    *,
    origin: str = "",
    positions: npt.NDArray[np.int64],
    default_source: str = "",
    items_max: int = 4 * ITEMS_MAX,
) -> Decoded:
    """Readings of many messages, each an object or an array of objects.

    positions, received_at: int64, one per message; the latter in ms. A message that is no JSON is
    one rejection. Raises TooManyItemsError for more than `items_max` readings: pass fewer.
    """
    text, starts, ends = joined(messages)
    return decode_json_texts(
        text, starts, ends, received_at, dictionaries, origin=origin, positions=positions,
        default_source=default_source, items_max=items_max,
    )  # fmt: skip


def joined(messages: Sequence[bytes]) -> tuple[bytes, Places, Places]:
    """Messages as one text with line ends between them, and where each starts and ends in it."""
    sizes = np.fromiter(map(len, messages), dtype=np.int64, count=len(messages))
    ends = np.cumsum(sizes + 1) - 1
    return b"\n".join(messages), ends - sizes, ends


def decode_json_texts(  # noqa: PLR0913 - the arguments of every decoder
    text: bytes,
    starts: Places,
    ends: Places,
    received_at: npt.NDArray[np.int64],
    dictionaries: Dictionaries,
    *,
    origin: str = "",
    positions: npt.NDArray[np.int64],
    default_source: str = "",
    items_max: int = 4 * ITEMS_MAX,
) -> Decoded:
    """As `decode_json_messages`, of messages that are parts of one text."""
    segments = _Segments(text, starts, ends, positions, received_at, origin)
    return _segments(segments, items_max, dictionaries, default_source)


def prepare() -> None:
    """Compile the scanner now, or load it from disk, instead of at the first long text."""
    reading = b'{"patient_id":"1","timestamp":0,"spo2":97}'
    decode_json(b"[" + b",".join([reading] * (SCAN_FROM_BYTES // 40)) + b"]", 0, Dictionaries())


def _segments(
    segments: _Segments, items_max: int, dictionaries: Dictionaries, default_source: str
) -> Decoded:
    """Readings of texts that stand for themselves: what is no JSON is refused alone.

    Where it is none is counted within its own text: a repeat in other company is refused alike.
    """
    records = _records(segments, items_max, dictionaries, default_source)
    place = records.wide(c.PLACE)
    kept = np.ones(records.count, dtype=np.bool_)
    problems = _problems(records)
    records.refusals = [r for r in records.refusals if int(place[r.row]) not in problems]
    for segment, problem in problems.items():
        first, after = np.searchsorted(place, (segment, segment + 1)).tolist()
        kept[first + 1 : after] = False
        own = problem.counted_from(int(segments.starts[segment]))
        records.refusals.append(Refusal(first, own, None))
        records.wide(c.START)[first] = segments.starts[segment]
        records.wide(c.END)[first] = segments.ends[segment]
    position, received_at = segments.position[place], segments.received_at[place]
    return gather(records, kept, Provenance(segments.origin, position, received_at))


def _problems(records: Records) -> dict[int, NotJsonError]:
    """Segments that are no JSON, and why; the first reason of each."""
    problems: dict[int, NotJsonError] = {}
    for refusal in sorted(records.refusals, key=lambda refusal: refusal.row):
        if isinstance(refusal.error, NotJsonError):
            segment = int(records.rows.wide[refusal.row, c.PLACE])
            problems.setdefault(segment, refusal.error)
    return problems


def _records(
    segments: _Segments, items_max: int, dictionaries: Dictionaries, default_source: str
) -> Records:
    """The records of all segments, read; what could not be read is among the refusals."""
    if len(segments.text) >= SCAN_FROM_BYTES:
        rows, count = _scan(segments, items_max, dictionaries, default_source)
    else:
        rows, count = _split(segments, items_max)
    records = Records(segments.text, rows, count, dictionaries, default_source)
    settle_texts(records)
    state = records.narrow(c.STATE)
    read_exactly(records, np.flatnonzero(state == c.ODD).tolist(), parse_item, JSON_FIELDS)
    for row in np.flatnonzero(state == c.BROKEN).tolist():
        start, end = int(records.wide(c.START)[row]), int(records.wide(c.END)[row])
        records.refusals.append(Refusal(row, _why_broken(segments.text, start, end), None))
    return records


def _why_broken(text: bytes, start: int, end: int) -> NotJsonError:
    try:
        for _ in item_spans(text, start, end):
            pass
    except NotJsonError as error:
        return error
    return NotJsonError(start, "the parts of the array do not fit together")


def _scan(
    segments: _Segments, items_max: int, dictionaries: Dictionaries, default_source: str
) -> tuple[Rows, int]:
    known = spellings_of(dictionaries)
    source = dictionaries.sources.code(default_source)
    tables = Tables(known.entries, known.texts, _LIMITS, source)
    # No item takes less than a byte and its comma.
    capacity = min(items_max, len(segments.text) // 2 + 1)
    rows = known.rows(capacity)
    content = known.padded(segments.text)
    count, read = scan(content, segments.starts, segments.ends, capacity, tables, rows, 0)
    if read < len(segments.starts):
        raise TooManyItemsError(items_max)
    return rows, count


def _split(segments: _Segments, items_max: int) -> tuple[Rows, int]:
    text = segments.text
    spans: list[tuple[int, int, int, int]] = []
    bounds = zip(segments.starts.tolist(), segments.ends.tolist(), strict=True)
    for segment, (start, end) in enumerate(bounds):
        first = len(spans)
        if not text[start:end].strip(b" \t\r\n"):
            continue
        try:
            found = item_spans(text, start, end, items_max - first)
            spans.extend((segment, *span, c.ODD) for span in found)
        except TooManyItemsError:
            raise TooManyItemsError(items_max) from None
        except NotJsonError:
            if first == items_max:
                raise TooManyItemsError(items_max) from None
            spans[first:] = [(segment, start, end, c.BROKEN)]
    rows = new_rows(len(spans))
    columns = np.array(spans, dtype=np.int64).reshape(len(spans), 4)
    rows.wide[:, [c.PLACE, c.START, c.END]] = columns[:, :3]
    rows.narrow[:, c.STATE] = columns[:, 3]
    return rows, len(spans)


def _lines(body: bytes) -> tuple[Places, Places]:
    """Where the lines lie, line ends excluded. A byte order mark in front belongs to no line."""
    ends = np.flatnonzero(np.frombuffer(body, dtype=np.uint8) == ord("\n"))
    ends = np.append(ends, len(body))
    starts = np.append(0, ends[:-1] + 1)
    starts[0] = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    return starts, ends
