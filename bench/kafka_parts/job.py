"""What all contestants on one topic have to do, and with which settings of the driver."""

from typing import Any

WINDOW_S = 60
HEART_RATE_MAX, SPO2_MIN = 120, 90
VITALS = (
    "heart_rate", "systolic_bp", "diastolic_bp", "spo2", "temperature", "respiratory_rate",
)  # fmt: skip

# A fast reader starves with the driver's defaults.
READER: dict[str, Any] = {
    "enable.auto.commit": False,
    "fetch.queue.backoff.ms": 10,
    "fetch.min.bytes": 65_536,
    "queued.min.messages": 300_000,
}
PRODUCER: dict[str, Any] = {
    "linger.ms": 20,
    "compression.type": "lz4",
    "acks": "all",
    "queue.buffering.max.messages": 200_000,
}


def is_alert(heart_rate: float | None, spo2: float | None) -> bool:
    """Whether a reading goes to the other topic too."""
    return (heart_rate is not None and heart_rate > HEART_RATE_MAX) or (
        spo2 is not None and spo2 < SPO2_MIN
    )
