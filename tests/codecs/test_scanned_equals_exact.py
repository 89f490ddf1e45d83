"""The compiled scanners and the exact way must say the same, whatever bytes come."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.codecs.described import described

from wardline.codecs import vitals_csv, vitals_json
from wardline.codecs.fields import CSV_FIELDS, JSON_FIELDS
from wardline.codecs.scan_csv import ODD_FIELD
from wardline.codecs.vitals_csv import decode_csv
from wardline.codecs.vitals_json import (
    NotJsonError,
    TooManyItemsError,
    decode_json,
    decode_json_lines,
    decode_json_messages,
)
from wardline.model.names import Dictionaries

NOON = "2024-03-01T12:00:00Z"

_names = st.sampled_from([*JSON_FIELDS, "weight", "ward", "x\u00e9"])
_texts = st.one_of(
    st.sampled_from(["p", "PT-001", "A", "c", "cuff", "arterial", "120/80", NOON, "", "é", "\x7f",
    "\ud800",
                     "2024-02-30T00:00:00Z", "2024-02-29T23:59:59.9999+05:30",
                     "1899-12-31T23:30:00-01:00",
                     "2300-12-31 23:59:59.999", "2301-01-01T00:30:00+01:00", "2024-01-01t00:00:00z",
                     "2024-01-01T00:00:60Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00.Z"]),
    st.text(max_size=6),
)  # fmt: skip
_numbers = st.one_of(
    st.integers(-1001, 1001), st.integers(0, 2_000_000).map(lambda n: n / 10_000),
    st.floats(), st.sampled_from([-999, -99.9, -1, -32768, -1.0004, -0.0, 0.2099995, 0.21, 1.0005,
    10**30,
                                  1709294400000, -2208988800000, 1709294400000.7, 99.99949,
                                  100.0004]),
)  # fmt: skip
_values = st.one_of(
    _numbers, _texts, st.none(), st.booleans(), st.just([]), st.just({"a": [1, "]"]})
)
_usual = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(["p", "PT-002", "é", "a\u0085"]),
        "timestamp": st.sampled_from([NOON, 5]),
    },
    optional={"hr": st.integers(30, 200), "spo2": _numbers, "on_oxygen": _values, "gender": _texts},
)
_objects = st.one_of(_usual, st.dictionaries(_names, _values, max_size=8)).flatmap(
    lambda one: st.dictionaries(_names, _values, max_size=3).map(lambda more: {**one, **more})
)
_items = st.one_of(_usual, _usual, _objects, _values)
_bodies = st.one_of(
    st.lists(_items, max_size=6).map(json.dumps),
    st.lists(_items, max_size=4).map(lambda items: json.dumps(items, ensure_ascii=False, indent=1)),
    _items.map(json.dumps),
).map(lambda text: text.encode(errors="surrogatepass"))


@st.composite
def damaged(draw, bodies):
    body = bytearray(draw(bodies))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        kind = draw(st.sampled_from(["cut", "insert", "replace"]))
        new = draw(
            st.one_of(
                st.binary(max_size=2),
                st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"}", b",", b"-", b"e5"]),
            )
        )
        if kind == "cut":
            del body[at:]
        elif kind == "insert":
            body[at:at] = new
        else:
            body[at : at + 1] = new
    return bytes(body)


def outcome(decode, *arguments, **named):
    try:
        return described(decode(*arguments, Dictionaries(), **named))
    except (NotJsonError, TooManyItemsError) as error:
        return type(error), str(error)


def both_ways(monkeypatch, decode, *arguments, **named):
    monkeypatch.setattr(vitals_json, "SCAN_FROM_BYTES", 0)
    scanned = outcome(decode, *arguments, **named)
    monkeypatch.setattr(vitals_json, "SCAN_FROM_BYTES", 2**60)
    return scanned, outcome(decode, *arguments, **named)


NUMBERS = (
    "0", "-0", "007", "00", "-", "1.", ".5", "+1", "--1", "1e2", "1E2", "1e", "0.5", "1.0.0",
    "0x1", "1_0",
    "-1", "-1.000", "-1.0004", "-0.0004", "-99.9", "-99.90", "-99.9001", "-999", "-32768.0", "-2",
    "36.0005", "36.00049999", "36.000499999999999999999", "36.00050000000000000001",
    "36.0004999999999",
    "99.9995", "100.0004", "100.0005", "299.9994", "299.9995", "300", "0.21", "0.2095", "0.20949",
    "1.0005",
    "999999.9", "1000000", "1234567", "12345678901234567890", "9" * 500, "1e308", "1e309",
    "5e-324", "150",
    "151", "1709294400000", "-2208988800000", "-2208988800001", "10445587200000", "123456789012345",
    "1234567890123456", "0.0", "1.0", "2", "10", "9007199254740993",
)  # fmt: skip
TIMES = (
    NOON, "2024-03-01 12:00:00", "2024-03-01t12:00:00z", "2024-03-01T12:00:00.1",
    "2024-03-01T12:00:00.",
    "2024-03-01T12:00:00.9999999999999999999Z", "2024-03-01T12:00:00." + "9" * 20,
    "2024-02-29T00:00:00Z",
    "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z",
    "2024-12-31T23:59:59Z", "2024-01-32T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:60Z", "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00-23:59",
    "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60", "2024-01-01T00:00:00+0530",
    "2024-01-01T00:00:00+05", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01",
    "1899-12-31T23:59:59Z", "1899-12-31T23:30:00-01:00", "2300-12-31T23:59:59.999Z",
    "2301-01-01T00:00:00Z", "2301-01-01T00:30:00+01:00", "2024-01-01", "2024/01/01T00:00:00Z",
    "2024-01-01X00:00:00Z", "2024-01-01T00-00-00Z", "2024-01-01T00:00:00Zx", "20240101T000000Z",
    "24",
)  # fmt: skip
TEXTS = (
    "", "p", "A", "a", "v", "W", "cuff", "cuffs", "cuf", "arterial", "Cuff", "é", "患者", "x" * 128,
    "x" * 129,
    "患" * 128, "患" * 129, "\U0001f600" * 128, "a\x7fb", "a\x85b", "a\x1fb", "a\x00b", " p ",
    "a\\b", 'a"b',
    "y" * 1023, "y" * 1024, "y" * 1152, "120/80", "120 / 80", "120/", "true", "null", "nan",
    "spo2:na", "\u2028",
)  # fmt: skip
WORDS = (
    "null",
    "true",
    "false",
    "nul",
    "True",
    "NaN",
    "Infinity",
    "[]",
    "{}",
    '[{"a":"]"}]',
    "tru",
    "",
)
RAW_VALUES = (
    *NUMBERS, *WORDS, *(json.dumps(text) for text in (*TIMES, *TEXTS)),
    *(json.dumps(text, ensure_ascii=False) for text in TEXTS), '"a\x1f"', '"a', '"\\ud800"',
    '"\\q"',
)  # fmt: skip


def around(name, raw):
    """A reading with one raw value in it, spaced in two ways, and one with only that value."""
    usual = {"patient_id": '"p"', "timestamp": "5", "hr": "60"}
    for fields in ({**usual, name: raw}, {**usual, "x": raw, name: "1"}):
        yield "{" + ",".join(f'"{key}":{value}' for key, value in fields.items()) + "}"
        yield "{ " + " ,\n".join(f'"{key}" : {value}' for key, value in fields.items()) + "\t}"
    yield f'{{"{name}":{raw},"{name}":{raw},"patient_id":"p","timestamp":5}}'


@pytest.mark.parametrize("name", [*JSON_FIELDS, "weight", "w\u00e9ight"])
def test_every_spelling_of_a_value_is_read_the_same_both_ways(name, monkeypatch):
    for raw in RAW_VALUES:
        for item in around(name, raw):
            body = f"[{item},{item}]".encode()
            scanned, exact = both_ways(monkeypatch, decode_json, body, 7)
            assert scanned == exact, item


GOOD = b'{"patient_id":"p","timestamp":5,"hr":60}'


@pytest.mark.parametrize(
    "item",
    [
        b'{"patient_id":"p","hr":60}', b'{"timestamp":5,"hr":60}',
        b'{"patient_id":"p","timestamp":5}',
        b'{"\xff":1,"patient_id":"p","timestamp":5,"hr":60}', b'{"x":"\xff","hr":60}',
        b'{"patient_id":"\xff","timestamp":5,"hr":60}', b'{"patient_id":"p","timestamp":5 "hr":60}',
        b'{"patient_id":"p","timestamp":5;"hr":60}', b'{"patient_id":"p","timestamp":5,,"hr":60}',
        b'{"patient_id":"p","timestamp":5,"hr" 60}', b'{"patient_id":"p","timestamp":5,"hr"::60}',
        b'{"patient_id":"p","timestamp":5,"hr":60,}', b'{,"patient_id":"p","timestamp":5,"hr":60}',
        b'{"patient_id":"p","timestamp":5,"hr":60', b'"patient_id":"p","timestamp":5,"hr":60}',
        b'{"patient_id":"p","timestamp":5,"hr":60}}', b'{"patient_id":"p","timestamp":5,"hr":60]',
        b"{patient_id:5}", b"{}", b"{ }", b"{]", b"5", b'"a]"', b"[{}]", b"", b"\x00", b"\\",
        b'{"patient_id":"p","timestamp":5,\x0b"hr":60}',
        b'{"patient_id":"p","timestamp":5,"hr":60}\x00',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "form",
    [
        b"%s", b"[%s]", b"[%s,%s]", b" [ %s\n,%s ]\r", b"[%s,%s", b"[%s %s]", b"[%s] x",
        b"%s\n[]x\n%s", b"[\n[%s\n[\n[,\n[\n[",
    ],
)  # fmt: skip
def test_damaged_items_are_read_the_same_both_ways(form, item, monkeypatch):
    body = form.replace(b"%s", item, 1).replace(b"%s", GOOD)
    for items_max in (0, 1, 2, 9):
        for decode in (decode_json, decode_json_lines):
            scanned, exact = both_ways(monkeypatch, decode, body, 7, items_max=items_max)
            assert scanned == exact


@pytest.mark.parametrize("name", [*CSV_FIELDS, "weight"])
def test_every_spelling_of_a_cell_is_read_the_same_both_ways(name, monkeypatch):
    quoted = ['"p"', '"a""b"', '"a,b"', '"a\nb"', '"a', 'a"', '"a"b', '""', "\r", "a\rb"]
    cells = [*NUMBERS, *TIMES, *TEXTS, *WORDS, *quoted]
    usual = {"patient_id": "p", "timestamp": "5", "hr": "60", "late": "", "arrival": "1"}
    header = ",".join({**usual, name: ""})
    for cell in cells:
        line = ",".join({**usual, name: cell}.values())
        alone = ",".join({**dict.fromkeys(usual, ""), name: cell}.values())
        body = f"{header}\n{line}\r\n{alone}\n{line}\n\n{line}x\n".encode()
        scanned = csv_outcome([body])
        with monkeypatch.context() as patch:
            patch.setattr(vitals_csv, "_column_fields", all_odd)
            assert scanned == csv_outcome([body]), line


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(body=damaged(_bodies))
@example(body=b'[{"patient_id":"p","timestamp":1,"hr":1},]')
@example(body=b"[[]]")
@example(body=b"[0, 0, 0, 0, {")
@example(body=b'[{"a":"\\')
def test_scanned_and_exact_readings_are_the_same(body):
    with pytest.MonkeyPatch.context() as patch:
        scanned, exact = both_ways(patch, decode_json, body, 7, items_max=4)
    assert scanned == exact


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(bodies=st.lists(damaged(_bodies), max_size=5))
def test_scanned_and_exact_messages_are_the_same(bodies):
    with pytest.MonkeyPatch.context() as patch:
        lines = both_ways(patch, decode_json_lines, b"\n".join(bodies), 7)
        places = np.arange(len(bodies))
        patch.setattr(vitals_json, "SCAN_FROM_BYTES", 0)
        scanned = described(decode_json_messages(bodies, places, Dictionaries(), positions=places))
        patch.setattr(vitals_json, "SCAN_FROM_BYTES", 2**60)
        exact = described(decode_json_messages(bodies, places, Dictionaries(), positions=places))
    assert lines[0] == lines[1]
    assert scanned == exact


_cells = st.one_of(
    _numbers.map(str), _texts.filter(lambda text: "\ud800" not in text), st.just(""),
    st.sampled_from(["true", "False", "TRUE", "007", "5.", ".5", "1e2", " 88 ", "+5", "nan",
    "inf", "1_0",
                     "spo2:na", "spo2:bad heart_rate:na", "spo2", "a,b", 'say "ah"', "two\nlines",
                     "\r",
                     "1709294400000", "0"]),
)  # fmt: skip
_usual_rows = st.tuples(
    st.sampled_from(["p", "PT-002", "é"]), st.sampled_from([NOON, "5", "2024-03-01 12:00:00.5"]),
    st.integers(30, 200).map(str),
)  # fmt: skip


@st.composite
def tables(draw):
    """A header and rows of cells; often the rows are readings."""
    more = draw(st.lists(st.sampled_from([*CSV_FIELDS, "late", "weight"]), max_size=5, unique=True))
    names = ["patient_id", "timestamp", "heart_rate"]
    more = [name for name in more if name not in names]
    rows = draw(st.lists(st.tuples(_usual_rows, st.lists(_cells, min_size=len(more),
    max_size=len(more))),
                         max_size=6))  # fmt: skip
    return names + more, [[*usual, *cells] for usual, cells in rows]


@st.composite
def written(draw):
    """A table as a file, by the standard library's writer."""
    names, rows = draw(tables())
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([names, *rows])
    return text.getvalue().encode()


@st.composite
def damaged_tables(draw):
    """A file whose header is sound and whose rows may be anything."""
    header, end, _ = (body := draw(written())).partition(b"\n")
    return header + end + draw(damaged(st.just(body[len(header) + 1 :])))


def csv_outcome(pieces, **named):
    """All readings and rejections by their line, however they were cut into batches."""
    readings, rejections = [], []
    for batch in decode_csv(pieces, Dictionaries(), **named):
        rows, refused = described(batch)
        arrivals = [0] * len(rows) if batch.arrival is None else batch.arrival.tolist()
        readings += [(row[1:], arrival) for row, arrival in zip(rows, arrivals, strict=True)]
        rejections += [
            (r.position, r.field, r.reason, r.patient_id, r.source, r.raw) for r in refused
        ]
    return readings, rejections


def all_odd(header):
    return np.full(header.count, ODD_FIELD, dtype=np.int64)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(body=damaged_tables())
@example(body=b"patient_id,timestamp,hr\np,1,60\n,,\n\r\n")
@example(body=b'patient_id,timestamp,hr\np,1,60\n"p,1,60\np,2,61\n')
def test_scanned_and_exact_rows_are_the_same(body):
    with pytest.MonkeyPatch.context() as patch:
        scanned = csv_outcome([body])
        patch.setattr(vitals_csv, "_column_fields", all_odd)
        exact = csv_outcome([body])
    assert scanned == exact


@pytest.mark.slow
@settings(max_examples=800, deadline=None)
@given(
    body=damaged_tables(), sizes=st.lists(st.integers(0, 9), min_size=1), rows_max=st.integers(1, 3)
)
def test_rows_do_not_depend_on_how_the_file_is_cut(body, sizes, rows_max):
    pieces, at = [], 0
    while at < len(body):
        size = sizes[len(pieces) % len(sizes)] or 1
        pieces.append(body[at : at + size])
        at += size
    assert csv_outcome(pieces, rows_max=rows_max) == csv_outcome([body])


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(table=tables(), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_records_are_the_ones_that_were_written(table, quoting):
    names, rows = table
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows([names, *rows])
    readings, rejections = csv_outcome([text.getvalue().encode()])
    raws = sorted(
        [(row[0][12], row[0][-1]) for row in readings] + [(r[0], r[-1]) for r in rejections]
    )
    read_back = [next(csv.reader(io.StringIO(raw, newline=""), strict=True)) for _, raw in raws]
    assert read_back == rows
