"""Workers from a topic into PostgreSQL, beside what the driver and the database take by themselves.

A real broker and a real PostgreSQL are started; readings of simulated patients (six vital signs,
one a second, about 215 bytes of JSON) lie in topics of three partitions, and `wardline worker
--drain` takes them through all analytics into the database. Figures are CPU ns per reading: of the
worker, of PostgreSQL, and apart from both of the broker. "Limit" is consume() alone plus COPY alone
of the same readings in the same run.

    python -m bench.kafka [--readings 1000000] [--patients 1000] [--many 100000]
"""

import argparse
import sys
from itertools import islice

from bench.kafka_parts.children import Spent, run_children, run_workers
from bench.kafka_parts.cores import on_cores
from bench.kafka_parts.readings import fill, keyed
from bench.kafka_parts.servers import Servers, load
from bench.report import print_table

SHAPES = {"no": "JSON, one a message", "lines": "JSON Lines, 100", "arrow": "Arrow, 5,000"}
EVEN = 4
"""Partitions that two workers share evenly."""
LONGER = 5
"""So many times the readings for them: until both have their partitions 2 s pass."""
NAIVE = 5_000
"""Readings of the naive design: more would take minutes."""

HEADER = (
    "", "client", "PostgreSQL", "both", "readings/s per core", "of the limit", "broker",
    "readings/s", "RSS MB",
)  # fmt: skip


class Bench:
    """Contestants one after the other, each with a topic, a group and a database of its own."""

    def __init__(self, servers: Servers, patients: int, readings: int):
        self._servers = servers
        self._patients, self._readings = patients, readings
        self.rows: list[tuple[str, ...]] = []

    def _database(self) -> str:
        return self._servers.database.new_database()

    def _child(self, module: str, *arguments: object) -> list[str]:
        return [sys.executable, "-m", f"bench.kafka_parts.{module}", *map(str, arguments)]

    def limit(self, topic: str) -> float:
        """consume() and COPY alone; their sum in ns."""
        brokers = self._servers.broker.brokers
        consumed = run_children(self._servers, [self._child("consume", brokers, topic)])
        self._say("consume() alone", consumed)
        arguments = (self._database(), self._patients, self._readings)
        copied = run_children(self._servers, [self._child("copy_alone", *arguments)])
        self._say("COPY alone", copied)
        total = consumed.client_ns + copied.both_ns
        self.rows.append(("limit: both", "", "", f"{total:,.0f}", f"{1e9 / total:,.0f}", *[""] * 4))
        return total

    def worker(
        self,
        name: str,
        topic: str,
        limit: float | None = None,
        count: int = 1,
        url: str | None = None,
    ) -> Spent:
        """Ours. `url`: a database that has been used before; None: a new one."""
        url = url or self._database()
        source = f"kafka://{self._servers.broker.brokers}/{topic}?group={url.rpartition('/')[2]}"
        spent = run_workers(self._servers, source, url, count=count)
        self._say(name, spent, limit)
        return spent

    def naive(self, topic: str) -> None:
        """One message, one row, one commit."""
        arguments = (self._servers.broker.brokers, topic, self._database(), NAIVE)
        self._say("naive", run_children(self._servers, [self._child("naive", *arguments)]))

    def _say(self, name: str, spent: Spent, limit: float | None = None) -> None:
        share = "" if limit is None else f"{limit / spent.both_ns:.0%}"
        self.rows.append(
            (
                name, f"{spent.client_ns:,.0f}", f"{spent.database_ns:,.0f}",
                f"{spent.both_ns:,.0f}", f"{1e9 / spent.both_ns:,.0f}", share,
                f"{spent.broker_ns:,.0f}", f"{spent.readings / spent.wall_s:,.0f}",
                f"{spent.peak_mb:,.0f}",
            )
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000, help="0: leave this part out")
    arguments = parser.parse_args()
    with Servers() as servers:
        measure(servers, arguments.patients, arguments.readings)
        measure_two(servers, arguments.patients, arguments.readings * LONGER)
        if arguments.many:
            measure_many(servers, arguments.many, arguments.readings)


def measure(servers: Servers, patients: int, readings: int) -> None:
    """All shapes of messages, beside the limit and the naive design."""
    bench = Bench(servers, patients, readings)
    made = list(keyed(patients, readings))
    for shape in SHAPES:
        fill(servers.broker, f"vitals-{shape}", shape, made)
    made.clear()
    limit = bench.limit("vitals-no")
    for shape, name in SHAPES.items():
        bench.worker(name, f"vitals-{shape}", limit if shape == "no" else None)
    bench.naive("vitals-no")
    print(f"{readings:,} readings of {patients:,} patients, ns of CPU per reading; {load()}")
    print_table(HEADER, bench.rows)


def measure_two(servers: Servers, patients: int, readings: int) -> None:
    """Two workers with two CPUs beside one with one, servers included; as much for both to do."""
    bench = Bench(servers, patients, readings)
    fill(servers.broker, "even", "no", keyed(patients, readings, EVEN), EVEN)
    for count in (1, 2):
        with on_cores(servers, count):
            bench.worker(f"{count} of both", "even", count=count)
    print(f"\n{readings:,} readings in {EVEN} partitions, workers and CPUs; {load()}")
    print_table(HEADER, bench.rows)


def measure_many(servers: Servers, patients: int, readings: int) -> None:
    """The same number of readings, of many patients: all of them new, and known since."""
    bench = Bench(servers, patients, readings)
    every = keyed(patients, 5 * readings)
    fill(servers.broker, "many", "no", islice(every, readings))
    limit = bench.limit("many")
    url = servers.database.new_database()
    bench.worker("all of them new", "many", limit, url=url)
    fill(servers.broker, "many", "no", every)
    bench.worker("known since, start of the worker included", "many", limit, url=url)
    print(f"\n{readings:,} readings of {patients:,} patients, then four times as many; {load()}")
    print_table(HEADER, bench.rows)


if __name__ == "__main__":
    main()
