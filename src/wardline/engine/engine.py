"""The one door of the engine: readings, ticks and commands in, findings out.

No clock, no I/O, no randomness, no log. Same inputs, same findings, byte for byte, however batches
are cut, patients interleaved, ticks spaced or snapshots taken.
"""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from wardline.engine import kernel
from wardline.engine.baseline import HALF_LIFE_MS, WEIGHT_AGE_MAX_MS
from wardline.engine.kernel import Rows
from wardline.engine.output import drain
from wardline.engine.policies import Policies, Settings, check_settings, merged_settings, policy_of
from wardline.engine.snapshots import pack, unpack
from wardline.engine.state import WORK, blank_records, more_records
from wardline.model.commands import ADMIT, COMMAND_NAMES, DISCHARGE, SETTINGS, Command
from wardline.model.content import content_hash
from wardline.model.findings import Findings, Outcome, join_findings
from wardline.model.names import Names
from wardline.model.readings import NOT_STATED, ReadingBatch

Keys = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.int64]]

_WEIGHTS = np.array(
    [2.0 ** -(age / HALF_LIFE_MS) for age in range(WEIGHT_AGE_MAX_MS + 1)], dtype=np.float64
)
Known = WeakKeyDictionary[Names, npt.NDArray[np.int32]]

_FIRST_CAPACITY = 64
_NO_CODES = np.empty(0, np.int32)
_ROW_COLUMNS = Rows._fields[2:]


class Engine:
    """One shard: a set of patients served in order."""

    def __init__(self):
        self.patients = Names()
        self._sources = Names()
        self._settings: dict[int, Settings] = {}
        self._policies = Policies()
        self._records = blank_records(0, _FIRST_CAPACITY)
        self._work = np.zeros(1, dtype=WORK)
        self._work["weights"] = _WEIGHTS
        self._known_patients: Known = WeakKeyDictionary()
        self._known_sources: Known = WeakKeyDictionary()

    # -- the five verbs ---------------------------------------------------------------------------

    def process(self, batch: ReadingBatch, stored: npt.NDArray[np.uint64] | None = None) -> Outcome:
        """Apply readings in their order.

        stored: per row the content hash of the reading already stored under its key, 0 = none;
        needed for the rows that `doubtful` names, None when there are none of them.
        """
        rows, count = self._rows(batch), len(batch)
        results = (
            np.zeros(count, np.int8), np.zeros(count, np.int64), np.zeros(count, np.int64),
            np.zeros(count, np.bool_),
        )  # fmt: skip
        keys = self._keys(batch, rows, stored)
        parts: list[Findings] = []
        done = 0
        while done < count:
            done = kernel.take_rows(*self._places, rows, done, keys, results)
            parts.append(drain(self._work))
        status, at, arrival, late = results
        return Outcome(status, rows.patient, at, arrival, late, join_findings(parts))

    def tick(self, now_ms: int) -> Findings:
        """Let time pass for every known patient. Must not pass an arrival still to come."""
        parts: list[Findings] = []
        done, count = 0, len(self.patients)
        while done < count:
            done = kernel.tick_patients(*self._places, done, count, now_ms)
            parts.append(drain(self._work))
        return join_findings(parts)

    def apply(self, command: Command) -> tuple[int, int, Findings]:
        """Apply a command: (its time on the arrival line, its place in the order, findings).

        Raises ValueError, and changes nothing, when its content makes no sense.
        """
        settings = self._checked(command)
        p = self.patients.code(command.patient_id)
        self._make_room()
        at = kernel.begin_command(*self._places, p, command.at)
        if command.command == SETTINGS:
            self._settings[p] = settings
            self._change_settings(p, at, settings, command.content)
        elif command.command == DISCHARGE or (
            command.command == ADMIT and self._records["occupied"][p]
        ):
            kernel.discharge(*self._places, p, at)
        return at, int(self._records["arrival"][p]), drain(self._work)

    def snapshot(self) -> bytes:
        """Everything the engine knows, as bytes."""
        header = {
            "patients": list(self.patients),
            "sources": list(self._sources),
            "settings": {str(p): settings for p, settings in self._settings.items()},
        }
        return pack(header, self._records[: len(self.patients)])

    @classmethod
    def restore(cls, snapshot: bytes) -> "Engine":
        """The engine as it was when the snapshot was taken. Raises SnapshotError."""
        header, records = unpack(snapshot)
        engine = cls()
        engine.patients = Names(header["patients"])
        engine._sources = Names(header["sources"])
        engine._records = more_records(records, _FIRST_CAPACITY)
        for text, settings in header["settings"].items():
            engine._settings[int(text)] = settings
            row = engine._policies.row(policy_of(settings))
            engine._records["policy"][int(text)] = row
        return engine

    # -- what hosts ask besides -------------------------------------------------------------------

    def doubtful(self, batch: ReadingBatch) -> npt.NDArray[np.intp]:
        """Rows that are not surely new: their keys must be looked up before `process`."""
        return np.flatnonzero(self._doubtful(self._rows(batch)))

    def settings(self, patient_id: str) -> Settings:
        """What was set for a patient by command, merged."""
        code = self.patients.find(patient_id)
        return {} if code is None else self._settings.get(code, {})

    @property
    def records(self) -> npt.NDArray[np.void]:
        """The patient records, for reading only; row = code in `patients`."""
        return self._records[: len(self.patients)]

    @property
    def source_names(self) -> Names:
        """The dictionary behind the source codes in the records."""
        return self._sources

    @property
    def policy_rules(self) -> npt.NDArray[np.void]:
        """The compiled policies, for reading only; row = `policy` of a patient's header."""
        return self._policies.table["rules"]

    @property
    def work(self) -> npt.NDArray[np.void]:
        """The workbench, for scratch between calls; one record."""
        return self._work

    # -- inside -----------------------------------------------------------------------------------

    @property
    def _places(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void], npt.NDArray[np.void]]:
        return self._records, self._policies.table, self._work

    def _checked(self, command: Command) -> Settings:
        if command.command not in COMMAND_NAMES:
            raise ValueError(f"unknown command {command.command!r}")
        if command.command != SETTINGS:
            return {}
        check_settings(command.content)
        settings = merged_settings(self.settings(command.patient_id), command.content)
        policy_of(settings)
        return settings

    def _change_settings(self, p: int, at: int, settings: Settings, content: Settings) -> None:
        policy = self._policies.row(policy_of(settings))
        record = self._records[p]
        age, scale = content.get("age", record["age"]), content.get("spo2_scale")
        context = (
            int(NOT_STATED if age is None else age),
            int(record["spo2_scale"] if scale is None else scale),
            int(content.get("pregnant", record["pregnant"]) or 0),
        )
        kernel.change_settings(*self._places, p, at, policy, context)

    def _codes(self, own: Names, known: Known, theirs: Names) -> npt.NDArray[np.int32]:
        """Their codes -> our codes, remembered as long as their dictionary lives."""
        codes = known.get(theirs, _NO_CODES)
        if len(codes) < len(theirs):
            fresh = own.codes(theirs.text(code) for code in range(len(codes), len(theirs)))
            codes = known[theirs] = np.concatenate([codes, fresh])
        return codes

    def _make_room(self) -> None:
        if len(self.patients) <= len(self._records):
            return
        more = max(len(self._records), len(self.patients) - len(self._records))
        self._records = more_records(self._records, more)

    def _rows(self, batch: ReadingBatch) -> Rows:
        patients = self._codes(self.patients, self._known_patients, batch.patients)
        sources = self._codes(self._sources, self._known_sources, batch.sources)
        self._make_room()
        columns = (plain(getattr(batch, name)) for name in _ROW_COLUMNS)
        return Rows(patients[batch.patient], sources[batch.source], *columns)

    def _doubtful(self, rows: Rows) -> npt.NDArray[np.bool_]:
        marks = np.zeros(len(rows.patient), np.bool_)
        kernel.find_doubtful(self._records, rows, marks, np.empty((len(marks), 2), np.int64))
        return marks

    def _keys(self, batch: ReadingBatch, rows: Rows, stored: npt.NDArray[np.uint64] | None) -> Keys:
        if stored is None and not self._doubtful(rows).any():
            return np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64)
        known = np.zeros(len(batch), np.uint64) if stored is None else stored.copy()
        return content_hash(batch), known, earlier_rows(rows)


def plain(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Contiguous and writable: one kind of array, so that the compiled pass is compiled once."""
    if column.flags.c_contiguous and column.flags.writeable:
        return column
    return np.array(column, order="C")


def earlier_rows(rows: Rows) -> npt.NDArray[np.int64]:
    """Per row the closest earlier row of the batch with the same key, -1 = none."""
    order = np.lexsort((rows.observed_at, rows.source, rows.patient))
    keys = (rows.patient[order], rows.source[order], rows.observed_at[order])
    repeats = np.ones(max(len(order) - 1, 0), np.bool_)
    for key in keys:
        repeats &= key[1:] == key[:-1]
    earlier = np.full(len(order), -1, np.int64)
    earlier[order[1:][repeats]] = order[:-1][repeats]
    return earlier
