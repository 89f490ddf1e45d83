"""Everything on so many CPUs: what one or two of them can do, servers included."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.kafka_parts.servers import Servers


@contextmanager
def on_cores(servers: Servers, count: int) -> Iterator[None]:
    """The caller, the broker, PostgreSQL and what they start meanwhile use `count` CPUs."""
    everything = os.sched_getaffinity(0)
    _use(servers, set(sorted(everything)[:count]))
    try:
        yield
    finally:
        _use(servers, everything)


def _use(servers: Servers, cores: set[int]) -> None:
    for pid in (os.getpid(), servers.broker.pid, *_family(servers.database.pid)):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)


def _family(pid: int) -> Iterator[int]:
    """A process and its children."""
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    yield from map(int, children.split())
