"""The oracle worked by hand: usual values and scores; times in the pictures are seconds."""

from tests.oracle import Oracle
from tests.oracle.told import S, moves, reading, scored, told

from wardline.model.commands import Command

# Usual values


def test_a_value_is_unusual_beyond_three_floors_after_thirty_steady_ones():
    steady = [(second, 75) for second in range(30)]
    assert told(*steady, (30, 84), vital="heart_rate").findings()["anomalies"] == []
    found = told(*steady, (30, 84.001), vital="heart_rate").findings()["anomalies"]
    assert found == []  # 9.001 / 3 is 3.000 on three decimals
    found = told(*steady, (30, 84.002), vital="heart_rate").findings()["anomalies"]
    assert found == [("p", 30 * S, "heart_rate", 3_001, 84_002, 75_000, 3_000)]


def test_twenty_nine_values_are_not_enough():
    steady = [(second, 75) for second in range(29)]
    assert told(*steady, (29, 110), vital="heart_rate").findings()["anomalies"] == []


def test_values_beyond_a_limit_teach_nothing():
    high = [(second, 125) for second in range(40)]
    assert told(*high, (40, 75), vital="heart_rate").findings()["anomalies"] == []


# When scores are found
#
#   a      55          61          70            130
#          RR 25       RR 25 SBP   due (mark 55) due (mark 61)


def test_a_change_is_found_ten_seconds_after_its_minute():
    oracle = told((55, 25), vital="respiratory_rate")
    oracle.reading(reading(61, {"respiratory_rate": 25, "systolic_bp": 120}))
    oracle.tick(600 * S)
    assert scored(oracle, "news2")[:2] == [(70, None, 3_000, -1), (130, None, 3_000, -1)]
    assert scored(oracle, "qsofa")[:2] == [(70, None, 1_000, -1), (130, None, 1_000, -1)]


def test_the_same_value_again_marks_nothing():
    oracle = told((0, 14), (61, 14), vital="respiratory_rate")
    oracle.tick(120 * S)
    assert [row[0] for row in scored(oracle, "qsofa")] == [70]


def test_a_band_that_changes_is_found_at_once_and_again_when_due():
    oracle = Oracle()
    full = {"respiratory_rate": 20, "spo2": 98, "systolic_bp": 111, "heart_rate": 78,
            "temperature": 37}  # fmt: skip
    oracle.reading(reading(0, full, on_oxygen=False, consciousness="A"))
    oracle.reading(reading(5, {"spo2": 91}))
    oracle.tick(70 * S)
    assert scored(oracle, "news2") == [(0, 0, 0, 0), (5, 3_000, 3_000, 1), (70, 3_000, 3_000, 1)]


def test_inputs_leave_the_scores_when_they_are_too_old():
    oracle = told((0, 75), vital="heart_rate")
    oracle.reading(reading(1, {"systolic_bp": 120}))
    oracle.tick(2 * 3600 * S)
    # Complete at 1 s, once a minute, incomplete when the heart rate is ten minutes old.
    assert [row[:2] for row in scored(oracle, "shock_index")] == [
        (1, 630),
        (70, 630),
        (600, None),
        (670, None),
    ]


def test_a_late_charted_temperature_enters_scores_but_alarms_nobody():
    oracle = Oracle()
    oracle.reading(reading(0, {"temperature": 40}, at=3600))
    oracle.tick(3670 * S)
    assert moves(oracle, "temperature_high") == []
    assert scored(oracle, "news2") == [(3670, None, 2_000, -1)]


def test_the_pulse_stands_in_for_a_stale_heart_rate():
    oracle = told((0, 140), vital="heart_rate")
    oracle.reading(reading(14, {"pulse_rate": 75}))
    oracle.tick(130 * S)
    # The heart rate is stale at 15.001: the score of the minute counts the pulse.
    parts = [row[-1] for row in oracle.findings()["scores"] if row[2] == "news2"]
    assert parts[0][4] == 0


def test_children_and_pregnant_patients_have_no_news2():
    for content in ({"age": 15}, {"pregnant": True}):
        oracle = Oracle()
        oracle.command(Command("p", 0, "nurse", "settings", content))
        oracle.reading(reading(1, {"respiratory_rate": 25}))
        oracle.tick(70 * S)
        assert scored(oracle, "news2") == []
        assert len(scored(oracle, "mews")) == 1
