"""Patients moved between engines: nothing is lost, and what is found afterwards is the same."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.bedside import batch
from tests.streams.author import streams
from tests.streams.host import EngineHost, served
from tests.streams.steps import Step, Tick

from wardline.engine.engine import Engine
from wardline.engine.moving import PatientTwiceError, spread
from wardline.engine.snapshots import SnapshotError, unpack
from wardline.model.commands import SETTINGS, Command
from wardline.model.names import Names

EXAMPLES = settings(max_examples=settings().max_examples // 4)


class Ward:
    """Several engines, each with patients of its own, that share what hosts keep and find."""

    def __init__(self, count: int, home: Callable[[str], int]):
        self.whole = EngineHost()
        self.home = home
        self.hosts = [self._host(Engine()) for _ in range(count)]

    def _host(self, engine: Engine) -> EngineHost:
        host = EngineHost()
        for name in (
            "stored",
            "values",
            "answers",
            "windows",
            "scores",
            "anomalies",
            "transitions",
        ):
            setattr(host, name, getattr(self.whole, name))
        host.engine = engine
        return host

    def give(self, step: Step) -> None:
        some = self.hosts if isinstance(step, Tick) else [self.hosts[self.home(step.patient_id)]]
        for host in some:
            host.give(step)

    def move(self, count: int, home: Callable[[str], int]) -> None:
        states = spread([host.engine.snapshot() for host in self.hosts], home, count)
        self.hosts = [self._host(Engine.restore(state)) for state in states]
        for host in self.hosts:
            host.patients, host.sources = Names(), Names()
        self.home = home


def homes(rng: random.Random, count: int) -> Callable[[str], int]:
    """Each patient anywhere, but always at the same place."""
    known: dict[str, int] = {}
    return lambda patient: known.setdefault(patient, rng.randrange(count))


@given(steps=streams(), rng=st.integers(0, 2**32 - 1).map(random.Random))
@EXAMPLES
def test_wherever_patients_are_moved_the_findings_are_those_of_one_engine(steps, rng):
    ward = Ward(1, lambda _: 0)
    for step in steps:
        if rng.random() < 0.2:
            count = rng.randint(1, 4)
            ward.move(count, homes(rng, count))
        ward.give(step)
    expected = served(steps)
    assert ward.whole.findings() == expected.findings()
    assert ward.whole.answers == expected.answers


@given(steps=streams(), rng=st.integers(0, 2**32 - 1).map(random.Random))
@EXAMPLES
def test_split_and_joined_again_it_is_the_same_engine(steps, rng):
    engine = served(steps).engine
    before = spread([engine.snapshot()], lambda _: 0, 1)
    parts = spread(before, homes(rng, 3), 3)
    (joined,) = spread(parts, lambda _: 0, 1)
    assert described(joined) == described(before[0])


def described(snapshot: bytes) -> dict[str, tuple[object, ...]]:
    """Patient -> all that is known, whatever the codes of patients and sources are."""
    header, records = unpack(snapshot)
    names = [*header["sources"], "nobody"]
    found = {}
    for row, patient in enumerate(header["patients"]):
        record = records[row].copy()
        said = [names[c] for part in ("sources", "vitals") for c in record[part]["source"]]
        record["code"] = record["policy"] = 0
        for part in ("sources", "vitals"):
            record[part]["source"] = 0
        found[patient] = record.tolist(), said, header["settings"].get(str(row))
    return {patient: repr(content) for patient, content in found.items()}


def test_a_rest_keeps_settings_and_sources():
    engine = Engine()
    for patient in ("a", "b", "c"):
        engine.process(batch((1, {"spo2": 97}), patient=patient, source=f"monitor {patient}"))
        limits = {"limits": {"spo2_low": {"limit": 80 + ord(patient) - ord("a")}}}
        engine.apply(Command(patient, 2_000, "nurse", SETTINGS, limits))
    states = spread([engine.snapshot()], lambda patient: int(patient == "b"), 2)
    first, second = map(Engine.restore, states)
    assert (list(first.patients), list(second.patients)) == (["a", "c"], ["b"])
    assert (list(first.source_names), list(second.source_names)) == (
        ["monitor a", "monitor c"], ["monitor b"]
    )  # fmt: skip
    assert second.settings("b")["limits"] == {"spo2_low": {"limit": 81}}
    assert first.settings("c")["limits"] == {"spo2_low": {"limit": 82}}
    assert first.records["code"].tolist() == [0, 1]
    alarm = batch((100, {"spo2": 81.5}), (130, {"spo2": 81.5}), (160, {"spo2": 81.5}), patient="c")
    assert len(first.process(alarm).findings.transitions) > 0


def test_nobody_at_all_gives_empty_engines():
    for state in spread([Engine().snapshot()], lambda _: 0, 2):
        engine = Engine.restore(state)
        assert len(engine.patients) == 0
        assert engine.snapshot() == Engine().snapshot()


def test_patients_of_whom_nothing_was_taken_stay_behind():
    engine = Engine()
    both = batch((1, {"spo2": 97}), patient="a")
    both.patients.code("only named")
    engine.process(both)
    assert "only named" in list(engine.patients)
    (state,) = spread([engine.snapshot()], lambda _: 0, 1)
    assert list(Engine.restore(state).patients) == ["a"]


def test_a_patient_in_two_engines_is_refused_and_not_named():
    engine = Engine()
    engine.process(batch((1, {"spo2": 97}), patient="Jane"))
    with pytest.raises(PatientTwiceError) as refused:
        spread([engine.snapshot()] * 2, lambda _: 0, 1)
    assert "Jane" not in str(refused.value)


def test_a_damaged_state_is_refused():
    with pytest.raises(SnapshotError):
        spread([Engine().snapshot(), b"nonsense"], lambda _: 0, 1)


def test_the_states_given_stay_as_they_are():
    engine = Engine()
    engine.process(batch((1, {"spo2": 97}), source="x"))
    before = engine.snapshot()
    kept = bytes(bytearray(before))
    spread([before], lambda _: 0, 1)
    assert before == kept
    assert np.array_equal(Engine.restore(before).records, engine.records)
