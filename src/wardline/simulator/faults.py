"""Faults of devices, in runs that total a tenth of all readings.

Time is cut into slots per patient; a slot has at most one fault. How often follows from the
catalogue, so that each kind takes its share of time whatever the length of its runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from wardline.model.patients import TruthPeriod
from wardline.model.vitals import PRESSURES, VITAL_NAMES, Vital
from wardline.simulator.noise import Floats, Ints, Stream, drawn, keys, uniform
from wardline.simulator.profiles import STABLE, Profile
from wardline.simulator.roster import Roster, patient_id
from wardline.simulator.schedule import NONE, Active, Grid, active, listed

SLOT_MS = 240_000
FAULT_SHARE = 0.1
"""System A: a tenth of all readings."""


class Effect(IntEnum):
    """What a fault does to the vital signs it concerns."""

    OFF = 0
    ABSURD = 1
    STUCK = 2
    LEVEL = 3
    DOUBLED = 4
    MOTION = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault.

    share: of the time taken by faults, before kinds that a device cannot have are left out.
    seconds: shortest and longest run. levels: for LEVEL, ABSURD and MOTION the least and greatest
    value it shows per vital sign.
    """

    name: str
    vital: Vital
    share: float
    seconds: tuple[int, int]
    effect: Effect
    levels: dict[Vital, tuple[float, float]] = field(
        default_factory=dict[Vital, tuple[float, float]]
    )


V = Vital
_LONG, _SHORT, _SPIKE = (60, 180), (8, 30), (3, 6)

# Levels lie outside system A's ranges and its critical limits; sizes and lengths are judgement.
FAULTS: tuple[Fault, ...] = (
    Fault("probe_off", V.SPO2, 27, (30, 150), Effect.OFF),
    Fault("probe_off", V.SPO2, 10, (20, 90), Effect.ABSURD, {V.SPO2: (3, 45)}),
    Fault("stuck", V.HEART_RATE, 13, _LONG, Effect.STUCK),
    Fault("stuck", V.SPO2, 11, _LONG, Effect.STUCK),
    Fault("stuck", V.RESPIRATORY_RATE, 9, _LONG, Effect.STUCK),
    Fault("stuck", V.SYSTOLIC_BP, 6, _LONG, Effect.STUCK),
    Fault("excursion", V.HEART_RATE, 2, _SHORT, Effect.LEVEL, {V.HEART_RATE: (152, 190)}),
    Fault("excursion", V.HEART_RATE, 1, _SHORT, Effect.LEVEL, {V.HEART_RATE: (28, 38)}),
    Fault("excursion", V.SPO2, 3, _SHORT, Effect.LEVEL, {V.SPO2: (66, 82)}),
    Fault("excursion", V.RESPIRATORY_RATE, 1, _SHORT, Effect.LEVEL, {V.RESPIRATORY_RATE: (36, 48)}),
    Fault("excursion", V.RESPIRATORY_RATE, 1, _SHORT, Effect.LEVEL, {V.RESPIRATORY_RATE: (3, 7)}),
    Fault("excursion", V.TEMPERATURE, 1, _SHORT, Effect.LEVEL, {V.TEMPERATURE: (40.0, 41.2)}),
    Fault("excursion", V.TEMPERATURE, 1, _SHORT, Effect.LEVEL, {V.TEMPERATURE: (33.0, 34.6)}),
    Fault("excursion", V.SYSTOLIC_BP, 2, _SHORT, Effect.LEVEL,
          {V.SYSTOLIC_BP: (190, 225), V.DIASTOLIC_BP: (108, 125)}),
    Fault("excursion", V.SYSTOLIC_BP, 2, _SHORT, Effect.LEVEL,
          {V.SYSTOLIC_BP: (58, 78), V.DIASTOLIC_BP: (30, 44)}),
    Fault("doubled", V.HEART_RATE, 4, (5, 25), Effect.DOUBLED),
    Fault("spike", V.HEART_RATE, 1, _SPIKE, Effect.LEVEL, {V.HEART_RATE: (205, 245)}),
    Fault("spike", V.SPO2, 1, _SPIKE, Effect.LEVEL, {V.SPO2: (52, 64)}),
    Fault("flush", V.SYSTOLIC_BP, 1, (4, 10), Effect.LEVEL,
          {V.SYSTOLIC_BP: (250, 275), V.DIASTOLIC_BP: (180, 195)}),
    Fault("motion", V.SPO2, 4, (8, 40), Effect.MOTION,
          {V.SPO2: (80, 87), V.RESPIRATORY_RATE: (31, 50)}),
)  # fmt: skip

_SECONDS = np.array([fault.seconds for fault in FAULTS])
_MEAN_SECONDS = _SECONDS.mean(axis=1)


class Faults:
    """The faults of a ward. A patient has those kinds that concern what is always measured."""

    def __init__(self, roster: Roster, profile: Profile):
        numbers = np.arange(len(roster))
        self._keys = [keys(roster.seed, Stream.FAULT, numbers, part) for part in range(5)]
        with_pressure = _chances(profile, has_pressure=True)
        without = _chances(profile, has_pressure=False)
        has_line = profile.has_lines & (roster.condition != STABLE)
        self._chances = np.where(has_line[:, np.newaxis], with_pressure, without)

    def at(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Active:
        """The faults in progress at rows (patient, moment)."""
        slot = at_ms // SLOT_MS
        first = int(slot.min())
        grid = self._grid(first, int(slot.max()) + 1)
        return active(grid, (slot - first, patient), patient, at_ms)

    def truth(self, from_ms: int, to_ms: int) -> Iterable[TruthPeriod]:
        """Faults in progress in [from_ms, to_ms) as ground truth, by start."""
        grid = self._grid(from_ms // SLOT_MS, (to_ms - 1) // SLOT_MS + 1)
        for start, patient, end, kind in listed(grid):
            if start < to_ms and end > from_ms:
                fault = FAULTS[kind]
                yield TruthPeriod(
                    patient_id(patient), start, end, "fault", fault.name, VITAL_NAMES[fault.vital]
                )

    def _grid(self, first: int, stop: int) -> Grid:
        slot = np.arange(first, stop)[:, np.newaxis]
        what, offset, length, strength = (uniform(drawn(key, slot)) for key in self._keys[:4])
        kind = (what[..., np.newaxis] >= self._chances).sum(axis=-1)
        kind = np.where(kind == len(FAULTS), NONE, kind)
        shortest, longest = _SECONDS[kind].transpose(2, 0, 1)
        seconds = (shortest + np.floor(length * (longest - shortest + 1))).astype(np.int64)
        starts = np.floor(offset * (SLOT_MS // 1_000 - seconds + 1)).astype(np.int64)
        start = slot * SLOT_MS + starts * 1_000
        patient = np.broadcast_to(np.arange(len(self._chances)), kind.shape)
        return Grid(kind, patient, start, start + seconds * 1_000, strength)


def _chances(profile: Profile, *, has_pressure: bool) -> Floats:
    """Per kind the chance that a slot holds this kind or an earlier one."""
    sent = {*profile.sends, *(PRESSURES if has_pressure else ())}
    share = np.array([fault.share if _is_seen(fault, sent) else 0.0 for fault in FAULTS])
    runs = share / _MEAN_SECONDS
    return np.cumsum(runs * (FAULT_SHARE * SLOT_MS / 1_000 / share.sum()))


def _is_seen(fault: Fault, sent: set[Vital]) -> bool:
    return fault.vital in sent
