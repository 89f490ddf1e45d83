"""A stream is a list of steps: readings, ticks and commands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.oracle import Oracle, Reading

from wardline.model.commands import Command
from wardline.model.names import Names
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.model.vitals import BP_METHODS, CONSCIOUSNESS, MARK_BIT, VITAL_INDEX


@dataclass(frozen=True)
class Tick:
    """Time passes for everybody until `now`."""

    now: int


Step = Reading | Tick | Command


def give(oracle: Oracle, step: Step) -> None:
    """Give the oracle one step."""
    if isinstance(step, Reading):
        oracle.reading(step)
    elif isinstance(step, Tick):
        oracle.tick(step.now)
    else:
        oracle.command(step)


def asked(steps: Iterable[Step]) -> Oracle:
    """An oracle that was given all steps."""
    oracle = Oracle()
    for step in steps:
        give(oracle, step)
    return oracle


def batch_of(readings: Sequence[Reading], patients: Names, sources: Names) -> ReadingBatch:
    """Readings as the engine takes them."""
    columns = empty_columns(len(readings))
    columns["patient"] = patients.codes(reading.patient_id for reading in readings)
    columns["source"] = sources.codes(reading.source for reading in readings)
    for row, reading in enumerate(readings):
        for name, cell in cells(reading).items():
            columns[name][row] = cell
        for vital, value in reading.values.items():
            columns["values"][row, VITAL_INDEX[vital]] = value
    return ReadingBatch(patients=patients, sources=sources, labels=Names(), **columns)


def cells(reading: Reading) -> dict[str, int]:
    """The columns of one reading, but for its patient, source and values."""
    stated = {
        "on_oxygen": reading.on_oxygen,
        "fio2": reading.fio2,
        "consciousness": reading.consciousness and CONSCIOUSNESS.index(reading.consciousness),
        "is_anomaly": reading.is_anomaly,
        "age": reading.age,
    }
    return {
        "observed_at": reading.t,
        "received_at": reading.received_at,
        "na": sum(1 << MARK_BIT[name] for name in reading.na),
        "bad": sum(1 << MARK_BIT[name] for name in reading.bad),
        "bp_method": BP_METHODS.index(reading.bp_method),
        **{name: int(cell) for name, cell in stated.items() if cell is not None},
    }


def in_arrival_order(steps: Iterable[Step]) -> list[Step]:
    """The same steps as a wall clock would have seen them: nothing arrives before what came first.

    Then no tick passes an arrival still to come, as every host promises.
    """
    now, ordered = None, []
    for step in steps:
        at = time_of(step) if now is None else max(now, time_of(step))
        ordered.append(at_time(step, at))
        now = at
    return ordered


def time_of(step: Step) -> int:
    """When a step comes, before it is made non-decreasing."""
    if isinstance(step, Tick):
        return step.now
    return step.received_at if isinstance(step, Reading) else step.at


def at_time(step: Step, at: int) -> Step:
    """The same step at another time."""
    if isinstance(step, Tick):
        return Tick(at)
    return replace(step, received_at=at) if isinstance(step, Reading) else replace(step, at=at)
