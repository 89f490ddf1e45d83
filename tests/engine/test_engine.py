import numpy as np
import pytest
from tests.engine.bedside import batch

from wardline.engine.engine import Engine
from wardline.engine.picture import pictures
from wardline.engine.state import PATIENT
from wardline.model.commands import Command
from wardline.model.content import content_hash
from wardline.model.findings import Status


def test_state_stays_under_four_kilobytes_a_patient():
    assert PATIENT.itemsize <= 4_096


def test_only_readings_that_are_not_surely_new_are_doubtful():
    engine = Engine()
    engine.process(batch((10, {"spo2": 97})))
    readings = batch((11, {"spo2": 97}), (10, {"spo2": 97}), (11, {"spo2": 97}), (12, {"spo2": 97}))
    assert engine.doubtful(readings).tolist() == [1, 2]
    assert engine.doubtful(readings).tolist() == [1, 2]


def test_a_fifth_source_of_a_patient_is_doubtful_each_time():
    engine = Engine()
    for source in "abcd":
        engine.process(batch((1, {"spo2": 97}), source=source))
    assert engine.doubtful(batch((2, {"spo2": 97}), source="e")).tolist() == [0]
    assert engine.doubtful(batch((2, {"spo2": 97}), source="d")).tolist() == []


def test_a_stored_reading_with_the_same_content_is_a_duplicate_and_with_other_a_conflict():
    engine = Engine()
    first = batch((1, {"spo2": 97}))
    engine.process(first)
    same, other = batch((1, {"spo2": 97})), batch((1, {"spo2": 96}))
    stored = content_hash(first)
    assert engine.process(same, stored).status.tolist() == [Status.DUPLICATE]
    assert engine.process(other, stored).status.tolist() == [Status.CONFLICT]


def test_repeats_within_one_batch_are_settled_against_the_first_that_was_accepted():
    outcome = Engine().process(
        batch((1, {"spo2": 97}), (2, {"spo2": 97}), (1, {"spo2": 97}), (1, {"spo2": 90}))
    )
    assert outcome.status.tolist() == [
        Status.ACCEPTED, Status.ACCEPTED, Status.DUPLICATE, Status.CONFLICT,
    ]  # fmt: skip
    assert outcome.arrival.tolist()[:2] == [1, 2]


def test_a_reading_more_than_five_minutes_ahead_is_refused_and_touches_nobody():
    engine = Engine()
    ahead = batch((301, {"spo2": 80}))
    ahead.received_at[:] = 0
    outcome = engine.process(ahead)
    assert outcome.status.tolist() == [Status.FUTURE]
    assert pictures(engine, 0) == []


def test_a_reading_behind_a_tick_takes_the_time_of_the_tick():
    engine = Engine()
    engine.process(batch((0, {"spo2": 97})))
    engine.tick(9_000)
    assert engine.process(batch((5, {"spo2": 97}))).at.tolist() == [9_000]


def test_engines_grow_with_their_patients():
    engine = Engine()
    for number in range(200):
        engine.process(batch((0, {"spo2": 97}), patient=f"PT-{number}"))
    shown = pictures(engine, 1_000)
    assert len(shown) == 200
    assert [p.patient.patient_id for p in shown] == sorted(p.patient.patient_id for p in shown)


def test_an_unknown_command_is_refused():
    with pytest.raises(ValueError, match="unknown command 'sing'"):
        Engine().apply(Command("PT-001", 0, "nurse", "sing", {}))


def test_columns_that_only_look_different_give_the_same_findings():
    readings = batch((0, {"spo2": 79}), (1, {"spo2": 95}))
    frozen = readings.take(np.array([0, 1], dtype=np.intp))
    frozen.values.setflags(write=False)
    found, expected = Engine().process(frozen), Engine().process(readings)
    assert found.findings.transitions.tolist() == expected.findings.transitions.tolist()


def test_producers_with_dictionaries_of_their_own_take_turns_with_commands_between():
    engine = Engine()
    mine = batch((0, {"spo2": 97}), patient="PT-001")
    yours = batch((0, {"spo2": 97}), patient="PT-002")
    for at, readings in enumerate((mine, yours, mine, yours)):
        readings.observed_at[:] = readings.received_at[:] = at
        engine.process(readings)
        engine.apply(Command("PT-003", at, "nurse", "chart", {}))
    assert list(engine.patients) == ["PT-001", "PT-003", "PT-002"]
    assert engine.records["arrival"].tolist() == [2, 4, 2]
