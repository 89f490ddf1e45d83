"""A host at the seam for tests of the server: it really keeps readings, in memory, and can be told
to be busy, to fail or to take its time."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from wardline.model.admissions import (
    AVERAGED,
    Admission,
    AdmissionSummary,
    DecodedAdmissions,
    Share,
)
from wardline.model.commands import Command
from wardline.model.decoded import Decoded
from wardline.model.patients import Patient
from wardline.model.pictures import ConditionPicture, PatientPicture, ScorePicture, VitalPicture
from wardline.model.readings import ReadingBatch
from wardline.model.tables import TABLES
from wardline.model.vitals import MARKED_NAMES, MISSING, VITAL_NAMES
from wardline.pipeline.admissions import AdmissionPage, KnownAdmissions
from wardline.pipeline.feed import LiveFeed
from wardline.pipeline.ports import Acknowledgement, ItemNote, Page, Query, StoredCommand
from wardline.pipeline.system_picture import FlowSums, SystemPicture

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z"""


class FixedClock:
    def now_ms(self) -> int:
        return NOW


class MemoryStore:
    """Rows per table, oldest first; patients by id."""

    kind = "memory"

    def __init__(self) -> None:
        self.tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self.known: dict[str, Patient] = {}
        self.admissions: dict[str, Admission] = {}
        self.failure: Exception | None = None

    def page(self, query: Query, limit: int, after: str | None = None) -> Page:
        if self.failure is not None:
            raise self.failure
        rows = [row for row in reversed(self.tables[query.table]) if _is_wanted(query, row)]
        start = int(after) if after is not None else 0
        end = start + limit
        return Page(rows[start:end], str(end) if end < len(rows) else None)

    def known_admissions(self, _: Any) -> KnownAdmissions:
        raise AssertionError("only engines ask this")

    def admission_page(self, risk: str | None, limit: int, after: str | None) -> AdmissionPage:
        if self.failure is not None:
            raise self.failure
        found = [one for one in self.admissions.values() if risk in {None, one.risk_level}]
        start = int(after) if after is not None else 0
        end = start + limit
        return AdmissionPage(found[::-1][start:end], str(end) if end < len(found) else None)

    def admission_summary(self) -> AdmissionSummary:
        if self.failure is not None:
            raise self.failure
        count = len(self.admissions)
        shares = (Share("ICU", count),)
        means = dict.fromkeys(AVERAGED, 72.5)
        return AdmissionSummary(count, count, 0, 0, None, shares, shares, shares, shares, means)

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.tables.items()}

    def rows(self, query: Query) -> Iterator[list[tuple[Any, ...]]]:
        yield [row for row in self.tables[query.table] if _is_wanted(query, row)]

    def patients(self) -> list[Patient]:
        if self.failure is not None:
            raise self.failure
        return [self.known[key] for key in sorted(self.known, key=str.encode)]


def _is_wanted(query: Query, row: tuple[Any, ...]) -> bool:
    table = TABLES[query.table]
    cells = dict(zip(table.names, row, strict=True))
    moment = cells[table.time]
    return (
        query.patient_id in {None, cells["patient_id"]}
        and query.name in {None, cells.get("name")}
        and (query.start is None or moment >= query.start)
        and (query.end is None or moment < query.end)
    )


class Ward:
    """Implements `ports.Host`."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.kept: dict[tuple[str, int, str], dict[str, Any]] = {}
        self.commands: list[Command] = []
        self.refusal: Exception | None = None
        self.failure: Exception | None = None
        self.held: list[Future[Any]] | None = None
        self.is_asked = asyncio.Event()
        self.trouble: list[str] = []
        self.sources: list[str] = []
        self.figure: dict[str, float] = {}
        self.conditions: tuple[ConditionPicture, ...] = ()
        self.scores: tuple[ScorePicture, ...] = ()
        self.engine_time = NOW
        sums = FlowSums(None, None, None, None, None, None, None, 0, 0, 0, 0)
        self.flow = SystemPicture("embedded", "memory", None, "", 0, (), (), sums, (), 0)
        self.live = LiveFeed(self.store, FixedClock(), self.draw)

    def submit(self, decoded: Decoded, source: str = "") -> Future[Acknowledgement]:
        if self.refusal is not None:
            raise self.refusal
        self.sources.append(source)
        return self._complete(self._take(decoded) if self.failure is None else None)

    def admit(self, decoded: DecodedAdmissions, source: str = "") -> Future[Acknowledgement]:
        if self.refusal is not None:
            raise self.refusal
        self.sources.append(source)
        if self.failure is None:
            self.store.admissions.update((one.admission_id, one) for one in decoded.admissions)
        rejected = tuple(ItemNote(r.index, r.field, r.reason) for r in decoded.rejections)
        return self._complete(Acknowledgement(len(decoded.admissions), 0, rejected, ()))

    def command(self, command: Command) -> Future[StoredCommand]:
        if self.refusal is not None:
            raise self.refusal
        self.commands.append(command)
        before = self.store.known.get(command.patient_id)
        settings = dict(before.settings or {}) if before else {}
        if command.command == "settings":
            settings.update(command.content)
        place = {k: v for k, v in command.content.items() if k in {"ward", "bed", "admission_id"}}
        self.store.known[command.patient_id] = Patient(
            command.patient_id, settings=settings or None, **place
        )
        return self._complete(StoredCommand(command, command.at, len(self.commands)))

    def _complete(self, result: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.held is not None:
            self.held.append(future)
            self.is_asked.set()
        elif self.failure is not None:
            future.set_exception(self.failure)
        else:
            future.set_result(result)
        return future

    def _take(self, decoded: Decoded) -> Acknowledgement:
        accepted = duplicates = 0
        rejected = [ItemNote(r.index, r.field, r.reason) for r in decoded.rejections]
        flagged: list[ItemNote] = []
        for row in range(len(decoded.batch)):
            index = int(decoded.rows[row])
            key, content = key_of(decoded.batch, row), content_of(decoded.batch, row)
            before = self.kept.setdefault(key, content)
            if before is content:
                accepted += 1
                flagged += [ItemNote(index, name, "implausible value") for name in content["bad"]]
                self.store.known.setdefault(key[0], Patient(key[0]))
            elif before == content:
                duplicates += 1
            else:
                rejected.append(ItemNote(index, "timestamp", "conflict"))
        return Acknowledgement(accepted, duplicates, tuple(rejected), tuple(flagged))

    def pictures(self) -> tuple[int, list[PatientPicture]]:
        return NOW, [self._picture(patient) for patient in self.store.patients()]

    def draw(self, patient_ids: set[str] | None) -> list[PatientPicture]:
        """Pictures of some patients, or of all, as the live feed asks for them."""
        wanted = self.store.known if patient_ids is None else patient_ids
        return [one for one in self.pictures()[1] if one.patient.patient_id in wanted]

    def engine_at(self) -> int:
        return self.engine_time

    def _picture(self, patient: Patient) -> PatientPicture:
        mine = {key[1]: kept for key, kept in self.kept.items() if key[0] == patient.patient_id}
        newest = max(mine, default=None)
        vitals = tuple(_newest(name, mine) for name in VITAL_NAMES)
        return PatientPicture(patient, newest, vitals, self.conditions, self.scores)

    def problems(self) -> list[str]:
        return self.trouble

    def figures(self) -> dict[str, float]:
        return self.figure

    def system(self) -> SystemPicture:
        return self.flow


def key_of(batch: ReadingBatch, row: int) -> tuple[str, int, str]:
    patient = batch.patients.text(int(batch.patient[row]))
    source = batch.sources.text(int(batch.source[row]))
    return patient, int(batch.observed_at[row]), source


def content_of(batch: ReadingBatch, row: int) -> dict[str, Any]:
    bits = int(batch.bad[row])
    return {
        "values": dict(zip(VITAL_NAMES, batch.values[row].tolist(), strict=True)),
        "bad": [name for bit, name in enumerate(MARKED_NAMES) if bits >> bit & 1],
        "bp_method": int(batch.bp_method[row]),
        "consciousness": int(batch.consciousness[row]),
        "on_oxygen": int(batch.on_oxygen[row]),
        "raw": batch.raw.text(row),
    }


def _newest(name: str, kept: dict[int, dict[str, Any]]) -> VitalPicture:
    for moment in sorted(kept, reverse=True):
        value = kept[moment]["values"][name]
        if value != MISSING:
            state = "live" if NOW - moment < 15_000 else "stale"
            return VitalPicture(name, state, value, moment, moment, "")
    return VitalPicture(name, "missing", None, None, None, None)
