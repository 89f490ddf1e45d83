"""From what is durable back to a running engine: the last snapshot, then everything after it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from wardline.engine.engine import Engine
from wardline.engine.picture import pictures
from wardline.model.commands import DISCHARGE, SETTINGS, Command
from wardline.model.findings import Findings, Status
from wardline.model.names import Dictionaries, Names
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.pipeline.pending import TICK_POSITION
from wardline.pipeline.ports import Store, StoredBatch, StoredCommand


class StoreDamagedError(Exception):
    """The stored readings do not replay to what was stored."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """An engine that stands where the store stands, and how it got there."""

    engine: Engine
    replayed_rows: int
    note: str


Watch = Callable[[Findings], None]


def recover(store: Store, watch: Watch | None = None) -> Recovered:
    """An engine in the state of everything durable.

    Findings of the replay are in the store already; `watch` sees them, nobody writes them.
    Raises StoreUnavailableError, and StoreDamagedError if arrivals do not come out as stored.
    """
    snapshot = store.latest_snapshot()
    if snapshot is None:
        return _replayed(store, Engine(), 0, "", watch)
    try:
        engine = Engine.restore(snapshot.state)
        return _replayed(store, engine, snapshot.commit_seq, "", watch)
    except (ValueError, StoreDamagedError) as problem:
        note = f"the kept engine state cannot be used ({problem}): everything was replayed"
        return _replayed(store, Engine(), 0, note, watch)


def _replayed(
    store: Store, engine: Engine, commit_seq: int, note: str, watch: Watch | None
) -> Recovered:
    rows = 0
    for work in store.work_after(commit_seq):
        if isinstance(work, StoredCommand):
            findings = _apply(engine, work)
        else:
            findings = _process(engine, work)
            rows += len(work.batch)
        if watch is not None:
            watch(findings)
    ticked_to = store.position(TICK_POSITION)
    if ticked_to is not None:
        findings = engine.tick(ticked_to)
        if watch is not None:
            watch(findings)
    return Recovered(engine, rows, note)


def _process(engine: Engine, work: StoredBatch) -> Findings:
    outcome = engine.process(replace(work.batch, received_at=work.at))
    as_stored = (outcome.status == Status.ACCEPTED) & (outcome.arrival == work.arrival)
    if not as_stored.all():
        row = int(np.flatnonzero(~as_stored)[0])
        raise StoreDamagedError(f"arrival {work.arrival[row]} of a patient replays differently")
    return outcome.findings


def _apply(engine: Engine, work: StoredCommand) -> Findings:
    _, arrival, findings = engine.apply(replace(work.command, at=work.at))
    if arrival != work.arrival:
        raise StoreDamagedError(f"arrival {work.arrival} of a patient replays differently")
    return findings


def warm_up() -> None:
    """Load or compile all machine code now, so that the first reading does not wait for it."""
    engine = Engine()
    names = Dictionaries(Names(["warm-up"]), Names([""]))
    columns = empty_columns(2)
    columns["values"][:, 0] = 80_000
    batch = ReadingBatch(names.patients, names.sources, names.labels, **columns)  # pyright: ignore[reportArgumentType] - columns by name
    engine.process(batch, np.zeros(2, np.uint64))
    engine.tick(1)
    for name in (SETTINGS, DISCHARGE):
        engine.apply(Command("warm-up", 1, "", name, {"age": 50}))
    pictures(Engine.restore(engine.snapshot()), 1)
