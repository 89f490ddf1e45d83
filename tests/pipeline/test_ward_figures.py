from tests.pipeline.building import MINUTE, SECOND, START

from wardline.pipeline.ward_figures import HOUR_MS, WardFigures

HOUR = HOUR_MS


def test_nothing_was_counted_at_first_but_what_is_stored():
    assert WardFigures(START, 7).sums(START) == {
        "readings_total": 7, "readings_per_s": 0.0, "anomalous_share": None,
        "alarms_per_hour": 0.0,
    }  # fmt: skip


def test_a_steady_rate_is_told_exactly_at_any_moment_of_a_second():
    figures = WardFigures(START, 0)
    for tenth in range(300):
        figures.count(START + tenth * 100, 20, 0, 0)
        if tenth >= 109:
            assert figures.sums(START + tenth * 100)["readings_per_s"] == 200.0


def test_the_rate_falls_to_nothing_when_nothing_comes():
    figures = WardFigures(START, 0)
    figures.count(START, 50, 0, 0)
    rates = [figures.sums(START + s * SECOND)["readings_per_s"] for s in (0, 1, 10, 11)]
    assert rates == [0.0, 5.0, 5.0, 0.0]


def test_shares_and_alarms_are_of_the_last_hour():
    figures = WardFigures(START, 0)
    figures.count(START, 90, 9, 5)
    figures.count(START + 30 * MINUTE, 10, 1, 1)
    assert figures.sums(START + 30 * MINUTE)["anomalous_share"] == 0.1
    assert figures.sums(START + HOUR)["alarms_per_hour"] == 6.0
    later = figures.sums(START + HOUR + SECOND)
    assert (later["anomalous_share"], later["alarms_per_hour"]) == (0.1, 1.0)
    assert figures.sums(START + 3 * HOUR)["anomalous_share"] is None
    assert figures.sums(START + 3 * HOUR)["readings_total"] == 100


def test_alarms_of_the_first_moments_are_told_as_if_a_minute_had_passed():
    figures = WardFigures(START, 0)
    figures.count(START, 1, 0, 1)
    assert figures.sums(START + SECOND)["alarms_per_hour"] == 60.0


def test_an_hour_of_seconds_is_the_most_that_is_kept():
    figures = WardFigures(START, 0)
    for second in range(2 * 3600):
        figures.count(START + second * SECOND, 1, 0, 0)
    assert len(figures._seconds) <= 3_601


def test_a_clock_that_goes_back_loses_no_reading():
    figures = WardFigures(START, 0)
    for at in (START + MINUTE, START, START + MINUTE + SECOND):
        figures.count(at, 10, 1, 0)
    sums = figures.sums(START + MINUTE + 2 * SECOND)
    assert (sums["readings_total"], sums["anomalous_share"]) == (30, 0.1)
