import pytest

from wardline.engine.engine import Engine
from wardline.engine.policies import (
    Policies,
    compile_rules,
    merged_settings,
    policy_of,
    quiet_ranges,
)
from wardline.model.commands import SETTINGS, Command
from wardline.model.policy import PROFILES, RULE_INDEX, Priority
from wardline.model.vitals import Vital


def rule(settings, name):
    return policy_of(settings).rules[RULE_INDEX[name]]


def test_no_settings_give_the_adult_profile():
    assert policy_of({}).rules == PROFILES["adult"].rules


def test_an_override_replaces_what_it_names_and_nothing_else():
    changed = rule({"limits": {"spo2_low": {"limit": 88, "priority": "high"}}}, "spo2_low")
    assert (changed.limit, changed.priority, changed.delay_s) == (88, Priority.HIGH, 10)


def test_one_delay_counts_for_arterial_lines_too():
    changed = rule({"limits": {"mean_bp_low": {"delay_s": 7}}}, "mean_bp_low")
    assert (changed.delay_s, changed.arterial_delay_s) == (7, 7)


def test_a_limit_of_none_switches_a_rule_off():
    assert rule({"limits": {"temperature_low": {"limit": None}}}, "temperature_low").limit is None


def test_overrides_add_up_and_none_takes_one_back():
    first = merged_settings({}, {"limits": {"spo2_low": {"limit": 88}}})
    second = merged_settings(first, {"limits": {"heart_rate_high": {"limit": 130}}})
    assert set(second["limits"]) == {"spo2_low", "heart_rate_high"}
    third = merged_settings(second, {"limits": {"spo2_low": None}})
    assert set(third["limits"]) == {"heart_rate_high"}


@pytest.mark.parametrize(("settings", "words"), [
    ({"profile": "nobody"}, "unknown profile 'nobody'"),
    ({"limits": {"spo2_lo": {"limit": 1}}}, "unknown rule 'spo2_lo'"),
    ({"limits": {"spo2_low": {"limt": 1}}}, "has no setting 'limt'"),
    ({"limits": {"spo2_low": {"limit": "88"}}}, "limit of spo2_low must be a number"),
    ({"limits": {"spo2_low": {"limit": True}}}, "limit of spo2_low must be a number"),
    ({"limits": {"spo2_low": {"delay_s": -1}}}, "delay_s of spo2_low must lie between"),
    ({"limits": {"spo2_low": {"priority": "urgent"}}}, "unknown priority 'urgent'"),
])  # fmt: skip
def test_settings_that_make_no_sense_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        policy_of(settings)


@pytest.mark.parametrize("content", [
    {"age": "abc"}, {"age": -5}, {"age": 40.7}, {"age": True}, {"age": 99_999},
    {"pregnant": "no"}, {"spo2_scale": 5}, {"spo2_scale": "2"}, {"spo2_scale": True},
    {"limits": "x"}, {"limits": {"spo2_low": 3}}, {"limits": {"spo2_low": {"hysteresis": None}}},
    {"profile": ["x"]}, {"nonsense": 1},
])  # fmt: skip
def test_an_engine_refuses_settings_that_make_no_sense_and_stays_as_it_was(content):
    engine = Engine()
    engine.apply(Command("PT-001", 1_000, "nurse", SETTINGS, {"age": 40}))
    before = engine.snapshot()
    with pytest.raises(ValueError, match=r"\w"):
        engine.apply(Command("PT-001", 2_000, "nurse", SETTINGS, content))
    assert engine.snapshot() == before
    assert Engine.restore(before).snapshot() == before


def test_limits_are_fixed_like_readings_half_away_from_zero():
    rules = compile_rules(policy_of({"limits": {"temperature_high": {"limit": 38.0005}}}))
    assert rules[RULE_INDEX["temperature_high"]]["limit"] == 38_001


def test_equal_policies_share_a_row():
    policies = Policies()
    one = policies.row(policy_of({"limits": {"spo2_low": {"limit": 88}}}))
    assert policies.row(policy_of({"limits": {"spo2_low": {"limit": 88.0}}})) == one == 1
    assert policies.row(policy_of({})) == 0


def test_values_in_the_quiet_range_breach_no_rule():
    low, high = quiet_ranges(policy_of({}))[Vital.HEART_RATE].tolist()
    assert (low, high) == (50_000, 120_000)
    off = {"limits": {"heart_rate_high": {"limit": None}}}
    assert quiet_ranges(policy_of(off))[Vital.HEART_RATE].tolist() == [50_000, 150_000]
