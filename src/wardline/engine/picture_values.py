"""Of patients' pictures: what is usual, what scores use, and which limits are in force."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine.baseline import FLOORS, LEARNT_MIN
from wardline.engine.state import POLICY_RULE
from wardline.model.findings import NO_TIME
from wardline.model.pictures import InputPicture
from wardline.model.policy import RULES_OF_VITAL
from wardline.model.vitals import (
    CONSCIOUSNESS,
    MISSING,
    THOUSANDTHS,
    VITAL_NAMES,
    VITALS,
    Vital,
)  # fmt: skip

USUAL_DEVIATIONS = 2.0
"""About nineteen of twenty values of a steady patient lie within so many deviations."""

HEART_RATES = (int(Vital.HEART_RATE), int(Vital.PULSE_RATE))
_PLAIN_INPUTS = tuple((v, name) for v, name in enumerate(VITAL_NAMES) if v not in HEART_RATES)
_BESIDE_VITALS = (
    "heart_rate_used", "oxygen", "oxygen_at", "consciousness", "consciousness_at",
)  # fmt: skip


def usual(vital: int, held: npt.NDArray[np.void]) -> list[tuple[int, int] | None]:
    """Of each patient low and high of what is usual, thousandths; None until enough was learnt.

    `held`: the vital sign's state of every patient.
    """
    is_known = held["learnt"] >= LEARNT_MIN
    if not is_known.any():
        return [None] * len(held)
    sign, mean = VITALS[vital], held["mean"]
    spread = USUAL_DEVIATIONS * np.maximum(np.sqrt(held["variance"]), float(FLOORS[vital]))
    low = _rounded(np.maximum(mean - spread, sign.hard_low), sign.decimals)
    high = _rounded(np.minimum(mean + spread, sign.hard_high), sign.decimals)
    pairs = zip(low, high, strict=True)
    return [pair if known else None for pair, known in zip(pairs, is_known.tolist(), strict=True)]


def _rounded(values: npt.NDArray[np.float64], decimals: int) -> list[int]:
    """Thousandths at the resolution of a vital sign."""
    steps = np.rint(values * 10**decimals).astype(np.int64)
    found: list[int] = (steps * (THOUSANDTHS // 10**decimals)).tolist()
    return found


def inputs(records: Any, codes: npt.NDArray[np.intp]) -> Iterator[tuple[InputPicture, ...]]:
    """Of each patient the values scores use now; `heart_rate` is the pulse where scores took it."""
    vitals = records["vitals"]
    values, times = vitals["input"][codes].tolist(), vitals["input_at"][codes].tolist()
    others = zip(*(records[name][codes].tolist() for name in _BESIDE_VITALS), strict=True)
    for value, at, other in zip(values, times, others, strict=True):
        yield tuple(_inputs(value, at, *other))


def _inputs(
    values: list[int], times: list[int], heart_rate: int, oxygen: int, oxygen_at: int,
    consciousness: int, consciousness_at: int,
) -> Iterator[InputPicture]:  # fmt: skip
    for vital, name in _PLAIN_INPUTS:
        if values[vital] != MISSING:
            yield InputPicture(name, values[vital], times[vital])
    if heart_rate != MISSING:
        ages = [times[v] for v in HEART_RATES if values[v] == heart_rate and times[v] != NO_TIME]
        if ages:
            yield InputPicture("heart_rate", heart_rate, max(ages))
    if oxygen >= 0:
        yield InputPicture("on_oxygen", bool(oxygen), oxygen_at)
    if consciousness >= 0:
        yield InputPicture("consciousness", CONSCIOUSNESS[consciousness], consciousness_at)


def limits(rules: Any) -> dict[str, tuple[int | None, int | None]]:
    """By vital sign the innermost limits in force, thousandths; vital signs without any are out."""
    return _limits(rules.tobytes())


@lru_cache(maxsize=1024)
def _limits(raw: bytes) -> dict[str, tuple[int | None, int | None]]:
    """Most patients share one set of rules; the cache forgets those used longest ago."""
    rules = np.frombuffer(raw, dtype=POLICY_RULE)
    found: dict[str, tuple[int | None, int | None]] = {}
    for vital, name in enumerate(VITAL_NAMES):
        mine = rules[np.array(RULES_OF_VITAL[vital], dtype=np.intp)]
        mine = mine[mine["is_on"] == 1]
        lows, highs = mine["limit"][mine["is_high"] == 0], mine["limit"][mine["is_high"] == 1]
        if len(mine):
            low = int(lows.max()) if len(lows) else None
            found[name] = low, int(highs.min()) if len(highs) else None
    return found
