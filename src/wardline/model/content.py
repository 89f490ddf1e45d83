"""What makes two readings the same: a 64-bit hash of a reading's content."""

import numpy as np
import numpy.typing as npt

from wardline.model.readings import ReadingBatch

_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xBF58476D1CE4E5B9)
_THIRD = np.uint64(0x94D049BB133111EB)


def content_hash(batch: ReadingBatch) -> npt.NDArray[np.uint64]:
    """One uint64 per reading over its values, marks and context; never 0.

    Patient, time, source, age, gender and condition are not content.
    """
    total = np.full(len(batch), _FIRST, dtype=np.uint64)
    for column in _content_columns(batch):
        total = _mixed(total ^ column.astype(np.int64).view(np.uint64))
    return np.maximum(total, np.uint64(1))


def _content_columns(batch: ReadingBatch) -> list[npt.NDArray[np.integer]]:
    values = [batch.values[:, index] for index in range(batch.values.shape[1])]
    context = [batch.bp_method, batch.on_oxygen, batch.fio2, batch.consciousness, batch.is_anomaly]
    return [*values, batch.na, batch.bad, *context]


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit moves every other."""
    bits = bits + _FIRST
    bits = (bits ^ (bits >> np.uint64(30))) * _SECOND
    bits = (bits ^ (bits >> np.uint64(27))) * _THIRD
    return bits ^ (bits >> np.uint64(31))
