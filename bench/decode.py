"""CPU time per reading of the JSON and CSV readers, beside what limits them, in the same run.

`python -m bench.decode [--readings 10000] [--repetitions 15]`. Medians of process CPU time, so
other work on the machine matters little; all rows take turns, so what is left hits them alike.
The limits: touching every byte once (numpy), and msgspec making typed objects of the same JSON,
which are not columns yet and not checked.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import msgspec
import numpy as np

from wardline.codecs.vitals_csv import decode_csv
from wardline.codecs.vitals_json import decode_json, decode_json_messages
from wardline.model.names import Dictionaries

PATIENTS = 1000
CSV_HEADER = (
    "patient_id,timestamp,heart_rate,respiratory_rate,spo2,systolic_bp,diastolic_bp,temperature\n"
)


class TypedReading(msgspec.Struct, gc=False):
    """What msgspec makes of one reading."""

    patient_id: str
    timestamp: str
    heart_rate: float
    respiratory_rate: float
    spo2: float
    systolic_bp: float
    diastolic_bp: float
    temperature: float
    patient_age: int
    gender: str
    condition: str
    is_anomaly: bool


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=int, default=10_000)
    parser.add_argument("--repetitions", type=int, default=15)
    arguments = parser.parse_args()
    count = arguments.readings
    items = [msgspec.json.encode(reading(n)) for n in range(count)]
    body = b"[" + b",".join(items) + b"]"
    table = (CSV_HEADER + "".join(map(csv_row, range(count)))).encode()
    rows = contestants(items, body, table)
    for _, _, run in rows:
        run()
    taken = {name: [] for name, _, _ in rows}
    for _ in range(arguments.repetitions):
        for name, _, run in rows:
            taken[name].append(cpu_ns(run) / count)
    print(f"{'':46}{'bytes':>7}{'ns/reading':>12}{'readings/s/core':>17}")
    for name, size, _ in rows:
        each = statistics.median(taken[name])
        print(f"{name:46}{size // count:>7}{each:>12.0f}{1e9 / each:>17,.0f}")


def contestants(
    items: list[bytes], body: bytes, table: bytes
) -> list[tuple[str, int, Callable[[], object]]]:
    known = Dictionaries()
    typed = msgspec.json.Decoder(list[TypedReading])
    places = np.arange(len(items))
    json_bytes, csv_bytes = (np.frombuffer(text, dtype=np.uint8) for text in (body, table))
    return [
        ("JSON, limit: every byte once", len(body), json_bytes.sum),
        ("JSON, limit: msgspec typed objects", len(body), lambda: typed.decode(body)),
        ("JSON, limit: msgspec plain objects", len(body), lambda: msgspec.json.decode(body)),
        ("decode_json, one array", len(body), lambda: decode_json(body, 0, known)),
        ("decode_json_messages, a reading each", len(body),
         lambda: decode_json_messages(items, places, known, positions=places)),
        ("CSV, limit: every byte once", len(table), csv_bytes.sum),
        ("decode_csv, 8 columns", len(table), lambda: list(decode_csv([table], known))),
    ]  # fmt: skip


def reading(n: int) -> dict[str, object]:
    return {
        "patient_id": f"PT-{n % PATIENTS:04d}",
        "timestamp": f"2024-03-01T12:{n // 60 % 60:02d}:{n % 60:02d}.{n % 1000:03d}Z",
        "heart_rate": 60 + n % 50,
        "respiratory_rate": 12 + n % 9,
        "spo2": 94 + n % 7,
        "systolic_bp": 110 + n % 30,
        "diastolic_bp": 70 + n % 20,
        "temperature": 36 + n % 30 / 10,
        "patient_age": 25 + n % 60,
        "gender": "FM"[n % 2],
        "condition": ("Stable", "Moderate", "Critical")[n % 3],
        "is_anomaly": n % 10 == 0,
    }


def csv_row(n: int) -> str:
    return ",".join(str(cell) for cell in list(reading(n).values())[:8]) + "\n"


def cpu_ns(run: Callable[[], object]) -> int:
    start = time.process_time_ns()
    run()
    return time.process_time_ns() - start


if __name__ == "__main__":
    main()
