"""The two ends of a replay: a store, or a running Wardline."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import numpy as np

from wardline.cli.options import say
from wardline.cli.progress import ProgressLine
from wardline.cli.recordings import Material, Part
from wardline.cli.redating import redated
from wardline.cli.sending import Sender, Sent
from wardline.config import token
from wardline.model.decoded import Decoded
from wardline.pipeline.clock import EventClock
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.ports import Store, StoredCommand
from wardline.pipeline.recovery import recover
from wardline.pipeline.replay import Pace, replay
from wardline.pipeline.tally import Tally
from wardline.pipeline.worker import Worker

Answer = dict[str, Any]


def replay_into_store(
    material: Material, store: Store, speed: float | None, stopping: Event, progress: ProgressLine
) -> Answer:
    """Replay on the event clock; the fields of `--json`.

    `wall_s` and `cpu_s` end when the last reading is durable; `digest_s` is what reading all
    findings back for the digest took after that.
    """
    started = time.perf_counter(), time.process_time()
    clock = EventClock()
    worker = Worker(recover(store).engine, store, clock)
    patients: set[str] = set()
    taken = 0

    def show(rows: int) -> None:
        nonlocal taken
        taken += rows
        progress.update(material.share, f"{taken:,} readings")

    parts = _noting_patients(material.parts(), patients)
    replay(parts, worker, clock, Pace(speed, stopping), show)
    durable = time.perf_counter(), time.process_time()
    digest = findings_digest(store, patients)
    times = {
        "wall_s": round(durable[0] - started[0], 3),
        "cpu_s": round(durable[1] - started[1], 3),
        "digest_s": round(time.perf_counter() - durable[0], 3),
    }
    found = {**digest.counts, "findings_sha256": digest.sha256}
    return _account(material, worker.tally) | found | times


def _noting_patients(parts: Iterator[Part], patients: set[str]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, StoredCommand):
            patients.add(part.command.patient_id)
        else:
            batch = part.batch
            patients.update(batch.patients.texts(np.unique(batch.patient)))
        yield part


def _account(material: Material, tally: Tally) -> Answer:
    return {
        "rows": material.rows,
        "ignored_rows": material.ignored_rows,
        "readings": tally.readings,
        "accepted": tally.accepted,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "rejected_values": tally.rejected_values,
        "late": tally.late_values,
    }


def replay_into_wardline(
    material: Material, into: str, speed: float | None, stopping: Event, progress: ProgressLine
) -> Answer:
    """Send to a running Wardline, re-dated so that the first reading is now.

    Findings are made there, so none are counted here.
    """
    sender = Sender(into, token())
    tally = Tally()

    def refuse(decoded: Decoded) -> None:
        tally.rejected += len(decoded.rejections)
        tally.rejected_values += int(np.bitwise_count(decoded.batch.bad).sum())

    try:
        for objects in redated(material.feeds(), speed, stopping, refuse):
            sender.send(objects)
            progress.update(material.share, f"{sender.sent.accepted:,} taken")
    finally:
        sender.close()
    for reason, count in sender.sent.reasons.items():
        say(f"refused there: {count} x {reason}")
    return _sent_account(material, sender.sent, tally)


def _sent_account(material: Material, sent: Sent, tally: Tally) -> Answer:
    """What was stopped before it was sent is no reading of this replay."""
    tally.accepted = sent.accepted
    tally.duplicates = sent.duplicates
    tally.rejected += sent.rejected
    tally.readings = tally.accepted + tally.duplicates + tally.rejected
    tally.rejected_values += sent.rejected_values
    unknown = ("late", "windows", "scores", "anomalies", "transitions", "findings_sha256")
    return _account(material, tally) | dict.fromkeys(unknown)
