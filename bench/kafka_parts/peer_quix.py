"""The job in Quix Streams 3.28 with one reduce, run by the Python of the peers' own environment.

`python peer_quix.py BROKERS TOPIC OUT COUNT`; says what it took as the others do.
"""

import json
import sys
import tempfile
import time
from datetime import datetime

from quixstreams import Application

VITALS = (
    "heart_rate", "systolic_bp", "diastolic_bp", "spo2", "temperature", "respiratory_rate",
)  # fmt: skip


def begun(reading):
    return folded({}, reading)


def folded(state, reading):
    for name in VITALS:
        value = reading.get(name)
        if value is not None:
            part = state.get(name)
            if part is None:
                state[name] = [1, value, value, value]
            else:
                count, low, high, total = part
                state[name] = [count + 1, min(low, value), max(high, value), total + value]
    return state


def is_alert(reading):
    heart_rate, spo2 = reading.get("heart_rate"), reading.get("spo2")
    return (heart_rate or 0) > 120 or (spo2 is not None and spo2 < 90)


def at_ms(value, _headers, _timestamp, _type):
    return int(datetime.fromisoformat(value["timestamp"]).timestamp() * 1000)


def told(window):
    sums = window["value"]
    parts = [[s[0], s[1], s[2], s[3] / s[0]] if (s := sums.get(name)) else None for name in VITALS]
    return ["", window["start"] // 1000, parts]


if __name__ == "__main__":
    brokers, topic, out, count = sys.argv[1:5]
    app = Application(
        broker_address=brokers, consumer_group="quix", auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(), loglevel="ERROR",
        consumer_extra_config={"fetch.queue.backoff.ms": 10, "queued.min.messages": 300000},
    )  # fmt: skip
    source = app.topic(topic, value_deserializer="json", timestamp_extractor=at_ms)
    stream = app.dataframe(source)
    stream.filter(is_alert).to_topic(app.topic(f"{out}-alerts", value_serializer="json"))
    windows = stream.tumbling_window(duration_ms=60_000).reduce(folded, begun).final()
    windows.apply(told).to_topic(app.topic(f"{out}-windows", value_serializer="json"))
    print("ready", flush=True)
    sys.stdin.readline()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    app.run(count=int(count))
    done = {
        "readings": int(count), "cpu_s": time.process_time() - cpu_s,
        "wall_s": time.perf_counter() - wall_s, "peak_mb": 0,
    }  # fmt: skip
    print(json.dumps(done), flush=True)
