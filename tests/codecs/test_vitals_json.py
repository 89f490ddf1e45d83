import json

import numpy as np
import pytest

from wardline.codecs.vitals_json import (
    NotJsonError,
    TooManyItemsError,
    decode_json,
    decode_json_lines,
    decode_json_messages,
)
from wardline.model.names import Dictionaries
from wardline.model.vitals import MARK_BIT, MISSING, VITAL_INDEX

NOON = "2024-03-01T12:00:00Z"
NOON_MS = 1_709_294_400_000


def decoded(*items, **arguments):
    return decode_json(json.dumps(list(items)).encode(), 7, Dictionaries(), **arguments)


def reading(**fields):
    return {"patient_id": "p", "timestamp": NOON, **fields}


def value(batch, vital, row=0):
    return int(batch.values[row, VITAL_INDEX[vital]])


def only_rejection(result):
    assert len(result.batch) == 0
    (rejection,) = result.rejections
    return rejection.field, rejection.reason


def test_what_a_refused_message_is_told_does_not_depend_on_those_around_it():
    reasons = set()
    for before in ([], [json.dumps(reading(spo2=97)).encode()] * 3, [b"[]"] * 200):
        bodies = [*before, b'{"patient_id": nonsense']
        places = np.arange(len(bodies))
        result = decode_json_messages(bodies, places, Dictionaries(), positions=places)
        reasons.add(only_refusal := result.rejections[-1].reason)
    assert reasons == {only_refusal}
    assert only_refusal.startswith("not JSON at byte 15")


def test_a_single_object_is_one_reading():
    result = decode_json(json.dumps(reading(spo2=97)).encode(), 7, Dictionaries())
    batch = result.batch
    assert (len(batch), value(batch, "spo2"), int(batch.observed_at[0])) == (1, 97_000, NOON_MS)
    assert int(batch.received_at[0]) == 7
    assert batch.patients.text(batch.patient[0]) == "p"
    assert batch.sources.text(batch.source[0]) == ""


def test_every_field_arrives_in_its_column():
    batch = decoded(
        reading(
            source="monitor", heart_rate=61, pulse_rate=62, respiratory_rate=13, spo2=94.5,
            systolic_bp=120, diastolic_bp=80, mean_bp=93.3, bp_method="arterial", temperature=37.25,
            on_oxygen=True, fio2=0.28, consciousness="v", is_anomaly=0, patient_age=67, gender="F",
            condition="Stable",
        )
    ).batch  # fmt: skip
    assert batch.values[0].tolist() == [61000, 62000, 13000, 94500, 120000, 80000, 93300, 37250]
    assert (batch.on_oxygen[0], batch.fio2[0], batch.consciousness[0]) == (1, 280, 2)
    assert (batch.bp_method[0], batch.is_anomaly[0], batch.age[0]) == (2, 0, 67)
    assert batch.labels.texts(np.array([batch.gender[0], batch.condition[0]])) == ["F", "Stable"]
    assert batch.sources.text(batch.source[0]) == "monitor"


@pytest.mark.parametrize(
    ("alias", "vital"),
    [
        ("oxygen_saturation", "spo2"), ("SpO2", "spo2"), ("temperature_celsius", "temperature"),
        ("body_temperature", "temperature"), ("pulse", "pulse_rate"), ("bp_systolic",
        "systolic_bp"),
        ("bp_diastolic", "diastolic_bp"), ("hr", "heart_rate"), ("rr", "respiratory_rate"),
    ],
)  # fmt: skip
def test_aliases_are_the_fields_they_stand_for(alias, vital):
    assert value(decoded(reading(**{alias: 40})).batch, vital) == 40_000


def test_observed_at_is_another_name_of_timestamp():
    result = decoded({"patient_id": "p", "observed_at": NOON, "hr": 60})
    assert result.batch.observed_at.tolist() == [NOON_MS]


def test_blood_pressure_is_split():
    batch = decoded(reading(blood_pressure="120/80")).batch
    assert (value(batch, "systolic_bp"), value(batch, "diastolic_bp")) == (120_000, 80_000)


def test_aliases_that_agree_after_rounding_are_one_value():
    assert value(decoded(reading(spo2=97, SpO2=97.0001)).batch, "spo2") == 97_000


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"spo2": 97, "SpO2": 96}, "SpO2"),
        ({"spo2": 97, "SpO2": None}, "SpO2"),
        ({"blood_pressure": "120/80", "systolic_bp": 121}, "systolic_bp"),
        ({"hr": 60, "observed_at": "2024-03-01T12:00:01Z"}, "observed_at"),
    ],
)
def test_aliases_that_disagree_reject_the_reading(fields, name):
    assert only_rejection(decoded(reading(**fields)))[0] == name


def test_null_and_sentinels_are_marked_unavailable():
    batch = decoded(
        reading(
            spo2=None, heart_rate=-1, temperature=-99.9, on_oxygen=None, consciousness=None,
            fio2=-999,
        )
    ).batch  # fmt: skip
    names = ("spo2", "heart_rate", "temperature", "on_oxygen", "consciousness", "fio2")
    assert int(batch.na[0]) == sum(1 << MARK_BIT[name] for name in names)
    assert (batch.values == MISSING).all()
    assert int(batch.bad[0]) == 0


def test_values_outside_the_hard_limits_are_marked_bad_and_removed():
    batch = decoded(reading(heart_rate=300, spo2=100.001, fio2=21, temperature=1e300)).batch
    names = ("heart_rate", "spo2", "fio2", "temperature")
    assert int(batch.bad[0]) == sum(1 << MARK_BIT[name] for name in names)
    assert (batch.values == MISSING).all()


@pytest.mark.parametrize(
    ("stated", "fixed"),
    [("1.0005", 1001), ("36.65049999", 36650), ("36.6505", 36651), ("8.0125e1", 80125),
     ("100", 100_000), ("0.00049999999999999", MISSING)],
)  # fmt: skip
@pytest.mark.parametrize("copies", [1, 200])
def test_numbers_are_rounded_half_away_from_zero_in_their_decimal_text(stated, fixed, copies):
    item = f'{{"patient_id":"p","timestamp":0,"hr":{stated}}}'
    batch = decode_json(f"[{','.join([item] * copies)}]".encode(), 7, Dictionaries()).batch
    assert [value(batch, "heart_rate", row) for row in range(copies)] == [fixed] * copies


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"spo2": "97"}, "spo2"), ({"spo2": True}, "spo2"), ({"hr": [60]}, "hr"),
        ({"on_oxygen": "true"}, "on_oxygen"), ({"on_oxygen": 2}, "on_oxygen"),
        ({"consciousness": "alert"}, "consciousness"), ({"consciousness": ""}, "consciousness"),
        ({"bp_method": "radial"}, "bp_method"), ({"is_anomaly": "no"}, "is_anomaly"),
        ({"age": -3}, "age"), ({"patient_age": "67"}, "patient_age"), ({"gender": 1}, "gender"),
        ({"source": 5}, "source"), ({"source": "a\nb"}, "source"), ({"patient_id": 5},
        "patient_id"),
        ({"patient_id": ""}, "patient_id"), ({"patient_id": None}, "patient_id"),
        ({"patient_id": "a\x85"}, "patient_id"), ({"patient_id": "x" * 129}, "patient_id"),
        ({"patient_id": "\ud800"}, "patient_id"), ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": None}, "timestamp"), ({"timestamp": True}, "timestamp"),
        ({"timestamp": "2301-01-01T00:00:00Z"}, "timestamp"), ({"timestamp": -3e12}, "timestamp"),
        ({"timestamp": "1709294400000"}, "timestamp"), ({"blood_pressure": "120-80"},
        "blood_pressure"),
        ({"blood_pressure": 120}, "blood_pressure"), ({"spo2": float("nan")}, "spo2"),
        ({"spo2": float("inf")}, "spo2"), ({"fio2": "0.3"}, "fio2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("copies", [1, 200])
def test_a_wrong_field_rejects_the_reading_and_is_named(fields, name, copies):
    items = [reading(**{"heart_rate": 60, **fields}), reading(spo2=95)] * copies
    result = decoded(*items)
    assert {rejection.field for rejection in result.rejections} == {name}
    assert [rejection.index for rejection in result.rejections] == list(range(0, 2 * copies, 2))
    assert result.rows.tolist() == list(range(1, 2 * copies, 2))


def test_a_missing_key_field_is_named():
    assert only_rejection(decoded({"timestamp": NOON, "hr": 60})) == ("patient_id", "missing")
    assert only_rejection(decoded({"patient_id": "p", "hr": 60})) == ("timestamp", "missing")


@pytest.mark.parametrize(
    "fields",
    [{}, {"is_anomaly": True}, {"age": 50, "gender": "M"}, {"bp_method": "cuff"}, {"weight": 80}],
)
def test_a_reading_with_nothing_in_it_is_rejected(fields):
    assert only_rejection(decoded(reading(**fields))) == ("", "nothing measured")


@pytest.mark.parametrize(
    "fields", [{"on_oxygen": False}, {"consciousness": "A"}, {"spo2": None}, {"fio2": 5}]
)
def test_context_alone_and_marks_alone_are_readings(fields):
    assert len(decoded(reading(**fields)).batch) == 1


def test_items_that_are_no_objects_are_rejected_in_their_place():
    result = decoded(5, reading(spo2=97), "x", None, [reading(spo2=97)])
    assert [(r.index, r.reason) for r in result.rejections] == [
        (i, "not an object") for i in (0, 2, 3, 4)
    ]
    assert result.rows.tolist() == [1]


def test_a_rejection_keeps_what_is_needed_to_send_it_again():
    item = reading(source="s", spo2="97")
    result = decode_json(json.dumps([1, item]).encode(), 7, Dictionaries(), first_position=40)
    rejection = result.rejections[1]
    assert json.loads(rejection.raw) == item
    assert (rejection.patient_id, rejection.source, rejection.position) == ("p", "s", 41)


def test_the_default_source_stands_for_an_absent_one():
    batch = decoded(reading(spo2=97), reading(spo2=97, source="x"), default_source="token").batch
    assert batch.sources.texts(batch.source) == ["token", "x"]


def test_positions_and_raw_text_follow_the_items():
    batch = decoded(reading(spo2=97), 1, reading(spo2=98), origin="o", first_position=10).batch
    assert batch.position.tolist() == [10, 12]
    assert json.loads(batch.raw.text(1)) == reading(spo2=98)
    assert batch.origin == "o"


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"{", b"[1,]", b"[1 2]", b"[01]", b'{"a":1}}', b"[{]", b"nul",
    b"\xff\xfe[\x00]\x00",
     b'{"a":"\x00"}', b'["a]', b"[] []", b"][", b'{"patient_id":"p",}', b"[,]"],
)  # fmt: skip
@pytest.mark.parametrize("padding", [0, 5000])
def test_what_is_no_json_is_refused_as_a_whole(body, padding):
    with pytest.raises(NotJsonError) as caught:
        decode_json(b" " * padding + body, 7, Dictionaries())
    assert 0 <= caught.value.position <= len(body) + padding


def test_an_empty_array_holds_nothing():
    result = decode_json(b" [ ] ", 7, Dictionaries())
    assert (len(result.batch), result.rejections) == (0, ())


def test_a_byte_order_mark_is_passed_over():
    body = b"\xef\xbb\xbf" + json.dumps(reading(hr=60)).encode()
    assert len(decode_json(body, 7, Dictionaries()).batch) == 1


@pytest.mark.parametrize("items_max", [0, 3, 400])
def test_more_items_than_allowed_are_refused_and_as_many_are_taken(items_max):
    item = json.dumps(reading(hr=60)).encode()
    just = b"[" + b",".join([item] * items_max) + b"]"
    assert len(decode_json(just, 7, Dictionaries(), items_max=items_max).batch) == items_max
    one_more = b"[" + b",".join([item] * (items_max + 1)) + b"]"
    with pytest.raises(TooManyItemsError):
        decode_json(one_more, 7, Dictionaries(), items_max=items_max)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ('{"a":' + "[" * 30_000 + "]" * 30_000 + "}", "nested too deeply"),
        ('{"patient_id":"p","timestamp":1,"hr":' + "9" * 5000 + "}", "not a finite number"),
        ('{"a":"' + "x" * 70_000 + '"}', "longer than 65536 bytes"),
        ('{"patient_id":"p","timestamp":1,"hr":1e999}', "not a finite number"),
    ],
)
def test_hostile_items_lose_nothing_beside_them(odd, reason):
    good = json.dumps(reading(hr=60))
    result = decode_json(f"[{good},{odd},{good}]".encode(), 7, Dictionaries())
    assert result.rows.tolist() == [0, 2]
    assert [r.reason for r in result.rejections] == [reason]


def test_lone_surrogates_and_broken_utf_8_lose_nothing_beside_them():
    good = json.dumps(reading(hr=60)).encode()
    body = b"[" + good + b',{"patient_id":"\\ud800","hr":1},{"x":"\xff"},' + good + b"]"
    result = decode_json(body, 7, Dictionaries())
    assert result.rows.tolist() == [0, 3]
    assert [(r.index, r.field) for r in result.rejections] == [(1, "patient_id"), (2, "")]
    for rejection in result.rejections:
        rejection.raw.encode()


def test_of_duplicate_keys_the_last_one_counts():
    body = b'{"patient_id":"p","timestamp":1,"hr":60,"hr":61}'
    assert value(decode_json(body, 7, Dictionaries()).batch, "heart_rate") == 61_000


def test_lines_are_read_one_by_one_and_blank_ones_passed_over():
    good = json.dumps(reading(hr=60)).encode()
    body = good + b"\r\n\n{nonsense\n5\n[" + good + b"," + good + b"]\n" + good
    result = decode_json_lines(body, 7, Dictionaries(), first_position=1)
    assert result.rows.tolist() == [0, 3, 4, 5]
    assert result.batch.position.tolist() == [1, 5, 5, 6]
    assert [(r.index, r.position) for r in result.rejections] == [(1, 3), (2, 4)]


def test_messages_keep_their_own_position_and_time():
    good = json.dumps(reading(hr=60), indent=1).encode()
    messages = [good, b"", b"[" + good + b",}]", b"[" + good + b",7," + good + b"]", b"{"]
    result = decode_json_messages(
        messages, np.arange(5) + 100, Dictionaries(), positions=np.arange(5) + 50, origin="topic/0"
    )
    assert result.batch.position.tolist() == [50, 53, 53]
    assert result.batch.received_at.tolist() == [100, 103, 103]
    assert result.rows.tolist() == [0, 2, 4]
    assert [(r.index, r.position) for r in result.rejections] == [(1, 52), (3, 53), (5, 54)]
    assert result.rejections[0].raw == messages[2].decode()


def test_codes_stay_the_same_from_body_to_body():
    dictionaries = Dictionaries()
    items = [reading(patient_id=f"häma-{n}", hr=60, gender="F") for n in range(3000)]
    first = decode_json(json.dumps(items, ensure_ascii=False).encode(), 7, dictionaries).batch
    second = decode_json(json.dumps(items[::-1]).encode(), 7, dictionaries).batch
    assert len(dictionaries.patients) == 3000
    assert first.patient.tolist() == second.patient.tolist()[::-1]
    assert first.patients.texts(first.patient[:2]) == ["häma-0", "häma-1"]


def test_lines_beyond_measure_are_refused_even_if_blank():
    with pytest.raises(TooManyItemsError):
        decode_json_lines(b"\n" * 101, 7, Dictionaries(), items_max=5)
    assert len(decode_json_lines(b"\n" * 100, 7, Dictionaries(), items_max=5).batch) == 0


def test_brackets_within_texts_do_not_count():
    item = '{"x":["]",{"y":"}]\\"["}],"patient_id":"p","timestamp":1,"hr":60}'
    assert len(decode_json(f"[{item},{item}]".encode(), 7, Dictionaries()).batch) == 2
