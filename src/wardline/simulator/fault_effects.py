"""What a fault makes of the true vital signs."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from wardline.model.vitals import PRESSURES, Vital
from wardline.simulator.faults import FAULTS, Effect, Fault
from wardline.simulator.noise import Bits, Floats, Ints, drawn, uniform
from wardline.simulator.schedule import Active

Clean = Callable[[Ints, npt.NDArray[np.int64]], Floats]
"""The true vital signs, shape (vital signs, rows), at rows (patient, moment)."""

STEADINESS = {Effect.LEVEL: 0.8, Effect.ABSURD: 0.3, Effect.MOTION: 0.0}
"""How much of a false value belongs to the run; the rest changes with every reading."""

HEART_RATE_MAX = 290.0
"""A monitor that counts every beat twice counts no further."""


def disturb(values: Floats, patient: Ints, fault: Active, key: Bits, clean: Clean) -> None:
    """Change the rounded vital signs (shape (vital signs, rows)) of rows with a fault.

    `key`: one per patient, for what changes from reading to reading.
    """
    jitter = uniform(drawn(key[patient[fault.rows]], fault.at))
    kinds: set[int] = set(fault.kind.tolist())
    for kind in kinds:
        chosen = np.flatnonzero(fault.kind == kind)
        _disturb_kind(values, FAULTS[kind], _Run(fault, chosen, patient, jitter), clean)


class _Run:
    """The rows of one kind of fault."""

    def __init__(self, fault: Active, chosen: npt.NDArray[np.intp], patient: Ints, jitter: Floats):
        self.rows = fault.rows[chosen]
        self.patient = patient[self.rows]
        self.start = fault.start[chosen]
        self.strength = fault.strength[chosen]
        self.jitter = jitter[chosen]


def _disturb_kind(values: Floats, fault: Fault, run: _Run, clean: Clean) -> None:
    if fault.effect in (Effect.OFF, Effect.ABSURD):
        take_probe_off(values, run.rows)
    if fault.effect == Effect.STUCK:
        _stick(values, fault, run, clean)
    elif fault.effect == Effect.DOUBLED:
        twice = values[Vital.HEART_RATE, run.rows] * 2.0
        values[Vital.HEART_RATE, run.rows] = np.minimum(twice, HEART_RATE_MAX)
    elif fault.effect != Effect.OFF:
        _show_levels(values, fault, run)


def take_probe_off(values: Floats, rows: npt.NDArray[np.intp]) -> None:
    """The oximeter sees nothing: neither saturation nor pulse."""
    values[Vital.SPO2, rows] = np.nan
    values[Vital.PULSE_RATE, rows] = np.nan


def _stick(values: Floats, fault: Fault, run: _Run, clean: Clean) -> None:
    """The device goes on showing what was true when the fault began."""
    held = clean(run.patient, run.start)
    concerned = PRESSURES if fault.vital in PRESSURES else (fault.vital,)
    for vital in concerned:
        values[vital, run.rows] = held[vital]


def _show_levels(values: Floats, fault: Fault, run: _Run) -> None:
    steady = STEADINESS[fault.effect]
    place = run.strength * steady + run.jitter * (1.0 - steady)
    for vital, (low, high) in fault.levels.items():
        step = 10.0 if vital == Vital.TEMPERATURE else 1.0
        values[vital, run.rows] = np.rint((low + place * (high - low)) * step) / step
    if fault.vital in PRESSURES:
        systolic, diastolic = (values[v, run.rows] for v in (Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP))
        values[Vital.MEAN_BP, run.rows] = np.rint(diastolic + (systolic - diastolic) / 3.0)
