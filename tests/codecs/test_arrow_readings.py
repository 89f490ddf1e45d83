"""Readings in Arrow mean what the same readings mean in JSON."""

import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.codecs.described import described
from tests.codecs.packing import packed

from wardline.codecs.arrow_readings import BYTES_MAX, ROWS_MAX, decode_arrow, is_arrow
from wardline.codecs.vitals_json import decode_json_messages
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries

ORIGIN, POSITION, RECEIVED = "patient-vitals/2", 41, 1_700_000_001_000
AT = 1_700_000_000_123
USUAL = pa.default_memory_pool()
COUNTED = pa.proxy_memory_pool(USUAL)
"""Has to outlive what was taken from it."""


def from_arrow(message: bytes) -> Decoded:
    return decode_arrow(message, POSITION, RECEIVED, Dictionaries(), origin=ORIGIN)


def from_json(*readings: dict[str, Any]) -> Decoded:
    count = len(readings)
    return decode_json_messages(
        [json.dumps(reading).encode() for reading in readings],
        np.full(count, RECEIVED), Dictionaries(), origin=ORIGIN, positions=np.full(count, POSITION),
    )  # fmt: skip


def said(decoded: Decoded) -> list[tuple[Any, ...]]:
    """Readings without their raw texts, which differ."""
    rows, rejections = described(decoded)
    assert rejections == ()
    return [row[:-1] for row in rows]


def stated(reading: dict[str, Any]) -> dict[str, Any]:
    """JSON's null says `not available`, Arrow's says nothing."""
    return {name: value for name, value in reading.items() if value is not None}


READINGS = [
    {
        "patient_id": 'ward "7", bed 1', "timestamp": AT, "source": "monitor, left",
        "heart_rate": 61.0, "pulse_rate": 62, "respiratory_rate": 13, "spo2": 94.5,
        "systolic_bp": 120, "diastolic_bp": 80, "mean_bp": 93.3, "bp_method": "arterial",
        "temperature": 37.25, "on_oxygen": True, "fio2": 0.28, "consciousness": "V",
        "is_anomaly": False, "patient_age": 67, "gender": "F", "condition": "Stable",
    },
    {"patient_id": "Zoë", "timestamp": AT + 1, "heart_rate": 88.125, "on_oxygen": False},
    {"patient_id": "p", "timestamp": AT + 2, "spo2": None, "temperature": 38, "is_anomaly": True},
]  # fmt: skip


@pytest.mark.parametrize("kind", ["stream", "file"])
def test_readings_are_those_of_the_same_json(kind: str):
    message = packed(READINGS, as_file=kind == "file")
    assert is_arrow(message)
    assert said(from_arrow(message)) == said(from_json(*map(stated, READINGS)))


def test_every_reading_has_the_place_and_the_time_of_its_message():
    batch = from_arrow(packed(READINGS)).batch
    assert batch.position.tolist() == [POSITION] * 3
    assert batch.received_at.tolist() == [RECEIVED] * 3
    assert batch.origin == ORIGIN


NEW_YEAR = datetime(2026, 1, 1, 7, 30, 0, 250_000, tzinfo=UTC)
NEW_YEAR_MS = int(NEW_YEAR.timestamp() * 1000)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([NEW_YEAR_MS], pa.int64()),
        pa.array([NEW_YEAR_MS], pa.uint64()),
        pa.array([float(NEW_YEAR_MS)], pa.float64()),
        pa.array(["2026-01-01T07:30:00.250Z"]),
        pa.array(["2026-01-01T08:30:00.250+01:00"]),
        pa.array([NEW_YEAR_MS], pa.timestamp("ms")),
        pa.array([NEW_YEAR_MS], pa.timestamp("ms", "UTC")),
        pa.array([NEW_YEAR_MS * 1000], pa.timestamp("us", "Europe/Berlin")),
        pa.array([NEW_YEAR_MS * 1000], pa.timestamp("us", "+05:30")),
        pa.array([NEW_YEAR_MS * 1_000_000], pa.timestamp("ns", "America/New_York")),
    ],
    ids=lambda column: str(column.type),
)
def test_times_may_have_any_type_and_zone(column: pa.Array):
    decoded = from_arrow(packed({"patient_id": ["p"], "timestamp": column, "spo2": [97]}))
    assert decoded.rejections == ()
    assert decoded.batch.observed_at.tolist() == [NEW_YEAR_MS]


def test_repeated_texts_may_be_a_dictionary():
    names = pa.array(["a", "b, c", "a", None]).dictionary_encode()
    columns = {"patient_id": ["p"] * 4, "timestamp": [AT, AT + 1, AT + 2, AT + 3], "spo2": [97] * 4}
    told = from_arrow(packed(columns | {"source": names}))
    plain = from_arrow(packed(columns | {"source": ["a", "b, c", "a", None]}))
    assert said(told) == said(plain)
    assert told.batch.sources.texts(told.batch.source) == ["a", "b, c", "a", ""]


def test_numbers_may_have_any_type():
    kinds = [pa.int8(), pa.uint16(), pa.float16(), pa.float32(), pa.float64()]
    for kind in kinds:
        values = np.array([97], dtype=kind.to_pandas_dtype())
        column = pa.array(values, kind)
        decoded = from_arrow(packed({"patient_id": ["p"], "timestamp": [AT], "spo2": column}))
        assert said(decoded) == said(from_json({"patient_id": "p", "timestamp": AT, "spo2": 97}))


def test_what_our_own_exports_add_is_not_for_senders_to_say():
    columns = {"patient_id": ["p"], "timestamp": [AT], "spo2": [97]}
    more = {"arrival": [999], "arrived_at": [1]}
    assert said(from_arrow(packed(columns | more))) == said(from_arrow(packed(columns)))


def test_a_row_that_is_no_reading_is_refused_alone():
    columns = {"patient_id": ["p", None, "q"], "timestamp": [AT, AT, AT], "spo2": [97, 96, 95]}
    decoded = from_arrow(packed(columns))
    assert decoded.batch.patients.texts(decoded.batch.patient) == ["p", "q"]
    (rejection,) = decoded.rejections
    assert (rejection.field, rejection.position) == ("patient_id", POSITION)


def test_a_message_without_rows_holds_nothing():
    decoded = from_arrow(packed({"patient_id": pa.array([], pa.string()), "timestamp": []}))
    assert described(decoded) == ([], ())


REFUSED = {
    "no patients": ({"timestamp": [AT]}, "patient_id"),
    "lists": ({"patient_id": ["p"], "timestamp": [AT], "x": [[1, 2]]}, "no Arrow that can be read"),
    "nothing but nulls, without end": (
        {"patient_id": pa.nulls(ROWS_MAX + 1)}, f"more than {ROWS_MAX} readings"
    ),
    "one long name for everybody": (
        {"patient_id": pa.array(["p" * 100_000] * 1_000).dictionary_encode()},
        f"more than {BYTES_MAX} bytes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
@pytest.mark.parametrize("as_file", [False, True], ids=["stream", "file"])
def test_compressed_readings_are_those_of_the_same_json(compression, as_file):
    message = packed(READINGS, as_file=as_file, compression=compression)
    assert said(from_arrow(message)) == said(from_json(*map(stated, READINGS)))


@pytest.fixture
def memory() -> Iterator[pa.MemoryPool]:
    """What Arrow takes meanwhile."""
    pa.set_memory_pool(COUNTED)
    yield COUNTED
    pa.set_memory_pool(USUAL)


@pytest.mark.parametrize("as_dictionary", [False, True], ids=["plain", "dictionary"])
@pytest.mark.parametrize("as_file", [False, True], ids=["stream", "file"])
def test_few_bytes_that_become_many_are_refused_before_they_do(
    memory: pa.MemoryPool, as_file, as_dictionary
):
    text = pa.py_buffer(b"\0" * 2**29)
    offsets = pa.py_buffer(struct.pack("<qq", 0, text.size))
    column = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, text])
    if as_dictionary:
        column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), column)
    message = packed({"patient_id": column}, as_file=as_file, compression="zstd")
    assert len(message) < 2**18
    (refused,) = from_arrow(message).rejections
    assert refused.reason == f"more than {BYTES_MAX} bytes in one message"
    assert memory.max_memory() < 2**20


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_as_a_whole_and_says_why(name: str):
    columns, why = REFUSED[name]
    decoded = from_arrow(packed(columns))
    assert len(decoded.batch) == 0
    (rejection,) = decoded.rejections
    assert why in rejection.reason
    assert "\n" not in rejection.reason


@pytest.mark.parametrize("cut", [5, 20, 200, -9])
def test_a_torn_message_is_refused_as_a_whole(cut: int):
    decoded = from_arrow(packed(READINGS)[:cut])
    assert len(decoded.batch) == 0
    (rejection,) = decoded.rejections
    assert rejection.position == POSITION
