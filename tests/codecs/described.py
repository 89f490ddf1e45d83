"""A decoded batch as plain tuples, so that two of them can be compared whatever their codes."""

from typing import Any

from wardline.model.decoded import Decoded

_NUMBERS = (
    "observed_at", "received_at", "na", "bad", "bp_method", "on_oxygen", "fio2", "consciousness",
    "is_anomaly", "age", "position",
)  # fmt: skip


def described(decoded: Decoded) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
    """(one tuple a reading with its place and raw text, the rejections)."""
    batch = decoded.batch
    rows = [
        (
            int(decoded.rows[row]),
            batch.patients.text(batch.patient[row]),
            batch.sources.text(batch.source[row]),
            *(int(getattr(batch, name)[row]) for name in _NUMBERS),
            tuple(batch.values[row].tolist()),
            _label(batch, batch.gender[row]),
            _label(batch, batch.condition[row]),
            batch.raw.text(row),
        )
        for row in range(len(batch))
    ]
    return rows, decoded.rejections


def _label(batch: Any, code: int) -> str:
    return "" if code < 0 else batch.labels.text(code)
