"""WFDB numerics records (heart rate, SpO2 ... once a second or once a minute) as readings."""

import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date

import numpy as np
import numpy.typing as npt

from wardline.codecs.reading_rows import NOTHING_MEASURED
from wardline.codecs.recorded import RECORDINGS_START, Recorded, reading_batch, recorded
from wardline.codecs.timestamps import OUT_OF_RANGE, TIME_HIGH, TIME_LOW
from wardline.codecs.wfdb_header import NO_FILE, RecordHeader, SignalHeader, WfdbError
from wardline.codecs.wfdb_signals import (
    NO_SAMPLE,
    Samples,
    checksum_of,
    read_signals,
    unreadable_format,
)
from wardline.model.cleaning import clean_values
from wardline.model.dead_letters import Rejection
from wardline.model.names import Dictionaries
from wardline.model.readings import NOT_STATED
from wardline.model.vitals import ARTERIAL, CUFF, PRESSURES, UNSTATED, VITAL_COUNT, Vital

NUMERICS_RATE_MAX_HZ = 5.0
"""Monitors compute numbers at most about once a second; what is faster is a waveform."""

_PLAIN = {
    "hr": Vital.HEART_RATE, "heartrate": Vital.HEART_RATE,
    "pulse": Vital.PULSE_RATE, "pr": Vital.PULSE_RATE,
    "resp": Vital.RESPIRATORY_RATE, "rr": Vital.RESPIRATORY_RATE,
    "spo2": Vital.SPO2,
    "temp": Vital.TEMPERATURE, "temperature": Vital.TEMPERATURE, "tblood": Vital.TEMPERATURE,
}  # fmt: skip
"""Names of numerics in the MIMIC databases, letters and digits only, in lower case."""

_LEADS = {"nbp": CUFF, "nibp": CUFF, "abp": ARTERIAL, "art": ARTERIAL}
_ENDS = {
    "sys": Vital.SYSTOLIC_BP, "dias": Vital.DIASTOLIC_BP, "dia": Vital.DIASTOLIC_BP,
    "mean": Vital.MEAN_BP,
}  # fmt: skip
_PRESSURE = re.compile(rf"({'|'.join(_LEADS)})({'|'.join(_ENDS)})")
_SOURCES = {UNSTATED: "", CUFF: "nibp", ARTERIAL: "abp"}
_PERSON = re.compile(r"<?(age|sex)>?:\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Column:
    """A signal that is a vital sign: its place in the record and which pressure it is, if any."""

    place: int
    vital: Vital
    bp_method: int


def why_left(header: RecordHeader) -> str | None:
    """Why a record is not a numerics record that can be read, or None if it is."""
    if header.segments:
        return "a multi-segment WFDB record: its segments are records of their own"
    if not header.signals:
        return "a WFDB record without signals"
    if header.rate_hz >= NUMERICS_RATE_MAX_HZ:
        return f"a WFDB waveform record ({header.rate_hz:g} samples a second), not readings"
    columns = _columns(header)
    if not columns:
        names = ", ".join(signal.description for signal in header.signals)
        return f"a WFDB record without a known vital sign (it has {names})"
    return next(filter(None, (_why_not(header.signals[column.place]) for column in columns)), None)


def _why_not(signal: SignalHeader) -> str | None:
    if signal.file == NO_FILE:
        return "a WFDB layout header without samples"
    if signal.frame_samples > 1:
        return f"{signal.description} has {signal.frame_samples} samples a frame; readings have one"
    return unreadable_format(signal)


def base_time(header: RecordHeader) -> tuple[int, str]:
    """(start of the record in ms since 1970 UTC, what was assumed about it or "").

    A record without a date, or with one outside 1900-2300 (de-identified records carry dates up to
    3500), starts on 2000-01-01 at its own clock time, like the BIDMC recordings of the same kind.
    """
    clock = header.clock_ms or 0
    if header.date is None:
        return RECORDINGS_START + clock, "no date stated: dated 2000-01-01"
    year, month, day = header.date
    try:
        date(min(max(year, 1), MAXYEAR), month, day)
    except ValueError:
        raise WfdbError(f"no date: {day:02}/{month:02}/{year}") from None
    start = timegm((year, month, day, 0, 0, 0)) * 1000 + clock
    if TIME_LOW <= start <= TIME_HIGH:
        return start, ""
    return (
        RECORDINGS_START + clock,
        f"dated 2000-01-01: {year}-{month:02}-{day:02} is {OUT_OF_RANGE}",
    )


def patient_id(header: RecordHeader) -> str:
    """The record's name without the `n` by which the MIMIC databases name numerics records."""
    return re.sub(r"(?<=\d)n$", "", header.name)


def decode_numerics(
    header: RecordHeader, files: Mapping[str, bytes], names: Dictionaries, origin: str
) -> Recorded:
    """Readings of a numerics record for which `why_left` gave None.

    One reading a frame, source ''. Where cuff and arterial pressure are both recorded they are
    readings of their own, sources `nibp` and `abp`. The format's own invalid number is "not
    measured". Of two signals with the same meaning the first counts. `position` is the frame, from
    0. Raises WfdbError for what cannot be trusted: a file is missing, a checksum does not match, a
    frame lies outside the accepted years.
    """
    signals = read_signals(header, files)
    _check(header, signals)
    columns = _columns(header)
    groups = _groups(columns)
    numbers = _numbers(header, signals, columns, groups)
    at = _frame_times(header, len(numbers))
    frame, group = np.nonzero(~np.isnan(numbers).all(axis=2))
    raw = _FrameTexts(header, signals, frame)
    batch = reading_batch(
        names,
        origin,
        raw,
        patient=np.full(len(frame), names.patients.code(patient_id(header)), dtype=np.int32),
        source=names.sources.codes(_SOURCES[method] for method in groups)[group],
        observed_at=at[frame],
        position=frame.astype(np.int64),
        **_measured(numbers[frame, group], _methods(columns, groups)[group]),
        **_person(header, len(frame), names),
    )
    empty = _empty_frames(header, len(numbers), frame, raw)
    return recorded(batch, empty, 0, np.diff(frame, prepend=-1).astype(bool).astype(np.int64))


def _columns(header: RecordHeader) -> list[_Column]:
    columns: dict[tuple[Vital, int], _Column] = {}
    for place, signal in enumerate(header.signals):
        name = re.sub(r"[^a-z0-9]", "", signal.description.lower())
        pressure = _PRESSURE.fullmatch(name)
        if pressure:
            kind = (_ENDS[pressure[2]], _LEADS[pressure[1]])
        elif name in _PLAIN:
            kind = (_PLAIN[name], UNSTATED)
        else:
            continue
        columns.setdefault(kind, _Column(place, *kind))
    return list(columns.values())


def _groups(columns: list[_Column]) -> list[int]:
    """The readings that one frame becomes, by pressure method; UNSTATED holds all the rest."""
    methods = {column.bp_method for column in columns}
    return [UNSTATED, CUFF, ARTERIAL] if {CUFF, ARTERIAL} <= methods else [UNSTATED]


def _numbers(
    header: RecordHeader, signals: list[Samples], columns: list[_Column], groups: list[int]
) -> npt.NDArray[np.float64]:
    """Measured numbers, NaN where there are none, shape (frames, groups, vital signs)."""
    numbers = np.full((len(signals[0]), len(groups), VITAL_COUNT), np.nan)
    for column in columns:
        group = groups.index(column.bp_method) if column.bp_method in groups else 0
        physical = _physical(header.signals[column.place], signals[column.place])
        numbers[:, group, column.vital] = physical
    return numbers


def _physical(signal: SignalHeader, samples: Samples) -> npt.NDArray[np.float64]:
    numbers = (samples - signal.baseline) / signal.gain
    numbers[samples == NO_SAMPLE] = np.nan
    if re.fullmatch(r"(deg)?[_. ]?f(ahrenheit)?", signal.units.lower()):
        numbers = (numbers - 32) / 1.8
    return numbers


def _methods(columns: list[_Column], groups: list[int]) -> npt.NDArray[np.int8]:
    """The pressure method of each group; a lone group has the only one that the record holds."""
    if len(groups) > 1:
        return np.array(groups, dtype=np.int8)
    return np.array([max(column.bp_method for column in columns)], dtype=np.int8)


def _measured(
    numbers: npt.NDArray[np.float64], methods: npt.NDArray[np.int8]
) -> dict[str, npt.NDArray[np.generic]]:
    """Columns of values, marks and pressure method, stated where there is a pressure."""
    values, na, bad = clean_values(numbers)
    has_pressure = ~np.isnan(numbers[:, list(PRESSURES)]).all(axis=1)
    bp_method = np.where(has_pressure, methods, UNSTATED).astype(np.int8)
    return {"values": values, "na": na, "bad": bad, "bp_method": bp_method}


def _frame_times(header: RecordHeader, frames: int) -> npt.NDArray[np.int64]:
    """Start of every frame in ms, rounded: headers state the rate to some twelve digits only."""
    start = base_time(header)[0]
    if start + frames * 1000.0 / header.rate_hz > TIME_HIGH:
        raise WfdbError("the record runs on beyond the year 2300")
    return start + np.rint(np.arange(frames) * 1000.0 / header.rate_hz).astype(np.int64)


def _check(header: RecordHeader, signals: list[Samples]) -> None:
    """Raise WfdbError if the samples of a complete record do not add up to the stated sums."""
    if header.frames != len(signals[0]):
        return
    for signal, samples in zip(header.signals, signals, strict=True):
        is_stated = signal.checksum is not None and signal.file != NO_FILE and not signal.skew
        if is_stated and checksum_of(samples, signal.format) != signal.checksum:
            raise WfdbError(f"the checksum of {signal.description} does not match: damaged")


def _person(
    header: RecordHeader, count: int, names: Dictionaries
) -> dict[str, npt.NDArray[np.generic]]:
    """Age and gender columns from comments such as `<age>: 64 <sex>: F`."""
    found = {key.lower(): text for line in header.comments for key, text in _PERSON.findall(line)}
    age, sex = found.get("age", ""), found.get("sex", "")
    age_years = int(age) if re.fullmatch(r"\d{1,3}", age) else NOT_STATED
    gender = names.labels.code(sex) if sex in {"F", "M"} else NOT_STATED
    return {
        "age": np.full(count, age_years, dtype=np.int16),
        "gender": np.full(count, gender, dtype=np.int32),
    }


def _empty_frames(
    header: RecordHeader, frames: int, kept: npt.NDArray[np.intp], raw: "_FrameTexts"
) -> list[Rejection]:
    """Frames without any value, and those that the header states but the files do not hold."""
    without = np.setdiff1d(np.arange(frames), kept).tolist()
    patient = patient_id(header)
    rejections = [
        Rejection(0, "", NOTHING_MEASURED, patient, "", raw.frame(frame), frame)
        for frame in without
    ]
    if header.frames > frames:
        reason = f"the record ends after {frames} of {header.frames} frames"
        rejections.append(Rejection(0, "", reason, patient, "", header.name, frames))
    return rejections


class _FrameTexts:
    """Frames written out as text, for dead letters."""

    def __init__(self, header: RecordHeader, signals: list[Samples], frames: npt.NDArray[np.intp]):
        self._header = header
        self._signals = signals
        self._frames = frames

    def text(self, row: int) -> str:
        return self.frame(int(self._frames[row]))

    def frame(self, frame: int) -> str:
        """Signal names with the stored number of one frame each."""
        parts = [
            f"{signal.description}={'' if samples[frame] == NO_SAMPLE else samples[frame]}"
            for signal, samples in zip(self._header.signals, self._signals, strict=True)
        ]
        return ", ".join(parts)
