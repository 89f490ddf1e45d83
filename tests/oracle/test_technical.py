"""The oracle worked by hand: technical conditions; times in the pictures are seconds."""

import pytest
from tests.oracle import Oracle
from tests.oracle.intervals import learnt, threshold
from tests.oracle.told import S, moves, reading, told

# Technical conditions


def test_intervals_follow_gaps_of_a_second_or_more():
    assert learnt(None, 999) is None
    assert learnt(None, 20_000) == 20_000
    assert learnt(20_000.0, 60_000) == pytest.approx(32_000)
    assert learnt(20_000.0, 200_000) == pytest.approx(20_000 + 0.3 * 60_000)
    assert learnt(None, 10_000_000) == 3_600_000
    assert threshold(15_000, 32_000.0) == 80_001
    assert threshold(15_000, 1_000.0) == 15_001
    assert threshold(15_000, None) == 15_001


def test_a_vital_sign_is_stale_a_millisecond_after_its_time_and_live_with_the_next_value():
    oracle = told((0, 75), (1, 75), (16, 75), (40, 75), vital="heart_rate")
    # Gaps 1 s and 15 s: interval 1,000 + 0.3 x (4,000 - 1,000) = 1,900 ms, so 15 s stay the floor.
    assert moves(oracle, "heart_rate_stale") == [
        (31.001, "heart_rate_stale", "active"),
        (40, "heart_rate_stale", "normal"),
    ]


@pytest.mark.parametrize(
    ("vital", "value", "method", "stale_after"),
    [
        ("heart_rate", 75, "", 15.001),
        ("mean_bp", 90, "arterial", 15.001),
        ("mean_bp", 90, "cuff", 600.001),
        ("mean_bp", 90, "", 600.001),
        ("temperature", 37, "", 4 * 3600 + 0.001),
    ],
)
def test_each_kind_of_vital_sign_has_its_patience(vital, value, method, stale_after):
    oracle = told((0, value), vital=vital, bp_method=method)
    oracle.tick(24 * 3600 * S)
    assert moves(oracle, f"{vital}_stale") == [(stale_after, f"{vital}_stale", "active")]


def test_an_unavailable_mark_makes_stale_after_five_seconds_unless_a_good_value_comes():
    oracle = Oracle()
    oracle.reading(reading(0, {"spo2": 97, "heart_rate": 75}))
    for second in (2, 4):
        oracle.reading(reading(second, na=frozenset({"spo2"})))
    oracle.tick(10 * S)
    assert moves(oracle) == [(7, "spo2_stale", "active")]
    saved = told((0, 97))
    saved.reading(reading(2, na=frozenset({"spo2"})))
    saved.reading(reading(6, {"spo2": 97}))
    saved.tick(20 * S)
    assert moves(saved, "spo2_stale") == []


#   0     4     5            10    11
#   0/min 0/min check active       14/min: normal


def test_a_heart_that_reads_nothing_is_checked_by_time_alone():
    oracle = told((0, 10), (4, 12), (11, 75), vital="heart_rate")
    assert moves(oracle) == [
        (0, "check_heart_rate", "pending"),
        (5, "check_heart_rate", "active"),
        (11, "check_heart_rate", "normal"),
    ]
    rows = oracle.findings()["transitions"]
    assert [row[5:7] for row in rows] == [("high", 10_000), ("high", 12_000), ("high", 12_000)]


def test_other_vital_signs_are_checked_at_the_second_strange_value_five_seconds_on():
    oracle = told((0, 290), (4, 290), vital="systolic_bp")
    oracle.tick(20 * S)
    assert moves(oracle) == [(0, "check_systolic_bp", "pending")]
    oracle.reading(reading(20, bad=frozenset({"systolic_bp"})))
    active = ("check_systolic_bp", "active", "low", None, None, 20 * S)
    assert oracle.findings()["transitions"][-1][2:] == (20 * S, *active)


def test_a_suspect_value_neither_alarms_nor_refreshes():
    oracle = told((0, 97), (10, 40))
    oracle.tick(15_001)
    assert moves(oracle, "spo2_low", "spo2_desaturation") == []
    assert (15.001, "spo2_stale", "active") in moves(oracle)


def test_silence_is_no_signal_and_makes_checks_unknown():
    oracle = told((0, 75), (20, 10), vital="heart_rate")
    oracle.tick(100 * S)
    # One gap of 20 s between readings: 2.5 x 20 s is more than the floor of 30 s.
    assert moves(oracle, "no_signal", "check_heart_rate") == [
        (20, "check_heart_rate", "pending"),
        (25, "check_heart_rate", "active"),
        (70.001, "no_signal", "active"),
        (70.001, "check_heart_rate", "unknown"),
    ]
    oracle.reading(reading(101, {"heart_rate": 75}))
    assert moves(oracle, "no_signal", "check_heart_rate")[4:] == [
        (101, "check_heart_rate", "normal"),
        (101, "no_signal", "normal"),
    ]


#   a   0     100 ... 140 every 10 s, each 90 s old        141
#       live  data_late counts from 100, interval 25 s...  live: ends


def test_a_monitor_that_is_slow_is_not_quiet():
    oracle = told((0, 97))
    for second in range(100, 141, 10):
        oracle.reading(reading(second - 90, {"spo2": 97}, at=second))
    oracle.reading(reading(141, {"spo2": 97}))
    # No interval was learnt when the first old reading came: 30 s.
    assert moves(oracle, "data_late") == [
        (130.001, "data_late", "active"),
        (141, "data_late", "normal"),
    ]


# Whom a vital sign follows


def test_a_second_source_is_not_judged_while_the_first_is_live():
    oracle = told((0, 97))
    oracle.reading(reading(5, {"spo2": 70}, source="other"))
    assert moves(oracle) == []
    oracle.reading(reading(16, {"spo2": 70}, source="other"))
    assert moves(oracle)[-2:] == [(16, "spo2_desaturation", "active"), (16, "spo2_stale", "normal")]


def test_an_arterial_line_takes_over_from_the_cuff_at_once_and_not_the_other_way():
    oracle = told((0, 120), vital="systolic_bp")
    oracle.reading(reading(1, {"systolic_bp": 85}, bp_method="arterial"))
    oracle.reading(reading(2, {"systolic_bp": 120}, bp_method="cuff"))
    oracle.tick(11 * S)
    assert moves(oracle) == [(1, "systolic_bp_low", "pending"), (11, "systolic_bp_low", "active")]
