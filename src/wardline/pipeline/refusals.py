"""What was refused, as dead letters to keep and as notes for the sender."""

from collections.abc import Iterable

import numpy as np

from wardline.model.dead_letters import DeadLetter, Rejection
from wardline.model.findings import Outcome, Status
from wardline.model.readings import ReadingBatch
from wardline.model.vitals import MARKED_NAMES
from wardline.pipeline.ports import ItemNote

IMPLAUSIBLE = "implausible value"
REASONS = {Status.CONFLICT: "conflict", Status.FUTURE: "future"}


def rejection_letter(
    rejection: Rejection, origin: str, came_from: str, received_at: int
) -> DeadLetter:
    """The dead letter of a record that could not be decoded."""
    return DeadLetter(
        received_at=received_at,
        source=rejection.source or came_from or origin,
        position=place(origin, rejection.position),
        patient_id=rejection.patient_id,
        field=rejection.field,
        reason=rejection.reason,
        raw=rejection.raw,
    )


def rejection_notes(rejections: Iterable[Rejection]) -> tuple[ItemNote, ...]:
    """What the sender is told about records that could not be decoded."""
    return tuple(ItemNote(r.index, r.field, r.reason) for r in rejections)


def refused_rows(outcome: Outcome) -> list[tuple[int, str]]:
    """(row, reason) of the readings that the engine refused."""
    rows = np.flatnonzero(np.isin(outcome.status, list(REASONS)))
    return [(int(row), REASONS[Status(int(outcome.status[row]))]) for row in rows]


def bad_values(batch: ReadingBatch, outcome: Outcome) -> list[tuple[int, str]]:
    """(row, field) of every implausible value in accepted readings."""
    rows = np.flatnonzero((outcome.status == Status.ACCEPTED) & (batch.bad != 0))
    return [(row, name) for row in rows.tolist() for name in marked_bad(batch, row)]


def marked_bad(batch: ReadingBatch, row: int) -> list[str]:
    """Fields of a reading that held an implausible value."""
    marks = int(batch.bad[row])
    return [name for bit, name in enumerate(MARKED_NAMES) if marks >> bit & 1]


def row_letter(
    batch: ReadingBatch, row: int, field: str, reason: str, received_at: int
) -> DeadLetter:
    """The dead letter of one decoded reading, or of one of its values."""
    return DeadLetter(
        received_at=received_at,
        source=batch.sources.text(int(batch.source[row])),
        position=place(batch.origin, int(batch.position[row])),
        patient_id=batch.patients.text(int(batch.patient[row])),
        field=field,
        reason=reason,
        raw=batch.raw.text(row),
    )


def place(origin: str, position: int) -> str:
    """Where a record came from, as text."""
    return f"{origin}:{position}" if origin else str(position)
