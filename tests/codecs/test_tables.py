"""Canonical tables: the same rows give the same bytes, and every cell can be read back."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardline.codecs import tables
from wardline.model.tables import TABLES

AT = 946_684_800_000
READINGS = TABLES["readings"]
TRUTH = TABLES["truth"]
LETTERS = TABLES["dead-letters"]


def reading(patient: str = "PT-1", at: int = AT, **cells: object) -> tuple[object, ...]:
    given = {"patient_id": patient, "timestamp": at, **cells}
    return tuple(given.get(name) for name in READINGS.names)


def letter(raw: str, patient: str = "") -> tuple[object, ...]:
    return (AT, "", "3", patient, "spo2", "not a number", 2, raw)


def test_a_reading_as_csv_has_every_cell_in_shortest_form():
    row = reading(
        heart_rate=72_000, temperature=36_650, on_oxygen=True, fio2=210, is_anomaly=False,
        marks="spo2:na", arrival=1, arrived_at=AT + 5, bp_method="arterial",
    )  # fmt: skip
    (line,) = tables.csv_lines(READINGS, [row])
    assert line == (
        "PT-1,2000-01-01T00:00:00.000Z,,72,,,,,,,arterial,36.65,true,0.21,,false,spo2:na,,1,"
        "2000-01-01T00:00:00.005Z,"
    )


def test_a_reading_as_json_has_its_keys_in_the_order_of_the_columns_and_null_for_empty():
    (line,) = tables.json_lines(READINGS, [reading(temperature=36_600, on_oxygen=True, source="")])
    decoded = json.loads(line)
    assert tuple(decoded) == READINGS.names
    assert (decoded["temperature"], decoded["on_oxygen"], decoded["source"]) == (36.6, True, None)
    assert line.startswith('{"patient_id":"PT-1","timestamp":"2000-01-01T00:00:00.000Z","source":')


def test_json_cells_are_json_inside_json_lines_and_text_inside_csv():
    row = ("a", AT, "news2", "RCP 2017", 5_000, 5_000, True, "medium", '{"spo2":3}')
    assert tables.json_objects(TABLES["scores"], [row])[0]["parts"] == {"spo2": 3}
    assert tables.csv_lines(TABLES["scores"], [row])[0].endswith(',true,medium,"{""spo2"":3}"')


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (120_000, "120"), (36_600, "36.6"), (1, "0.001"), (-1_250, "-1.25"), (-500, "-0.5")],
)
def test_thousandths_are_written_in_shortest_form(value: int, text: str):
    assert tables.shortest(value) == text


@given(st.integers(-2_208_988_800_000, 10_413_791_999_999))
def test_a_timestamp_is_rfc_3339_in_utc_with_milliseconds(at: int):
    (text,) = tables.timestamps([at], "")
    assert text.endswith("Z")
    assert len(text) == len("2000-01-01T00:00:00.000Z")
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    assert datetime.fromisoformat(text) == expected


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_survives_csv_and_json_lines(raw: str):
    header, (line,) = tables.csv_header(LETTERS), tables.csv_lines(LETTERS, [letter(raw)])
    (decoded,) = csv.DictReader(io.StringIO(f"{header}\n{line}\n", newline=""))
    assert decoded["raw"] == raw
    (text,) = tables.json_lines(LETTERS, [letter(raw)])
    assert "\n" not in text
    assert (json.loads(text)["raw"] or "") == raw


def test_a_cell_that_looks_like_a_formula_is_exact():
    assert tables.csv_lines(LETTERS, [letter("=1+1")])[0].endswith(",=1+1")


def test_rows_are_ordered_by_patient_bytes_then_time_then_line():
    rows = [
        ("ä", 1, 9, "fault", "a", None), ("b", 10_000, 9, "fault", "a", None),
        ("b", 9_000, 9, "fault", "b", None), ("b", 9_000, 9, "course", "z", None),
        ("B", 5, 9, "fault", "a", None), ("b", 9_000, 10, "course", "a", None),
    ]  # fmt: skip
    ordered = tables.canonical_rows(TRUTH, rows)
    assert ordered == [rows[4], rows[3], rows[2], rows[5], rows[1], rows[0]]


def test_an_export_has_a_header_even_without_rows_and_ends_every_line():
    assert "".join(tables.canonical_csv(TRUTH, [])) == "patient_id,start,end,kind,name,vital\n"
    rows = [[("a", AT, AT, "fault", "x", "spo2")], [("b", AT, AT, "fault", "x", None)]]
    text = "".join(tables.canonical_csv(TRUTH, rows))
    assert text.endswith("fault,x,\n")
    assert text.count("\n") == 3
    lines = "".join(tables.canonical_json(TRUTH, rows)).splitlines()
    assert [json.loads(line)["vital"] for line in lines] == ["spo2", None]


def test_typed_columns_hold_values_in_their_unit():
    row = reading(temperature=36_650, arrival=3)
    columns = tables.typed_columns(READINGS, [row])
    assert columns["temperature"] == [36.65]
    assert (columns["timestamp"], columns["arrival"], columns["spo2"]) == ([AT], [3], [None])
    assert tables.typed_columns(READINGS, []) == {name: [] for name in READINGS.names}
