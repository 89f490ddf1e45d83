"""What one reading costs in the engine, beside what touching its patient's record costs alone.

`python -m bench.engine` prints CPU nanoseconds per reading, the median of the batches after
warm-up, for 20, 1,000 and 100,000 patients. The limit is a compiled pass over the same batches that
does nothing but read every column and change one number in every cache line of the record that the
engine uses: no engine that keeps this state can be faster. Readings hold six vital signs (system
A's), monitored once a second, values that drift a little: physiological data.
"""

import time
from dataclasses import dataclass

import numpy as np
from numba import njit

from bench.report import print_table
from wardline.engine.engine import Engine
from wardline.engine.state import PATIENT
from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.model.vitals import ARTERIAL, Vital

ROWS_PER_BATCH = 10_000
SIZES = ((20, 60), (1_000, 60), (100_000, 60))
MEASURED = [
    Vital.HEART_RATE, Vital.RESPIRATORY_RATE, Vital.SPO2, Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP,
    Vital.TEMPERATURE,
]  # fmt: skip
USUAL = np.array([78_000, 16_000, 97_500, 120_000, 76_000, 36_900])
SPREAD = np.array([1_000, 1_000, 400, 2_000, 2_000, 50])
GREATEST = np.array([200_000, 60_000, 100_000, 220_000, 130_000, 42_000])
STEP = np.array([1_000, 1_000, 1_000, 1_000, 1_000, 100])
RECORD_LINES = PATIENT.itemsize // 64
HOT_LINES = 40
"""Cache lines of a record that a reading of six vital signs reads or writes, of RECORD_LINES."""


@dataclass
class Ward:
    """Patients with their usual values, giving batches in time order."""

    patient_count: int
    names: Dictionaries
    usual: np.ndarray
    random: np.random.Generator
    done: int = 0

    @classmethod
    def of(cls, patient_count: int) -> "Ward":
        """A ward of so many patients of whom nothing was read yet."""
        names = Dictionaries()
        names.patients.codes(f"PT-{number}" for number in range(patient_count))
        names.sources.code("monitor")
        random = np.random.default_rng(7)
        usual = USUAL + random.normal(0, 1, (patient_count, len(USUAL))) * SPREAD
        return cls(patient_count, names, usual, random)

    def batch(self) -> ReadingBatch:
        """The next ROWS_PER_BATCH readings: patient after patient, second after second."""
        place = np.arange(self.done, self.done + ROWS_PER_BATCH)
        self.done += ROWS_PER_BATCH
        columns = empty_columns(ROWS_PER_BATCH)
        columns["patient"][:] = place % self.patient_count
        columns["observed_at"][:] = place // self.patient_count * 1000
        columns["received_at"][:] = columns["observed_at"]
        columns["bp_method"][:] = ARTERIAL
        noise = self.random.normal(0, 1, (ROWS_PER_BATCH, len(USUAL))) * SPREAD
        values = np.round((self.usual[columns["patient"]] + noise) / STEP) * STEP
        columns["values"][:, MEASURED] = np.minimum(values, GREATEST)
        names = self.names
        return ReadingBatch(names.patients, names.sources, names.labels, **columns)


@njit(cache=True, nogil=True)
def touch(records, patient, observed_at, values, lines):
    """Read every column, change one number in each of `lines` cache lines of the record."""
    total = 0
    for row in range(len(patient)):
        record = records[patient[row]]
        total += observed_at[row]
        for column in range(values.shape[1]):
            total += values[row, column]
        for line in range(lines):
            record[line * 8] += total
    return total


def measure(patient_count: int, batches: int) -> tuple[float, float]:
    """(engine, limit) in CPU ns per reading, medians over the last two thirds of the batches."""
    ward, engine = Ward.of(patient_count), Engine()
    plain = np.zeros((patient_count, RECORD_LINES * 8), dtype=np.int64)
    spent: list[tuple[float, float]] = []
    for _ in range(batches):
        batch = ward.batch()
        first = time.process_time_ns()
        engine.process(batch)
        second = time.process_time_ns()
        touch(plain, batch.patient, batch.observed_at, batch.values, HOT_LINES)
        spent.append((second - first, time.process_time_ns() - second))
    used = np.array(spent[batches // 3 :]) / ROWS_PER_BATCH
    return tuple(np.median(used, axis=0))


def main() -> None:
    rows = []
    for patient_count, batches in SIZES:
        engine, limit = measure(patient_count, batches)
        figures = (f"{engine:.0f}", f"{limit:.0f}", f"{engine / limit:.1f}")
        rows.append((f"{patient_count:,} patients", *figures))
    print(f"engine state: {PATIENT.itemsize} bytes per patient")
    print_table(("engine", "ns per reading", "limit: touching alone", "ratio"), rows)


if __name__ == "__main__":
    main()
