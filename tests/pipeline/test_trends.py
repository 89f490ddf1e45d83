import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipeline.building import MINUTE, START

from wardline.pipeline import trends as trends_module
from wardline.pipeline.trends import MINUTES, Trends


def window(minute: int, mean: int, vital: str = "spo2", patient: str = "p") -> tuple[Any, ...]:
    return (patient, START + minute * MINUTE, 60, vital, 1, mean, mean, mean, 0)


def trend(trends: Trends, patient: str = "p") -> dict[str, Any]:
    return json.loads("{" + trends.piece(patient) + "}")["trend"]


def spo2(trends: Trends) -> list[float | None]:
    return trend(trends)["means"]["spo2"]


def test_a_patient_of_whom_nothing_is_known_has_an_empty_hour():
    assert trend(Trends()) == {"end": 0, "means": {}}


def test_gaps_are_null_and_the_newest_minute_is_last():
    trends = Trends()
    assert trends.take([window(0, 97_000), window(3, 96_500)]) == {"p"}
    assert trend(trends)["end"] == START + 3 * MINUTE
    assert spo2(trends) == [None] * 56 + [97, None, None, 96.5]


def test_a_late_window_takes_its_place_and_a_revised_one_replaces():
    trends = Trends()
    trends.take([window(5, 97_000), window(2, 95_000), window(5, 94_000)])
    assert spo2(trends)[-4:] == [95, None, None, 94]


def test_a_window_older_than_the_hour_changes_nothing():
    trends = Trends()
    trends.take([window(60, 97_000)])
    assert trends.take([window(0, 90_000)]) == set()
    assert trends.take([window(1, 91_000)]) == {"p"}
    assert spo2(trends) == [91] + [None] * 58 + [97]


@pytest.mark.parametrize("gap", [59, 60, 61, 5_000])
def test_after_a_long_silence_only_what_is_within_the_hour_is_left(gap: int):
    trends = Trends()
    trends.take([window(0, 97_000), window(gap, 96_000)])
    first = 97 if gap < MINUTES else None
    assert spo2(trends) == [first] + [None] * 58 + [96]


def test_vital_signs_share_one_end_and_those_without_values_are_absent():
    trends = Trends()
    trends.take([window(0, 97_000), window(90, 80_000, "heart_rate")])
    assert trend(trends)["end"] == START + 90 * MINUTE
    assert list(trend(trends)["means"]) == ["heart_rate"]


def test_patients_beyond_the_bound_have_no_trend(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trends_module, "PATIENTS_MAX", 1)
    trends = Trends()
    assert trends.take([window(0, 1_000), window(0, 1_000, patient="q")]) == {"p"}
    assert trend(trends, "q")["means"] == {}


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 100_000)), min_size=1))
def test_the_hour_is_that_of_the_newest_minute_in_whatever_order_windows_come(
    windows: list[tuple[int, int]],
):
    trends = Trends()
    kept: dict[int, int] = {}
    newest = windows[0][0]
    for minute, mean in windows:
        trends.take([window(minute, mean)])
        newest = max(newest, minute)
        if minute > newest - MINUTES:
            kept[minute] = mean
    expected = [kept.get(minute) for minute in range(newest - MINUTES + 1, newest + 1)]
    told = [mean if mean is None else round(mean * 1000) for mean in spo2(trends)]
    assert told == expected
