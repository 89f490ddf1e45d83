"""JSON texts, the exact and patient way: where the items of an array lie, and what they hold.

Whatever bytes come, only NotJsonError, TooManyItemsError and FieldError are raised, and memory
stays within a small multiple of the text.
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from wardline.codecs.fields import JSON_FIELDS
from wardline.codecs.reading_rows import FieldError

RECORD_BYTES_MAX: Final = 65_536
"""A longer record is refused unread: no reading comes near, and its objects could fill memory."""

_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT_OBJECT: Final = rb'\{[^{}\[\]"]*+(?:' + _STRING + rb'[^{}\[\]"]*+)*+\}'
_SIMPLE_ITEM: Final = re.compile(
    _FLAT_OBJECT + rb"|" + _STRING + rb'|[^ \t\r\n",\[\]{}]++', re.DOTALL
)
_TO_BRACKETS: Final = re.compile(
    rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+([{\[]++|[}\]]++|"|\Z)', re.DOTALL
)
"""Up to the next run of opening or closing brackets, an open quote, or the end."""


class NotJsonError(FieldError):
    """The text is no JSON. `position`: the byte at which that shows."""

    def __init__(self, position: int, reason: str):
        super().__init__("", f"not JSON at byte {position}: {reason}")
        self.position = position
        self._why = reason

    def counted_from(self, start: int) -> "NotJsonError":
        """The same, its position counted from a place in the text."""
        return NotJsonError(self.position - start, self._why)


class TooManyItemsError(ValueError):
    """The text holds more than `items_max` items. None of them was taken."""

    def __init__(self, items_max: int):
        super().__init__(f"more than {items_max} items")
        self.items_max = items_max


def item_spans(
    text: bytes, start: int, end: int, items_max: int = sys.maxsize
) -> Iterator[tuple[int, int]]:
    """Where the items of the text between two bytes lie: of its array, or all of it if it is none.

    Judged by brackets, quotes and commas alone. Raises NotJsonError if those do not fit, and
    TooManyItemsError where one item more than `items_max` begins, whatever follows.
    """
    at = _space_end(text, start, end)
    stop = end - _blank_tail(text, at, end)
    if at >= stop:
        raise NotJsonError(at, "empty")
    if text[at] == ord("["):
        yield from _array_spans(text, at, end, items_max)
    elif items_max:
        yield at, stop
    else:
        raise TooManyItemsError(items_max)


def parse_item(raw: bytes, start: int = 0) -> object:
    """What one item holds. `start`: its place in the text.

    Raises NotJsonError, or FieldError for what is JSON in form but cannot be held.
    """
    if len(raw) > RECORD_BYTES_MAX:
        _check_form(raw, start)
        raise FieldError("", f"longer than {RECORD_BYTES_MAX} bytes")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _parse_patiently(raw, start)


def _array_spans(text: bytes, at: int, end: int, items_max: int) -> Iterator[tuple[int, int]]:
    count = 0
    at = _space_end(text, at + 1, end)
    is_done = text[at : at + 1] == b"]" and at < end
    while not is_done:
        if at < end and count == items_max:
            raise TooManyItemsError(items_max)
        count += 1
        item_end = _item_end(text, at, end)
        yield at, item_end
        at = _space_end(text, item_end, end)
        mark = text[at : at + 1] if at < end else b""
        if mark not in (b",", b"]"):
            raise NotJsonError(at, "a comma or the end of the array was expected")
        is_done = mark == b"]"
        if not is_done:
            at = _space_end(text, at + 1, end)
    after = _space_end(text, at + 1, end)
    if after != end:
        raise NotJsonError(after, "something follows the array")


def _item_end(text: bytes, at: int, end: int) -> int:
    simple = _SIMPLE_ITEM.match(text, at, end)
    if simple is not None:
        return simple.end()
    if text[at : at + 1] not in (b"{", b"[") or at >= end:
        raise NotJsonError(at, "a value was expected")
    depth = 0
    while True:
        match = _TO_BRACKETS.match(text, at, end)
        run = match[1] if match else b""
        if match is None or not run:
            raise NotJsonError(end, "the text ends too early")
        if run == b'"':
            raise NotJsonError(match.start(1), "a text that does not end")
        if run[0] in b"}]":
            if len(run) >= depth:
                return match.start(1) + depth
            depth -= len(run)
        else:
            depth += len(run)
        at = match.end()


def _space_end(text: bytes, at: int, end: int) -> int:
    match = _SPACE.match(text, at, end)
    return match.end() if match else at


def _blank_tail(text: bytes, start: int, end: int) -> int:
    tail = end
    while tail > start and text[tail - 1] in b" \t\r\n":
        tail -= 1
    return end - tail


def _check_form(raw: bytes, start: int) -> None:
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except msgspec.MsgspecError as error:
        raise NotJsonError(start, str(error)) from None
    except RecursionError:
        return


def _parse_patiently(raw: bytes, start: int) -> object:
    """With the standard library, which takes more and says more exactly what it does not take."""
    constants: list[str] = []

    def constant(name: str) -> float:
        constants.append(name)
        return math.nan

    text = raw.decode(errors="replace")
    try:
        item: Any = json.loads(text, parse_constant=constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        position = start + len(text[: error.pos].encode(errors="replace"))
        raise NotJsonError(position, error.msg) from None
    except RecursionError:
        raise FieldError("", "nested too deeply") from None
    _refuse_constants(item, constants)
    if not _is_utf8(raw):
        raise FieldError("", "not UTF-8")
    return item


def _refuse_constants(item: Any, constants: list[str]) -> None:
    if not constants:
        return
    pairs = item.items() if isinstance(item, dict) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    for name, stated in pairs:  # pyright: ignore[reportUnknownVariableType]
        if name in JSON_FIELDS and isinstance(stated, float) and math.isnan(stated):
            raise FieldError(name, "not a finite number")  # pyright: ignore[reportUnknownArgumentType]
    raise FieldError("", "NaN or Infinity")


def _integer(digits: str) -> int | float:
    """Integers of many hundred digits become infinite, and are refused as such numbers are."""
    return int(digits) if len(digits) <= 400 else float(digits)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
