"""Bands of values within which no score gives other points.

Most readings move a value by a step that no chart notices. A value that stays in its band cannot
change any score's risk, so the scores need not be worked out again. The tables below must name
every place where a function of `score_tables` or `scores` steps; a test walks all values.
"""

import numpy as np
import numpy.typing as npt

from wardline.engine.compiled import compiled
from wardline.model.vitals import MISSING, VITAL_COUNT, Vital

_ALWAYS = 2**31 - 1

# The least value, in thousandths, of every band but the lowest.
_HEART_RATE = (
    40_500, 50_000, 50_500, 60_000, 90_500, 100_001, 100_500, 110_500, 129_500, 130_001, 130_500,
)  # fmt: skip
_STEPS: dict[Vital, tuple[int, ...]] = {
    Vital.HEART_RATE: _HEART_RATE,
    Vital.PULSE_RATE: _HEART_RATE,
    Vital.RESPIRATORY_RATE: (8_500, 11_500, 14_500, 20_001, 20_500, 21_500, 24_500, 29_500),
    Vital.SPO2: (
        83_500, 85_500, 87_500, 91_500, 92_000, 92_500, 93_500, 94_500, 95_000, 95_500, 96_500,
    ),
    Vital.SYSTOLIC_BP: (
        70_500, 80_500, 90_000, 90_500, 100_500, 110_500, 140_001, 199_500, 219_500,
    ),
    Vital.TEMPERATURE: (
        34_950, 35_050, 35_950, 36_050, 36_500, 38_001, 38_050, 38_450, 39_050,
    ),
}  # fmt: skip
BAND_COUNT_MAX = 1 + max(len(steps) for steps in _STEPS.values())


def band_starts() -> npt.NDArray[np.int32]:
    """Least value of each band per vital sign, then values that are never reached."""
    starts = np.full((VITAL_COUNT, BAND_COUNT_MAX + 1), _ALWAYS, dtype=np.int32)
    starts[:, 0] = MISSING
    for vital, steps in _STEPS.items():
        starts[vital, 1 : len(steps) + 1] = steps
    return starts


BAND_STARTS = band_starts()


@compiled
def is_in_band(vital: int, band: int, value: int) -> bool:
    """Whether a value lies in a band of its vital sign."""
    return BAND_STARTS[vital, band] <= value < BAND_STARTS[vital, band + 1]


@compiled
def band_of(vital: int, value: int) -> int:
    """The band of a value."""
    band = 0
    while value >= BAND_STARTS[vital, band + 1]:
        band += 1
    return band
