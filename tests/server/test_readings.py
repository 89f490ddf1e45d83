import asyncio
import gzip
import json
from concurrent.futures import Future

import pytest
from tests.server.records import reading
from tests.server.ward import NOW

from wardline.pipeline.ports import BusyError, StoreUnavailableError
from wardline.server.readings import durable
from wardline.server.settings import ENTRY_BODY_MAX, READINGS_BODY_MAX

PATH = "/api/v1/readings"
JSON = {"Content-Type": "application/json"}


def send(call, content, **headers):
    return call("POST", PATH, content=content, headers=JSON | headers)


def test_one_reading_is_accepted_and_kept(call, ward):
    answer = call.post(PATH, reading("PT-001", heart_rate=72.5))
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    kept = ward.kept["PT-001", NOW - 1000, ""]
    assert kept["values"]["heart_rate"] == 72_500


def test_many_readings_are_answered_item_by_item(call):
    sent = [reading("A"), reading("B"), reading("A"), {"patient_id": "C"}, 7]
    answer = call.post(PATH, sent)
    assert answer.status_code == 200
    content = answer.json()
    assert (content["accepted"], content["duplicates"]) == (2, 1)
    assert [note["index"] for note in content["rejected"]] == [3, 4]
    assert content["rejected"][0]["field"] == "timestamp"


def test_a_kept_reading_that_lost_a_value_is_flagged(call):
    answer = call.post(PATH, reading(heart_rate=72, spo2=101))
    assert answer.json()["accepted"] == 1
    flagged = answer.json()["flagged"]
    assert [(note["index"], note["field"]) for note in flagged] == [(0, "spo2")]


def test_nothing_acceptable_is_422_with_the_same_body(call):
    answer = call.post(PATH, [{"patient_id": "A"}])
    assert answer.status_code == 422
    assert answer.json()["accepted"] == 0
    assert answer.json()["rejected"][0]["index"] == 0


def test_duplicates_alone_are_a_success(call):
    call.post(PATH, reading())
    answer = call.post(PATH, reading())
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 0, "duplicates": 1, "rejected": []}


def test_a_conflict_is_rejected_and_the_first_stays(call, ward):
    call.post(PATH, reading(heart_rate=72))
    answer = call.post(PATH, reading(heart_rate=99))
    assert answer.status_code == 422
    assert answer.json()["rejected"][0]["reason"] == "conflict"
    assert ward.kept["PT-001", NOW - 1000, ""]["values"]["heart_rate"] == 72_000


def test_an_empty_array_is_answered_with_zeros(call):
    answer = call.post(PATH, [])
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_readings_that_name_no_source_get_the_default_one(serve, ward):
    call = serve(default_source="gateway")
    call.post(PATH, [reading("A"), reading("B", source="monitor", heart_rate=70)])
    assert {key[2] for key in ward.kept} == {"gateway", "monitor"}
    assert ward.sources == ["http"]


@pytest.mark.parametrize(
    "kind", [
        "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx",
        "application/json; charset=latin-1", "multipart/form-data",
    ],
)  # fmt: skip
def test_another_content_type_is_415(call, kind):
    answer = call("POST", PATH, content=b"[]", headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "kind",
    ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'],
)
def test_json_in_utf8_is_taken_however_it_is_spelt(call, kind):
    answer = call("POST", PATH, content=b"[]", headers={"Content-Type": kind})
    assert answer.status_code == 200


def test_a_compressed_bomb_is_refused_unopened(call):
    bomb = gzip.compress(b"[" + b" " * 10_000_000 + b"]")
    answer = send(call, bomb, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 415


HOSTILE = {
    "empty": b"",
    "cut off": b'[{"patient_id": "A"',
    "two values": b"[] []",
    "not UTF-8": b'[{"patient_id": "\xff"}]',
    "depth 10,000": b"[" * 10_000 + b"]" * 10_000,
    "NaN": b'{"patient_id":"A","timestamp":1,"heart_rate":NaN}',
    "Infinity": b'{"patient_id":"A","timestamp":1,"heart_rate":Infinity}',
    "lone surrogate": b'{"patient_id":"\\ud800","timestamp":1767225599000,"heart_rate":70}',
    "a number of 5,000 digits": b'{"patient_id":"A","timestamp":%s,"heart_rate":70}'
    % (b"9" * 5000),
    "a nested object": b'{"patient_id":{"a":1},"timestamp":1767225599000,"heart_rate":70}',
    "control character": b'{"patient_id":"A\\u0000","timestamp":1767225599000,"heart_rate":70}',
    "long id": b'{"patient_id":"%s","timestamp":1767225599000,"heart_rate":70}' % (b"A" * 129),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_and_nothing_is_kept(call, ward, body):
    answer = send(call, body)
    assert answer.status_code in {400, 422}
    assert ward.kept == {}


def test_what_is_not_json_is_400_and_says_where(call):
    answer = send(call, b'[{"patient_id": }]')
    assert answer.status_code == 400
    assert any(character.isdigit() for character in answer.json()["error"])


def test_a_declared_length_over_the_limit_is_413_before_a_byte_is_read(call):
    async def untouched():
        raise AssertionError("the body was read")
        yield b""

    declared = {"Content-Length": str(READINGS_BODY_MAX + 1)}
    answer = call("POST", PATH, content=untouched(), headers=JSON | declared)
    assert answer.status_code == 413


def test_an_undeclared_length_is_cut_at_the_limit(call, ward):
    chunks = 0

    async def endless():
        nonlocal chunks
        while True:
            chunks += 1
            yield b" " * 1_048_576

    answer = call("POST", PATH, content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert chunks == READINGS_BODY_MAX // 1_048_576 + 1
    assert call.app.state.context.decoding.buffered.held == 0


def test_a_body_of_exactly_the_limit_is_taken(call):
    body = b"[" + b" " * (READINGS_BODY_MAX - 2) + b"]"
    assert send(call, body).status_code == 200


@pytest.mark.parametrize("declared", ["many", "-1", "1_0", "\u0661"])
def test_a_content_length_that_is_no_number_is_400(call, declared):
    header = {"Content-Length": declared.encode()}
    assert call("POST", PATH, content=b"[]", headers=JSON | header).status_code == 400


def test_more_than_fifty_thousand_items_are_413(call, ward):
    assert send(call, json.dumps([0] * 50_001).encode()).status_code == 413
    assert ward.sources == []


def test_other_bodies_have_a_smaller_limit(call):
    body = b'{"actor":"' + b"a" * ENTRY_BODY_MAX + b'"}'
    answer = call("PUT", "/api/v1/patients/A/settings", content=body, headers=JSON)
    assert answer.status_code == 413


def test_a_full_queue_is_503_with_the_time_to_wait(call, ward):
    ward.refusal = BusyError(1.2)
    answer = call.post(PATH, reading())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


def test_a_store_that_cannot_take_readings_is_503_without_its_reason(call, ward):
    ward.failure = StoreUnavailableError("disk of PT-CANARY is full")
    answer = call.post(PATH, reading())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert "CANARY" not in answer.text


def test_the_answer_waits_until_the_readings_are_durable(call, ward):
    ward.held = []

    async def scene():
        ward.is_asked = asyncio.Event()
        asking = asyncio.ensure_future(call.later("POST", PATH, json=reading()))
        await ward.is_asked.wait()
        assert not asking.done()
        ward.held[0].set_exception(StoreUnavailableError("late"))
        return await asking

    assert call.run(scene()).status_code == 503


def test_a_request_that_goes_away_does_not_cancel_what_the_host_is_doing(runner):
    future = Future()

    async def scene():
        waiting = asyncio.ensure_future(durable(future))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    runner.run(scene())
    future.set_result("kept")
    assert future.result() == "kept"


def test_a_host_that_never_answers_is_reported_as_unavailable(runner):
    with pytest.raises(StoreUnavailableError):
        runner.run(durable(Future(), time_max_s=0.01))


def test_bodies_beyond_the_common_bound_are_503_and_the_room_is_given_back(call, ward):
    buffered = call.app.state.context.decoding.buffered
    buffered.take(64 * 1_048_576 - 10_000)
    assert send(call, b"[" + b" " * 20_000 + b"]").status_code == 503
    assert call.post(PATH, reading()).status_code == 200
    buffered.give_back(64 * 1_048_576 - 10_000)
    assert buffered.held == 0
