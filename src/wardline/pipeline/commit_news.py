"""What a commit means for screens: whom it touched, and what it counts."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.model.commands import ADMIT, TRANSFER
from wardline.model.findings import Findings, Outcome, Status
from wardline.model.policy import RULE_COUNT, ConditionState
from wardline.model.readings import NOT_STATED, ReadingBatch
from wardline.pipeline.ports import Commit, StoredCommand


def touched(commit: Commit) -> set[str]:
    """Patients whose picture is another after a commit."""
    found = _found_of(commit.findings, commit.patients)
    return found.union(*(_touched(work, commit.patients) for work in commit.work))


def entered_beds(commit: Commit) -> set[tuple[str, str]]:
    """(ward, bed) of everyone who was admitted or moved, whoever has left it since."""
    places = (
        work.command.content
        for work in commit.work
        if isinstance(work, StoredCommand) and work.command.command in (ADMIT, TRANSFER)
    )
    found = ((place.get("ward"), place.get("bed")) for place in places)
    return {(str(ward), str(bed)) for ward, bed in found if ward and bed}


def tells_context(commit: Commit) -> bool:
    """Whether a reading says how old a patient is, which gender or what condition."""
    batches = (work[0] for work in commit.work if not isinstance(work, StoredCommand))
    return any(
        bool((column != NOT_STATED).any())
        for batch in batches
        for column in (batch.age, batch.gender, batch.condition)
    )


def _names(codes: npt.NDArray[np.integer], names: Sequence[str]) -> set[str]:
    places: list[int] = np.unique(codes).tolist()
    return {names[code] for code in places}


def _touched(work: tuple[ReadingBatch, Outcome] | StoredCommand, names: Sequence[str]) -> set[str]:
    if isinstance(work, StoredCommand):
        return {work.command.patient_id}
    _, outcome = work
    return _names(outcome.patient[outcome.status == Status.ACCEPTED], names)


def _found_of(findings: Findings, names: Sequence[str]) -> set[str]:
    """Whose findings these are. Windows alone change nothing but trends."""
    kinds = (findings.scores, findings.anomalies, findings.transitions)
    return _names(np.concatenate([kind["patient"] for kind in kinds]), names)


def counts(commit: Commit) -> tuple[int, int, int]:
    """(accepted readings, anomalous ones among them, alarms that began)."""
    readings = 0
    anomalous: set[tuple[int, int]] = set()
    for work in commit.work:
        if isinstance(work, StoredCommand):
            continue
        batch, outcome = work
        accepted = outcome.status == Status.ACCEPTED
        readings += int(accepted.sum())
        flagged = np.flatnonzero(accepted & (batch.is_anomaly == 1))
        anomalous.update(_pairs(outcome.patient[flagged], outcome.arrival[flagged]))
    found = commit.findings.anomalies
    anomalous.update(_pairs(found["patient"], found["arrival"]))
    return readings, len(anomalous), _alarms(commit.findings)


def _pairs(patients: Any, arrivals: Any) -> Iterator[tuple[int, int]]:
    return zip(patients.tolist(), arrivals.tolist(), strict=True)


def _alarms(findings: Findings) -> int:
    """Limit rules that became active with this; coming back from clearing is the same alarm."""
    found = findings.transitions
    is_new = (found["condition"] < RULE_COUNT) & (found["state"] == ConditionState.ACTIVE)
    return int((is_new & (found["onset"] == found["at"])).sum())
