"""Scores of one set of inputs. Missing inputs are None."""

from dataclasses import dataclass, field

from tests.oracle import charts
from tests.oracle.charts import charted, half_away

from wardline.model.scores import SCORES

NONE = -1


@dataclass(frozen=True)
class Inputs:
    """What scores are made from: thousandths by vital sign, context, settings and flags.

    `heart_rate` in `values` is already the one that scores use (heart rate or pulse).
    """

    values: dict[str, int] = field(default_factory=dict)
    on_oxygen: bool | None = None
    consciousness: str | None = None
    spo2_scale: int = 1
    age: int | None = None
    pregnant: bool = False
    z_flags: frozenset[str] = frozenset()
    producer_flag: bool | None = None


@dataclass(frozen=True)
class Result:
    """One score. total and at_least in thousandths; risk: index into its words or -1.

    parts: points, or for shock index and mean pressure the inputs in thousandths.
    """

    total: int | None
    at_least: int | None
    complete: bool
    risk: int
    parts: tuple[int | None, ...]
    has_known: bool


def applies(name: str, inputs: Inputs) -> bool:
    if name != "news2":
        return True
    return (inputs.age is None or inputs.age >= 16) and not inputs.pregnant


def evaluate(name: str, inputs: Inputs) -> Result:
    if name == "shock_index":
        return shock_index(inputs)
    if name == "map":
        return mean_pressure(inputs)
    parts = PARTS[name](inputs)
    kind = next(kind for kind in SCORES if kind.name == name)
    return summed([parts[part] for part in kind.parts], name, parts)


def summed(points: list[int | None], name: str, parts: dict[str, int | None]) -> Result:
    known = [worth for worth in points if worth is not None]
    at_least = sum(known)
    complete = len(known) == len(points)
    risk = RISKS[name](at_least, points) if complete else NONE
    has_known = bool(known)
    if name == "risk_a":
        has_known = parts["spo2"] is not None or parts["heart_rate"] is not None
    total = at_least * 1000 if complete else None
    return Result(total, at_least * 1000, complete, risk, tuple(points), has_known)


def chart_points(chart: dict, row: str, inputs: Inputs, name: str) -> int | None:
    value = inputs.values.get(name)
    return None if value is None else charts.points(chart[row], charted(name, value))


def news2_spo2(inputs: Inputs) -> int | None:
    value = inputs.values.get("spo2")
    if value is None or inputs.spo2_scale == 1:
        return chart_points(charts.NEWS2, "spo2_scale_1", inputs, "spo2")
    if inputs.on_oxygen is None and charted("spo2", value) >= 93:
        return None
    row = "spo2_scale_2_on_oxygen" if inputs.on_oxygen else "spo2_scale_2_on_air"
    return chart_points(charts.NEWS2, row, inputs, "spo2")


def news2(inputs: Inputs) -> dict[str, int | None]:
    measured = ("respiratory_rate", "systolic_bp", "heart_rate", "temperature")
    parts = {name: chart_points(charts.NEWS2, name, inputs, name) for name in measured}
    parts["spo2"] = news2_spo2(inputs)
    parts["on_oxygen"] = charts.NEWS2_OXYGEN.get(inputs.on_oxygen)
    parts["consciousness"] = charts.NEWS2_CONSCIOUSNESS.get(inputs.consciousness)
    return parts


def mews(inputs: Inputs) -> dict[str, int | None]:
    parts = {name: chart_points(charts.MEWS, name, inputs, name) for name in charts.MEWS}
    parts["consciousness"] = charts.MEWS_CONSCIOUSNESS.get(inputs.consciousness)
    return parts


def yes(inputs: Inputs, name: str, test, worth: int = 1, *, exact: bool = False) -> int | None:
    """`worth` if the value meets the test; the test sees chart units, or thousandths if exact."""
    value = inputs.values.get(name)
    if value is None:
        return None
    return worth if test(value if exact else charted(name, value)) else 0


def qsofa(inputs: Inputs) -> dict[str, int | None]:
    awake = inputs.consciousness
    return {
        "respiratory_rate": yes(inputs, "respiratory_rate", lambda rate: rate >= 22),
        "consciousness": None if awake is None else int(awake != "A"),
        "systolic_bp": yes(inputs, "systolic_bp", lambda pressure: pressure <= 100),
    }


def sirs(inputs: Inputs) -> dict[str, int | None]:
    return {
        "temperature": yes(inputs, "temperature", lambda tenths: tenths > 380 or tenths < 360),
        "heart_rate": yes(inputs, "heart_rate", lambda rate: rate > 90),
        "respiratory_rate": yes(inputs, "respiratory_rate", lambda rate: rate > 20),
    }


def risk_a(inputs: Inputs) -> dict[str, int | None]:
    return {
        "spo2": yes(inputs, "spo2", lambda x: x < 92_000, 30, exact=True),
        "heart_rate": yes(
            inputs, "heart_rate", lambda x: x > 130_000 or x < 50_000, 20, exact=True
        ),
        "z_score": 40 if inputs.z_flags else 0,
        "producer_flag": 10 if inputs.producer_flag else 0,
        "forest": 0,
    }


def risk_b(inputs: Inputs) -> dict[str, int | None]:
    def part(name: str, test, worth: int = 1) -> int | None:
        return yes(inputs, name, test, worth, exact=True)

    return {
        "heart_rate": part("heart_rate", lambda x: x > 100_000 or x < 60_000),
        "systolic_bp": part("systolic_bp", lambda x: x > 140_000 or x < 90_000),
        "temperature": part("temperature", lambda x: x > 38_000 or x < 36_500),
        "spo2": part("spo2", lambda x: x < 95_000, 2),
        "respiratory_rate": part("respiratory_rate", lambda x: x > 20_000),
    }


def shock_index(inputs: Inputs) -> Result:
    rate, pressure = inputs.values.get("heart_rate"), inputs.values.get("systolic_bp")
    known = rate is not None or pressure is not None
    if rate is None or pressure is None:
        return Result(None, None, False, NONE, (rate, pressure), known)
    total = half_away(100 * rate, pressure) * 10
    return Result(total, total, True, int(total >= 900), (rate, pressure), True)


def mean_pressure(inputs: Inputs) -> Result:
    names = ("mean_bp", "systolic_bp", "diastolic_bp")
    mean, systolic, diastolic = parts = tuple(inputs.values.get(name) for name in names)
    known = any(part is not None for part in parts)
    if mean is not None:
        total = half_away(mean, 100) * 100
    elif systolic is not None and diastolic is not None:
        total = half_away(2 * diastolic + systolic, 300) * 100
    else:
        return Result(None, None, False, NONE, parts, known)
    return Result(total, total, True, NONE, parts, True)


def news2_risk(total: int, points: list[int]) -> int:
    if total >= 7:
        return 3
    if total >= 5:
        return 2
    return 1 if 3 in points else 0


PARTS = {
    "news2": news2, "mews": mews, "qsofa": qsofa, "sirs": sirs, "risk_a": risk_a, "risk_b": risk_b,
}  # fmt: skip
RISKS = {
    "news2": news2_risk,
    "mews": lambda total, _: int(total >= 5),
    "qsofa": lambda total, _: int(total >= 2),
    "sirs": lambda total, _: int(total >= 2),
    "risk_a": lambda total, _: (total >= 30) + (total >= 50) + (total >= 80),
    "risk_b": lambda total, _: (total >= 2) + (total >= 4),
}
