"""From bytes to durable: a CSV replay and HTTP batches into SQLite, beside the bare insert.

`python -m bench.end_to_end` makes readings of 1,000 simulated patients (system A's six vital signs,
once a second, faults and courses included) and measures CPU ns per reading:

- csv: the file read, decoded, through the engine and committed, as `wardline replay` does;
- http: bodies of 10,000 readings of 10,000 patients posted to a running `wardline up`, the
  server's own CPU;
- limit: the same readings as ready-made tuples by sqlite3's executemany into a table with the same
  key, same pragmas, nothing else (`bench.store` has the details).
"""

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import print_table
from wardline.assembly import open_store
from wardline.cli.recordings import Material
from wardline.engine.engine import Engine
from wardline.model.readings import ReadingBatch
from wardline.model.vitals import MISSING, VITAL_INDEX
from wardline.pipeline.clock import EventClock, WallClock
from wardline.pipeline.recovery import warm_up
from wardline.pipeline.worker import Worker
from wardline.simulator.messages import messages
from wardline.simulator.ward import Ward

PATIENTS = 1_000
SECONDS = 300
LIVE_PATIENTS = 10_000
LIVE_SECONDS = 30
"""Many patients for a short time: readings must be of now, as those of real monitors are."""

ITEMS = 10_000
PORT = 18_599
COLUMNS = (
    "heart_rate", "respiratory_rate", "spo2", "systolic_bp", "diastolic_bp", "temperature",
)  # fmt: skip
READY_MAX_S = 180.0


def simulated(start_ms: int, patients: int, seconds: int) -> list[ReadingBatch]:
    ward = Ward(patients, 42, start_ms, profile="vitals")
    return list(ward.pieces(start_ms, start_ms + seconds * 1000))


def written_csv(folder: Path, batches: list[ReadingBatch]) -> Path:
    path = folder / "ward.csv"
    places = [VITAL_INDEX[name] for name in COLUMNS]
    with path.open("w") as file:
        file.write(f"patient_id,timestamp,{','.join(COLUMNS)}\n")
        for batch in batches:
            rows = zip(
                batch.patients.texts(batch.patient), batch.observed_at.tolist(),
                batch.values[:, places].tolist(), strict=True,
            )  # fmt: skip
            for patient_id, at, values in rows:
                cells = ("" if value == MISSING else f"{value / 1000:g}" for value in values)
                file.write(f"{patient_id},{at},{','.join(cells)}\n")
    return path


def csv_replay(folder: Path, path: Path) -> tuple[int, float, float]:
    """(readings, CPU ns per reading, wall readings per second)."""
    store = open_store(f"sqlite:///{folder}/csv.db")
    worker = Worker(Engine(), store, EventClock())
    started, began = time.process_time_ns(), time.perf_counter()
    count = 0
    for part in Material([str(path)], "auto", ITEMS).parts():
        count += worker.take(part).accepted
    worker.commit()
    spent, wall_s = time.process_time_ns() - started, time.perf_counter() - began
    store.close()
    return count, spent / count, count / wall_s


def bare_insert(folder: Path, batches: list[ReadingBatch]) -> float:
    """CPU ns per reading of the driver alone."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE readings (id INTEGER PRIMARY KEY, patient INT, at INT, source INT, a INT, "
        "b INT, c INT, d INT, e INT, f INT, UNIQUE (patient, at, source))"
    )
    places = [VITAL_INDEX[name] for name in COLUMNS]
    count, spent = 0, 0
    for batch in batches:
        order = batch.patient.argsort(kind="stable")
        values = batch.values[order][:, places].T.tolist()
        rows = list(zip(
            batch.patient[order].tolist(), batch.observed_at[order].tolist(), [0] * len(batch),
            *values, strict=True,
        ))  # fmt: skip
        started = time.process_time_ns()
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO readings (patient, at, source, a, b, c, d, e, f) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows,
        )  # fmt: skip
        connection.execute("COMMIT")
        spent += time.process_time_ns() - started
        count += len(rows)
    connection.close()
    return spent / count


def http_batches(folder: Path) -> tuple[int, float, float]:
    """(readings, the server's CPU ns per reading, wall readings per second)."""
    batches = simulated(WallClock().now_ms(), LIVE_PATIENTS, LIVE_SECONDS)
    items = [message for batch in batches for message in messages(batch)]
    bodies = [b"[" + b",".join(items[i : i + ITEMS]) + b"]" for i in range(0, len(items), ITEMS)]
    server = running_server(folder)
    try:
        wait_until_ready()
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        posted(connection, bodies[0])
        before, began = cpu_ns(server.pid), time.perf_counter()
        count = sum(posted(connection, body) for body in bodies[1:])
        spent, wall_s = cpu_ns(server.pid) - before, time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(30)
    return count, spent / count, count / wall_s


def running_server(folder: Path) -> subprocess.Popen:
    command = [
        sys.executable, "-m", "wardline", "up", "--no-simulator", "--no-browser", "--port",
        str(PORT), "--store", f"sqlite:///{folder}/http.db",
    ]  # fmt: skip
    environment = {**os.environ, "WARDLINE_DATA_DIR": str(folder)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_until_ready() -> None:
    until = time.monotonic() + READY_MAX_S
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError("wardline up was not ready in time")


def posted(connection: http.client.HTTPConnection, body: bytes) -> int:
    connection.request("POST", "/api/v1/readings", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    return answer["accepted"]


def cpu_ns(pid: int) -> int:
    """CPU time of a process so far, user and system (10 ms steps)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def main() -> None:
    warm_up()
    folder = Path(tempfile.mkdtemp(prefix="wardline-bench-"))
    try:
        batches = simulated(1_700_000_000_000, PATIENTS, SECONDS)
        path = written_csv(folder, batches)
        limit = bare_insert(folder, batches)
        figures = {"csv": csv_replay(folder, path), "http": http_batches(folder)}
    finally:
        shutil.rmtree(folder)
    rows = [
        (name, f"{count:,}", f"{cost:,.0f}", f"{1e9 / cost:,.0f}", f"{rate:,.0f}", f"{limit:,.0f}",
         f"{cost / limit:.1f}")
        for name, (count, cost, rate) in figures.items()
    ]  # fmt: skip
    header = (
        "end to end", "readings", "CPU ns each", "readings/s per core", "readings/s wall",
        "limit ns", "ratio",
    )  # fmt: skip
    print_table(header, rows)


if __name__ == "__main__":
    main()
