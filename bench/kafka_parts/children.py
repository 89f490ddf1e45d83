"""Processes of a contestant: started together, measured from the moment all are ready."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Timer
from typing import Any

from bench.kafka_parts.servers import Servers

READY, DONE_S = "ready\n", 300


class UnfinishedError(Exception):
    """A contestant ended, or was ended after DONE_S, without a result."""


@dataclass(slots=True)
class Spent:
    """CPU per reading in ns: clients, PostgreSQL, broker. wall_s: until the last was done."""

    readings: int
    client_ns: float
    database_ns: float
    broker_ns: float
    wall_s: float
    peak_mb: float

    @property
    def both_ns(self) -> float:
        """Without the broker."""
        return self.client_ns + self.database_ns


def run_workers(servers: Servers, *arguments: str, count: int = 1) -> Spent:
    """Workers that drain a topic together. arguments: source, store, findings."""
    command = [sys.executable, "-m", "bench.kafka_parts.worker", *arguments]
    return run_children(servers, [command] * count)


def run_children(servers: Servers, commands: Sequence[Sequence[str]]) -> Spent:
    """Start all, let them begin together, and add up what they and the servers took."""
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == READY, "a contestant did not start"
    before = _servers_ns(servers)
    done = [_told_to_go(child) for child in children]
    late = [Timer(DONE_S, child.kill) for child in children]
    for timer in late:
        timer.start()
    results = [_result(child) for child in done]
    for timer in late:
        timer.cancel()
    after = _servers_ns(servers)
    for child in children:
        child.wait(DONE_S)
    return _spent(results, [b - a for a, b in zip(before, after, strict=True)])


def _told_to_go(child: subprocess.Popen[str]) -> subprocess.Popen[str]:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()
    return child


def _result(child: subprocess.Popen[str]) -> dict[str, Any]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise UnfinishedError
    return json.loads(line)


def _servers_ns(servers: Servers) -> tuple[int, int]:
    return servers.database_ns(), servers.broker_ns()


def _spent(results: list[dict[str, Any]], served_ns: list[int]) -> Spent:
    readings = sum(result["readings"] for result in results)
    client_ns = sum(result["cpu_s"] for result in results) * 1e9
    return Spent(
        readings, client_ns / readings, served_ns[0] / readings, served_ns[1] / readings,
        max(result["wall_s"] for result in results), max(result["peak_mb"] for result in results),
    )  # fmt: skip
