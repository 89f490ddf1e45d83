"""The patient record, field by field. Everything the engine remembers is in here.

One record per patient, one structured array for all; a snapshot is its bytes. Times are int64 ms,
NO_TIME = never; due times are FAR when nothing is due. Values are int32 thousandths or MISSING.
"""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wardline.model.findings import ANOMALY, NO_TIME, RECOMPUTE, SCORE, TRANSITION, WINDOW
from wardline.model.policy import RULE_COUNT
from wardline.model.scores import SCORE_COUNT
from wardline.model.vitals import MISSING, VITAL_COUNT


class Records(Protocol):
    """A structured array as compiled code sees it: a row has its fields as attributes."""

    def __getitem__(self, place: Any, /) -> Any:
        """A row."""
        ...

    def __setitem__(self, place: Any, content: Any, /) -> None:
        """Write a row or a number."""
        ...

    def __len__(self) -> int: ...


FAR = 2**63 - 1
"""A due time that never comes."""

CAPACITY = 8192
"""Findings of one kind that fit the workbench; it is drained when nearly full."""

WINDOW_SLOTS = 11
"""Windows held per patient: at most seven not yet due (readings may be 5 min ahead), four due."""

SOURCE_SLOTS = 4
"""Sources per patient whose newest reading is remembered; readings of further ones are looked up
in the store each time."""

VITAL_STATE = np.dtype(
    [
        ("newest", np.int64),  # greatest m of current good values
        ("good_at", np.int64),  # a of the last current good value
        ("interval", np.float64),  # learnt, ms; 0 = none yet
        ("stale_due", np.int64),
        ("stale_onset", np.int64),  # stale since, NO_TIME = not stale
        ("check_since", np.int64),
        ("check_due", np.int64),
        ("check_onset", np.int64),
        ("input_at", np.int64),  # m of the score input
        ("learnt_at", np.int64),  # a of the last learnt value
        ("mean", np.float64),
        ("variance", np.float64),
        ("learnt", np.int32),  # values learnt
        ("held", np.int32),  # the value limits are judged on
        ("input", np.int32),  # the value scores use
        ("check_value", np.int32),
        ("source", np.int32),  # followed source, -1 = none
        ("arterial", np.int8),  # followed pressure is arterial
        ("na_pending", np.int8),
        ("check_state", np.int8),
        ("z_flag", np.int8),  # the last good value was an anomaly
        ("busy", np.int8),  # limit rules that are not normal
        ("band", np.int8),  # band of the score input (bands.py)
    ],
    align=True,
)

RULE_STATE = np.dtype([("due", np.int64), ("onset", np.int64)], align=True)

WINDOW_STATE = np.dtype(
    [
        ("sum", np.int64), ("count", np.int32), ("late", np.int32),
        ("min", np.int32), ("max", np.int32),
    ],
    align=True,
)  # fmt: skip

SOURCE_STATE = np.dtype([("newest", np.int64), ("source", np.int32)], align=True)

SCORE_STATE = np.dtype([("risk", np.int8), ("complete", np.int8)])

PATIENT = np.dtype(
    [
        ("next_due", np.int64),  # lower bound of everything due
        ("line", np.int64),  # greatest arrival or tick so far
        ("arrival", np.int64),  # accepted readings and commands so far
        ("seq", np.int64),  # transitions so far
        ("score_seq", np.int64),  # score findings so far
        ("read_at", np.int64),  # last accepted reading
        ("reading_interval", np.float64),  # learnt, ms; 0 = none yet
        ("signal_due", np.int64),  # no_signal starts
        ("signal_onset", np.int64),  # no_signal active since
        ("late_due", np.int64),  # data_late starts
        ("late_onset", np.int64),  # data_late active since
        ("window_due", np.int64),  # oldest window not yet emitted
        ("score_due", np.int64),  # next findings of marked scores ...
        ("score_due_after", np.int64),  # ... and the minute after
        ("oxygen_at", np.int64),  # m of the oxygen in use
        ("consciousness_at", np.int64),  # m of the consciousness in use
        ("flag_until", np.int64),  # the producer flag counts until
        ("code", np.int32),  # the patient's place in the engine
        ("policy", np.int32),  # row in the engine's policies
        ("heart_rate_used", np.int32),  # what scores took as heart rate last
        ("age", np.int16),  # years, -1 unknown
        ("spo2_scale", np.int8),
        ("pregnant", np.int8),
        ("oxygen", np.int8),  # -1 unknown, 0 air, 1 oxygen
        ("consciousness", np.int8),  # -1 unknown, place in ACVPU
        ("flag", np.int8),  # producer flag: -1 none, 0, 1
        ("occupied", np.int8),  # 1 once read in this stay
        ("heart_band", np.int8),  # band of heart_rate_used
        ("dirty", np.int8),  # what changed since scores were judged: VALUE, BAND (judging.py)
        ("sources", SOURCE_STATE, (SOURCE_SLOTS,)),
        ("scores", SCORE_STATE, (SCORE_COUNT,)),
        ("rule_states", np.int8, (RULE_COUNT,)),
        ("rules", RULE_STATE, (RULE_COUNT,)),
        ("vitals", VITAL_STATE, (VITAL_COUNT,)),
        ("window_numbers", np.int64, (WINDOW_SLOTS,)),
        ("windows", WINDOW_STATE, (WINDOW_SLOTS, VITAL_COUNT)),
    ],
    align=True,
)

POLICY_RULE = np.dtype(
    [
        ("limit", np.int32), ("hysteresis", np.int32), ("delay", np.int32),
        ("arterial_delay", np.int32), ("clear", np.int32),
        ("priority", np.int8), ("is_high", np.int8), ("is_on", np.int8),
    ],
    align=True,
)  # fmt: skip
"""One limit rule as the engine reads it: thousandths and milliseconds."""

POLICY = np.dtype(
    [("rules", POLICY_RULE, (RULE_COUNT,)), ("quiet", np.int32, (VITAL_COUNT, 2))], align=True
)
"""All rules of one policy; quiet: least and greatest value that breaches none of them."""

WORK = np.dtype(
    [
        # What was found and not drained yet, and how much of it (order of `Findings`).
        ("counts", np.int64, (5,)),
        # The reading at hand.
        ("observed_at", np.int64), ("at", np.int64), ("seen_at", np.int64),
        ("window", np.int64), ("slot", np.int64), ("is_late", np.int64), ("fetched", np.int64),
        ("values", np.int32, (VITAL_COUNT,)), ("source", np.int32), ("fio2", np.int32),
        ("age", np.int16), ("na", np.uint16), ("bad", np.uint16), ("bp_method", np.int8),
        ("on_oxygen", np.int8), ("consciousness", np.int8), ("is_anomaly", np.int8),
        # The score at hand (scores.py names the places).
        ("inputs", np.int32, (13,)), ("parts", np.int32, (7,)), ("result", np.int32, (5,)),
        # 2 ** (-ms / 15 min) for 0 .. 60,000 ms: what a baseline keeps after that time.
        ("weights", np.float64, (60_001,)),
        ("windows", WINDOW, (CAPACITY,)), ("scores", SCORE, (CAPACITY,)),
        ("anomalies", ANOMALY, (CAPACITY,)), ("transitions", TRANSITION, (CAPACITY,)),
        ("recompute", RECOMPUTE, (CAPACITY,)),
    ],
    align=True,
)  # fmt: skip
"""The engine's workbench: one record, so that compiled functions pass one pointer."""


class Patient(Protocol):
    """PATIENT as compiled code sees one record of it."""

    next_due: int
    line: int
    arrival: int
    seq: int
    score_seq: int
    read_at: int
    reading_interval: float
    signal_due: int
    signal_onset: int
    late_due: int
    late_onset: int
    window_due: int
    score_due: int
    score_due_after: int
    oxygen_at: int
    consciousness_at: int
    flag_until: int
    policy: int
    heart_rate_used: int
    age: int
    spo2_scale: int
    pregnant: int
    oxygen: int
    consciousness: int
    flag: int
    occupied: int
    heart_band: int
    dirty: int
    code: int
    sources: Records
    scores: Records
    rule_states: Records
    rules: Records
    vitals: Records
    window_numbers: Records
    windows: Records


class VitalState(Protocol):
    """VITAL_STATE as compiled code sees one record of it."""

    newest: int
    good_at: int
    interval: float
    stale_due: int
    stale_onset: int
    check_since: int
    check_due: int
    check_onset: int
    input_at: int
    learnt_at: int
    mean: float
    variance: float
    learnt: int
    held: int
    input: int
    check_value: int
    source: int
    arterial: int
    na_pending: int
    check_state: int
    z_flag: int
    busy: int
    band: int


class Policy(Protocol):
    """POLICY as compiled code sees one record of it."""

    rules: Records
    quiet: Records


class Work(Protocol):
    """WORK as compiled code sees its one record."""

    counts: Records
    observed_at: int
    at: int
    seen_at: int
    window: int
    slot: int
    is_late: int
    fetched: int
    values: Records
    source: int
    fio2: int
    age: int
    na: int
    bad: int
    bp_method: int
    on_oxygen: int
    consciousness: int
    is_anomaly: int
    inputs: Records
    parts: Records
    result: Records
    weights: Records
    windows: Records
    scores: Records
    anomalies: Records
    transitions: Records
    recompute: Records


def blank_records(start: int, count: int) -> npt.NDArray[np.void]:
    """Records of patients of whom nothing is known yet; `start` is the code of the first."""
    records = np.zeros(count, dtype=PATIENT)
    records["code"] = np.arange(start, start + count)
    for name in (
        "next_due",
        "signal_due",
        "late_due",
        "window_due",
        "score_due",
        "score_due_after",
    ):
        records[name] = FAR
    for name in ("line", "read_at", "signal_onset", "late_onset", "oxygen_at", "consciousness_at"):
        records[name] = NO_TIME
    for name in ("age", "oxygen", "consciousness", "flag"):
        records[name] = -1
    records["flag_until"] = FAR
    records["spo2_scale"] = 1
    records["heart_rate_used"] = MISSING
    blank_vitals(records["vitals"])
    records["sources"]["source"] = -1
    records["sources"]["newest"] = NO_TIME
    records["scores"]["risk"] = -1
    records["rules"]["due"] = FAR
    records["rules"]["onset"] = NO_TIME
    records["window_numbers"] = NO_TIME
    return records


def blank_vitals(vitals: npt.NDArray[np.void]) -> None:
    """Forget what was held, used and learnt (in place)."""
    vitals[...] = np.zeros((), dtype=VITAL_STATE)
    for name in ("newest", "good_at", "stale_onset", "check_since", "check_onset", "input_at"):
        vitals[name] = NO_TIME
    for name in ("stale_due", "check_due"):
        vitals[name] = FAR
    vitals["learnt_at"] = NO_TIME
    for name in ("held", "input", "check_value"):
        vitals[name] = MISSING
    vitals["source"] = -1


def more_records(records: npt.NDArray[np.void], count: int) -> npt.NDArray[np.void]:
    """The records and `count` blank ones behind them.

    Copied as raw bytes: NumPy leaves the padding of records undefined otherwise, and equal engines
    must give equal snapshots.
    """
    grown = np.empty((len(records) + count) * PATIENT.itemsize, dtype=np.uint8)
    grown[: records.nbytes] = records.view(np.uint8)
    grown[records.nbytes :] = blank_records(len(records), count).view(np.uint8)
    return grown.view(PATIENT)
