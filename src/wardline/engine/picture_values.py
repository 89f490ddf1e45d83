"""Of a patient's picture: what is usual, what scores use, and which limits are in force."""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

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


def usual(vital: int, held: Any) -> tuple[int, int] | None:
    """Low and high of what is usual, in thousandths; None until enough was learnt."""
    if held["learnt"] < LEARNT_MIN:
        return None
    sign, mean = VITALS[vital], float(held["mean"])
    spread = USUAL_DEVIATIONS * max(math.sqrt(float(held["variance"])), float(FLOORS[vital]))
    low, high = max(mean - spread, sign.hard_low), min(mean + spread, sign.hard_high)
    return _rounded(low, sign.decimals), _rounded(high, sign.decimals)


def _rounded(value: float, decimals: int) -> int:
    return round(round(value, decimals) * THOUSANDTHS)


def inputs(record: Any) -> Iterator[InputPicture]:
    """The values scores use now; `heart_rate` is the pulse where scores took that."""
    for vital, name in enumerate(VITAL_NAMES):
        if vital in HEART_RATES:
            continue
        held = record["vitals"][vital]
        if held["input"] != MISSING:
            yield InputPicture(name, int(held["input"]), int(held["input_at"]))
    yield from _heart_rate(record)
    if record["oxygen"] >= 0:
        yield InputPicture("on_oxygen", bool(record["oxygen"]), int(record["oxygen_at"]))
    if record["consciousness"] >= 0:
        letter = CONSCIOUSNESS[int(record["consciousness"])]
        yield InputPicture("consciousness", letter, int(record["consciousness_at"]))


def _heart_rate(record: Any) -> Iterator[InputPicture]:
    used = int(record["heart_rate_used"])
    if used == MISSING:
        return
    ages = [
        int(held["input_at"])
        for held in (record["vitals"][vital] for vital in HEART_RATES)
        if int(held["input"]) == used and held["input_at"] != NO_TIME
    ]
    if ages:
        yield InputPicture("heart_rate", used, max(ages))


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
