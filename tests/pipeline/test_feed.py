"""From commits to screens: what a viewer merged is what is, whoever watched, and however slowly."""

import json
import threading
from collections.abc import Sequence
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from tests.pipeline.building import MINUTE, SECOND, START, decoded, reading, table
from tests.pipeline.live_rig import LiveRig, Seat, fresh
from tests.pipeline.screen import Screen
from tests.streams.author import streams
from tests.streams.steps import in_arrival_order, time_of

from wardline.codecs.live_json import changed_pieces, patient_text
from wardline.engine.engine import Engine
from wardline.model.commands import ADMIT, DISCHARGE, SETTINGS, TRANSFER, Command
from wardline.model.pictures import PatientPicture
from wardline.pipeline import feed as feed_module
from wardline.pipeline import live as live_module
from wardline.pipeline.feed import DRAW_ALL_EVERY_MS
from wardline.pipeline.ring import LostError

WAIT_S = 30.0


@pytest.fixture
def rig() -> LiveRig:
    rig = LiveRig()
    rig.step()
    return rig


def place(name: str, bed: str = "1", patient: str = "p", at: int = START) -> Command:
    content = {} if name == DISCHARGE else {"ward": "4A", "bed": bed, "admission_id": f"{at}"}
    return Command(patient, at, "ann", name, content)


def drawn(rig: LiveRig) -> dict[str, Any]:
    """Every patient as just drawn, as a screen holds it."""
    screen = Screen()
    for picture in rig.draw(None) or []:
        pieces = changed_pieces(None, picture)
        screen.merge(json.loads(patient_text(picture.patient.patient_id, pieces, is_whole=True)))
    return screen.patients


def timeless(patients: dict[str, Any]) -> dict[str, Any]:
    """Without what depends on the moment of the drawing: seconds told in reasons, and the trend."""
    kept = {}
    for patient_id, patient in patients.items():
        conditions = [c | {"reason": ""} for c in patient["conditions"]]
        kept[patient_id] = patient | {"conditions": conditions, "trend": None, "clock_skew_s": None}
    return kept


@st.composite
def watched_streams(draw: Any) -> list[tuple[Any, int]]:
    """Steps, each with what viewers do after it: bits tell which of them look, come or go."""
    steps = in_arrival_order(draw(streams(step_count_max=25)))
    return [(step, draw(st.integers(0, 63))) for step in steps]


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(watched_streams())
def test_whoever_watches_at_whatever_speed_ends_with_what_is(stream: list[tuple[Any, int]]):
    rig = LiveRig(time_of(stream[0][0]))
    rig.step()
    seats: list[Seat] = []
    for step, doings in stream:
        rig.give(step)
        if doings & 1:
            rig.show()
        if doings & 2 and len(seats) < 3:
            seats.append(Seat(rig))
        if doings & 4 and doings & 8 and seats:
            seats.pop(0)
            rig.feed.leave()
        for number, seat in enumerate(seats):
            if doings >> 4 & 1 << number % 2:
                seat.look()
    seats.append(Seat(rig))
    rig.clock.now += DRAW_ALL_EVERY_MS
    rig.show()
    now = fresh(rig)
    for seat in seats:
        assert seat.look().patients == now.patients
        assert seat.screen.beds == now.beds
        numbers = [message["seq"] for message in seat.screen.found]
        assert numbers == sorted(set(numbers))
    assert timeless(now.patients) == timeless(drawn(rig))


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(watched_streams())
def test_every_stored_transition_comes_once_and_in_order(stream: list[tuple[Any, int]]):
    rig = LiveRig(time_of(stream[0][0]))
    rig.step()
    quick, slow = Seat(rig), Seat(rig)
    for step, doings in stream:
        rig.give(step)
        if doings & 1:
            rig.show()
        quick.look()
        if doings & 2:
            slow.look()
    rig.show()
    stored = [(row[0], row[1]) for row in table(rig.store, "transitions")]
    for seat in (quick, slow):
        told = seat.look().transitions
        assert sorted(told) == sorted(stored)
        for patient in {row[0] for row in stored}:
            numbers = [number for name, number in told if name == patient]
            assert numbers == sorted(numbers)


def test_only_what_changed_is_told(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=80, spo2=97)))
    seat = Seat(rig)
    rig.step(decoded(reading(at=START + SECOND, spo2=96)), at=START + SECOND)
    rig.show()
    (values,) = [m for m in map(json.loads, seat.hub.news(seat.cursor)) if m["type"] == "values"]
    (patient,) = values["patients"]
    assert set(patient) == {"patient_id", "last_reading_at", "vitals", "inputs"}
    assert patient["vitals"]["spo2"]["value"] == 96
    assert list(patient["vitals"]) == list(patient["inputs"]) == ["spo2"]
    assert "beds" not in values


def test_a_patient_no_reading_touched_is_not_told_again(rig: LiveRig):
    rig.step(decoded(reading("p"), reading("q")))
    seat = Seat(rig)
    rig.step(decoded(reading("q", START + SECOND, heart_rate=81)), at=START + SECOND)
    rig.show()
    seat.look()
    told = seat.screen.messages[-1]["patients"]
    assert [patient["patient_id"] for patient in told] == ["q"]


def test_the_first_viewer_of_a_quiet_ward_is_shown_everyone(rig: LiveRig):
    rig.step(decoded(*[reading(f"p{number}") for number in range(70)]))
    rig.show()
    assert len(Seat(rig).screen.patients) == 70


def test_who_comes_after_nobody_watched_is_shown_what_is_now(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=80)))
    seat = Seat(rig)
    rig.show()
    rig.feed.leave()
    rig.step(decoded(reading(at=START + SECOND, heart_rate=90)), at=START + SECOND)
    rig.show()
    assert fresh(rig).patients["p"]["vitals"]["heart_rate"]["value"] == 80
    late = Seat(rig).screen
    assert late.patients["p"]["vitals"]["heart_rate"]["value"] == 90
    assert seat.look().patients == late.patients


def test_while_nobody_watches_nobody_is_drawn(rig: LiveRig):
    rig.step(decoded(reading()))
    rig.show()
    assert fresh(rig).patients == {}


def test_who_watches_while_the_engine_is_being_brought_back_is_shown_everyone_then():
    before = LiveRig()
    before.step()
    before.step(decoded(reading("p"), reading("q")))
    rig = LiveRig(START + SECOND, before.store)
    early = Seat(rig)
    assert early.screen.patients == {}
    rig.step(at=START + SECOND)
    rig.show()
    assert sorted(early.look().patients) == ["p", "q"]


def test_trends_go_on_while_nobody_watches(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=80)))
    Seat(rig)
    rig.show()
    rig.feed.leave()
    rig.step(decoded(reading(at=START + MINUTE, heart_rate=90)), at=START + MINUTE)
    rig.step(at=START + 3 * MINUTE)
    rig.show()
    trend = Seat(rig).screen.patients["p"]["trend"]
    assert trend["end"] == START + MINUTE
    assert trend["means"]["heart_rate"][-2:] == [80, 90]


def test_a_window_alone_tells_the_trend_alone(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=80)), at=START + 59 * SECOND)
    rig.step(at=START + 60 * SECOND)
    seat = Seat(rig)
    rig.show()
    seat.look()
    rig.step(at=START + 71 * SECOND)
    rig.show()
    before = len(seat.screen.messages)
    seat.look()
    told = [m for m in seat.screen.messages[before:] if m["type"] == "values"]
    assert "trend" in told[0]["patients"][0]
    assert "window" in seat.screen.kinds()


def test_the_bed_of_a_discharged_patient_stays(rig: LiveRig):
    rig.step(place(ADMIT, "1"))
    seat = Seat(rig)
    assert seat.screen.beds == [{"ward": "4A", "bed": "1"}]
    rig.step(place(TRANSFER, "2", at=START + 1), at=START + 1)
    rig.show()
    rig.step(place(DISCHARGE, at=START + 2), at=START + 2)
    rig.show()
    assert seat.look().beds == [{"ward": "4A", "bed": "1"}, {"ward": "4A", "bed": "2"}]
    assert seat.screen.patients["p"]["bed"] is None
    assert seat.screen.patients["p"]["last_reading_at"] is None
    assert fresh(rig).beds == seat.screen.beds


def test_a_bed_that_was_left_before_anybody_watched_is_known(rig: LiveRig):
    rig.step(place(ADMIT), at=START)
    rig.step(place(TRANSFER, bed="2", at=START + SECOND), at=START + SECOND)
    rig.step(place(DISCHARGE, at=START + MINUTE), at=START + MINUTE)
    rig.show()
    beds = [{"ward": "4A", "bed": "1"}, {"ward": "4A", "bed": "2"}]
    assert Seat(rig).look().beds == beds


def test_a_bed_that_was_left_again_while_nobody_watched_is_known(rig: LiveRig):
    for number, name in enumerate((ADMIT, TRANSFER, DISCHARGE)):
        rig.step(place(name, str(number), at=START + number), at=START + number)
    rig.show()
    assert [bed["bed"] for bed in Seat(rig).screen.beds] == ["0", "1"]


def test_beds_of_before_and_the_last_hour_are_read_from_the_store():
    before = LiveRig()
    before.step(place(ADMIT, "7"), decoded(reading()))
    before.step(place(DISCHARGE, at=START + 1), at=START + 1)
    before.step(place(ADMIT, "8", "q", START + 2), at=START + 2)
    before.step(decoded(reading("q", START + 3, heart_rate=70)), at=START + 3)
    before.step(at=START + 2 * MINUTE)
    rig = LiveRig(START + 2 * MINUTE, before.store)
    rig.step(at=START + 2 * MINUTE)
    early = Seat(rig)
    rig.feed._begin()
    rig.show()
    assert [bed["bed"] for bed in early.look().beds] == ["7", "8"]
    assert early.screen.patients["q"]["trend"]["means"]["heart_rate"][-1] == 70
    assert rig.feed.figures()["readings_total"] == 2


def test_a_command_shows_the_limits_it_set(rig: LiveRig):
    rig.step(decoded(reading()))
    seat = Seat(rig)
    content = {"limits": {"heart_rate_high": {"limit": 99}}, "spo2_scale": 2}
    rig.step(Command("p", START, "ann", SETTINGS, content))
    rig.show()
    patient = seat.look().patients["p"]
    assert patient["limits"]["heart_rate"][1] == 99
    assert patient["spo2_scale"] == 2


def test_values_go_stale_on_screens_while_the_store_takes_nothing(rig: LiveRig):
    rig.step(decoded(reading()))
    seat = Seat(rig)
    rig.store.commits_fail = True
    for second in range(1, 40):
        rig.step(at=START + second * SECOND)
        rig.show()
    patient = seat.look().patients["p"]
    assert patient["vitals"]["heart_rate"]["state"] == "stale"
    assert seat.screen.transitions == []
    rig.store.commits_fail = False
    rig.step(at=START + 41 * SECOND)
    rig.show()
    assert [rule for rule, _ in seat.look().transitions] == ["p", "p"]


def test_a_reading_that_was_not_kept_is_taken_back_from_screens(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=70)))
    seat = Seat(rig)
    rig.store.commits_fail = True
    rig.step(decoded(reading(at=START + 1, heart_rate=150)), at=START + 1)
    rig.show()
    rig.store.commits_fail = False
    rig.step(at=START + SECOND)
    rig.show()
    assert seat.look().patients["p"]["vitals"]["heart_rate"]["value"] == 70


def test_an_engine_that_hangs_leaves_screens_with_what_was_and_is_caught_up_with(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=70)))
    seat = Seat(rig)
    rig.feed.leave()
    rig.step(decoded(reading(at=START + 1, heart_rate=71)), at=START + 1)
    rig.show()
    with rig.loop.lock:
        late = Seat(rig)
        rig.show()
        assert late.screen.patients["p"]["vitals"]["heart_rate"]["value"] == 70
        assert rig.view.pictures(rig.loop, START)[1] == []
        rig.feed.leave()
        rig.feed.join()
    rig.show()
    for one in (seat, late):
        assert one.look().patients["p"]["vitals"]["heart_rate"]["value"] == 71


def test_leaving_and_committing_never_wait_for_a_drawing(rig: LiveRig):
    rig.step(decoded(reading()))
    rig.feed.join()
    done = threading.Event()

    def work() -> None:
        rig.feed.leave()
        rig.feed.touch()
        rig.feed.figures()
        rig.step(decoded(reading(at=START + 1)), at=START + 1)
        done.set()

    with rig.feed._drawing:
        thread = threading.Thread(target=work)
        thread.start()
        assert done.wait(WAIT_S)
    thread.join()


def test_an_engine_that_waits_gets_its_turn_in_the_middle_of_a_drawing(
    rig: LiveRig, monkeypatch: pytest.MonkeyPatch
):
    count, drawn_before = 2_000, [0]
    draw_some = live_module.pictures_of

    def counted(engine: Engine, codes: Sequence[int], now_ms: int) -> list[PatientPicture]:
        drawn_before[0] += len(codes)
        return draw_some(engine, codes, now_ms)

    monkeypatch.setattr(live_module, "pictures_of", counted)
    rig.step(decoded(*[reading(f"p{number}") for number in range(count)]))
    drawing = threading.Thread(target=rig.draw, args=(None,))
    drawing.start()
    turns: set[int] = set()
    while drawing.is_alive():
        with rig.loop.lock:
            turns.add(drawn_before[0])
    assert len(turns - {0, count}) >= 10
    assert all(turn % live_module.DRAWN_AT_ONCE == 0 for turn in turns - {count})


def test_transitions_nobody_was_told_cut_every_viewer_off(
    rig: LiveRig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_module, "WAITING_FINDINGS_MAX", 3)
    seat = Seat(rig)
    for number in range(8):
        rates = (250, 80)[number % 2]
        at = START + number * 30 * SECOND
        rig.step(decoded(reading(at=at, heart_rate=rates)), at=at)
    rig.show()
    with pytest.raises(LostError):
        seat.look()
    assert seat.hub.missed(seat.cursor, seat.cursor.seq) is None
    assert Seat(rig).look().transitions == []


def test_a_feed_that_breaks_says_so():
    def broken(patients: set[str] | None) -> None:
        raise KeyError("a secret")

    rig = LiveRig()
    feed = feed_module.LiveFeed(rig.store, rig.clock, broken)
    feed._viewers = 1
    assert not feed.is_dead
    feed.start()
    feed._thread.join(WAIT_S)
    assert feed.is_dead


def test_what_a_reading_says_about_its_patient_reaches_viewers_though_beds_were_just_read(
    rig: LiveRig, monkeypatch: pytest.MonkeyPatch
):
    rig.step(decoded(reading(heart_rate=80)))
    seat = Seat(rig)
    rig.step(decoded(reading(at=START + SECOND, heart_rate=81, gender="F", condition="Stable")))
    rig.show()
    assert seat.look().patients["p"]["gender"] is None
    monkeypatch.setattr(live_module, "PATIENTS_AGE_MIN_S", 0.0)
    rig.show()
    patient = seat.look().patients["p"]
    assert (patient["gender"], patient["condition"]) == ("F", "Stable")


def test_an_age_that_only_the_engine_knows_is_shown(rig: LiveRig):
    rig.step(decoded(reading(heart_rate=80)))
    seat = Seat(rig)
    rig.step(decoded(reading(at=START + SECOND, heart_rate=81, patient_age=66)))
    rig.show()
    assert seat.look().patients["p"]["age"] == 66
