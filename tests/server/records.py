"""Readings as senders write them."""

from typing import Any

from tests.server.ward import NOW


def reading(patient_id: str = "PT-001", at: int = NOW - 1000, **fields: Any) -> dict[str, Any]:
    given = fields or {"heart_rate": 72, "spo2": 97}
    return {"patient_id": patient_id, "timestamp": at, **given}


COMPLETE = {
    "respiratory_rate": 20, "spo2": 98, "on_oxygen": False, "systolic_bp": 111, "heart_rate": 78,
    "consciousness": "A", "temperature": 37,
}  # fmt: skip
"""An observation set that scores 0 on NEWS2 in every part."""
