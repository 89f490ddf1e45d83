"""Admission records: strict, with a clear reason, and nothing good lost beside something bad."""

import json
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.codecs.admitted import ADMITTED, RECORD, admission, read, record

from wardline.codecs.admissions_json import (
    FUTURE,
    MISSING,
    admissions_text,
    commands_of,
    decode_admission_body,
    decode_admissions,
    reading_of,
    summary_text,
)
from wardline.codecs.json_items import NotJsonError, TooManyItemsError
from wardline.codecs.vitals_json import decode_json
from wardline.model.admissions import TEXT_LENGTHS, AdmissionSummary, Share
from wardline.model.names import Dictionaries
from wardline.model.vitals import VITAL_INDEX


def reason(**changed) -> tuple[str, str]:
    """(field, reason) of the one rejection that a changed record brings about."""
    decoded = read(record(**changed))
    assert decoded.admissions == ()
    (rejection,) = decoded.rejections
    return rejection.field, rejection.reason


def test_a_record_keeps_every_column():
    found = admission()
    assert {name: getattr(found, name) for name in RECORD} == RECORD
    assert found.pressures == (120, 80)


def test_times_may_be_texts_and_what_is_unknown_is_passed_over():
    found = admission(timestamp="2023-11-14T23:14:00+01:00", bed_colour="green")
    assert found == admission()


def test_the_producers_risk_is_not_believed():
    found = admission(heart_rate=101, oxygen_saturation=94, risk_score=0, risk_level="Low")
    assert (found.risk_score, found.risk_level) == (3, "Medium")
    without = {name: cell for name, cell in RECORD.items() if not name.startswith("risk")}
    assert read(without).admissions == (admission(),)
    assert admission(risk_score="nonsense", risk_level=7) == admission()


@pytest.mark.parametrize(("stated", "kept"), [(37.05, 37.1), (37.04, 37.0), (38, 38.0)])
def test_temperatures_keep_one_decimal(stated, kept):
    assert admission(temperature_celsius=stated).temperature_celsius == kept


def test_the_risk_is_that_of_the_temperature_that_is_kept():
    assert admission(temperature_celsius=38.04).risk_score == 0
    assert admission(temperature_celsius=38.05).risk_score == 1


@pytest.mark.parametrize("name", [n for n in RECORD if not n.startswith("risk")])
def test_every_column_is_needed(name: str):
    assert reason(**{name: None}) == (name, MISSING)


@pytest.mark.parametrize("name", [n for n in TEXT_LENGTHS if not n.startswith("risk")])
def test_a_text_that_is_too_long_is_refused(name: str):
    assert reason(**{name: "x" * (TEXT_LENGTHS[name] + 1)})[0] == name


@pytest.mark.parametrize(
    ("name", "stated", "said"),
    [
        ("patient_id", "", "empty"),
        ("patient_id", 7, "not a text"),
        ("patient_name", "   ", "empty"),
        ("department", "ICU\n", "control characters"),
        ("department", "\ud800", "control characters"),
        ("gender", "male", "Male, Female, Other"),
        ("admission_type", ["Urgent"], "Emergency, Elective, Urgent, Observation"),
        ("age", -1, "from 0 to 150"),
        ("age", True, "whole number"),
        ("age", "44", "whole number"),
        ("heart_rate", 300, "from 1 to 299"),
        ("heart_rate", 72.5, "whole number"),
        ("heart_rate", 10**350, "whole number"),
        ("heart_rate", 1e308, "whole number"),
        ("oxygen_saturation", 101, "from 1 to 100"),
        ("respiratory_rate", {}, "from 1 to 149"),
        ("temperature_celsius", 50, "between 10 and 50"),
        ("temperature_celsius", None, "missing"),
        ("blood_pressure", 120, "systolic/diastolic"),
        ("blood_pressure", "120-80", "systolic/diastolic"),
        ("blood_pressure", "80/120", "below the systolic"),
        ("blood_pressure", "120/0", "above 0"),
        ("blood_pressure", "999/80", "from 1 to 399"),
        ("timestamp", "yesterday", "not an RFC 3339 time"),
        ("admission_timestamp", -(10**15), "outside the years"),
    ],
)
def test_a_wrong_column_is_named_with_what_it_should_be(name, stated, said):
    field, words = reason(**{name: stated})
    assert field == name
    assert said in words


def test_a_record_from_the_future_is_refused_because_nothing_could_replace_it():
    assert reason(timestamp=ADMITTED + 300_001) == ("timestamp", FUTURE)
    assert read(record(timestamp=ADMITTED + 300_000)).rejections == ()


def test_good_records_beside_bad_ones_are_kept_with_their_places():
    decoded = read(
        record(admission_id="1"), b"{", record(age=-5), [RECORD], record(admission_id="2"),
        origin="topic",
    )  # fmt: skip
    assert [found.admission_id for found in decoded.admissions] == ["1", "2"]
    assert decoded.rows.tolist() == decoded.positions.tolist() == [0, 4]
    assert decoded.received_at.tolist() == [ADMITTED, ADMITTED]
    assert [(r.index, r.position, r.field) for r in decoded.rejections] == [
        (1, 1, ""), (2, 2, "age"), (3, 3, ""),
    ]  # fmt: skip
    assert decoded.rejections[1].patient_id == "P-1"
    assert decoded.rejections[2].reason == "not an object"
    assert decoded.origin == "topic"


def test_no_reason_quotes_what_was_sent():
    bad = [record(**{name: "Secret" * 99}) for name in RECORD if not name.startswith("risk")]
    assert not any("Secret" in r.reason for r in read(*bad, b'{"patient_name": Secret}').rejections)


@given(st.lists(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), max_size=4))
def test_hostile_bytes_only_ever_give_rejections(messages):
    count = len(messages)
    decoded = decode_admissions(messages, np.zeros(count, np.int64), positions=np.arange(count))
    assert len(decoded.rejections) == count


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.sampled_from(list(RECORD)), JSON)
def test_whatever_stands_in_a_column_the_record_is_taken_or_refused(name, stated):
    content = json.dumps(record(**{name: stated})).encode()
    decoded = read(content, record(admission_id="good"))
    assert len(decoded.admissions) + len(decoded.rejections) == 2
    assert decoded.admissions[-1].admission_id == "good"


def test_a_record_nobody_needs_so_long_is_refused_unread():
    assert "longer than" in reason(patient_name="x" * 70_000)[1]


# -- bodies ---------------------------------------------------------------------------------------


def test_a_body_is_one_record_or_an_array():
    one, two = json.dumps(RECORD), json.dumps(record(admission_id="ADM-2"))
    assert len(decode_admission_body(one.encode(), ADMITTED).admissions) == 1
    many = decode_admission_body(f"\ufeff [{one}, {two}]".encode(), ADMITTED, origin="http")
    assert [found.admission_id for found in many.admissions] == ["ADM-1", "ADM-2"]
    assert many.positions.tolist() == [0, 1]
    assert decode_admission_body(b"[]", ADMITTED).admissions == ()


def test_an_item_of_an_array_that_is_no_json_is_one_rejection():
    body = f"[{json.dumps(RECORD)}, {{oops}}]".encode()
    decoded = decode_admission_body(body, ADMITTED)
    assert (len(decoded.admissions), [r.index for r in decoded.rejections]) == (1, [1])


@pytest.mark.parametrize("body", [b"", b"oops", b"[1", b'{"a":}', b"[] []"])
def test_a_body_that_is_no_json_is_refused_as_a_whole(body):
    with pytest.raises(NotJsonError):
        decode_admission_body(body, ADMITTED)


def test_a_lone_item_that_is_json_but_cannot_be_held_is_a_rejection():
    assert len(decode_admission_body(b'"' + b"x" * 70_000 + b'"', ADMITTED).rejections) == 1


def test_too_many_items_are_refused_as_a_whole():
    with pytest.raises(TooManyItemsError):
        decode_admission_body(b"[1,2,3]", ADMITTED, items_max=2)


# -- what leaves ----------------------------------------------------------------------------------


def test_an_admission_implies_a_stay_and_a_discharge_its_end():
    assert commands_of(admission()) == [
        {
            "patient_id": "P-1",
            "command": "admit",
            "content": {"admission_id": "ADM-1", "ward": "Cardiology", "bed": "East 101"},
        }
    ]
    assert commands_of(admission(status="Discharged")) == [
        {"patient_id": "P-1", "command": "discharge", "content": {}}
    ]


def test_the_implied_reading_is_one_that_wardline_takes():
    content = json.dumps(reading_of(admission())).encode()
    decoded = decode_json(content, ADMITTED, Dictionaries())
    assert decoded.rejections == ()
    values = decoded.batch.values[0]
    names = ("heart_rate", "systolic_bp", "diastolic_bp", "temperature", "spo2", "respiratory_rate")
    assert [values[VITAL_INDEX[name]] / 1000 for name in names] == [72, 120, 80, 37.0, 97, 16]
    assert decoded.batch.age.tolist() == [44]


def test_admissions_leave_with_their_times_as_texts_in_the_order_of_columns():
    (row,) = json.loads(admissions_text([admission()]))
    assert list(row) == list(RECORD)
    assert row["timestamp"] == "2023-11-14T22:14:00.000Z"
    assert row["admission_timestamp"] == "2023-11-14T21:14:00.000Z"
    assert admissions_text([]) == "[]"


def test_what_leaves_can_be_read_again():
    decoded = read(*json.loads(admissions_text([admission(), admission(admission_id="2")])))
    assert [found.admission_id for found in decoded.admissions] == ["ADM-1", "2"]


def test_a_summary_leaves_as_plain_members():
    shares = (Share("ICU", 2),)
    summary = AdmissionSummary(1, 2, 0, 0, 44.0, shares, (), (), (), {"heart_rate": None})
    said = json.loads(summary_text(summary))
    assert said["departments"] == [{"name": "ICU", "count": 2}]
    assert (said["patients"], said["average_age"]) == (1, 44.0)
    assert said["average_vitals"] == {"heart_rate": None}


def test_everything_the_simulator_sends_is_taken_as_it_is():
    from wardline.simulator.admissions import Admissions  # noqa: PLC0415 - the only one here

    sent = list(islice(Admissions(7, ADMITTED).records(), 500))
    decoded = read(*sent, received_at=2**50)
    assert decoded.rejections == ()
    for found, said in zip(decoded.admissions, sent, strict=True):
        assert (found.risk_score, found.risk_level) == (said["risk_score"], said["risk_level"])
    assert {found.is_discharged for found in decoded.admissions} == {True, False}
