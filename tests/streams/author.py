"""Writes streams, choice by choice: by Hypothesis' choices they shrink, by a seed they are long."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from hypothesis import strategies as st
from tests.oracle import Oracle, Reading
from tests.oracle.due import due_things
from tests.streams import choices
from tests.streams.steps import Step, Tick, give

from wardline.model.commands import ADMIT, DISCHARGE, SETTINGS, TRANSFER, Command

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]

KINDS = ("reading",) * 24 + ("tick",) * 3 + ("command",) * 2 + ("again",) * 3 + ("run",)
RUN_LENGTHS = (4, 12, 31, 33, 40)
COMMANDS = (SETTINGS,) * 6 + (DISCHARGE, ADMIT, TRANSFER)
DUE_COUNT = 5


class Author:
    """Writes one stream. It reads along with an oracle to know when something falls due."""

    def __init__(self, choose: Choose, patient_count: int):
        self.choose = choose
        self.patients = choices.PATIENTS[:patient_count]
        self.sources = choose(choices.SOURCES)
        self.is_event_clock = choose((True, False))
        self.clock = choose(choices.STARTS)
        self.oracle = Oracle()
        self.written = []

    def steps(self, count: int) -> list[Step]:
        """At least `count` steps and a last tick."""
        stream = []
        while len(stream) < count:
            for step in self.next():
                give(self.oracle, step)
                stream.append(step)
        last = Tick(self.clock + self.choose((0, 70_000, 4 * choices.HOUR)))
        give(self.oracle, last)
        return [*stream, last]

    def next(self) -> Iterator[Step]:
        """The next step, or several."""
        kind = self.choose(KINDS)
        if kind == "run":
            yield from self.run()
            return
        self.pass_time()
        patient = self.choose(self.patients)
        if kind == "tick":
            yield Tick(self.clock)
        elif kind == "command":
            yield self.command(patient)
        elif kind == "again" and self.written:
            yield self.again()
        else:
            yield self.reading(patient)

    # Time

    def pass_time(self) -> None:
        how = self.choose(("grid",) * 6 + ("due", "due", "minute"))
        if how == "grid":
            self.clock += self.choose(choices.JUMPS)
        elif how == "minute":
            after = self.choose((0, 10_000, 9_999, 59_999))
            self.clock = self.clock // 60_000 * 60_000 + 60_000 + after
        else:
            waiting = self.waiting()
            if waiting:
                self.clock = max(self.clock, self.choose(waiting) + self.choose((0, 0, -1, 1)))

    def waiting(self) -> list[int]:
        """The next few times at which something falls due."""
        patients = self.oracle.patients.values()
        times = {due.at for patient in patients for due in due_things(patient)}
        return sorted(at for at in times if at >= self.clock)[:DUE_COUNT]

    # Readings

    def reading(self, patient: str) -> Reading:
        t, received_at = self.times()
        values, na, bad = self.fields()
        reading = Reading(
            patient,
            t,
            received_at,
            self.choose(self.sources),
            values,
            frozenset(na),
            frozenset(bad),
            self.choose(("", "cuff", "arterial", "arterial")),
            **self.context(is_needed=not values and not na and not bad),
        )
        self.written.append(reading)
        return reading

    def times(self) -> tuple[int, int]:
        t = self.clock - self.choose(choices.LAGS)
        if self.written and self.choose((False,) * 15 + (True,)):
            t = self.choose(self.written[-8:]).t
        if self.is_event_clock:
            return t, t
        if self.choose((False,) * 11 + (True,)):
            t = self.clock + self.choose(choices.LEADS)
        return t, self.clock - self.choose((0,) * 9 + (1_000, 20_000))

    def fields(self) -> tuple[dict[str, int], list[str], list[str]]:
        values, na, bad = {}, [], []
        mood = self.choose(("calm", "calm", "edge", "edge", "edge", "suspect", "na", "bad"))
        for name in self.choose(choices.FIELDS):
            one = self.choose((mood, mood, mood, "edge", "calm")) if mood != "calm" else mood
            if one in {"na", "bad"}:
                (na if one == "na" else bad).append(name)
                continue
            pools = {"calm": choices.CALM, "edge": choices.EDGES, "suspect": choices.SUSPECTS}
            values[name] = self.choose(pools[one][name])
        return values, na, bad

    def context(self, *, is_needed: bool) -> dict:
        if not is_needed and self.choose((False,) * 3 + (True,)):
            return {}
        said = {
            "on_oxygen": self.choose((None, None, False, True)),
            "consciousness": self.choose((None, None, "A", "A", "C", "V", "P", "U")),
            "fio2": self.choose((None, None, None, 210, 400)),
            "is_anomaly": self.choose((None, None, None, False, True)),
            "age": self.choose((None,) * 8 + (45, 15, 16)),
        }
        if is_needed and said["on_oxygen"] is said["consciousness"] is said["fio2"] is None:
            said["consciousness"] = "A"
        return said

    def again(self) -> Reading:
        """A reading once more: the same, or other content under the same key."""
        reading = self.choose(self.written[-1:] + self.written[-40:] + self.written[:3])
        received_at = reading.t if self.is_event_clock else self.clock
        reading = replace(reading, received_at=received_at)
        change = self.choose(("nothing", "nothing", "age", "value", "flag"))
        if change == "age":
            return replace(reading, age=77)
        if change == "flag":
            return replace(reading, is_anomaly=not reading.is_anomaly)
        if change == "value" and reading.values:
            name = min(reading.values)
            return replace(reading, values=reading.values | {name: reading.values[name] + 1})
        return reading

    def run(self) -> Iterator[Reading]:
        """Steady values for a while: arms the z-scores and teaches intervals."""
        patient, source = self.choose(self.patients), self.choose(self.sources)
        gap = self.choose((250, 1_000, 1_000, 5_000, 20_000, 60_000))
        names = self.choose(choices.FIELDS) or ("spo2",)
        method = self.choose(("", "arterial"))
        for index in range(self.choose(RUN_LENGTHS)):
            self.clock += gap
            pools = (choices.CALM[name] for name in names)
            values = {n: p[index % len(p)] for n, p in zip(names, pools, strict=True)}
            reading = Reading(patient, self.clock, self.clock, source, values, bp_method=method)
            self.written.append(reading)
            yield reading

    # Commands

    def command(self, patient: str) -> Command:
        name = self.choose(COMMANDS)
        content = self.choose(choices.SETTINGS) if name == SETTINGS else {}
        if name in {ADMIT, TRANSFER}:
            content = {"ward": "4A", "bed": self.choose(("1", "2"))}
        return Command(patient, self.clock, "nurse", name, content)


@st.composite
def streams(draw, step_count_max: int = 30) -> list[Step]:
    """Streams of 1 to 4 patients that shrink."""

    def choose(options: Sequence[T]) -> T:
        return options[draw(st.integers(0, len(options) - 1))]

    author = Author(choose, draw(st.integers(1, 4)))
    return author.steps(draw(st.integers(1, step_count_max)))


@lru_cache(maxsize=16)
def long_stream(seed: int, count: int, patient_count: int) -> tuple[list[Step], Oracle]:
    """A long stream of one seed, and the oracle that was given it."""
    author = Author(random.Random(seed).choice, patient_count)
    return author.steps(count), author.oracle
