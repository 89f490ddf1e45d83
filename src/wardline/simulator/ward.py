"""The simulated ward: readings and their truth for any span of time.

Everything is a function of the seed, the patient and the moment. `readings(a, c)` equals
`readings(a, b)` and `readings(b, c)` one after the other, and a restart goes on anywhere at once.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from wardline.model.commands import Command
from wardline.model.names import Dictionaries
from wardline.model.patients import TruthPeriod
from wardline.model.readings import COLUMN_NAMES, ReadingBatch, join_batches
from wardline.model.vitals import ARTERIAL, BP_METHODS, CUFF, PRESSURES, Vital
from wardline.simulator.bedside import Bedside
from wardline.simulator.columns import Columns, reading_columns, sent_always, set_values
from wardline.simulator.drift import BLOCK_MS
from wardline.simulator.messages import RenderedReadings
from wardline.simulator.profiles import CONDITIONS, MONITOR, PROFILES, STABLE
from wardline.simulator.roster import GENDERS, admissions, make_roster, patient_id
from wardline.simulator.rounds import Rounds
from wardline.simulator.timetable import Due, Timetable

ORIGIN = "simulator"
CHART = "chart"

ROWS_PER_PIECE = 32_768
"""Readings computed at once, about; a longer span is computed piece by piece."""

CHARTED = (*PRESSURES, Vital.TEMPERATURE)


class Ward:
    """Patients `PT-001` to `PT-<patients>`, each with one reading every 1 / `rate_hz` seconds.

    start_ms: nothing happened before. flag_anomalies: monitors say `is_anomaly`, the truth about
    faults (a course is illness, not a fault, and is never flagged). profile: a name in
    `profiles.PROFILES`. Raises ValueError for a count, rate or profile that does not exist.

    `dictionaries` are those of all batches; a patient's code is the own number, from 0.
    """

    def __init__(
        self,
        patients: int,
        seed: int,
        start_ms: int,
        rate_hz: float = 1.0,
        *,
        flag_anomalies: bool = False,
        profile: str = MONITOR.name,
    ):
        if profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {profile}")
        self.profile = PROFILES[profile]
        self.start_ms = start_ms
        self.readings_per_s = patients * rate_hz
        self._flag_anomalies = flag_anomalies
        self._people = make_roster(patients, seed)
        self._timetable = Timetable(patients, rate_hz, start_ms)
        self._bedside = Bedside(self._people, self.profile)
        self._rounds = Rounds(self._people, self._bedside.courses, start_ms)
        self.dictionaries = Dictionaries()
        self.dictionaries.patients.codes(patient_id(number) for number in range(patients))
        self.dictionaries.sources.codes((self.profile.source, CHART))
        self.dictionaries.labels.codes((*CONDITIONS, *GENDERS))

    def readings(self, from_ms: int, to_ms: int) -> ReadingBatch:
        """All readings with from_ms <= timestamp < to_ms, in order of time.

        `position` is the timestamp: whoever read up to a position goes on at the next millisecond.
        """
        pieces = list(self.pieces(from_ms, to_ms))
        return join_batches(pieces) if pieces else self._piece(self.start_ms, self.start_ms)

    def pieces(self, from_ms: int, to_ms: int) -> Iterator[ReadingBatch]:
        """The same in batches of about ROWS_PER_PIECE, never cut within a millisecond."""
        step = max(1, min(int(ROWS_PER_PIECE * 1_000 / self.readings_per_s), BLOCK_MS))
        for start in range(max(from_ms, self.start_ms), to_ms, step):
            yield self._piece(start, min(start + step, to_ms))

    def truth(self, from_ms: int, to_ms: int) -> list[TruthPeriod]:
        """Faults and courses that begin in [from_ms, to_ms), in order of time.

        What was in progress when the ward started begins there.
        """
        begin = max(from_ms, self.start_ms)
        if to_ms <= begin:
            return []
        bedside = self._bedside
        periods = [*bedside.faults.truth(begin, to_ms), *bedside.courses.truth(begin, to_ms)]
        clipped = [replace(p, start=max(p.start, self.start_ms)) for p in periods]
        begun = [period for period in clipped if period.start >= begin]
        return sorted(begun, key=lambda p: (p.start, p.patient_id, p.kind, p.name))

    def roster(self) -> list[Command]:
        """One admit command per patient, at the start."""
        return admissions(self._people, self.start_ms)

    def _piece(self, from_ms: int, to_ms: int) -> ReadingBatch:
        columns = self._monitored(self._timetable.due(from_ms, to_ms))
        if self.profile.is_charted:
            charted = self._charted(*self._rounds.visits(from_ms, to_ms))
            columns = _in_order(columns, charted)
        batch = ReadingBatch(  # pyright: ignore[reportArgumentType] - columns by name
            self.dictionaries.patients,
            self.dictionaries.sources,
            self.dictionaries.labels,
            **columns,  # pyright: ignore[reportArgumentType]
            origin=ORIGIN,
        )
        return replace(batch, raw=RenderedReadings(batch, self.profile))

    def _monitored(self, due: Due) -> Columns:
        columns = reading_columns(due.patient, due.at)
        if len(due.at):
            values, is_faulty = self._bedside.shown(due.patient, due.at)
            set_values(columns, values, self._sent(columns, due))
            if self._flag_anomalies:
                columns["is_anomaly"] = is_faulty.astype(np.int8)
        if self.profile.has_context:
            self._set_context(columns, due.patient)
        return columns

    def _sent(self, columns: Columns, due: Due) -> npt.NDArray[np.bool_]:
        """Which vital signs each reading carries; states how pressure was measured."""
        sent = sent_always(self.profile.sends, len(due.at))
        if self.profile.has_lines:
            has_line = self._people.condition[due.patient] != STABLE
            has_cuff = ~has_line & self._timetable.has_cuff(due)
            sent[list(PRESSURES)] = has_line | has_cuff
            method = np.where(has_line, ARTERIAL, np.where(has_cuff, CUFF, BP_METHODS.index("")))
            columns["bp_method"] = method.astype(np.int8)
        return sent

    def _charted(self, patient: npt.NDArray[np.int64], at_ms: npt.NDArray[np.int64]) -> Columns:
        columns = reading_columns(patient, at_ms)
        columns["source"] = np.full(len(patient), 1, dtype=np.int32)
        if not len(patient):
            return columns
        values = self._bedside.true(patient, at_ms)
        set_values(columns, values, sent_always(CHARTED, len(patient)))
        columns["bp_method"] = np.full(len(patient), CUFF, dtype=np.int8)
        chart = self._rounds.chart(patient, self._bedside.courses.at(patient, at_ms))
        columns["consciousness"] = chart.consciousness
        columns["on_oxygen"] = chart.on_oxygen
        columns["fio2"] = chart.fio2
        return columns

    def _set_context(self, columns: Columns, patient: npt.NDArray[np.int64]) -> None:
        columns["age"] = self._people.age[patient]
        columns["condition"] = self._people.condition[patient].astype(np.int32)
        columns["gender"] = (len(CONDITIONS) + self._people.gender[patient]).astype(np.int32)


def _in_order(monitored: Columns, charted: Columns) -> Columns:
    """Both as one, in order of time; at one moment the monitors come first."""
    if not len(charted["patient"]):
        return monitored
    joined = {name: np.concatenate([monitored[name], charted[name]]) for name in COLUMN_NAMES}
    order = np.argsort(joined["observed_at"], kind="stable")
    return {name: column[order] for name, column in joined.items()}
