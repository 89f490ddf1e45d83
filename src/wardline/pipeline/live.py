"""The latest picture of every patient: what the engine holds, with what the store knows of them."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from msgspec.structs import replace as changed

from wardline.engine.engine import Engine
from wardline.engine.picture import pictures as engine_pictures
from wardline.engine.picture import pictures_of
from wardline.model.patients import Patient
from wardline.model.pictures import PatientPicture
from wardline.pipeline.lookups import KnownPatients
from wardline.pipeline.ports import StoreUnavailableError
from wardline.pipeline.skew import SkewWatch
from wardline.pipeline.worker import Worker

PATIENTS_AGE_MAX_S = 5.0
"""Beds, wards and what is known of patients are read again after so long, or after a command."""

PATIENTS_AGE_MIN_S = 0.5
"""Readings that say something about patients have them read again, but not more often than this."""

DRAWN_AT_ONCE = 128
"""The engine waits for screens at most while so many patients are drawn: some 3 ms."""

REST_S = 0.000_5
"""Between so many patients and the next, so that an engine that waits really gets its turn."""

LOCK_WAIT_MAX_S = 2.0
"""An engine busy for longer leaves screens with the pictures, and the time, of before."""

LOCK_WAIT_BUSY_S = 0.1
"""How long an engine that was too busy the last time is waited for."""


class Drawable(Protocol):
    """An engine with what is known beside it; `lock` is held by whoever works with the engine."""

    lock: threading.Lock
    worker: Worker | None
    skew: SkewWatch
    contents_changed: int
    context_told: int


class EngineBusyError(Exception):
    """The engine could not be looked at in time."""


class LiveView:
    """Pictures for screens; may be asked from any thread."""

    def __init__(self, store: KnownPatients):
        self._store = store
        self._asking = threading.Lock()
        self._patients = dict[str, Patient]()
        self._read_at_s = float("-inf")
        self._seen_commands = 0
        self._seen_context = 0
        self._retold = set[str]()
        self._is_busy = False
        self._last: tuple[int, list[PatientPicture]] = (0, [])

    def pictures(self, loop: Drawable, now_ms: int) -> tuple[int, list[PatientPicture]]:
        """(the time of the pictures in ms, pictures in UTF-8 byte order of patient ids)."""
        with self._asking:
            try:
                with self._quiet(loop):
                    worker = loop.worker
                    drawn = [] if worker is None else engine_pictures(worker.engine, now_ms)
                    skews = loop.skew.skewed(now_ms)
            except EngineBusyError:
                return self._last
            self._refresh_patients(loop)
            self._last = now_ms, self._complete(drawn, skews)
            return self._last

    def draw(
        self, loop: Drawable, now_ms: int, patient_ids: set[str] | None
    ) -> list[PatientPicture] | None:
        """Pictures of some patients, or of all, a few at a time; unknown ones are left out.

        None while the engine is too busy.
        """
        with self._asking:
            try:
                drawn, skews = self._drawn(loop, now_ms, patient_ids)
            except EngineBusyError:
                return None
            self._refresh_patients(loop)
            return self._complete(drawn, skews)

    def _drawn(
        self, loop: Drawable, now_ms: int, patient_ids: set[str] | None
    ) -> tuple[list[PatientPicture], dict[tuple[str, str], float]]:
        with self._quiet(loop):
            worker = loop.worker
            skews = loop.skew.skewed(now_ms)
            codes = [] if worker is None else _codes(worker.engine, patient_ids)
        drawn: list[PatientPicture] = []
        if worker is None:
            return drawn, skews
        for start in range(0, len(codes), DRAWN_AT_ONCE):
            if start:
                time.sleep(REST_S)
            with self._quiet(loop):
                drawn += pictures_of(worker.engine, codes[start : start + DRAWN_AT_ONCE], now_ms)
        return drawn, skews

    @contextmanager
    def _quiet(self, loop: Drawable) -> Generator[None]:
        """The engine does nothing meanwhile. Raises EngineBusyError."""
        wait_s = LOCK_WAIT_BUSY_S if self._is_busy else LOCK_WAIT_MAX_S
        self._is_busy = not loop.lock.acquire(timeout=wait_s)
        if self._is_busy:
            raise EngineBusyError
        try:
            yield
        finally:
            loop.lock.release()

    def retold(self, loop: Drawable) -> set[str]:
        """Patients of whom the store knows something else than when this was last asked."""
        with self._asking:
            self._refresh_patients(loop)
            retold = self._retold
            self._retold = set[str]()
            return retold

    def _refresh_patients(self, loop: Drawable) -> None:
        """Read patients again when that is due; a store that cannot be read leaves the old ones."""
        commands, context = loop.contents_changed, loop.context_told
        age_s = time.monotonic() - self._read_at_s
        is_told = context != self._seen_context and age_s >= PATIENTS_AGE_MIN_S
        if age_s < PATIENTS_AGE_MAX_S and commands == self._seen_commands and not is_told:
            return
        try:
            known = {patient.patient_id: patient for patient in self._store.patients()}
        except StoreUnavailableError:
            return
        before, self._patients = self._patients, known
        self._retold |= {name for name, patient in known.items() if before.get(name) != patient}
        self._read_at_s = time.monotonic()
        self._seen_commands = commands
        self._seen_context = context

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
        if patient.age is None and picture.patient.age is not None:
            patient = replace(patient, age=picture.patient.age)
        profile = (patient.settings or {}).get("profile") or picture.profile
        skew_s = worst.get(patient_id)
        return changed(picture, patient=patient, clock_skew_s=skew_s, profile=profile)


def _codes(engine: Engine, patient_ids: set[str] | None) -> list[int]:
    """Engine codes of patients with at least one reading or command."""
    known = range(len(engine.patients))
    if patient_ids is not None:
        found = (engine.patients.find(patient_id) for patient_id in patient_ids)
        known = (code for code in found if code is not None)
    arrivals = engine.records["arrival"]
    return [code for code in known if arrivals[code]]
