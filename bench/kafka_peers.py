"""One job on one topic: Wardline beside hand-written loops and stream frameworks, per core.

The job: readings of 1,000 patients in three partitions; per patient windows of a minute (count,
least, greatest, mean of six vital signs) to one topic, readings with a heart rate over 120 or an
SpO2 below 90 to another. CPU is that of the contestant's process, its start left out. Windows are
compared with those of the hand-tuned loop, all but each patient's last, which only some close.

Bytewax and Quix Streams run in an environment of their own, made from the package index if it can
be had; their rows are left out if it cannot.

    python -m bench.kafka_peers [--readings 1000000] [--frameworks 200000]
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import msgspec
from tests import kafka

from bench.kafka_parts import readings
from bench.kafka_parts.children import Spent, UnfinishedError, run_children
from bench.kafka_parts.servers import Servers, load
from bench.report import print_table

PARTS = Path(__file__).with_name("kafka_parts")
OURS = {
    "consume() alone": "consume",
    "hand-tuned loop, msgspec + dicts": "hand_tuned",
    "naive loop, poll + json": "naive_loop",
    "Wardline without a store": "engine_only",
}
FRAMEWORKS = {"Bytewax 0.21": "peer_bytewax.py", "Quix Streams 3.28, one reduce": "peer_quix.py"}
REQUIREMENTS = ("bytewax==0.21.1", "quixstreams==3.28.1", "confluent-kafka", "msgspec")
HEADER = ("", "client CPU ns", "readings/s per core", "beside hand-tuned", "windows", "readings/s")
TOLERANCE = 1e-6

Windows = dict[tuple[str, int], Any]


class Contest:
    """Runs contestants and compares what they found."""

    def __init__(self, servers: Servers):
        self._servers = servers
        self._brokers = servers.broker.brokers
        self._reference: Windows = {}
        self._reference_ns = 0.0
        self.rows: list[tuple[str, ...]] = []

    def run(self, name: str, command: list[str], topic: str, count: int) -> None:
        """One contestant with topics of its own."""
        out = f"{topic}-{len(self.rows)}"
        for kind in ("windows", "alerts"):
            self._servers.broker.topic(f"{out}-{kind}", retention_ms=-1)
        arguments = [self._brokers, topic, out, str(count)]
        spent = run_children(self._servers, [[*command, *arguments]])
        found = self._windows(f"{out}-windows")
        if "hand-tuned" in name:
            self._reference, self._reference_ns = found, spent.client_ns
        self.say(name, spent, self._agreement(found))

    def say(self, name: str, spent: Spent, agreement: str) -> None:
        """A line of the table."""
        ratio = f"{self._reference_ns / spent.client_ns:.2f}" if self._reference_ns else ""
        self.rows.append(
            (
                name, f"{spent.client_ns:,.0f}", f"{1e9 / spent.client_ns:,.0f}", ratio, agreement,
                f"{spent.readings / spent.wall_s:,.0f}",
            )
        )  # fmt: skip

    def _windows(self, topic: str) -> Windows:
        found: Windows = {}
        for record in kafka.read(self._brokers, topic):
            assert record.value is not None
            assert record.key is not None
            _, start, parts = msgspec.json.decode(record.value)
            found[record.key.decode(), start] = parts
        return found

    def _agreement(self, found: Windows) -> str:
        """How many windows are those of the reference, of those both must have."""
        if not found:
            return ""
        last = max((start for _, start in self._reference), default=0)
        wanted = {key: parts for key, parts in self._reference.items() if key[1] < last}
        equal = sum(_is_equal(parts, found.get(key)) for key, parts in wanted.items())
        return f"{equal:,} of {len(wanted):,} equal"


def _is_equal(one: Any, other: Any) -> bool:
    if other is None:
        return False
    for left, right in zip(one, other, strict=True):
        if (left is None) != (right is None):
            return False
        if left is not None:
            pairs = zip(left, right, strict=True)
            if any(abs(a - b) > TOLERANCE * max(1, abs(a)) for a, b in pairs):
                return False
    return True


def worker_spent(servers: Servers, topic: str) -> Spent:
    """`wardline worker --store sqlite:... --findings ...`: durable, with everything found."""
    for name in ("patient-alerts", "wardline-windows", "wardline-dead-letters"):
        servers.broker.topic(name, retention_ms=-1)
    with tempfile.TemporaryDirectory() as folder:
        source = f"kafka://{servers.broker.brokers}/{topic}?group=wardline"
        findings = f"kafka://{servers.broker.brokers}/any"
        arguments = (source, f"sqlite:///{folder}/ward.db", findings)
        command = [sys.executable, "-m", "bench.kafka_parts.worker", *arguments]
        return run_children(servers, [command])


def environment() -> Path | None:
    """The Python of an environment that has the frameworks; None if they cannot be had."""
    folder = Path(tempfile.gettempdir()) / "wardline-bench-peers"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS]
        if subprocess.run(install, check=False).returncode:
            return None
        (folder / "complete").touch()
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument(
        "--frameworks", type=int, default=200_000, help="readings for them; 0: without them"
    )
    arguments = parser.parse_args()
    python = environment() if arguments.frameworks else None
    with Servers(needs_database=False) as servers:
        measure(servers, arguments.readings)
        if python is not None:
            measure_frameworks(servers, python, arguments.frameworks)


def measure(servers: Servers, count: int) -> None:
    """Everything that reads a million readings in seconds."""
    readings.fill(servers.broker, "job", "no", readings.keyed(1_000, count))
    contest = Contest(servers)
    for name, module in OURS.items():
        contest.run(name, [sys.executable, "-m", f"bench.kafka_parts.{module}"], "job", count)
    contest.say("wardline worker, SQLite, --findings", worker_spent(servers, "job"), "")
    print(f"{count:,} readings of 1,000 patients; {load()}")
    print_table(HEADER, contest.rows)


def measure_frameworks(servers: Servers, python: Path, count: int) -> None:
    """The same with fewer readings, the hand-tuned loop beside them."""
    readings.fill(servers.broker, "few", "no", readings.keyed(1_000, count))
    contest = Contest(servers)
    command = [sys.executable, "-m", "bench.kafka_parts.hand_tuned"]
    contest.run("hand-tuned loop, msgspec + dicts", command, "few", count)
    for name, file in FRAMEWORKS.items():
        try:
            contest.run(name, [str(python), str(PARTS / file)], "few", count)
        except UnfinishedError:
            print(f"{name} did not finish")
    print(f"\n{count:,} readings of 1,000 patients; {load()}")
    print_table(HEADER, contest.rows)


if __name__ == "__main__":
    main()
