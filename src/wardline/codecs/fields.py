"""Field names of a reading in JSON and CSV, their other spellings, and a number for each.

A vital sign's number is its place in the catalogue; a field that may carry a mark has the number of
its mark bit.
"""

from typing import Final

from wardline.model.vitals import MARKED_NAMES, VITAL_COUNT

UNKNOWN: Final = -1
"""A field that is kept with the raw record only."""

VITALS_END: Final = VITAL_COUNT
ON_OXYGEN: Final = VITAL_COUNT
FIO2: Final = VITAL_COUNT + 1
CONSCIOUSNESS: Final = VITAL_COUNT + 2
MARKED_END: Final = len(MARKED_NAMES)
BP_METHOD: Final = MARKED_END
IS_ANOMALY: Final = MARKED_END + 1
PATIENT_AGE: Final = MARKED_END + 2
GENDER: Final = MARKED_END + 3
CONDITION: Final = MARKED_END + 4
PATIENT_ID: Final = MARKED_END + 5
TIMESTAMP: Final = MARKED_END + 6
SOURCE: Final = MARKED_END + 7
BLOOD_PRESSURE: Final = MARKED_END + 8
MARKS: Final = MARKED_END + 9
ARRIVAL: Final = MARKED_END + 10
ARRIVED_AT: Final = MARKED_END + 11

FIELD_NAMES: Final[tuple[str, ...]] = (
    *MARKED_NAMES, "bp_method", "is_anomaly", "patient_age", "gender", "condition", "patient_id",
    "timestamp", "source", "blood_pressure", "marks", "arrival", "arrived_at",
)  # fmt: skip

_ALIASES: Final = {
    "observed_at": "timestamp",
    "oxygen_saturation": "spo2",
    "SpO2": "spo2",
    "temperature_celsius": "temperature",
    "body_temperature": "temperature",
    "pulse": "pulse_rate",
    "bp_systolic": "systolic_bp",
    "bp_diastolic": "diastolic_bp",
    "hr": "heart_rate",
    "rr": "respiratory_rate",
    "age": "patient_age",
}


def _numbered(names: tuple[str, ...]) -> dict[str, int]:
    fields = {name: number for number, name in enumerate(FIELD_NAMES) if name in names}
    aliases = {alias: fields[name] for alias, name in _ALIASES.items() if name in fields}
    return fields | aliases


CSV_FIELDS: Final = _numbered(FIELD_NAMES)
"""Every spelling of every field -> its number. CSV also knows the columns of our own export."""

JSON_FIELDS: Final = _numbered(FIELD_NAMES[:MARKS])
"""Every spelling of every field a JSON reading may have -> its number."""
