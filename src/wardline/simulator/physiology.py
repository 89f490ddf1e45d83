"""What the vital signs of a patient are at a moment, before courses and faults.

Each value is a personal setpoint plus a bounded swing. Swings of several vital signs share drifts:
what drives the heart drives breath and pressure, warmth quickens heart and breath.
"""

import numpy as np
import numpy.typing as npt

from wardline.model.vitals import VITAL_COUNT, Vital
from wardline.simulator.drift import (
    BREATH,
    DRIVE,
    HEART,
    OXYGEN,
    PRESSURE,
    WARMTH,
    Drift,
)
from wardline.simulator.noise import Floats, Ints, Stream, drawn, keys, lane, uniform
from wardline.simulator.profiles import DRIVEN, RANGES, SWING_MAX, Range
from wardline.simulator.roster import Roster

Mixture = tuple[tuple[int, float], ...]

MIXTURES: dict[Vital, Mixture] = {
    Vital.HEART_RATE: ((DRIVE, 0.4), (HEART, 0.5), (WARMTH, 0.3)),
    Vital.RESPIRATORY_RATE: ((DRIVE, 0.3), (BREATH, 0.5), (WARMTH, 0.2), (OXYGEN, -0.2)),
    Vital.SPO2: ((OXYGEN, 0.7),),
    Vital.SYSTOLIC_BP: ((DRIVE, 0.3), (PRESSURE, 0.6)),
    Vital.DIASTOLIC_BP: ((DRIVE, 0.2), (PRESSURE, 0.6)),
    Vital.TEMPERATURE: ((WARMTH, 0.8),),
}
"""Which drifts move a vital sign, and how much."""

JITTER = {
    Vital.HEART_RATE: 0.15, Vital.RESPIRATORY_RATE: 0.25, Vital.SPO2: 0.2,
    Vital.SYSTOLIC_BP: 0.2, Vital.DIASTOLIC_BP: 0.15, Vital.TEMPERATURE: 0.05,
}  # fmt: skip
"""How much a reading strays from the drift by itself."""


class Physiology:
    """The undisturbed vital signs of a ward."""

    def __init__(self, roster: Roster):
        numbers = np.arange(len(roster))
        self._drift = Drift(len(roster), roster.seed)
        self._jitter = [keys(roster.seed, Stream.JITTER, numbers, part) for part in (0, 1)]
        self._setpoint = np.zeros((VITAL_COUNT, len(roster)))
        self._swing = np.zeros((VITAL_COUNT, len(roster)))
        for vital in DRIVEN:
            self._settle(roster, vital)

    def at(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Floats:
        """Vital signs of rows (patient, moment), shape (vital signs, rows), not yet rounded.

        Pulse and mean pressure are left NaN; `completed` fills them in.
        """
        drift = self._drift.at(patient, at_ms)
        bits = [drawn(key[patient], at_ms) for key in self._jitter]
        values = np.full((VITAL_COUNT, len(patient)), np.nan)
        for place, vital in enumerate(DRIVEN):
            jitter = lane(bits[place // 4], place % 4) * JITTER[vital]
            swing = sum((drift[channel] * share for channel, share in MIXTURES[vital]), jitter)
            bounded = swing / np.sqrt(1.0 + swing * swing)
            values[vital] = self._setpoint[vital][patient] + self._swing[vital][patient] * bounded
        return values

    def beat_noise(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Floats:
        """How far the pulse at the finger is from the heart rate, in [-1, 1)."""
        return lane(drawn(self._jitter[1][patient], at_ms), 2)

    def _settle(self, roster: Roster, vital: Vital) -> None:
        """Give every patient a setpoint, and the room to swing around it."""
        numbers = np.arange(len(roster))
        bits = drawn(keys(roster.seed, Stream.SETPOINT, numbers, vital), np.zeros_like(numbers))
        ranges = [RANGES[condition][vital] for condition in range(len(RANGES))]
        low, width, settle_low, settle_high = (
            np.array(column)[roster.condition]
            for column in zip(*(_row(each) for each in ranges), strict=True)
        )
        place = settle_low + uniform(bits) * (settle_high - settle_low)
        room = np.minimum(np.minimum(place, 1.0 - place), SWING_MAX)
        self._setpoint[vital] = low + place * width
        self._swing[vital] = room * width


def _row(span: Range) -> tuple[float, float, float, float]:
    return span.low, span.high - span.low, span.settle_low, span.settle_high


PULSE_PRESSURE_MIN = 10.0
"""Diastolic pressure stays this far below systolic, however low both fall."""


def completed(values: Floats, beat_noise: Floats) -> Floats:
    """Rounded as monitors round, with pulse and mean pressure; shape as given.

    Whole numbers but for temperature (0.1). Mean pressure: a third of the way up from diastolic.
    """
    values[Vital.SPO2] = np.minimum(values[Vital.SPO2], 100.0)
    systolic, diastolic = values[Vital.SYSTOLIC_BP], values[Vital.DIASTOLIC_BP]
    values[Vital.DIASTOLIC_BP] = np.minimum(diastolic, systolic - PULSE_PRESSURE_MIN)
    rise = (systolic - values[Vital.DIASTOLIC_BP]) / 3.0
    values[Vital.MEAN_BP] = values[Vital.DIASTOLIC_BP] + rise
    values[Vital.PULSE_RATE] = values[Vital.HEART_RATE] + beat_noise
    rounded = np.rint(values)
    rounded[Vital.TEMPERATURE] = np.rint(values[Vital.TEMPERATURE] * 10.0) / 10.0
    return rounded
