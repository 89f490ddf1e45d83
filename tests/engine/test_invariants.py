"""What must change nothing: cuts of batches, more ticks, other patients, restarts, replays."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle import Reading
from tests.streams.author import long_stream, streams
from tests.streams.host import EngineHost, batches, rebuilt, served
from tests.streams.steps import Step, Tick, at_time, in_arrival_order, time_of

EXAMPLES = settings(max_examples=settings().max_examples // 3)
LONG = 400
TICKS_BETWEEN_MAX = 3
DUE_AFTER = 70_000

seeds = st.integers(0, 2**32 - 1).map(random.Random)


def said(host: EngineHost) -> tuple:
    return host.findings(), host.answers


@given(steps=streams(), size_max=st.integers(2, 40))
@EXAMPLES
def test_cutting_batches_elsewhere_changes_nothing(steps, size_max):
    assert said(served(steps, size_max)) == said(served(steps, 1))


@given(steps=streams(), rng=seeds)
@EXAMPLES
def test_ticks_change_nothing_but_when_it_is_shown(steps, rng):
    steps = in_arrival_order(steps)
    seldom = [step for step in steps[:-1] if not isinstance(step, Tick)] + steps[-1:]
    assert said(served(with_more_ticks(seldom, rng))) == said(served(seldom))


def with_more_ticks(steps: list[Step], rng: random.Random) -> list[Step]:
    """The same steps with ticks between them, none past an arrival still to come."""
    ticked = steps[:1]
    for before, after in itertools.pairwise(steps):
        count = rng.randint(0, TICKS_BETWEEN_MAX)
        times = (rng.randint(time_of(before), time_of(after)) for _ in range(count))
        ticked += [*map(Tick, sorted(times)), after]
    return ticked


@given(steps=streams(), rng=seeds)
@EXAMPLES
def test_patients_served_in_another_order_get_the_same(steps, rng):
    last = steps[-1]
    steps = [step for step in steps if not isinstance(step, Tick)]
    mixed = served([*shuffled_patients(steps, rng), last])
    straight = served([*steps, last])
    assert mixed.findings() == straight.findings()


def shuffled_patients(steps: list[Step], rng: random.Random) -> list[Step]:
    """Another interleaving that keeps the order of each patient."""
    waiting: dict[str, list[Step]] = {}
    for step in steps:
        waiting.setdefault(step.patient_id, []).append(step)
    turns = [step.patient_id for step in steps]
    rng.shuffle(turns)
    return [waiting[patient_id].pop(0) for patient_id in turns]


@given(steps=streams(), rng=seeds, size_max=st.integers(1, 10))
@EXAMPLES
def test_a_restart_from_a_snapshot_changes_nothing(steps, rng, size_max):
    restarted = EngineHost()
    for step in batches(steps, size_max):
        if isinstance(step, list):
            restarted.readings(step)
        else:
            restarted.give(step)
        if rng.random() < 0.5:
            restarted.reopen()
    assert said(restarted) == said(served(steps, size_max))


@pytest.mark.parametrize("seed", range(100, 104))
def test_all_of_it_together_changes_nothing_on_a_long_stream(seed):
    steps = in_arrival_order(long_stream(seed, LONG, seed % 4 + 1)[0])
    rng = random.Random(seed)
    seldom = [step for step in steps[:-1] if not isinstance(step, Tick)] + steps[-1:]
    host = EngineHost()
    for step in batches(with_more_ticks(seldom, rng), rng.randint(1, 9)):
        if isinstance(step, list):
            host.readings(step)
        else:
            host.give(step)
        if rng.random() < 0.1:
            host.reopen()
    assert said(host) == said(served(seldom, 50))


@given(steps=streams())
@EXAMPLES
def test_replaying_what_was_accepted_with_its_own_arrival_times_finds_the_same(steps):
    first = served(steps)
    replayed = EngineHost()
    for step in accepted_again(steps, first):
        replayed.give(step)
    replayed.give(steps[-1])
    assert replayed.findings() == first.findings()
    assert {answer.status for answer in replayed.answers} <= {"accepted"}


def accepted_again(steps: list[Step], first: EngineHost) -> list[Step]:
    """Accepted readings with their stored a, and commands with theirs, in order; no ticks."""
    stored, answers = EngineHost(), iter(first.answers)
    again: list[Step] = []
    for step in steps:
        if isinstance(step, Tick):
            stored.give(step)
        elif not isinstance(step, Reading):
            again.append(at_time(step, stored.engine.apply(step)[0]))
        else:
            stored.give(step)
            answer = next(answers)
            if answer.status == "accepted":
                again.append(at_time(step, answer.a))
    return again


@given(steps=streams())
@EXAMPLES
def test_windows_can_be_rebuilt_from_the_accepted_readings_alone(steps):
    host = served(steps)
    end = steps[-1].now
    due = {key: kept for key, kept in host.values.items() if key[2] + DUE_AFTER <= end}
    found = {key: window for key, window in host.windows.items() if key[2] + DUE_AFTER <= end}
    assert found == {key: rebuilt(kept) for key, kept in due.items()}


@given(steps=streams())
@EXAMPLES
def test_a_second_tick_at_the_same_time_finds_nothing(steps):
    host = served(steps)
    assert len(host.engine.tick(steps[-1].now)) == 0


@given(steps=streams())
@EXAMPLES
def test_findings_of_a_patient_never_go_back_in_time(steps):
    host = served(steps)
    for rows in (host.transitions, host.scores, host.anomalies):
        for patient_rows in rows.values():
            times = [row[1] if rows is host.transitions else row[0] for row in patient_rows]
            assert times == sorted(times)
