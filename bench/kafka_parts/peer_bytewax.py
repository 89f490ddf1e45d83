"""The job in Bytewax 0.21, run by the Python of the peers' own environment.

`python peer_bytewax.py BROKERS TOPIC OUT COUNT`; says what it took as the others do. This file
imports nothing of ours: the environment has only the framework.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta

import bytewax.operators as op
import msgspec
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.operators import windowing as win
from bytewax.testing import cluster_main

VITALS = (
    "heart_rate", "systolic_bp", "diastolic_bp", "spo2", "temperature", "respiratory_rate",
)  # fmt: skip
START = datetime(2020, 1, 1, tzinfo=UTC)
decode = msgspec.json.decode


def folded(state, reading):
    for name in VITALS:
        value = reading.get(name)
        if value is not None:
            part = state.setdefault(name, [0, value, value, 0.0])
            part[0] += 1
            part[1], part[2] = min(part[1], value), max(part[2], value)
            part[3] += value
    return state


def merged(one, _other):
    return one


def is_alert(reading):
    heart_rate, spo2 = reading.get("heart_rate"), reading.get("spo2")
    return (heart_rate or 0) > 120 or (spo2 is not None and spo2 < 90)


def flow_of(brokers, topic, out):
    flow = Dataflow("job")
    consumed = kop.input(
        "in", flow, brokers=[brokers], topics=[topic], tail=False, batch_size=10_000,
        add_config={"fetch.queue.backoff.ms": "10", "queued.min.messages": "300000"},
    )  # fmt: skip
    readings = op.map("decode", consumed.oks, lambda message: decode(message.value))
    alerts = op.filter("alerts", readings, is_alert)
    keyed = op.key_on("key", readings, lambda reading: reading["patient_id"])
    clock = win.EventClock(
        lambda reading: datetime.fromisoformat(reading["timestamp"]), timedelta(seconds=5)
    )
    tumbling = win.TumblingWindower(align_to=START, length=timedelta(seconds=60))
    windows = win.fold_window("fold", keyed, clock, tumbling, dict, folded, merged)
    told = op.map("window", windows.down, window_message)
    kop.output("windows", told, brokers=[brokers], topic=f"{out}-windows")
    told_alerts = op.map(
        "alert",
        alerts,
        lambda r: KafkaSinkMessage(r["patient_id"].encode(), msgspec.json.encode(r)),
    )
    kop.output("told", told_alerts, brokers=[brokers], topic=f"{out}-alerts")
    return flow


def window_message(item):
    patient, (number, sums) = item
    start = int(START.timestamp()) + 60 * number
    parts = [[s[0], s[1], s[2], s[3] / s[0]] if (s := sums.get(name)) else None for name in VITALS]
    return KafkaSinkMessage(patient.encode(), msgspec.json.encode((patient, start, parts)))


if __name__ == "__main__":
    brokers, topic, out, count = sys.argv[1:5]
    flow = flow_of(brokers, topic, out)
    print("ready", flush=True)
    sys.stdin.readline()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    cluster_main(flow, [], 0)
    done = {
        "readings": int(count), "cpu_s": time.process_time() - cpu_s,
        "wall_s": time.perf_counter() - wall_s, "peak_mb": 0,
    }  # fmt: skip
    print(json.dumps(done), flush=True)
