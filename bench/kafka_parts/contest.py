"""How a contestant's process says that it is ready, waits, and says what its work took."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WAIT_S = 30.0


@contextmanager
def contest() -> Iterator[Callable[..., None]]:
    """Say "ready", wait for a line; gives what is to be called with the count of readings."""
    print("ready", flush=True)
    sys.stdin.readline()
    cpu_s, wall_s = time.process_time(), time.perf_counter()

    def done(readings: int, **more: Any) -> None:
        said = {
            "readings": readings,
            "cpu_s": time.process_time() - cpu_s,
            "wall_s": time.perf_counter() - wall_s,
            "peak_mb": peak_mb(),
        }
        print(json.dumps(said | more), flush=True)

    yield done


def peak_mb() -> float:
    """The most memory this process had."""
    # `getrusage` counts what the parent had when it started us.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def whole_topic(consumer: Any, topic: str) -> tuple[int, list[Any]]:
    """How many messages a topic holds, and the places from which to read it all (`assign`)."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition  # noqa: PLC0415 - an extra

    partitions = consumer.list_topics(topic, timeout=WAIT_S).topics[topic].partitions
    places = [TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions]
    ends = [consumer.get_watermark_offsets(place, timeout=WAIT_S)[1] for place in places]
    return sum(ends), places
