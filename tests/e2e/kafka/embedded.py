"""What one engine in one process makes of the same messages, without a broker or a worker."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from threading import Event
from typing import Any

import numpy as np
from tests.e2e.kafka.recorded import Sent

from wardline.codecs.refusing import refused_message
from wardline.codecs.tables import canonical_rows
from wardline.codecs.topic_messages import PlacedCommand, command_message, decode_topic
from wardline.engine.engine import Engine
from wardline.model.findings import Outcome
from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch
from wardline.model.tables import TABLES
from wardline.pipeline.clock import EventClock
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.outlet import ALERTS, WINDOWS, PatientContext, outgoing
from wardline.pipeline.ports import Commit, Query, Store
from wardline.pipeline.replay import Pace, replay
from wardline.pipeline.worker import Worker
from wardline.stores.relational.store import RelationalStore

COMPARED = ("readings", "commands", "windows", "scores", "anomalies", "transitions")
PIECE = 997
"""Messages decoded together: no size that a worker has."""

Row = tuple[Any, ...]
Contents = dict[str, Any]
Published = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Expected:
    """contents: of the store. published: topic -> messages, alerts without what is said about the
    patient: that is what was known when the alert was written."""

    contents: Contents
    published: Published

    def renamed(self, names: Mapping[str, str]) -> "Expected":
        """What the same would be under other names of topics and patients."""
        kept = {name: rows for name, rows in self.contents.items() if name != "sha256"}
        return Expected(_renamed(kept, names), _renamed(self.published, names))


def _renamed(said: Any, names: Mapping[str, str]) -> Any:
    if isinstance(said, str):
        return reduce(lambda text, name: text.replace(name, names[name]), names, said)
    if isinstance(said, dict):
        return {key: _renamed(one, names) for key, one in said.items()}
    if isinstance(said, list | tuple | set):
        return type(said)(_renamed(one, names) for one in said)
    return said


def contents_of(store: Any) -> Contents:
    """Everything that must not depend on who served which patients when."""
    found: Contents = {name: _exported(store, name) for name in COMPARED}
    found["refused"] = sorted(
        (letter.position, letter.patient_id, letter.field, letter.reason, letter.raw)
        for letter in store.dead_letters()
    )
    digest = findings_digest(store, set(store.arrival_lines()))
    return found | {"sha256": digest.sha256, "counts": digest.counts}


def _exported(store: Any, name: str) -> list[Row]:
    """In the order of exports: a store orders by source in whichever order it came to know them."""
    patients = (canonical_rows(TABLES[name], rows) for rows in store.rows(Query(name)))
    return [tuple(row) for rows in patients for row in rows]


def differences(found: Contents, expected: Contents) -> dict[str, Any]:
    """Per table (missing, too many), a few of each; empty if all is as it should be."""
    told: dict[str, Any] = {}
    for name, wanted in expected.items():
        if found[name] == wanted:
            continue
        if not isinstance(wanted, list):
            told[name] = (found[name], wanted)
            continue
        missing = [row for row in wanted if row not in set(found[name])]
        surplus = [row for row in found[name] if row not in set(wanted)]
        told[name] = (len(found[name]), len(wanted), missing[:3], surplus[:3])
    return told


def without_context(value: bytes) -> str:
    """An alert or window as one text."""
    said = json.loads(value)
    said.pop("patient", None)
    return json.dumps(said)


class _Listener:
    def __init__(self) -> None:
        self.published: Published = {ALERTS: set(), WINDOWS: set()}

    def seen(self, batch: ReadingBatch, outcome: Outcome) -> None:
        pass

    def committed(self, commit: Commit) -> None:
        for out in outgoing(commit, PatientContext(())):
            if out.topic in self.published:
                self.published[out.topic].add(without_context(out.value))


def embedded(sent: Sequence[Sent], topic: str) -> Expected:
    """One worker on the event clock, partition after partition."""
    store, clock, listener = RelationalStore("sqlite://"), EventClock(), _Listener()
    worker = Worker(Engine(), store, clock, observer=listener)
    by_partition: defaultdict[int, list[bytes]] = defaultdict(list)
    for one in sent:
        by_partition[one.partition].append(one.value)
    for partition, values in sorted(by_partition.items()):
        _take(worker, clock, values, f"{topic}/{partition}")
    worker.commit()
    expected = Expected(contents_of(store), listener.published)
    store.close()
    return expected


def _take(worker: Worker, clock: EventClock, values: Sequence[bytes], origin: str) -> None:
    names = Dictionaries()
    for start in range(0, len(values), PIECE):
        some = values[start : start + PIECE]
        places = np.arange(start, start + len(some), dtype=np.int64)
        for part in decode_topic(some, places, np.zeros_like(places), names, origin=origin):
            if isinstance(part, PlacedCommand):
                clock.advance(part.given_at)
                _apply(worker, part, names, origin)
                continue
            if len(part.batch):
                clock.advance(int(part.batch.observed_at.max()))
            batch = replace(part.batch, received_at=part.batch.observed_at)
            worker.take(replace(part, batch=batch), origin)


def _apply(worker: Worker, placed: PlacedCommand, names: Dictionaries, origin: str) -> None:
    command = replace(placed.command, at=placed.given_at)
    try:
        worker.apply(command)
    except ValueError as problem:
        raw = command_message(command)
        refused = refused_message(raw, placed.position, str(problem), names, origin)
        worker.take(refused, origin)


def replayed(stores: Iterable[Store]) -> Expected:
    """What was accepted, shard by shard in its order, through one engine of a new store."""
    copy, listener = RelationalStore("sqlite://"), _Listener()
    worker = Worker(Engine(), copy, EventClock(), observer=listener)
    for store in stores:
        replay(store.work_after(0), worker, EventClock(), Pace(None, Event()), lambda _: None)
    expected = Expected(contents_of(copy), listener.published)
    copy.close()
    return expected
