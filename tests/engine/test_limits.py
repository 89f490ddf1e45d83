from tests.engine.bedside import batch

from wardline.engine.engine import Engine
from wardline.model.commands import DISCHARGE, SETTINGS, Command
from wardline.model.policy import CONDITION_NAMES, STATE_NAMES


def moves(findings, rule):
    """(second, state) of one rule's transitions."""
    return [
        (row["at"] / 1000, STATE_NAMES[row["state"]])
        for row in findings.transitions
        if CONDITION_NAMES[row["condition"]] == rule
    ]


def test_a_limit_alarm_waits_for_its_delay_and_clears_with_hysteresis():
    """SpO2 < 90, delay 10 s, hysteresis 1, clear 5 s.

    second  0    4    9   12   20        30      35 36
    value  95   88   87   91   86        92         93
                |--------|     |---------|-------|
              pending normal pending   active  normal
                                       clearing
    """
    values = ((0, 95), (4, 88), (9, 87), (12, 91), (20, 86), (30, 92), (36, 93))
    found = Engine().process(batch(*((second, {"spo2": value}) for second, value in values)))
    assert moves(found.findings, "spo2_low") == [
        (4, "pending"), (12, "normal"), (20, "pending"), (30, "active"), (30, "clearing"),
        (35, "normal"),
    ]  # fmt: skip


def test_a_value_just_inside_the_limit_keeps_a_clearing_alarm_and_its_onset():
    engine = Engine()
    values = ((0, 79), (1, 92), (3, 80), (4, 92), (9, 92))
    found = engine.process(batch(*((second, {"spo2": value}) for second, value in values)))
    assert moves(found.findings, "spo2_desaturation") == [
        (0, "active"), (1, "clearing"), (3, "active"), (4, "clearing"), (9, "normal"),
    ]  # fmt: skip
    rows = [row for row in found.findings.transitions if row["condition"] == 1]
    assert {int(row["onset"]) for row in rows} == {0}


def test_an_alarm_whose_vital_goes_stale_is_unknown_and_comes_back_at_once():
    engine = Engine()
    engine.process(batch((0, {"spo2": 79})))
    assert moves(engine.tick(15_001), "spo2_desaturation") == [(15.001, "unknown")]
    found = engine.process(batch((20, {"spo2": 80})))
    assert moves(found.findings, "spo2_desaturation") == [(20, "active")]


def test_a_changed_limit_judges_the_held_value_again():
    engine = Engine()
    engine.process(batch((0, {"heart_rate": 110})))
    content = {"limits": {"heart_rate_high": {"limit": 100, "delay_s": 0}}}
    _, _, found = engine.apply(Command("PT-001", 5_000, "nurse", SETTINGS, content))
    assert moves(found, "heart_rate_high") == [(5, "active")]


def test_a_rule_switched_off_ends_its_alarm():
    engine = Engine()
    engine.process(batch((0, {"spo2": 79})))
    content = {"limits": {"spo2_desaturation": {"limit": None}}}
    _, _, found = engine.apply(Command("PT-001", 5_000, "nurse", SETTINGS, content))
    assert moves(found, "spo2_desaturation") == [(5, "normal")]


def test_a_discharge_ends_every_condition():
    engine = Engine()
    engine.process(batch((0, {"spo2": 79, "heart_rate": 200})))
    engine.tick(31_000)
    _, _, found = engine.apply(Command("PT-001", 40_000, "nurse", DISCHARGE, {}))
    ended = {CONDITION_NAMES[row["condition"]] for row in found.transitions}
    assert {"spo2_desaturation", "heart_rate_extreme_high", "spo2_stale", "no_signal"} <= ended
    assert not engine.records["rule_states"].any()
