"""The latest picture of every patient: what the engine holds, with what the store knows of them."""

import threading
import time
from dataclasses import replace

from wardline.engine.picture import pictures as engine_pictures
from wardline.model.patients import Patient
from wardline.model.pictures import PatientPicture
from wardline.pipeline.loop import EngineLoop
from wardline.pipeline.ports import Store, StoreUnavailableError

PATIENTS_AGE_MAX_S = 5.0
"""Beds, wards and what is known of patients are read again after so long, or after a command."""

LOCK_WAIT_MAX_S = 2.0
"""An engine busy for longer leaves screens with the pictures, and the time, of before."""


class LiveView:
    """Pictures for screens; may be asked from any thread."""

    def __init__(self, store: Store):
        self._store = store
        self._asking = threading.Lock()
        self._patients = dict[str, Patient]()
        self._read_at_s = float("-inf")
        self._seen_changes = 0
        self._last: tuple[int, list[PatientPicture]] = (0, [])

    def pictures(self, loop: EngineLoop, now_ms: int) -> tuple[int, list[PatientPicture]]:
        """(the time of the pictures in ms, pictures in UTF-8 byte order of patient ids)."""
        with self._asking:
            if not loop.lock.acquire(timeout=LOCK_WAIT_MAX_S):
                return self._last
            try:
                worker = loop.worker
                drawn = [] if worker is None else engine_pictures(worker.engine, now_ms)
                skews = loop.skew.skewed(now_ms)
            finally:
                loop.lock.release()
            self._refresh_patients(loop.contents_changed)
            self._last = now_ms, self._complete(drawn, skews)
            return self._last

    def _refresh_patients(self, changes: int) -> None:
        """Read patients again when that is due; a store that cannot be read leaves the old ones."""
        is_due = time.monotonic() - self._read_at_s >= PATIENTS_AGE_MAX_S
        if not is_due and changes == self._seen_changes:
            return
        try:
            self._patients = {known.patient_id: known for known in self._store.patients()}
        except StoreUnavailableError:
            return
        self._read_at_s = time.monotonic()
        self._seen_changes = changes

    def _complete(
        self, drawn: list[PatientPicture], skews: dict[tuple[str, str], float]
    ) -> list[PatientPicture]:
        """The engine's pictures with what the store and the clocks' watch know besides."""
        worst: dict[str, float] = {}
        for (patient_id, _), skew_s in skews.items():
            worst[patient_id] = max(worst.get(patient_id, 0.0), skew_s, key=abs)
        return [self._completed(picture, worst) for picture in drawn]

    def _completed(self, picture: PatientPicture, worst: dict[str, float]) -> PatientPicture:
        patient_id = picture.patient.patient_id
        patient = self._patients.get(patient_id, picture.patient)
        return replace(picture, patient=patient, clock_skew_s=worst.get(patient_id))
