"""Patients that belong to another shard: their producers do not key by patient.

A patient's readings must come through one partition, or no engine sees them in their order. Such
readings are kept as dead letters and counted, and the worker says what to do.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wardline.model.commands import Command
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.readings import ReadingBatch
from wardline.pipeline.ports import ShardStore

if TYPE_CHECKING:
    from wardline.model.names import Names

FOREIGN = "this patient belongs to another partition: key messages by patient_id"
"""The reason of the dead letters."""

_UNASKED, _OWN, _FOREIGN = range(3)

IDS_MAX = 1_000_000
"""Patients remembered as asked about; beyond it all are asked about again."""


class Homeless:
    """Tells a shard's own patients from others. One for every time that a shard is opened."""

    def __init__(self) -> None:
        self.readings = 0
        self._own: set[str] = set()
        self._foreign: set[str] = set()
        self._names: Names | None = None
        self._kind = np.zeros(0, dtype=np.int8)

    def without(self, decoded: Decoded, store: ShardStore) -> Decoded:
        """The readings of the shard's own patients; others become rejections.

        Raises StoreUnavailableError when a new patient cannot be asked about.
        """
        batch = decoded.batch
        self._ask_about(batch, store)
        if not self._foreign:
            return decoded
        foreign = self._kind[batch.patient] == _FOREIGN
        if not foreign.any():
            return decoded
        self.readings += int(foreign.sum())
        own = np.flatnonzero(~foreign)
        refused = tuple(_rejection(decoded, row) for row in np.flatnonzero(foreign).tolist())
        return replace(
            decoded,
            batch=batch.take(own),
            rows=decoded.rows[own],
            rejections=(*decoded.rejections, *refused),
        )

    def refuse(self, command: Command, store: ShardStore) -> str:
        """Why a command is not for this shard; empty if it is."""
        self._claim([command.patient_id], store)
        return FOREIGN if command.patient_id in self._foreign else ""

    def problem(self, origin: str) -> str:
        """In plain words; empty while all patients are the shard's own."""
        if not self._foreign:
            return ""
        return (
            f"{origin}: {len(self._foreign)} patients belong to another partition and their "
            "readings are not taken: key messages by patient_id (`wardline rekey`), or move "
            "patients (`wardline shards move`)"
        )

    def _ask_about(self, batch: ReadingBatch, store: ShardStore) -> None:
        """Only of patients with readings: a name in a refused record makes no patient."""
        names = batch.patients
        if names is not self._names:
            self._names = names
            self._kind = np.zeros(0, dtype=np.int8)
        if len(names) > len(self._kind):
            room = np.zeros(2 * len(names), dtype=np.int8)
            room[: len(self._kind)] = self._kind
            self._kind = room
        unasked = np.unique(batch.patient[self._kind[batch.patient] == _UNASKED])
        if len(unasked):
            asked = names.texts(unasked)
            self._claim(asked, store)
            self._kind[unasked] = [_FOREIGN if name in self._foreign else _OWN for name in asked]

    def _claim(self, names: list[str], store: ShardStore) -> None:
        if len(self._own) > IDS_MAX:
            self._own.clear()
        unknown = [name for name in names if name not in self._own and name not in self._foreign]
        if not unknown:
            return
        foreign = store.claim_patients(unknown)
        self._foreign |= foreign
        self._own.update(name for name in unknown if name not in foreign)


def _rejection(decoded: Decoded, row: int) -> Rejection:
    batch = decoded.batch
    return Rejection(
        index=int(decoded.rows[row]),
        field="patient_id",
        reason=FOREIGN,
        patient_id=batch.patients.text(int(batch.patient[row])),
        source=batch.sources.text(int(batch.source[row])),
        raw=batch.raw.text(row),
        position=int(batch.position[row]),
    )
