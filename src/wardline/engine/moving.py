"""Patients moved from some engines to others, as snapshots: nothing else of an engine matters.

A patient's record says everything about the patient, so whoever gets it goes on as the engine
before would have.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine.snapshots import pack, unpack
from wardline.engine.state import PATIENT
from wardline.model.names import Names

Records = npt.NDArray[np.void]

_SOURCED = ("sources", "vitals")
"""Parts of a record that name sources by their code, -1 for none."""


class PatientTwiceError(ValueError):
    """Two engines have taken readings of the same patient."""


def spread(snapshots: Sequence[bytes], home: Callable[[str], int], count: int) -> list[bytes]:
    """The states of `count` engines, patient by patient from those of others.

    home: the place, 0 to count - 1, of a patient. Patients of whom nothing was ever taken are left
    behind. Raises SnapshotError, and PatientTwiceError.
    """
    targets = [_Target() for _ in range(count)]
    seen: set[str] = set()
    for snapshot in snapshots:
        header, records = unpack(snapshot)
        rows: list[list[int]] = [[] for _ in targets]
        for row in np.flatnonzero(records["arrival"]).tolist():
            patient_id = header["patients"][row]
            if patient_id in seen:
                raise PatientTwiceError("a patient has readings in two engines")
            seen.add(patient_id)
            rows[home(patient_id)].append(row)
        for target, own in zip(targets, rows, strict=True):
            target.take(header, records, own)
    return [target.packed() for target in targets]


class _Target:
    """One engine's state, growing."""

    def __init__(self):
        self._patients: list[str] = []
        self._sources = Names()
        self._settings: dict[str, Any] = {}
        self._records: list[Records] = []

    def take(self, header: dict[str, Any], records: Records, rows: list[int]) -> None:
        """Patients of another engine, by their rows there."""
        if not rows:
            return
        first, wanted = len(self._patients), np.array(rows)
        taken = _copied(records, wanted)
        for code, row in enumerate(rows, first):
            self._patients.append(header["patients"][row])
            if str(row) in header["settings"]:
                self._settings[str(code)] = header["settings"][str(row)]
        taken["code"] = np.arange(first, first + len(rows))
        for part in _SOURCED:
            self._rename(taken[part], header["sources"])
        self._records.append(taken)

    def _rename(self, part: Records, theirs: list[str]) -> None:
        """Their codes of sources -> ours, in place."""
        column: npt.NDArray[np.int32] = part["source"]
        used: list[int] = np.unique(column).tolist()
        # All places are found before any is changed: old and new codes are the same numbers.
        found = [(column == code, self._sources.code(theirs[code])) for code in used if code >= 0]
        for places, code in found:
            column[places] = code

    def packed(self) -> bytes:
        """The snapshot. Which policy a patient has follows from the settings, when it is read."""
        header = {
            "patients": self._patients,
            "sources": list(self._sources),
            "settings": self._settings,
        }
        joined = b"".join(records.tobytes() for records in self._records)
        return pack(header, np.frombuffer(joined, dtype=PATIENT))


def _copied(records: Records, rows: npt.NDArray[np.intp]) -> Records:
    """As raw bytes: what NumPy does with the padding of records is its own business."""
    raw = np.frombuffer(records.tobytes(), dtype=np.uint8).reshape(len(records), PATIENT.itemsize)
    return raw[rows].copy().reshape(-1).view(PATIENT)
