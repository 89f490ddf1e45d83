"""System B's records as its producer writes them."""

import json
from typing import Any

import numpy as np

from wardline.codecs.admissions_json import decode_admissions
from wardline.model.admissions import Admission, DecodedAdmissions

ADMITTED = 1_700_000_040_000
"""2023-11-14T22:14:00Z"""

RECORD: dict[str, Any] = {
    "patient_id": "P-1", "admission_id": "ADM-1", "timestamp": ADMITTED,
    "admission_timestamp": ADMITTED - 3_600_000, "patient_name": "Ari Kestrel", "age": 44,
    "gender": "Other", "department": "Cardiology", "primary_diagnosis": "Hypertension",
    "admission_type": "Urgent", "status": "Admitted", "insurance_provider": "Commonwell",
    "heart_rate": 72, "blood_pressure": "120/80", "temperature_celsius": 37.0,
    "oxygen_saturation": 97, "respiratory_rate": 16, "risk_score": 0, "risk_level": "Low",
    "attending_physician": "Dr. Ashgrove", "hospital_location": "East 101",
}  # fmt: skip


def record(**changed: Any) -> dict[str, Any]:
    return RECORD | changed


def read(*records: Any, received_at: int = ADMITTED, origin: str = "") -> DecodedAdmissions:
    """Records, given as JSON content or as bytes, each at the place of its number."""
    messages = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
    times = np.full(len(messages), received_at, dtype=np.int64)
    places = np.arange(len(messages), dtype=np.int64)
    return decode_admissions(messages, times, origin=origin, positions=places)


def admission(**changed: Any) -> Admission:
    decoded = read(record(**changed), received_at=2**50)
    assert decoded.rejections == ()
    return decoded.admissions[0]
