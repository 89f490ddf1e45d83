"""What a commit into PostgreSQL costs per reading, beside COPY alone, in the same run.

Limit: ready-made binary rows of the same readings by COPY into a table with the same key, nothing
else, committed as often. Ours: `commit()` from NumPy columns, with 0.1 windows and 0.15 scores per
reading. Both are counted on both sides: the CPU of this process, and that of all processes of the
server, which is a private one that waits for the disk at every commit.

    python -m bench.store_postgresql [--readings 500000] [--patients 1000] [--batch 10000]
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
from tests.postgresql import MISSING, Server, binaries

from bench import store as sqlite_bench
from bench.report import print_table
from bench.store import Feed
from wardline.pipeline.ports import Commit
from wardline.stores.relational.databases.binary_copy import binary_rows
from wardline.stores.relational.store import RelationalStore

TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
NAMES = "id patient_key observed_at source_key arrival arrived_at a b c d e f"
WIDTHS = (8, 4, 8, 4, 8, 8, 4, 4, 4, 4, 4, 4)


class Bare:
    """COPY alone."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        kinds = {4: "integer", 8: "bigint"}
        columns = ", ".join(
            f"{name} {kinds[width]}" for name, width in zip(NAMES.split(), WIDTHS, strict=True)
        )
        key = "UNIQUE (patient_key, observed_at, source_key)"
        self._connection.execute(f"CREATE TABLE bare ({columns}, {key})".encode())
        self._connection.commit()
        self._last = 0

    def rows(self, commit: Commit) -> bytes:
        """The readings as COPY takes them; making them is not part of the limit."""
        ((batch, outcome),) = commit.work
        order = np.argsort(batch.patient, kind="stable")
        columns = [
            batch.patient, batch.observed_at, batch.source, outcome.arrival, outcome.at,
            *(batch.values[:, place] for place in sqlite_bench.VALUES),
        ]  # fmt: skip
        ids = np.arange(self._last + 1, self._last + 1 + len(batch))
        self._last += len(batch)
        ordered = [ids, *(column[order] for column in columns)]
        return binary_rows(
            [(column, width, None) for column, width in zip(ordered, WIDTHS, strict=True)]
        )

    def commit(self, rows: bytes) -> None:
        """Copy and wait for the disk."""
        copying = "COPY bare FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.write(rows)
        self._connection.commit()

    def close(self) -> None:
        """End the session."""
        self._connection.close()


class Spent:
    """CPU of this process and of the server, and time on the wall, per side of the comparison."""

    def __init__(self, server_pid: int) -> None:
        self._pid = server_pid
        self.sums: dict[str, np.ndarray] = {}

    def measure(self, side: str, work: Callable[[], object]) -> None:
        """Add what some work costs to a side's sums."""
        # Looking at the server costs this process something too: that stays outside.
        served = server_ns(self._pid)
        client, wall = time.process_time_ns(), time.perf_counter_ns()
        work()
        client, wall = time.process_time_ns() - client, time.perf_counter_ns() - wall
        served = server_ns(self._pid) - served
        self.sums[side] = self.sums.get(side, np.zeros(3)) + np.array([client, served, wall])


def server_ns(pid: int) -> int:
    """CPU of a server's processes, those that ended included, in ns."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == str(pid):
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == str(pid):
            ticks += sum(map(int, fields[11:13]))
    return ticks * TICK_NS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readings", type=int, default=500_000)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--batch", type=int, default=10_000)
    arguments = parser.parse_args()
    programs = binaries()
    if programs is None:
        print(MISSING)
        return
    server = Server(programs)
    try:
        server.start()
        server.create_database()
        measure(server, arguments.readings, arguments.patients, arguments.batch)
    finally:
        server.remove()


def measure(server: Server, readings: int, patients: int, batch: int) -> None:
    sqlite_bench.BATCH = batch
    feed, bare, store = Feed(patients), Bare(server.url), RelationalStore(server.url)
    spent = Spent(server.pid)
    for number in range(readings // batch):
        commit = feed.next()
        rows = bare.rows(commit)
        # The first commits make parts and statements, and learn the patients' keys.
        if number < 2:
            bare.commit(rows)
            store.commit(commit)
            continue
        spent.measure("COPY alone", lambda rows=rows: bare.commit(rows))
        spent.measure("commit()", lambda commit=commit: store.commit(commit))
    store.close()
    bare.close()
    report(spent, readings - 2 * batch, patients, batch)


def report(spent: Spent, readings: int, patients: int, batch: int) -> None:
    print(f"{readings:,} readings of {patients:,} patients, {batch:,} a commit: ns per reading")
    header = ("", "client CPU", "server CPU", "both", "readings/s of one core", "wall")
    rows: list[tuple[str, ...]] = []
    for side, sums in spent.sums.items():
        client, served, wall = sums / readings
        figures = (client, served, client + served, 1e9 / (client + served), wall)
        rows.append((side, *(f"{figure:,.0f}" for figure in figures)))
    print_table(header, rows)
    limit, ours = (sum(spent.sums[side][:2]) for side in ("COPY alone", "commit()"))
    print(f"ratio {ours / limit:.2f}")


if __name__ == "__main__":
    main()
