"""Rates are those of the newest seconds."""

import pytest

from wardline.pipeline.pace import SAMPLES_MAX, WINDOW_S, Pace


def noted(*samples: tuple[float, dict[str, float]]) -> Pace:
    pace = Pace()
    for now_s, counters in samples:
        pace.note(now_s, counters)
    return pace


def test_nothing_is_known_before_there_are_two_samples():
    assert Pace().per_second("n", 0.0) is None
    assert noted((5.0, {"n": 3})).per_second("n", 5.0) is None


def test_a_rate_is_what_a_counter_grew_by_in_its_window():
    pace = noted(*((float(s), {"n": 100.0 * s}) for s in range(4)))
    assert pace.per_second("n", 3.0) == 100.0
    assert pace.per_second("other", 3.0) == 0.0


def test_what_was_long_ago_does_not_count():
    pace = noted(*((float(s), {"n": 1000.0 if s > 5 else 0.0}) for s in range(30)))
    assert pace.per_second("n", 29.0) == 0.0


def test_a_counter_that_is_not_told_any_more_has_no_rate():
    pace = noted((0.0, {"n": 1}), (1.0, {"n": 2}))
    assert pace.per_second("n", 1.0 + WINDOW_S + 0.1) is None


def test_a_counter_that_began_anew_never_goes_backwards():
    pace = noted((0.0, {"n": 900}), (1.0, {"n": 2}))
    assert pace.per_second("n", 1.0) == 0.0


def test_samples_that_come_too_close_are_left_out_so_that_few_are_kept():
    pace = noted(*((n / 100, {"n": float(n)}) for n in range(2_000)))
    assert len(pace._samples) <= SAMPLES_MAX
    assert pace.per_second("n", 20.0) == pytest.approx(100.0)


def test_a_mean_is_over_what_was_counted_lately():
    pace = noted((0.0, {"s": 1.0, "n": 10}), (1.0, {"s": 1.5, "n": 20}))
    assert pace.mean("s", "n") == pytest.approx(0.05)
    assert noted((0.0, {"n": 1}), (1.0, {"n": 1})).mean("s", "n") is None
