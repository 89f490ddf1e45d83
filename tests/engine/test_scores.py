import csv
import itertools
from dataclasses import dataclass

import numpy as np
import pytest
import yaml
from tests.engine import score_charts as charts

from wardline.engine.score_table import score_columns
from wardline.model.scores import SCORE_INDEX, SCORES
from wardline.model.vitals import MISSING

VITAL_NAMES = (
    "heart_rate", "respiratory_rate", "spo2", "systolic_bp", "diastolic_bp", "mean_bp",
    "temperature",
)  # fmt: skip


def columns_of(rows):
    """Observation sets, as dicts of plain numbers, as the columns of score_columns."""
    columns = {
        name: np.array([thousandths(row.get(name)) for row in rows], np.int32)
        for name in VITAL_NAMES
    }
    for name, unknown in (("on_oxygen", -1), ("spo2_scale", 1), ("z_flag", 0), ("is_anomaly", -1)):
        columns[name] = np.array([int(row.get(name, unknown)) for row in rows], np.int32)
    letters = [row.get("consciousness") for row in rows]
    columns["consciousness"] = np.array(
        [-1 if letter is None else "ACVPU".index(letter) for letter in letters], np.int32
    )
    columns["age"] = np.array([row.get("age", -1) for row in rows], np.int32)
    return columns


def thousandths(number):
    return MISSING if number is None else round(number * 1000)


def scored(name, **row):
    """One observation set scored: plain numbers, None where empty."""
    columns = score_columns(name, columns_of([row]))
    kind = SCORES[SCORE_INDEX[name]]
    found = {column: plain(values[0]) for column, values in columns.items()}
    found["total"] = None if found["total"] is None else found["total"] / 1000
    found["at_least"] = None if found["at_least"] is None else found["at_least"] / 1000
    found["risk"] = kind.risks[found["risk"]] if found["risk"] >= 0 else None
    return found


def plain(value):
    return None if value == MISSING else value.item()


BASE = {
    "respiratory_rate": 20, "spo2": 98, "systolic_bp": 111, "heart_rate": 78, "temperature": 37,
    "consciousness": "A", "on_oxygen": 0,
}  # fmt: skip


@pytest.mark.parametrize(("vital", "low", "high"), [
    ("respiratory_rate", 0, 149), ("systolic_bp", 1, 399), ("heart_rate", 1, 299),
])  # fmt: skip
def test_news2_points_agree_with_the_chart_for_every_integer(vital, low, high):
    rows = [{**BASE, vital: value} for value in range(low, high + 1)]
    expected = [charts.points(charts.NEWS2[vital], row[vital]) for row in rows]
    assert score_columns("news2", columns_of(rows))[vital].tolist() == expected


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("oxygen", [None, 0, 1])
def test_news2_saturation_agrees_with_both_scales_for_every_integer(scale, oxygen):
    given = -1 if oxygen is None else oxygen
    rows = [
        {**BASE, "spo2": value, "spo2_scale": scale, "on_oxygen": given} for value in range(1, 101)
    ]
    expected = [charts.spo2_points(row["spo2"], scale, oxygen) for row in rows]
    found = score_columns("news2", columns_of(rows))["spo2"]
    assert [plain(value) for value in found] == expected


def test_news2_temperature_agrees_with_the_chart_for_every_tenth():
    rows = [{**BASE, "temperature": tenths / 10} for tenths in range(101, 500)]
    expected = [charts.points(charts.NEWS2["temperature"], row["temperature"]) for row in rows]
    assert score_columns("news2", columns_of(rows))["temperature"].tolist() == expected


@pytest.mark.slow
def test_news2_agrees_with_the_chart_on_the_whole_grid_of_band_edges():
    """Both ends of every band of every parameter, all combined, unknown values included."""
    edges = {name: edge_values(name) for name in ("respiratory_rate", "systolic_bp", "heart_rate")}
    temperatures = [None, *(edge for upper, _ in charts.NEWS2["temperature"][:-1]
                            for edge in (upper, round(upper + 0.1, 1)))]  # fmt: skip
    spo2 = [None, 83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97, 100]
    rest = Rest.of(itertools.product(
        edges["respiratory_rate"], edges["systolic_bp"], edges["heart_rate"], temperatures,
        [None, "A", "C", "U"],
    ))  # fmt: skip
    for percent, scale, oxygen in itertools.product(spo2, (1, 2), (None, 0, 1)):
        agree_on_grid(percent, scale, oxygen, rest)


@dataclass
class Rest:
    """The grid of everything but saturation and oxygen: as inputs, and as points by the chart."""

    columns: dict
    parts: list

    @classmethod
    def of(cls, grid):
        *numbers, letters = (list(column) for column in zip(*grid, strict=True))
        names = ("respiratory_rate", "systolic_bp", "heart_rate", "temperature")
        columns = {name: as_column(x) for name, x in zip(names, numbers, strict=True)}
        columns["consciousness"] = np.array(
            [-1 if letter is None else "ACVPU".index(letter) for letter in letters]
        )
        parts = [chart_column(name, x) for name, x in zip(names, numbers, strict=True)]
        parts.append(np.array([np.nan if x is None else 3 * (x != "A") for x in letters]))
        return cls(columns, parts)


def edge_values(name):
    uppers = [upper for upper, _ in charts.NEWS2[name][:-1]]
    return [None, *(edge for upper in uppers for edge in (upper, upper + 1))]


def agree_on_grid(percent, scale, oxygen, rest):
    count = len(rest.parts[0])
    columns = {
        **rest.columns, "spo2": np.full(count, thousandths(percent)),
        "spo2_scale": np.full(count, scale),
        "on_oxygen": np.full(count, -1 if oxygen is None else oxygen),
    }  # fmt: skip
    fixed = [
        None if percent is None else charts.spo2_points(percent, scale, oxygen),
        None if oxygen is None else 2 * oxygen,
    ]
    found = score_columns("news2", columns)
    single = [np.full(count, np.nan if x is None else x, dtype=float) for x in fixed]
    parts = np.stack([*rest.parts, *single])
    complete = ~np.isnan(parts).any(axis=0)
    known = np.nansum(parts, axis=0)
    worst = np.nan_to_num(parts).max(axis=0)
    risks = np.select([known >= 7, known >= 5, worst == 3], [3, 2, 1], 0)
    assert (found["complete"] == complete).all()
    assert (found["at_least"] == known * 1000).all()
    assert (found["total"] == np.where(complete, known * 1000, MISSING)).all()
    assert (found["risk"] == np.where(complete, risks, -1)).all()


def as_column(numbers):
    return np.array([thousandths(number) for number in numbers], np.int32)


def chart_column(name, numbers):
    known = {
        number: np.nan if number is None else charts.points(charts.NEWS2[name], number)
        for number in set(numbers)
    }
    return np.array([known[number] for number in numbers], dtype=float)


def test_news2_agrees_with_the_published_vectors(data_folder):
    path = data_folder / "ews_test_vectors" / "news2_gdl2_vectors.csv"
    with path.open(newline="") as lines:
        vectors = list(csv.DictReader(lines))
    assert len(vectors) == 19
    for vector in vectors:
        found = scored(
            "news2", respiratory_rate=float(vector["rr"]), spo2=float(vector["spo2"]),
            spo2_scale=int(vector["spo2_scale"]), on_oxygen=int(vector["on_oxygen"]),
            systolic_bp=float(vector["sbp"]), heart_rate=float(vector["pulse"]),
            consciousness="C" if vector["consciousness"] not in "AVPU" else vector["consciousness"],
            temperature=float(vector["temp_c"]),
        )  # fmt: skip
        assert (found["total"], found["risk"]) == (float(vector["total"]), vector["risk"].lower())


@pytest.mark.parametrize(("observed", "total", "risk"), [
    ((22, 94, 1, 0, 38.5, 105, 95, "A"), 6, "medium"),
    ((22, 94, 1, 1, 38.5, 105, 95, "A"), 8, "high"),
    ((30, 89, 1, 1, 35.0, 85, 140, "C"), 20, "high"),
    ((18, 90, 2, 0, 36.5, 130, 78, "A"), 0, "low"),
    ((16, 83, 2, 0, 36.5, 120, 70, "A"), 3, "low-medium"),
    ((16, 96, 1, 0, 35.0, 120, 70, "A"), 3, "low-medium"),
    # Two that published suites have wrong: 93 % on air on scale 2 is 0, a pressure of 110 is 1.
    ((18, 93, 2, 0, 36.5, 130, 78, "A"), 0, "low"),
    ((18, 96, 1, 0, 36.5, 110, 78, "A"), 1, "low"),
])  # fmt: skip
def test_news2_worked_examples(observed, total, risk):
    rate, spo2, scale, oxygen, temperature, pressure, heart, letter = observed
    found = scored(
        "news2", respiratory_rate=rate, spo2=spo2, spo2_scale=scale, on_oxygen=oxygen,
        temperature=temperature, systolic_bp=pressure, heart_rate=heart, consciousness=letter,
    )  # fmt: skip
    assert (found["total"], found["risk"], found["complete"]) == (total, risk, True)


def test_a_partial_news2_has_no_total_and_says_at_least_how_much():
    known = {name: BASE[name] for name in ("spo2", "systolic_bp", "heart_rate", "temperature")}
    found = scored("news2", **{**known, "spo2": 91}, respiratory_rate=25)
    assert (found["total"], found["risk"], found["complete"]) == (None, None, False)
    assert found["at_least"] == 6
    assert found["consciousness"] is None


def test_news2_rounds_to_the_chart_before_it_looks():
    assert scored("news2", **{**BASE, "respiratory_rate": 20.499})["respiratory_rate"] == 0
    assert scored("news2", **{**BASE, "respiratory_rate": 20.5})["respiratory_rate"] == 2
    assert scored("news2", **{**BASE, "heart_rate": 90.5})["heart_rate"] == 1
    assert scored("news2", **{**BASE, "temperature": 38.049})["temperature"] == 0
    assert scored("news2", **{**BASE, "temperature": 38.05})["temperature"] == 1


def test_news2_is_not_for_children():
    found = scored("news2", **BASE, age=15)
    assert (found["total"], found["at_least"], found["complete"]) == (None, None, False)
    assert scored("news2", **BASE, age=16)["total"] == 0


@pytest.mark.parametrize("vital", ["systolic_bp", "heart_rate", "respiratory_rate"])
def test_mews_points_agree_with_the_chart_for_every_integer(vital):
    rows = [{vital: value} for value in range(1, 149)]
    expected = [charts.points(charts.MEWS[vital], row[vital]) for row in rows]
    assert score_columns("mews", columns_of(rows))[vital].tolist() == expected


def test_mews_temperature_agrees_with_the_chart_for_every_tenth():
    rows = [{"temperature": tenths / 10} for tenths in range(101, 500)]
    expected = [charts.points(charts.MEWS["temperature"], row["temperature"]) for row in rows]
    assert score_columns("mews", columns_of(rows))["temperature"].tolist() == expected


def guideline_cases(folder, name):
    text = (folder / "ews_test_vectors" / name).read_text()
    for case in yaml.safe_load(text)["test_cases"]:
        given, expected = case["input"][1], case["expected_output"][1]
        named = {key.split("|")[1].strip().rstrip(":"): value for key, value in given.items()}
        yield named, {key.split("|")[1].strip(): value for key, value in expected.items()}


def first_number(text):
    return float(str(text).split(",")[0])


def test_mews_agrees_with_the_published_vectors(data_folder):
    cases = list(guideline_cases(data_folder, "MEWS.v1.1.test.yml"))
    assert cases
    for given, expected in cases:
        letter = str(given["AVPU Observation"]).split("|")[1][0]
        if letter == "A" and "Present" in str(given["New Confusion"]):
            letter = "C"
        found = scored(
            "mews", consciousness=letter, heart_rate=first_number(given["Rate"]),
            respiratory_rate=first_number(given["Respiration rate"]),
            temperature=first_number(given["Body temperature"]),
            systolic_bp=first_number(given["Systolic"]),
        )  # fmt: skip
        assert found["total"] == first_number(expected["Total score"])


@pytest.mark.parametrize("name", ["qSOFA.v1.test.yml", "Quick_SOFA_guideline.v1.test.yml"])
def test_qsofa_agrees_with_the_published_vectors(data_folder, name):
    for given, expected in guideline_cases(data_folder, name):
        answers = [int(first_number(str(value).split("|")[0])) for value in given.values()]
        altered, fast, low = answers
        found = scored(
            "qsofa", consciousness="V" if altered else "A", respiratory_rate=22 if fast else 21,
            systolic_bp=100 if low else 101,
        )  # fmt: skip
        total = next(value for key, value in expected.items() if "core" in key)
        assert found["total"] == first_number(total)
        assert found["risk"] == ("high" if first_number(total) >= 2 else "low")


def test_sirs_agrees_with_the_published_vectors_in_what_a_monitor_sees(data_folder):
    name = "SIRS_Sepsis_Septic_Shock_Criteria_guideline.v1.test.yml"
    for given, expected in guideline_cases(data_folder, name):
        answers = [int(str(value)[0]) for value in given.values()][:4]
        hot, fast_heart, fast_breath, blood_count = answers
        found = scored(
            "sirs", temperature=38.1 if hot else 38.0, heart_rate=91 if fast_heart else 90,
            respiratory_rate=21 if fast_breath else 20,
        )  # fmt: skip
        assert found["total"] + blood_count == first_number(expected["Total score"])


def test_shock_index_agrees_with_the_published_vectors(data_folder):
    for given, expected in guideline_cases(data_folder, "Shock_Index.v1.test.yml"):
        found = scored(
            "shock_index", heart_rate=first_number(given["Heart rate"]),
            systolic_bp=first_number(given["Systolic BP"]),
        )  # fmt: skip
        assert found["total"] == first_number(expected["Shock Index"])


def test_mean_pressure_agrees_with_the_published_vectors(data_folder):
    for given, expected in guideline_cases(data_folder, "MAP.v1.test.yml"):
        found = scored(
            "map", systolic_bp=first_number(given["Systolic"]),
            diastolic_bp=first_number(given["Diastolic"]),
        )  # fmt: skip
        assert found["total"] == first_number(expected["Mean Arterial Pressure"])


def test_a_measured_mean_pressure_wins_over_the_formula():
    assert scored("map", systolic_bp=120, diastolic_bp=60, mean_bp=85)["total"] == 85


@pytest.mark.parametrize(("observed", "total", "risk"), [
    ({"spo2": 92, "heart_rate": 130}, 0, "LOW"), ({"spo2": 91.9, "heart_rate": 80}, 30, "MODERATE"),
    ({"spo2": 91, "heart_rate": 131}, 50, "HIGH"),
    ({"spo2": 91, "heart_rate": 49, "z_flag": 1}, 90, "CRITICAL"),
    ({"spo2": 98, "heart_rate": 80, "z_flag": 1, "is_anomaly": 1}, 50, "HIGH"),
])  # fmt: skip
def test_risk_a_is_that_of_system_a(observed, total, risk):
    found = scored("risk_a", **observed)
    assert (found["total"], found["risk"], found["forest"]) == (total, risk, 0)


@pytest.mark.parametrize(("observed", "total", "risk"), [
    ((100, 140, 38.0, 95, 20), 0, "Low"), ((101, 141, 38.1, 94, 21), 6, "High"),
    ((59, 89, 36.4, 98, 16), 3, "Medium"), ((60, 90, 36.5, 98, 20), 0, "Low"),
    ((80, 120, 37, 94, 21), 3, "Medium"), ((80, 141, 37, 94, 21), 4, "High"),
])  # fmt: skip
def test_risk_b_is_that_of_system_b(observed, total, risk):
    heart, pressure, temperature, spo2, rate = observed
    found = scored(
        "risk_b", heart_rate=heart, systolic_bp=pressure, temperature=temperature, spo2=spo2,
        respiratory_rate=rate,
    )  # fmt: skip
    assert (found["total"], found["risk"]) == (total, risk)
