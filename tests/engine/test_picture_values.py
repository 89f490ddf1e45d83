"""What a picture tells besides the newest values: what is usual, what scores use, the limits."""

from typing import Any

import numpy as np
import pytest
from tests.engine.bedside import batch

from wardline.engine.baseline import LEARNT_MIN
from wardline.engine.engine import Engine
from wardline.engine.picture import picture
from wardline.engine.picture_values import inputs, limits, usual
from wardline.model.commands import DISCHARGE, SETTINGS, Command
from wardline.model.policy import PROFILES
from wardline.model.vitals import VITALS, Vital

PATIENT = "PT-001"
SPO2, HEART_RATE, TEMPERATURE = int(Vital.SPO2), int(Vital.HEART_RATE), int(Vital.TEMPERATURE)


def engine_after(*readings: tuple[float, dict[str, float]]) -> Engine:
    engine = Engine()
    engine.process(batch(*readings))
    return engine


def known_usual(engine: Engine, vital: int) -> tuple[int, int] | None:
    (known,) = usual(vital, engine.records["vitals"][:1, vital])
    return known


def used(engine: Engine) -> dict[str, tuple[Any, int]]:
    (entries,) = inputs(engine.records, np.array([0]))
    return {entry.name: (entry.value, entry.at) for entry in entries}


def in_force(engine: Engine) -> dict[str, tuple[int | None, int | None]]:
    return picture(engine, 0, 0).limits


def set_up(engine: Engine, at: int = 0, **content: Any) -> None:
    engine.apply(Command(PATIENT, at, "ann", SETTINGS, content))


def test_what_is_usual_is_not_known_before_thirty_values():
    readings = [(second, {"heart_rate": 80}) for second in range(LEARNT_MIN)]
    assert known_usual(engine_after(*readings[:-1]), HEART_RATE) is None
    assert known_usual(engine_after(*readings), HEART_RATE) == (74_000, 86_000)


def test_what_is_usual_lies_two_deviations_around_the_mean():
    readings = [(second, {"heart_rate": 80 + 10 * (-1) ** second}) for second in range(400)]
    known = known_usual(engine_after(*readings), HEART_RATE)
    assert known is not None
    low, high = known
    assert low == pytest.approx(60_000, abs=1_000)
    assert high == pytest.approx(100_000, abs=1_000)


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("spo2", 100, (99_000, 100_000)), ("spo2", 97, (96_000, 98_000)),
    ("temperature", 36.6, (36_300, 36_900)),
])  # fmt: skip
def test_what_is_usual_stays_within_what_can_be_and_has_the_resolution_of_the_sign(
    name: str, value: float, expected: tuple[int, int]
):
    vital = [sign.name for sign in VITALS].index(name)
    known = known_usual(engine_after(*[(s, {name: value}) for s in range(60)]), vital)
    assert known is not None
    assert known[1] <= VITALS[vital].hard_high * 1000
    assert known == expected


def test_scores_use_what_was_measured_with_its_time():
    engine = engine_after((1, {"spo2": 97, "temperature": 36.6}), (2, {"spo2": 96}))
    assert used(engine) == {"spo2": (96_000, 2_000), "temperature": (36_600, 1_000)}


def test_the_pulse_stands_in_for_the_heart_rate_under_its_name():
    engine = engine_after((1, {"pulse_rate": 61}))
    assert used(engine) == {"heart_rate": (61_000, 1_000)}
    engine.process(batch((2, {"heart_rate": 90})))
    assert used(engine) == {"heart_rate": (90_000, 2_000)}


def test_an_input_that_grew_too_old_is_gone():
    engine = engine_after((1, {"spo2": 97}))
    engine.tick(48 * 3_600_000)
    assert used(engine) == {}


def test_a_discharged_patient_has_no_inputs():
    engine = engine_after((1, {"spo2": 97, "heart_rate": 80}))
    engine.apply(Command(PATIENT, 2_000, "ann", DISCHARGE, {}))
    assert used(engine) == {}


def test_limits_are_the_innermost_ones_of_a_vital_sign():
    engine = engine_after((1, {"spo2": 97}))
    limit = {"limits": {"heart_rate_high": {"limit": 111}, "heart_rate_low": {"limit": 44.5}}}
    set_up(engine, **limit)
    assert in_force(engine)["heart_rate"] == (44_500, 111_000)
    low, high = in_force(engine)["spo2"]
    assert low is not None
    assert high is None


def switched_off(vital: int, *, is_high: bool) -> dict[str, dict[str, None]]:
    rules = PROFILES["adult"].rules
    return {r.name: {"limit": None} for r in rules if r.vital == vital and r.is_high == is_high}


def test_a_limit_switched_off_is_null_and_a_sign_without_limits_absent():
    engine = engine_after((1, {"spo2": 97}))
    set_up(engine, limits=switched_off(HEART_RATE, is_high=True))
    low, high = in_force(engine)["heart_rate"]
    assert low is not None
    assert high is None
    set_up(engine, 1, limits=switched_off(HEART_RATE, is_high=False))
    assert "heart_rate" not in in_force(engine)


def test_limits_of_equal_rules_are_made_once():
    engine = engine_after((1, {"spo2": 97}))
    rules = engine.policy_rules[0]
    assert limits(rules) is limits(rules.copy())
