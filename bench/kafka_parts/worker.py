"""One worker process, measured without its start: what `wardline worker --drain` runs.

`python -m bench.kafka_parts.worker SOURCE STORE [FINDINGS]` says "ready", waits for a line, drains
the topic, and says what that took.
"""

import sys
import threading

from bench.kafka_parts.contest import contest
from wardline.assembly import warm_up
from wardline.kafka_assembly import RunningWorker, ShardLimits, WorkerPlan


def main() -> None:
    source, store, *rest = sys.argv[1:]
    warm_up()
    findings = rest[0] if rest else None
    plan = WorkerPlan(source, store, None, findings, None, None, "event", True, ShardLimits())
    running = RunningWorker(plan)
    with contest() as done:
        running.run(threading.Event())
        done(running.tally.readings, accepted=running.tally.accepted)
    running.store.close()


if __name__ == "__main__":
    main()
