"""Records that were refused, wholly or in part, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record or value, with what is needed to look at it and to send it again.

    received_at: ms since 1970 UTC. source: the reading's source, or where undecodable bytes came
    from. position: place in the origin ("file.csv:12", an offset). raw: the record as it came.
    """

    received_at: int
    source: str
    position: str
    patient_id: str
    field: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a decoder refused one record of a batch, and which one (`index` from 0)."""

    index: int
    field: str
    reason: str
    patient_id: str
    source: str
    raw: str
    position: int
