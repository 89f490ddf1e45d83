"""Messages of a topic: whatever they hold comes out in order, with its place, or is refused."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.codecs.described import described
from tests.codecs.packing import packed

from wardline.codecs.arrow_readings import ROWS_MAX
from wardline.codecs.topic_messages import PlacedCommand, command_message, decode_topic
from wardline.model.commands import Command
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries

ORIGIN = "patient-vitals/2"
AT, FIRST, RECEIVED = 1_700_000_000_000, 100, 1_700_000_009_000


def reading(patient: str = "p", at: int = AT, **fields: Any) -> dict[str, Any]:
    return {"patient_id": patient, "timestamp": at, **(fields or {"heart_rate": 80})}


def body(*readings: dict[str, Any]) -> bytes:
    """One reading in JSON, or an array of them."""
    return json.dumps(readings[0] if len(readings) == 1 else readings).encode()


def decoded(*values: bytes, first: int = FIRST) -> list[Decoded | PlacedCommand]:
    """Messages at offsets `first` ..., each received a second after the one before."""
    positions = np.arange(first, first + len(values))
    received_at = RECEIVED + 1_000 * (positions - FIRST)
    return list(decode_topic(values, positions, received_at, Dictionaries(), origin=ORIGIN))


Item = tuple[Any, ...]


def items(parts: Sequence[Decoded | PlacedCommand]) -> list[Item]:
    """Readings and commands in order, and of each run of readings the rejections after them."""
    found: list[Item] = []
    for part in parts:
        if isinstance(part, PlacedCommand):
            found.append(("command", part.position, part.command.patient_id, part.command.at))
            continue
        batch = part.batch
        found += zip(
            ["reading"] * len(batch), batch.position.tolist(),
            batch.patients.texts(batch.patient), batch.received_at.tolist(), strict=True,
        )  # fmt: skip
        found += [("refused", r.position, r.patient_id, r.reason) for r in part.rejections]
    return found


def places(parts: Sequence[Decoded | PlacedCommand]) -> list[tuple[str, int, str]]:
    return [(kind, position, patient) for kind, position, patient, _ in items(parts)]


def test_each_reading_has_the_offset_and_the_time_of_its_message():
    assert items(decoded(body(reading("a")), body(reading("b")))) == [
        ("reading", 100, "a", RECEIVED),
        ("reading", 101, "b", RECEIVED + 1_000),
    ]


@pytest.mark.parametrize(
    "message",
    [
        body(reading("a"), reading("b"), reading("c")),
        b"\n".join(body(reading(name)) for name in "abc"),
        b"\r\n".join(body(reading(name)) for name in "abc") + b"\n",
        body(reading("a")) + b"\n\n" + body(reading("b"), reading("c")),
        json.dumps([reading(name) for name in "abc"], indent=2).encode(),
        packed([reading(name) for name in "abc"]),
        packed([reading(name) for name in "abc"], as_file=True),
    ],
    ids=[
        "array",
        "lines",
        "ended lines",
        "a line of two",
        "spread array",
        "Arrow stream",
        "Arrow file",
    ],
)
def test_all_readings_of_a_message_are_at_its_place(message: bytes):
    parts = decoded(body(reading("before")), message, body(reading("after")))
    assert items(parts) == [
        ("reading", 100, "before", RECEIVED),
        *(("reading", 101, name, RECEIVED + 1_000) for name in "abc"),
        ("reading", 102, "after", RECEIVED + 2_000),
    ]


def test_a_command_comes_back_as_it_was_sent_but_at_its_arrival():
    sent = Command("Zoë", AT, "nurse", "settings", {"age": 71, "limits": {"spo2_low": None}})
    (placed,) = decoded(command_message(sent))
    assert isinstance(placed, PlacedCommand)
    assert placed.command == Command("Zoë", RECEIVED, "nurse", "settings", sent.content)
    assert (placed.position, placed.given_at) == (FIRST, AT)


def test_whatever_is_mixed_keeps_its_order():
    told = command_message(Command("a", AT, "", "discharge", {}))
    values = (
        body(reading("a")), told, packed([reading("b")]), body(reading("c")), b"nonsense",
        body(reading("d"), reading("e")), told, told, packed([reading("f")], as_file=True),
    )  # fmt: skip
    assert places(decoded(*values)) == [
        ("reading", 100, "a"), ("command", 101, "a"), ("reading", 102, "b"),
        ("reading", 103, "c"), ("reading", 105, "d"), ("reading", 105, "e"),
        ("refused", 104, ""), ("command", 106, "a"), ("command", 107, "a"), ("reading", 108, "f"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "poison",
    [
        b"{", b"nonsense", b"\x00\xff\xfe", b"[1, 2", b'{"command":1}', b'{"command":',
        b'{"command":"explode","patient_id":"a"}', b'{"command":"discharge"}',
        b'{"command":"discharge","patient_id":""}', b'{"command":"discharge","patient_id":"a\\nb"}',
        b'{"command":"settings","patient_id":"a","content":[]}', b"\xff\xff\xff\xff", b"ARROW1",
        b"\xff\xff\xff\xff" + bytes(100), b"ARROW1\0\0" + bytes(100), b"[" * 10_000,
    ],
)  # fmt: skip
def test_a_message_that_is_nothing_is_refused_alone(poison: bytes):
    found = items(decoded(body(reading("a")), poison, body(reading("b"))))
    assert [place for kind, place, *_ in found if kind == "reading"] == [100, 102]
    ((_, place, _, reason),) = [item for item in found if item[0] == "refused"]
    assert place == 101
    assert reason


def test_one_reading_may_be_written_over_several_lines():
    spread = json.dumps(reading("a"), indent=2).encode()
    assert places(decoded(body(reading("b")), spread, spread + b"\n")) == [
        ("reading", 100, "b"),
        ("reading", 101, "a"),
        ("reading", 102, "a"),
    ]


@pytest.mark.parametrize("empty", [b"", b"\n", b"  \n\n ", b"[]"])
def test_a_message_without_a_reading_is_passed_over(empty: bytes):
    assert places(decoded(body(reading("a")), empty, body(reading("b")))) == [
        ("reading", 100, "a"),
        ("reading", 102, "b"),
    ]


def test_a_line_that_is_nothing_does_not_take_the_others_with_it():
    message = body(reading("a")) + b"\nnonsense\n" + body(reading("b"))
    assert places(decoded(message)) == [
        ("reading", 100, "a"),
        ("reading", 100, "b"),
        ("refused", 100, ""),
    ]


def test_what_only_looks_like_a_command_within_a_text_is_a_reading():
    odd = b'{"patient_id":"a","timestamp":1700000000000,"spo2":97,"note":"{\\"command\\":ARROW1"}'
    assert places(decoded(odd, b' {"command":"x"}')) == [
        ("reading", 100, "a"),
        ("refused", 101, ""),
    ]


def test_a_message_of_too_many_readings_is_refused_as_a_whole_and_no_other():
    small = b'{"patient_id":"a","timestamp":1700000000000,"spo2":97}'
    long = b"[" + b",".join([small] * (ROWS_MAX + 1)) + b"]"
    full = b"[" + b",".join([small] * ROWS_MAX) + b"]"
    (part,) = decoded(body(reading("b")), long, full, body(reading("c")))
    assert isinstance(part, Decoded)
    assert np.unique(part.batch.position).tolist() == [100, 102, 103]
    assert len(part.batch) == ROWS_MAX + 2
    (rejection,) = part.rejections
    assert (rejection.position, rejection.reason) == (
        101,
        f"more than {ROWS_MAX} readings in one message",
    )


ROWS = st.fixed_dictionaries(
    {"patient_id": st.sampled_from(["a", "b", "", None]), "timestamp": st.integers(AT, AT + 9)},
    optional={"spo2": st.sampled_from([97, 300, "x", None]), "source": st.text(max_size=3)},
)
JSON = ROWS.map(lambda row: json.dumps(row).encode())
TIDY = st.lists(st.sampled_from("abc"), max_size=3).map(
    lambda names: packed([reading(name) for name in names] or {"patient_id": [], "timestamp": []})
)
COMMANDS = st.builds(
    lambda name, verb: command_message(Command(name, AT, "", verb, {})),
    st.sampled_from(["a", ""]),
    st.sampled_from(["discharge", "explode"]),
)
TORN = st.builds(lambda text, cut: text[:cut], JSON | TIDY | COMMANDS, st.integers(0, 300))
MESSAGES = (
    JSON
    | COMMANDS
    | TIDY
    | TORN
    | st.binary(max_size=20)
    | st.lists(JSON | st.binary(max_size=5), max_size=3).map(b"\n".join)
    | st.lists(ROWS, max_size=3).map(lambda rows: json.dumps(rows).encode())
)


def whole(parts: Sequence[Decoded | PlacedCommand]) -> list[Any]:
    """Everything about readings, rejections and commands, each kind in its order."""
    rows: list[Any] = []
    refused: list[Any] = []
    told = [part for part in parts if isinstance(part, PlacedCommand)]
    for part in parts:
        if isinstance(part, Decoded):
            some, rejections = described(part)
            # Which record of a run it was differs, and nobody asks for it.
            rows += [row[1:] for row in some]
            refused += [
                (r.position, r.field, r.reason.split(" at byte")[0], r.patient_id, r.raw)
                for r in rejections
            ]
    return [rows, refused, told]


@given(st.lists(MESSAGES, max_size=8))
def test_messages_together_are_what_each_is_alone_and_nothing_is_raised(values: list[bytes]):
    together = decoded(*values)
    alone = [
        part for place, value in enumerate(values) for part in decoded(value, first=FIRST + place)
    ]
    assert whole(together) == whole(alone)
    readings = {position for kind, position, *_ in items(together) if kind == "reading"}
    assert readings <= set(range(FIRST, FIRST + len(values)))
