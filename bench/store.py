"""What a commit costs per reading, beside the bare limit of the driver, in the same run.

Limit: the sqlite3 module's executemany with ready-made tuples of the same readings into a table
with the same key, same pragmas, nothing else. Ours: `commit()` from NumPy columns, with 0.1 windows
and 0.15 scores per reading. Repetitions alternate, so both meet the same machine.

    python -m bench.store [--readings 1000000] [--patients 1000]
"""

import argparse
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from wardline.model.findings import SCORE, WINDOW, Findings, Outcome, no_findings
from wardline.model.names import Names
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.pipeline.ports import Commit
from wardline.stores.relational.databases import sqlite
from wardline.stores.relational.store import RelationalStore

BATCH = 10_000
START = 1_700_000_000_000
VALUES = (0, 2, 3, 4, 5, 7)


class Feed:
    """Six vital signs of patients who each send once a second, in a shuffled order."""

    def __init__(self, patient_count: int) -> None:
        self.patients = Names(f"PT-{number:05d}" for number in range(patient_count))
        self.sources, self.labels = Names([""]), Names()
        self._random = np.random.default_rng(42)
        self._arrivals = np.zeros(patient_count, dtype=np.int64)
        self._scored = np.zeros(patient_count, dtype=np.int64)
        self._sent = 0

    def next(self) -> Commit:
        """The next batch with its outcome and findings."""
        count, patients = BATCH, len(self.patients)
        places = (self._sent + np.arange(count)) % patients
        patient = self._random.permutation(patients)[places].astype(np.int32)
        seconds = (self._sent + np.arange(count)) // patients
        at = START + seconds * 1000 + patient % 1000
        self._sent += count
        batch = self._batch(patient, at)
        arrival = self._numbered(patient)
        status = np.zeros(count, dtype=np.int8)
        late = np.zeros(count, dtype=np.bool_)
        outcome = Outcome(status, patient, at, arrival, late, no_findings())
        return Commit([(batch, outcome)], self._findings(patient, at), list(self.patients))

    def _batch(self, patient: np.ndarray, at: np.ndarray) -> ReadingBatch:
        columns: dict[str, Any] = empty_columns(len(patient))
        columns |= {"patient": patient, "observed_at": at, "received_at": at}
        shape = (len(patient), len(VALUES))
        columns["values"][:, VALUES] = self._random.integers(30, 180, shape) * 1000
        return ReadingBatch(self.patients, self.sources, self.labels, **columns)

    def _numbered(self, patient: np.ndarray) -> np.ndarray:
        order = np.argsort(patient, kind="stable")
        keys = patient[order]
        first = np.searchsorted(keys, keys, side="left")
        rank = np.empty(len(patient), dtype=np.int64)
        rank[order] = np.arange(len(patient)) - first + 1
        arrival = self._arrivals[patient] + rank
        np.maximum.at(self._arrivals, patient, arrival)
        return arrival

    def _findings(self, patient: np.ndarray, at: np.ndarray) -> Findings:
        windows = np.zeros(BATCH // 10, dtype=WINDOW)
        windows["patient"] = patient[::10]
        windows["vital"] = np.arange(len(windows)) % 6
        windows["start"] = at[::10] // 60_000 * 60_000
        windows["sum"], windows["count"], windows["max"] = 4_800_000, 60, 90_000
        scores = np.zeros(BATCH * 3 // 20, dtype=SCORE)
        scored = patient[: len(scores)]
        scores["patient"], scores["at"] = scored, at[: len(scores)]
        np.add.at(self._scored, scored, 1)
        scores["seq"] = self._scored[scored] * 10 + np.arange(len(scores)) % 10
        scores["parts"] = 1
        nothing = no_findings()
        return Findings(windows, scores, nothing.anomalies, nothing.transitions, nothing.recompute)


class Bare:
    """The driver alone."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in sqlite.WRITER_PRAGMAS:
            self._connection.execute(pragma)
        self._connection.execute(
            "CREATE TABLE readings (id INTEGER PRIMARY KEY, patient_key INTEGER,"
            " observed_at INTEGER, source_key INTEGER, arrival INTEGER, arrived_at INTEGER,"
            " a INTEGER, b INTEGER, c INTEGER, d INTEGER, e INTEGER, f INTEGER,"
            " UNIQUE (patient_key, observed_at, source_key))"
        )
        self._sql = f"INSERT INTO readings VALUES ({','.join('?' * 12)}) ON CONFLICT DO NOTHING"
        self._last = 0

    def rows(self, commit: Commit) -> list[tuple[int, ...]]:
        """The readings as tuples in the best order; making them is not part of the limit."""
        ((batch, outcome),) = commit.work
        order = np.argsort(batch.patient, kind="stable")
        columns = [
            batch.patient, batch.observed_at, batch.source, outcome.arrival, outcome.at,
            *(batch.values[:, place] for place in VALUES),
        ]  # fmt: skip
        ids = range(self._last + 1, self._last + 1 + len(batch))
        self._last += len(batch)
        return list(zip(ids, *(column[order].tolist() for column in columns), strict=True))

    def commit(self, rows: list[tuple[int, ...]]) -> None:
        """Insert and wait for the disk."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(self._sql, rows)
        self._connection.execute("COMMIT")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--patients", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), arguments.readings, arguments.patients)


def measure(folder: Path, readings: int, patients: int) -> None:
    feed, bare = Feed(patients), Bare(folder / "bare.db")
    store = RelationalStore(f"sqlite:///{folder}/store.db")
    spent: list[tuple[float, float]] = []
    for _ in range(readings // BATCH):
        commit = feed.next()
        rows = bare.rows(commit)
        start = time.process_time()
        bare.commit(rows)
        between = time.process_time()
        store.commit(commit)
        spent.append((between - start, time.process_time() - between))
    store.close()
    report(np.array(spent) / BATCH * 1e9, readings, patients, folder)


def report(spent: np.ndarray, readings: int, patients: int, folder: Path) -> None:
    tenth = max(len(spent) // 10, 1)
    print(f"{readings:,} readings of {patients:,} patients, {BATCH:,} a commit: CPU ns per reading")
    for title, part in (("first tenth", spent[:tenth]), ("last tenth", spent[-tenth:])):
        bare, ours = np.median(part, axis=0)
        print(f"{title:12} limit {bare:6,.0f}   commit() {ours:6,.0f}   ratio {ours / bare:.2f}")
    bare, ours = np.mean(spent, axis=0)
    print(f"{'mean':12} limit {bare:6,.0f}   commit() {ours:6,.0f}   ratio {ours / bare:.2f}")
    size = (folder / "store.db").stat().st_size
    print(f"store: {size / readings:.0f} bytes per reading, findings included")


if __name__ == "__main__":
    main()
