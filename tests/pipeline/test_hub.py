"""The hub alone: pieces in, messages out."""

import json
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from tests.pipeline.building import START
from tests.pipeline.screen import Screen

from wardline.pipeline import hub as hub_module
from wardline.pipeline.hub import Cursor, LiveHub, LiveUpdate
from wardline.pipeline.ring import LostError

PIECES = {
    "about": '"ward":"4A"', "vital:spo2": '"spo2":{"value":97}', "input:spo2": '"spo2":null',
    "score:news2": '{"name":"news2","total":null,"at_least":null,"complete":false,"risk":null,'
    '"parts":{}}',
}  # fmt: skip


def found(number: int, kind: str = "transition", patient: str = "p") -> tuple[str, str, str]:
    return kind, patient, f'"patient_id":"{patient}","patient_seq":{number}}}'


def opened(hub: LiveHub, watched: frozenset[str] | None = None) -> tuple[Cursor, dict[str, Any]]:
    cursor = Cursor(watched=watched)
    return cursor, json.loads(hub.open(cursor))


def news(hub: LiveHub, cursor: Cursor) -> list[dict[str, Any]]:
    return [json.loads(text) for text in hub.news(cursor)]


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["patient_seq"] for row in rows]


@pytest.fixture
def hub() -> LiveHub:
    return LiveHub(START)


def test_an_empty_hub_has_an_empty_snapshot_and_no_news(hub: LiveHub):
    cursor, snapshot = opened(hub)
    assert snapshot == {
        "type": "snapshot", "seq": START * 1000, "now": "2023-11-14T22:14:00.000Z",
        "patients": [], "beds": [],
    }  # fmt: skip
    assert news(hub, cursor) == []


def test_the_snapshot_tells_the_time_and_the_number_of_now(hub: LiveHub):
    hub.publish(LiveUpdate(START, {"p": PIECES}))
    opened(hub)
    hub.publish(LiveUpdate(START + 60_000, found=(found(1),)))
    _, snapshot = opened(hub)
    assert snapshot["now"] == "2023-11-14T22:15:00.000Z"
    assert snapshot["seq"] == (START + 60_000) * 1000


def test_a_snapshot_leaves_out_what_went_and_values_tell_it(hub: LiveHub):
    hub.publish(LiveUpdate(START, {"p": {"about": PIECES["about"]}}))
    cursor, _ = opened(hub)
    hub.publish(LiveUpdate(START, {"p": PIECES}))
    (values,) = news(hub, cursor)
    assert values["patients"][0]["inputs"] == {"spo2": None}
    assert values["patients"][0]["scores"][0]["at_least"] is None
    assert opened(hub)[1]["patients"] == [
        {"patient_id": "p", "ward": "4A", "vitals": {"spo2": {"value": 97}}, "inputs": {},
         "scores": []}
    ]  # fmt: skip


def test_a_patient_who_is_new_to_a_viewer_comes_whole(hub: LiveHub):
    cursor, _ = opened(hub)
    hub.publish(LiveUpdate(START, {"p": {"about": PIECES["about"]}}))
    (values,) = news(hub, cursor)
    assert values["patients"] == [
        {"patient_id": "p", "ward": "4A", "vitals": {}, "inputs": {}, "scores": []}
    ]


def test_a_slow_viewer_gets_the_newest_values_once(hub: LiveHub):
    hub.publish(LiveUpdate(START, {"p": PIECES}))
    cursor, _ = opened(hub)
    for value in (96, 95, 94):
        hub.publish(LiveUpdate(START, {"p": {"vital:spo2": f'"spo2":{{"value":{value}}}'}}))
    (values,) = news(hub, cursor)
    assert values["patients"] == [{"patient_id": "p", "vitals": {"spo2": {"value": 94}}}]
    assert news(hub, cursor) == []


def test_beds_come_when_they_changed(hub: LiveHub):
    cursor, _ = opened(hub)
    hub.publish(LiveUpdate(START, beds=(("4A", "1"), ('"', "\\"))))
    (values,) = news(hub, cursor)
    assert values["beds"] == [{"ward": "4A", "bed": "1"}, {"ward": '"', "bed": "\\"}]
    hub.publish(LiveUpdate(START, {"p": PIECES}))
    assert "beds" not in news(hub, cursor)[0]


def test_found_rows_come_in_the_order_found_before_values(hub: LiveHub):
    cursor, _ = opened(hub)
    rows = (found(1), found(2, "score"), found(3, "window"), found(4), found(5, "anomaly"))
    hub.publish(LiveUpdate(START, {"p": PIECES}, rows))
    told = news(hub, cursor)
    assert numbers(told[:-1]) == [1, 2, 3, 4, 5]
    assert told[-1]["type"] == "values"
    assert [row["seq"] for row in told] == sorted(row["seq"] for row in told)
    assert told[-1]["seq"] == told[-2]["seq"] == cursor.seq


def test_numbers_grow_though_the_clock_goes_back_and_hold_the_time_if_it_does_not(hub: LiveHub):
    cursor, _ = opened(hub)
    for now in (START + 5_000, START, START + 5_001):
        hub.publish(LiveUpdate(now, found=(found(1), found(2))))
    at = (START + 5_000) * 1000
    expected = [at, at + 1, at + 2, at + 3, at + 1000, at + 1001]
    assert [row["seq"] for row in news(hub, cursor)] == expected


def test_transitions_are_not_chosen_by_watching(hub: LiveHub):
    cursor, _ = opened(hub, frozenset({"q"}))
    kinds = ("transition", "score", "window", "anomaly")
    rows = tuple(found(1, kind, patient) for kind in kinds for patient in ("p", "q"))
    hub.publish(LiveUpdate(START, found=rows))
    told = [(row["type"], row["patient_id"]) for row in news(hub, cursor)]
    assert told == [("transition", "p")] + [(kind, "q") for kind in kinds]


def test_a_viewer_for_whom_too_many_transitions_wait_is_lost(
    hub: LiveHub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub_module, "TRANSITIONS_MAX", 10)
    small = LiveHub(START)
    cursor, _ = opened(small)
    for number in range(20):
        small.publish(LiveUpdate(START, found=(found(number),)))
    with pytest.raises(LostError):
        small.news(cursor)
    assert small.missed(cursor, cursor.seq) is None


def test_of_other_rows_a_slow_viewer_gets_the_newest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hub_module, "OTHERS_MAX", 10)
    small = LiveHub(START)
    cursor, _ = opened(small)
    for number in range(20):
        small.publish(LiveUpdate(START, found=(found(number, "score"),)))
    assert numbers(news(small, cursor)) == list(range(10, 20))


def test_who_begins_anew_gets_what_was_found_and_then_a_snapshot(hub: LiveHub):
    cursor, _ = opened(hub)
    hub.publish(LiveUpdate(START, {"p": PIECES}, (found(1),)))
    assert [json.loads(text)["type"] for text in hub.anew(cursor)] == ["transition", "snapshot"]
    assert news(hub, cursor) == []


def test_listeners_are_told_until_they_leave(hub: LiveHub):
    told: list[int] = []
    hub.listen(tell := lambda: told.append(1))
    hub.publish(LiveUpdate(START))
    hub.leave(tell)
    hub.publish(LiveUpdate(START))
    assert told == [1]


@hypothesis.given(
    st.lists(
        st.tuples(
            st.sampled_from("pq"),
            st.sampled_from(["vital:spo2", "input:spo2", "about"]),
            st.integers(0, 3),
            st.booleans(),
            st.integers(0, 7),
        )
    )
)
def test_viewers_of_any_speed_miss_no_row_and_end_with_the_snapshot(
    doings: list[tuple[str, str, int, bool, int]],
):
    hub = LiveHub(START)
    cursors = [Cursor() for _ in range(3)]
    screens = [Screen() for _ in cursors]
    for cursor, screen in zip(cursors, screens, strict=True):
        screen.take(hub.open(cursor))
    for number, (patient, name, value, is_found, who) in enumerate(doings):
        text = {
            "about": f'"ward":{value}',
            "vital:spo2": f'"spo2":{value}',
            "input:spo2": f'"spo2":{value or "null"}',
        }[name]
        rows = (found(number, patient=patient),) if is_found else ()
        hub.publish(LiveUpdate(START + number, {patient: {name: text}}, rows))
        for place, (cursor, screen) in enumerate(zip(cursors, screens, strict=True)):
            if who >> place & 1:
                screen.take(*hub.news(cursor))
    last = Screen()
    last.take(hub.open(Cursor()))
    told = [(doing[0], number) for number, doing in enumerate(doings) if doing[3]]
    for cursor, screen in zip(cursors, screens, strict=True):
        screen.take(*hub.news(cursor))
        assert screen.transitions == told
        assert screen.patients == last.patients
