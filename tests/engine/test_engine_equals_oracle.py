"""The compiled engine says exactly what the slow oracle says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracle import Oracle, Reading
from tests.oracle.baseline import FLOORS
from tests.streams.author import long_stream, streams
from tests.streams.choices import CALM
from tests.streams.host import EngineHost, served
from tests.streams.steps import Tick, asked

from wardline.model.commands import Command

STEPS_PER_LONG_STREAM = 1_000
SEEDS = range(6)


def compare(host: EngineHost, oracle: Oracle) -> None:
    """Fail with the first place at which the engine says something else."""
    for row, (said, expected) in enumerate(zip(host.answers, oracle.answers, strict=True)):
        assert said == expected, f"reading {row}"
    said, expected = host.findings(), oracle.findings()
    for kind in ("transitions", "anomalies", "scores"):
        assert first_difference(said[kind], expected[kind]) is None, kind
    assert said["windows"] == expected["windows"]


def first_difference(said: list, expected: list) -> dict | None:
    """Where two lists part, and what stands there."""
    pairs = zip([*said, None], [*expected, None], strict=False)
    for row, (one, other) in enumerate(pairs):
        if one != other:
            return {"row": row, "before": expected[:row][-1:], "engine": one, "oracle": other}
    return None


@given(steps=streams(), size_max=st.sampled_from([1, 2, 5, 100]))
def test_engine_equals_oracle_on_streams_that_shrink(steps, size_max):
    compare(served(steps, size_max), asked(steps))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_engine_equals_oracle_on_long_streams(seed):
    steps, oracle = long_stream(seed, STEPS_PER_LONG_STREAM, patient_count=seed % 4 + 1)
    compare(served(steps, size_max=1 + 5 * seed), oracle)


def test_long_streams_reach_every_state_of_every_kind_of_condition():
    found = [long_stream(seed, STEPS_PER_LONG_STREAM, seed % 4 + 1)[1].findings() for seed in SEEDS]
    moves = {(row[3], row[4]) for one in found for row in one["transitions"]}
    checked = {("check_spo2", state) for state in ("pending", "active", "unknown", "normal")}
    five = ("pending", "active", "clearing", "unknown", "normal")
    limited = {("systolic_bp_low", state) for state in five}
    ended = {(name, "normal") for name in ("no_signal", "data_late", "temperature_stale")}
    assert checked | limited | ended <= moves
    assert {row[6] for one in found for row in one["scores"] if row[2] == "news2"} >= {0, 1, 2, 3}
    assert any(one["anomalies"] for one in found)
    assert any(window[-1] > 1 for one in found for window in one["windows"].values())


def test_inputs_that_expire_together_leave_together():
    both = {"heart_rate": 75_000, "spo2": 97_000, "respiratory_rate": 14_000}
    steps = [Reading("p", 0, 0, values=both), Tick(600_000)]
    compare(served(steps), asked(steps))


def test_settings_that_name_no_age_keep_the_age_of_a_reading():
    steps = [
        Reading("p", 0, 0, values={"respiratory_rate": 14_000}, age=12),
        Command("p", 1_000, "nurse", "settings", {"spo2_scale": 2}),
        Tick(70_000),
    ]
    oracle = asked(steps)
    assert "news2" not in {row[2] for row in oracle.findings()["scores"]}
    compare(served(steps), oracle)


def test_an_unavailable_mark_of_an_origin_that_is_not_followed_makes_nothing_stale():
    steps = [
        Reading("p", 0, 0, values={"mean_bp": 90_000}, bp_method="cuff"),
        Reading("p", 1_000, 1_000, na=frozenset({"mean_bp"}), bp_method="arterial"),
        Tick(10_000),
    ]
    oracle = asked(steps)
    assert oracle.findings()["transitions"] == []
    compare(served(steps), oracle)


@pytest.mark.parametrize(("vital", "floor"), FLOORS.items())
def test_every_vital_sign_has_its_own_floor_of_deviation(vital, floor):
    usual = CALM[vital][0]
    unusual = usual + int(3_020 * floor)
    steps = [Reading("p", t, t, values={vital: usual}) for t in range(0, 31_000, 1_000)]
    steps.append(Reading("p", 31_000, 31_000, values={vital: unusual}))
    oracle = asked(steps)
    assert len(oracle.findings()["anomalies"]) == 1
    compare(served(steps), oracle)


@pytest.mark.parametrize(("value", "count"), [(84_001, 0), (84_002, 1), (65_999, 0), (65_998, 1)])
def test_only_more_than_three_deviations_are_unusual(value, count):
    steps = [Reading("p", t, t, values={"heart_rate": 75_000}) for t in range(0, 31_000, 1_000)]
    steps.append(Reading("p", 31_000, 31_000, values={"heart_rate": value}))
    oracle = asked(steps)
    assert len(oracle.findings()["anomalies"]) == count
    compare(served(steps), oracle)


@pytest.mark.parametrize(("second_at", "state"), [(4_999, "pending"), (5_000, "active")])
def test_a_second_strange_pressure_counts_from_five_seconds_on(second_at, state):
    times = (0, second_at)
    steps = [Reading("p", t, t, values={"systolic_bp": 290_000}) for t in times]
    oracle = asked(steps)
    assert oracle.findings()["transitions"][-1][4] == state
    compare(served(steps), oracle)


def test_a_late_charted_value_of_the_same_time_does_not_replace_the_one_in_use():
    hour = 3_600_000
    said = {"values": {"temperature": 37_000}, "consciousness": "A"}
    again = {"values": {"temperature": 39_500}, "consciousness": "U"}
    steps = [
        Reading("p", 0, hour, **said),
        Reading("p", 0, 2 * hour, "other", **again),
        Tick(3 * hour),
    ]
    oracle = asked(steps)
    assert oracle.findings()["scores"][-1][1] == hour + 70_000
    compare(served(steps), oracle)


def test_old_keys_that_come_again_within_one_batch_are_duplicates():
    newest = Reading("p", 10_000_000, 10_000_000, values={"spo2": 97_000})
    old = [
        Reading("p", second * 1_000, 10_000_000, values={"spo2": 96_000}) for second in range(300)
    ]
    readings = [newest, *old, *old]
    host = EngineHost()
    host.readings(readings)
    assert [answer.status for answer in host.answers].count("duplicate") == 300
    compare(host, asked(readings))


def test_a_reading_once_rejected_as_future_is_taken_when_its_time_has_come():
    early = Reading("p", 1_000_000, 0, values={"spo2": 97_000})
    readings = [early, Reading("p", 1_000_000, 999_000, values={"spo2": 97_000})]
    host = EngineHost()
    host.readings(readings)
    assert [answer.status for answer in host.answers] == ["future", "accepted"]
    compare(host, asked(readings))
