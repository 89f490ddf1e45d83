"""Whom a commit touched, and what it counts."""

import pytest
from tests.pipeline.building import MINUTE, SECOND, START, decoded, reading
from tests.pipeline.live_rig import LiveRig

from wardline.model.commands import ADMIT, DISCHARGE, SETTINGS, TRANSFER, Command
from wardline.model.findings import no_findings
from wardline.pipeline.commit_news import counts, entered_beds, touched
from wardline.pipeline.ports import Commit


class Listening(LiveRig):
    """A rig that keeps its commits instead of showing them."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[Commit] = []
        self.loop._screens = self
        self.step()

    def committed(self, commit: Commit) -> None:
        self.commits.append(commit)

    def touch(self) -> None:
        self.commits.clear()

    @property
    def last(self) -> Commit:
        return self.commits[-1]


@pytest.fixture
def rig() -> Listening:
    return Listening()


def test_a_commit_of_nothing_touches_nobody_and_counts_nothing():
    commit = Commit([], no_findings(), [])
    assert touched(commit) == set()
    assert counts(commit) == (0, 0, 0)


def test_accepted_readings_touch_and_count_refused_ones_do_not(rig: Listening):
    late = reading("future", START + 10 * MINUTE)
    rig.step(decoded(reading("p"), reading("p"), late, reading("q"), {"patient_id": "r"}))
    assert touched(rig.last) == {"p", "q"}
    assert counts(rig.last) == (2, 0, 0)


def test_a_command_touches_its_patient(rig: Listening):
    rig.step(Command("p", START, "ann", SETTINGS, {"spo2_scale": 2}), decoded(reading("q")))
    assert touched(rig.last) == {"p", "q"}
    assert counts(rig.last) == (1, 0, 0)


def test_time_touches_those_for_whom_something_fell_due(rig: Listening):
    rig.step(decoded(reading("p")))
    rig.step(decoded(reading("q", START + 10 * SECOND)), at=START + 10 * SECOND)
    rig.step(at=START + 16 * SECOND)
    assert touched(rig.last) == {"p"}


def test_a_window_alone_touches_nobody(rig: Listening):
    rig.step(decoded(reading("p")), at=START + 59 * SECOND)
    rig.step(decoded(reading("p", START + 62 * SECOND)), at=START + 62 * SECOND)
    rig.step(at=START + 70 * SECOND)
    assert len(rig.last.findings.windows) == 1
    windows = Commit([], no_findings(), rig.last.patients)
    windows.findings.windows.resize(1, refcheck=False)
    assert touched(windows) == set()


def test_an_anomalous_reading_counts_once_however_often_it_was_flagged(rig: Listening):
    steady = [reading("p", START + s * SECOND, heart_rate=80, spo2=97) for s in range(40)]
    rig.step(decoded(*steady), at=START + 39 * SECOND)
    odd = {"heart_rate": 150, "spo2": 80, "is_anomaly": True}
    at = START + 41 * SECOND
    rig.step(decoded(reading("p", at, **odd), reading("q", at, spo2=97, is_anomaly=True)), at=at)
    assert len(rig.last.findings.anomalies) == 2
    assert counts(rig.last)[:2] == (2, 2)


def test_an_alarm_counts_when_it_begins_and_not_when_it_comes_back(rig: Listening):
    set_at_once = {"limits": {"heart_rate_high": {"limit": 100, "delay_s": 0, "clear_s": 60}}}
    rig.step(Command("p", START, "ann", SETTINGS, set_at_once))
    told = []
    for number, rate in enumerate((80, 130, 80, 131, 132), 1):
        at = START + number * SECOND
        rig.step(decoded(reading("p", at, heart_rate=rate)), at=at)
        told.append(counts(rig.last)[2])
    assert told == [0, 1, 0, 0, 0]


def test_technical_conditions_are_no_alarms(rig: Listening):
    rig.step(decoded(reading("p")))
    rig.step(at=START + 40 * SECOND)
    assert len(rig.last.findings.transitions) >= 2
    assert counts(rig.last)[2] == 0


def test_beds_are_those_somebody_was_admitted_or_moved_to(rig: Listening):
    rig.step(
        Command("p", START, "ann", ADMIT, {"ward": "4A", "bed": "1", "admission_id": "a"}),
        Command("p", START, "ann", TRANSFER, {"ward": "4A", "bed": "2"}),
        Command("p", START, "ann", DISCHARGE, {}),
        Command("q", START, "ann", ADMIT, {}),
        Command("q", START, "ann", TRANSFER, {"ward": "4B"}),
        decoded(reading("q")),
    )
    assert entered_beds(rig.last) == {("4A", "1"), ("4A", "2")}
