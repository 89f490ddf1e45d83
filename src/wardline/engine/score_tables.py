"""The parts of every score, as charts print them. Compiled; one function a chart column.

Inputs are thousandths; sums are judged on the chart's resolution: integers, temperature 0.1,
rounded half away from zero (all inputs are positive). Sources stand at each function.
"""

from wardline.engine.compiled import compiled
from wardline.model.vitals import MISSING


@compiled
def whole(value: int) -> int:
    """Thousandths to the nearest integer."""
    return (value + 500) // 1000


@compiled
def tenths(value: int) -> int:
    """Thousandths to the nearest tenth, in tenths."""
    return (value + 50) // 100


@compiled
def news2_respiratory_rate(value: int) -> int:
    """RCP, National Early Warning Score 2, 2017."""
    rate = whole(value)
    if rate <= 8 or rate >= 25:
        return 3
    if rate >= 21:
        return 2
    return 1 if rate <= 11 else 0


@compiled
def news2_spo2(value: int) -> int:
    """RCP 2017, SpO2 scale 1."""
    percent = whole(value)
    if percent >= 96:
        return 0
    if percent >= 94:
        return 1
    return 2 if percent >= 92 else 3


@compiled
def news2_spo2_scale_2(value: int, oxygen: int) -> int:
    """RCP 2017, SpO2 scale 2 (prescribed 88-92 %): MISSING when oxygen decides and is unknown."""
    percent = whole(value)
    if percent <= 83:
        return 3
    if percent <= 85:
        return 2
    if percent <= 87:
        return 1
    if percent <= 92 or oxygen == 0:
        return 0
    if oxygen < 0:
        return MISSING
    if percent <= 94:
        return 1
    return 2 if percent <= 96 else 3


@compiled
def news2_systolic_bp(value: int) -> int:
    """RCP 2017."""
    pressure = whole(value)
    if pressure <= 90 or pressure >= 220:
        return 3
    if pressure <= 100:
        return 2
    return 1 if pressure <= 110 else 0


@compiled
def news2_heart_rate(value: int) -> int:
    """RCP 2017, pulse."""
    rate = whole(value)
    if rate <= 40 or rate >= 131:
        return 3
    if rate >= 111:
        return 2
    return 1 if rate <= 50 or rate >= 91 else 0


@compiled
def news2_temperature(value: int) -> int:
    """RCP 2017."""
    degrees = tenths(value)
    if degrees <= 350:
        return 3
    if degrees >= 391:
        return 2
    return 1 if degrees <= 360 or degrees >= 381 else 0


@compiled
def mews_systolic_bp(value: int) -> int:
    """Subbe 2001 (QJM 94:521-526)."""
    pressure = whole(value)
    if pressure <= 70:
        return 3
    if pressure <= 80 or pressure >= 200:
        return 2
    return 1 if pressure <= 100 else 0


@compiled
def mews_heart_rate(value: int) -> int:
    """Subbe 2001; 40 itself counts 2, as electronic charts have it."""
    rate = whole(value)
    if rate >= 130:
        return 3
    if rate <= 40 or rate >= 111:
        return 2
    return 1 if rate <= 50 or rate >= 101 else 0


@compiled
def mews_respiratory_rate(value: int) -> int:
    """Subbe 2001."""
    rate = whole(value)
    if rate >= 30:
        return 3
    if rate < 9 or rate >= 21:
        return 2
    return 1 if rate >= 15 else 0


@compiled
def mews_temperature(value: int) -> int:
    """Subbe 2001."""
    degrees = tenths(value)
    return 2 if degrees < 350 or degrees >= 385 else 0


@compiled
def mews_consciousness(letter: int) -> int:
    """A 0, C (new confusion) 1 as V, P 2, U 3 (MEWS v1.1 of the openEHR guideline library)."""
    if letter == 0:
        return 0
    return 1 if letter <= 2 else letter - 1


@compiled
def map_of(systolic: int, diastolic: int) -> int:
    """(2 DBP + SBP) / 3 in thousandths, rounded to one decimal."""
    sixths = 2 * (2 * diastolic + systolic)
    return (sixths + 300) // 600 * 100


@compiled
def shock_index_of(heart_rate: int, systolic: int) -> int:
    """HR / SBP in thousandths, rounded to two decimals (Allgower and Burri 1967)."""
    return (200 * heart_rate + systolic) // (2 * systolic) * 10
