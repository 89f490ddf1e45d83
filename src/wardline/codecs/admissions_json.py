"""System B's admission records: JSON -> admissions, and admissions and their summary -> JSON.

Strict: a record needs every column but the risk, which is computed here whatever its producer says.
A refused record is among the rejections with its field and reason; no reason quotes what was sent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from wardline.codecs.json_items import NotJsonError, item_spans, parse_item
from wardline.codecs.reading_rows import AGE_MAX, FieldError, known_text, usable_text
from wardline.codecs.records import raw_text
from wardline.codecs.tables import timestamps
from wardline.codecs.timestamps import parse_time
from wardline.model.admissions import (
    ADMISSION_TYPES,
    GENDERS,
    TEXT_LENGTHS,
    Admission,
    AdmissionSummary,
    DecodedAdmissions,
    risk_of,
)
from wardline.model.cleaning import BEYOND_ANY, thousandths
from wardline.model.commands import ADMIT, DISCHARGE
from wardline.model.dead_letters import Rejection
from wardline.model.vitals import VITALS, Vital

ITEMS_MAX: Final = 10_000
"""Records in one body; a longer one is refused as a whole. Each may move a patient: the engine is
busy with so many for less than three seconds."""

AHEAD_MAX_MS: Final = 300_000
"""A record dated further ahead is refused: nothing that comes later could ever replace it."""

SOURCE: Final = "admission"
"""The source of the reading that an admission implies."""

MISSING: Final = "missing"
FUTURE: Final = "future"

_PRESSURE: Final = re.compile(r"(\d{1,3})/(\d{1,3})", re.ASCII)
_COLUMNS: Final = tuple(column.name for column in fields(Admission))
_COMPUTED: Final = ("risk_score", "risk_level")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

Read = Callable[[object], Any]
"""What a column holds of what was stated. Raises ValueError with the reason."""


def decode_admissions(
    messages: Sequence[bytes],
    received_at: npt.NDArray[np.int64],
    *,
    origin: str = "",
    positions: npt.NDArray[np.int64],
) -> DecodedAdmissions:
    """Admissions of many messages, each one JSON object.

    positions, received_at: int64, one per message; the latter in ms since 1970 UTC.
    """
    admissions: list[Admission] = []
    rows: list[int] = []
    rejections: list[Rejection] = []
    for row, message in enumerate(messages):
        record: object = None
        try:
            record = parse_item(message)
            admissions.append(_admission(record, int(received_at[row])))
            rows.append(row)
        except FieldError as error:
            position = int(positions[row])
            rejections.append(_rejection(row, position, message, record, error))
    chosen = np.array(rows, dtype=np.int64)
    return DecodedAdmissions(
        tuple(admissions), chosen, tuple(rejections), positions[chosen], received_at[chosen], origin
    )


def decode_admission_body(
    body: bytes, received_at_ms: int, *, origin: str = "", items_max: int = ITEMS_MAX
) -> DecodedAdmissions:
    """Admissions of a JSON object or of an array of objects; item i has position i.

    An item of an array that is no JSON is one rejection. Raises NotJsonError for other texts, and
    TooManyItemsError for more than `items_max` items.
    """
    start = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    spans = list(item_spans(body, start, len(body), items_max))
    messages = [body[first:end] for first, end in spans]
    is_alone = bool(spans) and not body[start : spans[0][0]].strip()
    if is_alone:
        _refuse_what_is_no_json(messages[0])
    received_at = np.full(len(messages), received_at_ms, dtype=np.int64)
    positions = np.arange(len(messages), dtype=np.int64)
    return decode_admissions(messages, received_at, origin=origin, positions=positions)


def _refuse_what_is_no_json(item: bytes) -> None:
    try:
        parse_item(item)
    except NotJsonError:
        raise
    except FieldError:
        return


def _admission(record: object, received_at: int) -> Admission:
    if not isinstance(record, Mapping):
        raise FieldError("", "not an object")
    stated: Mapping[str, object] = record  # pyright: ignore[reportUnknownVariableType]
    read = {name: _column(name, stated) for name in _READERS}
    if read["timestamp"] > received_at + AHEAD_MAX_MS:
        raise FieldError("timestamp", FUTURE)
    systolic = int(read["blood_pressure"].partition("/")[0])
    score, level = risk_of(
        read["heart_rate"], systolic, read["temperature_celsius"], read["oxygen_saturation"],
        read["respiratory_rate"],
    )  # fmt: skip
    return Admission(**read, risk_score=score, risk_level=level)


def _column(name: str, record: Mapping[str, object]) -> Any:
    stated = record.get(name)
    if stated is None:
        raise FieldError(name, MISSING)
    try:
        return _READERS[name](stated)
    except ValueError as error:
        raise FieldError(name, str(error)) from None


def _rejection(
    row: int, position: int, message: bytes, record: object, error: FieldError
) -> Rejection:
    patient_id = known_text(record, "patient_id")
    return Rejection(row, error.field, error.reason, patient_id, "", raw_text(message), position)


# -- what a column holds --------------------------------------------------------------------------


def _text(length_max: int) -> Read:
    def read(stated: object) -> str:
        if not isinstance(stated, str):
            raise ValueError("not a text")  # noqa: TRY004 - one error for all reasons
        if not stated.strip():
            raise ValueError("empty")
        if not usable_text(stated, length_max):
            raise ValueError(f"longer than {length_max} characters, or with control characters")
        return stated

    return read


def _one_of(words: tuple[str, ...]) -> Read:
    def read(stated: object) -> str:
        if not isinstance(stated, str) or stated not in words:
            raise ValueError("must be one of: " + ", ".join(words))
        return stated

    return read


def _whole(low: int, high: int) -> Read:
    """Whole numbers of a range, both ends included; 72.0 is one."""

    def read(stated: object) -> int:
        number = _number(stated)
        if number is None or not number.is_integer() or not low <= number <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(number)

    return read


def _number(stated: object) -> float | None:
    """A finite number of a possible size, None if it is none."""
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    return float(stated) if abs(stated) < BEYOND_ANY else None


def _temperature(stated: object) -> float:
    """Half a tenth is rounded away from zero, as everywhere."""
    vital, number = VITALS[Vital.TEMPERATURE], _number(stated)
    if number is None or not vital.hard_low < number < vital.hard_high:
        raise ValueError(f"must be a number between {vital.hard_low:g} and {vital.hard_high:g}")
    fixed = int(thousandths(np.array([number]))[0])
    return (fixed + 50) // 100 / 10


def _pressure(stated: object) -> str:
    match = _PRESSURE.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        raise ValueError('must be "systolic/diastolic" in whole mmHg')
    systolic, diastolic = _vital(Vital.SYSTOLIC_BP)(int(match[1])), int(match[2])
    if not 0 < diastolic < systolic:
        raise ValueError("the diastolic pressure must be above 0 and below the systolic one")
    return f"{systolic}/{diastolic}"


def _vital(vital: Vital) -> Read:
    """Whole numbers that can be this vital sign at all, by the catalogue's hard limits."""
    kind = VITALS[vital]
    return _whole(int(kind.hard_low) + 1, int(kind.hard_high) - (not kind.high_is_open))


_SPECIAL: Final[dict[str, Read]] = {
    "timestamp": parse_time,
    "admission_timestamp": parse_time,
    "age": _whole(0, AGE_MAX),
    "gender": _one_of(GENDERS),
    "admission_type": _one_of(ADMISSION_TYPES),
    "heart_rate": _vital(Vital.HEART_RATE),
    "blood_pressure": _pressure,
    "temperature_celsius": _temperature,
    "oxygen_saturation": _vital(Vital.SPO2),
    "respiratory_rate": _vital(Vital.RESPIRATORY_RATE),
}

_READERS: Final[dict[str, Read]] = {
    name: _SPECIAL[name] if name in _SPECIAL else _text(TEXT_LENGTHS[name])
    for name in _COLUMNS
    if name not in _COMPUTED
}
"""In the order in which columns are looked at: the first that is wrong is named."""


# -- what an admission implies --------------------------------------------------------------------


def commands_of(admission: Admission) -> list[dict[str, Any]]:
    """The command that an admission alone implies: its patient, its name and its content."""
    if admission.is_discharged:
        return [{"patient_id": admission.patient_id, "command": DISCHARGE, "content": {}}]
    content = {
        "admission_id": admission.admission_id,
        "ward": admission.department,
        "bed": admission.hospital_location,
    }
    return [{"patient_id": admission.patient_id, "command": ADMIT, "content": content}]


def reading_of(admission: Admission) -> dict[str, Any]:
    """The vital signs of an admission as a JSON reading."""
    systolic, diastolic = admission.pressures
    return {
        "patient_id": admission.patient_id,
        "timestamp": admission.timestamp,
        "source": SOURCE,
        "heart_rate": admission.heart_rate,
        "systolic_bp": systolic,
        "diastolic_bp": diastolic,
        "bp_method": "cuff",
        "temperature": admission.temperature_celsius,
        "spo2": admission.oxygen_saturation,
        "respiratory_rate": admission.respiratory_rate,
        "patient_age": admission.age,
        "gender": admission.gender,
    }


# -- what leaves ----------------------------------------------------------------------------------


def admissions_text(admissions: Sequence[Admission]) -> str:
    """Admissions as a JSON array, columns in order, times in RFC 3339."""
    rows = [asdict(admission) for admission in admissions]
    for name in ("timestamp", "admission_timestamp"):
        for row, text in zip(rows, timestamps([row[name] for row in rows], ""), strict=True):
            row[name] = text
    return msgspec.json.encode(rows).decode()


def summary_text(summary: AdmissionSummary) -> str:
    """A summary as a JSON object."""
    return msgspec.json.encode(summary).decode()
