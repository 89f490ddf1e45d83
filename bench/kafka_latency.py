"""From the broker to the screen: when a reading is appended, and when a WebSocket has its value.

A broker, PostgreSQL, `wardline worker`, `wardline serve` and a producer run on this machine; one
viewer listens. The clock starts with the broker's own append time. Values are latest-wins: of
readings that come faster than pictures are sent, the one that is shown counts.

    python -m bench.kafka_latency [--rate 10000] [--patients 1000] [--seconds 30]
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from deploy.one_machine.processes import free_port
from tests import kafka
from websockets.asyncio.client import connect

from bench.kafka_parts.servers import Servers, load, process_ns
from bench.report import print_table
from wardline.stores.relational.store import RelationalStore

READY_S, LAST_S = 120.0, 5.0
WARM_S = 5
"""The first seconds, when patients are new, are left out."""

Seen = list[tuple[float, str, str]]
"""(when, patient, the time its heart rate was measured, as the feed writes it)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=10_000, help="readings a second")
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=30)
    arguments = parser.parse_args()
    with Servers() as servers, ExitStack() as closing:
        measure(servers, closing, arguments)


def measure(servers: Servers, closing: ExitStack, arguments: Any) -> None:
    brokers, url = servers.broker.brokers, servers.database.new_database()
    source = servers.broker.topic("vitals", message_timestamp_type="LogAppendTime")
    live = f"kafka://{brokers}/wardline-live"
    kafka.create_topic(brokers, "wardline-live", message_timestamp_type="LogAppendTime")
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
    RelationalStore(url).close()  # so that there are tables
    worker = started(closing, "worker", "--source", source, "--store", url, "--live", live)
    port = free_port()
    serve = started(
        closing, "serve", "--store", url, "--live", live, "--port", str(port), "--no-browser"
    )
    before = process_ns(worker), process_ns(serve)
    file = folder / "appended.txt"
    sending = [
        brokers, "vitals", str(arguments.patients), str(arguments.rate), str(arguments.seconds),
        str(file),
    ]  # fmt: skip
    seen = asyncio.run(watched(port, sending))
    spent = process_ns(worker) - before[0], process_ns(serve) - before[1]
    report(latencies_ms(file, seen), spent, arguments)


def started(closing: ExitStack, *command: str) -> int:
    """The pid of one of our programs, which ends with the benchmark."""
    process = subprocess.Popen([sys.executable, "-m", "wardline", *command], env=dict(os.environ))

    def end() -> None:
        process.terminate()
        process.wait(30)

    closing.callback(end)
    return process.pid


async def watched(port: int, sending: Sequence[str]) -> Seen:
    """What a viewer was shown while a producer sent."""
    seen: Seen = []
    async with connected(port) as socket:
        await asyncio.wait_for(worker_heard(socket), READY_S)
        producer = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.kafka_parts.steady_producer", *sending
        )
        watching = asyncio.create_task(watch(socket, seen))
        await producer.wait()
        await asyncio.sleep(LAST_S)
        watching.cancel()
    return seen


async def worker_heard(socket: Any) -> None:
    """Until the server has no complaints: the worker serves its partitions."""
    async for message in socket:
        content = msgspec.json.decode(message)
        if content["type"] == "heartbeat" and not content["problems"]:
            return


def connected(port: int) -> Any:
    """A viewer's socket, once there is a server."""
    give_up_s = time.monotonic() + READY_S
    import http.client  # noqa: PLC0415 - only here

    while time.monotonic() < give_up_s:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.5)
        else:
            return connect(f"ws://127.0.0.1:{port}/api/v1/live", max_size=None)
    raise TimeoutError("wardline serve did not start")


async def watch(socket: Any, seen: Seen) -> None:
    """Note what comes, with as little work as can be."""
    decode = msgspec.json.decode
    async for message in socket:
        now_ms = time.time_ns() / 1e6
        content = decode(message)
        if content["type"] != "values":
            continue
        for patient in content["patients"]:
            shown = patient.get("vitals", {}).get("heart_rate", {}).get("observed_at")
            if shown:
                seen.append((now_ms, patient["patient_id"], shown))


def latencies_ms(file: Path, seen: Seen) -> np.ndarray:
    """One per reading shown, but for those of the first seconds."""
    lines = [line.split() for line in file.read_text().splitlines()]
    appended = {(patient, int(at)): int(had) for patient, at, had in lines}
    first = min(appended.values()) + WARM_S * 1000
    shown = [(now, patient, milliseconds(at)) for now, patient, at in seen]
    found = [
        now - appended[patient, at]
        for now, patient, at in shown
        if appended.get((patient, at), 0) >= first
    ]
    return np.array(found)


def milliseconds(text: str) -> int:
    """A time of the feed in ms since 1970."""
    return int(np.datetime64(text.removesuffix("Z"), "ms").astype(np.int64))


def report(latency_ms: np.ndarray, spent: tuple[int, int], arguments: Any) -> None:
    cores = [f"{ns / 1e9 / arguments.seconds:.2f}" for ns in spent]
    print(f"{arguments.rate:,} readings/s of {arguments.patients:,} patients; {load()}")
    header = ("", "readings shown", "p50 ms", "p99 ms", "worst ms", "worker cores", "serve cores")
    if not len(latency_ms):
        raise SystemExit("nothing was shown")
    p50, p99, worst = np.percentile(latency_ms, (50, 99, 100))
    row = (
        "append to WebSocket", f"{len(latency_ms):,}", f"{p50:.0f}", f"{p99:.0f}", f"{worst:.0f}",
        *cores,
    )  # fmt: skip
    print_table(header, [row])


if __name__ == "__main__":
    main()
