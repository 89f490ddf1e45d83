"""The oracle's charts against published vectors (docs: NEWS2 of the RCP 2017) and band edges."""

import pytest
from tests.oracle.charts import MEWS, NEWS2, charted, half_away, points
from tests.oracle.scores import Inputs, evaluate

BASE = {
    "respiratory_rate": 20,
    "spo2": 98,
    "systolic_bp": 111,
    "heart_rate": 78,
    "temperature": 37,
    "on_oxygen": False,
    "consciousness": "A",
    "spo2_scale": 1,
}
ON_OXYGEN = {"spo2_scale": 2, "on_oxygen": True}
CONFUSED = {**ON_OXYGEN, "consciousness": "C"}
HOT = {**CONFUSED, "temperature": 40}
RACING = {**HOT, "heart_rate": 150}
PRESSED = {**RACING, "systolic_bp": 230}


def inputs(changes: dict) -> Inputs:
    all_of_it = {**BASE, **changes}
    said = {name: all_of_it.pop(name) for name in ("on_oxygen", "consciousness", "spo2_scale")}
    return Inputs({name: int(value * 1000) for name, value in all_of_it.items()}, **said)


@pytest.mark.parametrize(
    ("changes", "total", "risk"),
    [
        ({}, 0, 0),
        ({"spo2": 95}, 1, 0),
        ({"spo2": 93}, 2, 0),
        ({"spo2": 91}, 3, 1),
        ({"systolic_bp": 70}, 3, 1),
        (ON_OXYGEN, 5, 2),
        ({"spo2_scale": 2}, 0, 0),
        ({"spo2_scale": 2, "spo2": 82}, 3, 1),
        (CONFUSED, 8, 3),
        ({**CONFUSED, "temperature": 34}, 11, 3),
        ({**CONFUSED, "temperature": 39}, 9, 3),
        (HOT, 10, 3),
        ({**HOT, "heart_rate": 48}, 11, 3),
        (RACING, 13, 3),
        ({**RACING, "systolic_bp": 80}, 16, 3),
        ({**RACING, "systolic_bp": 105}, 14, 3),
        (PRESSED, 16, 3),
        ({**PRESSED, "respiratory_rate": 27}, 19, 3),
        ({**PRESSED, "respiratory_rate": 10}, 17, 3),
        ({"spo2_scale": 2, "spo2": 93}, 0, 0),
    ],
)
def test_news2_gives_the_published_totals(changes, total, risk):
    found = evaluate("news2", inputs(changes))
    assert (found.total, found.risk, found.complete) == (total * 1000, risk, True)


def test_scale_two_above_its_range_needs_to_know_about_oxygen():
    found = evaluate("news2", inputs({"spo2_scale": 2, "spo2": 92.5, "on_oxygen": None}))
    assert found.parts[1] is None
    assert not found.complete
    assert found.total is None
    found = evaluate("news2", inputs({"spo2_scale": 2, "spo2": 92.4, "on_oxygen": None}))
    assert found.parts[1] == 0


def test_every_chart_has_one_band_for_every_number():
    for chart in (NEWS2, MEWS):
        for row, bands in chart.items():
            for number in range(451 if row == "temperature" else 301):
                assert points(bands, number) in range(4)


def test_halves_go_away_from_zero_before_a_chart_is_read():
    assert charted("respiratory_rate", 20_500) == 21
    assert charted("respiratory_rate", 20_499) == 20
    assert charted("temperature", 38_050) == 381
    assert half_away(1, 2) == 1


@pytest.mark.parametrize(
    ("name", "changes", "total", "risk"),
    [
        ("mews", {}, 1, 0),
        ("mews", {"consciousness": "C"}, 2, 0),
        ("mews", {"heart_rate": 40, "temperature": 38.5}, 5, 1),
        ("mews", {"consciousness": "U", "systolic_bp": 70, "respiratory_rate": 30}, 9, 1),
        ("qsofa", {"respiratory_rate": 21.5, "systolic_bp": 100.4}, 2, 1),
        ("qsofa", {"respiratory_rate": 21.4, "consciousness": "C"}, 1, 0),
        ("sirs", {"temperature": 38.04, "heart_rate": 90.4}, 0, 0),
        ("sirs", {"temperature": 38.05, "heart_rate": 90.5}, 2, 1),
        ("risk_a", {"spo2": 91.999, "heart_rate": 130.001}, 50, 2),
        ("risk_a", {"spo2": 92, "heart_rate": 130}, 0, 0),
        ("risk_b", {"spo2": 94.9, "systolic_bp": 141, "respiratory_rate": 20}, 3, 1),
        ("risk_b", {"spo2": 94.9, "systolic_bp": 141, "temperature": 36.4}, 4, 2),
    ],
)
def test_other_sums_judge_their_own_edges(name, changes, total, risk):
    found = evaluate(name, inputs(changes))
    assert (found.total, found.risk) == (total * 1000, risk)


def test_risk_a_counts_z_flags_and_the_producers_flag():
    found = evaluate(
        "risk_a",
        Inputs({"spo2": 90_000, "heart_rate": 75_000}, z_flags=frozenset("x"), producer_flag=True),
    )
    assert (found.total, found.risk, found.parts) == (80_000, 3, (30, 0, 40, 10, 0))


def test_ratios_are_rounded_to_their_decimals():
    found = evaluate("shock_index", Inputs({"heart_rate": 80_000, "systolic_bp": 90_000}))
    assert (found.total, found.risk) == (890, 0)
    found = evaluate("shock_index", Inputs({"heart_rate": 179_000, "systolic_bp": 200_000}))
    assert (found.total, found.risk) == (900, 1)
    found = evaluate("map", Inputs({"systolic_bp": 120_000, "diastolic_bp": 80_000}))
    assert (found.total, found.risk, found.complete) == (93_300, -1, True)
    found = evaluate("map", Inputs({"systolic_bp": 120_000, "mean_bp": 90_050}))
    assert found.total == 90_100
    assert evaluate("map", Inputs({"systolic_bp": 120_000})).complete is False
