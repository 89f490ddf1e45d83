"""What a real host does around an engine: keep the accepted readings and answer for the store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from tests.oracle import Reading
from tests.oracle.oracle import Answer
from tests.streams.steps import Step, Tick, batch_of

from wardline.engine.engine import Engine
from wardline.model.content import content_hash
from wardline.model.findings import NO_TIME, Findings, Status
from wardline.model.names import Names
from wardline.model.policy import CONDITION_NAMES, PRIORITY_NAMES, STATE_NAMES
from wardline.model.readings import ReadingBatch
from wardline.model.scores import SCORES
from wardline.model.vitals import MISSING, VITAL_NAMES

WIDTH, DUE_AFTER = 60_000, 70_000


class EngineHost:
    """An engine, the content of what it accepted, and all it found, as the oracle says it."""

    def __init__(self):
        self.engine = Engine()
        self.patients, self.sources = Names(), Names()
        self.stored = {}
        self.values = defaultdict(list)
        self.answers = []
        self.windows = {}
        self.scores = defaultdict(list)
        self.anomalies = defaultdict(list)
        self.transitions = defaultdict(list)
        self.recomputed = 0

    def readings(self, readings: Sequence[Reading]) -> None:
        """Give readings as one batch."""
        batch = batch_of(readings, self.patients, self.sources)
        hashes = content_hash(batch)
        outcome = self.engine.process(batch, self.looked_up(batch, readings))
        for row, reading in enumerate(readings):
            accepted = outcome.status[row] == Status.ACCEPTED
            answer = Answer(Status(outcome.status[row]).name.lower())
            if accepted:
                a, arrival = int(outcome.at[row]), int(outcome.arrival[row])
                answer = Answer("accepted", a, arrival, bool(outcome.late[row]))
                self.keep(reading, a, int(hashes[row]))
            self.answers.append(answer)
        self.take(outcome.findings)

    def looked_up(self, batch: ReadingBatch, readings: Sequence[Reading]) -> np.ndarray | None:
        """What the store says of the keys the engine is not sure of."""
        rows = self.engine.doubtful(batch)
        if not len(rows):
            return None
        stored = np.zeros(len(batch), np.uint64)
        for row in rows.tolist():
            stored[row] = self.stored.get((readings[row].patient_id, *readings[row].key), 0)
        return stored

    def keep(self, reading: Reading, a: int, content: int) -> None:
        self.stored[reading.patient_id, *reading.key] = content
        start = reading.t // WIDTH * WIDTH
        for vital, value in reading.values.items():
            late = a >= start + DUE_AFTER
            self.values[reading.patient_id, vital, start].append((value, late))

    def give(self, step: Step) -> None:
        """Give one step."""
        if isinstance(step, Reading):
            self.readings([step])
        elif isinstance(step, Tick):
            self.take(self.engine.tick(step.now))
        else:
            self.take(self.engine.apply(step)[2])

    def reopen(self) -> None:
        """Go on with an engine restored from a snapshot of this one."""
        self.engine = Engine.restore(self.engine.snapshot())
        self.patients, self.sources = Names(), Names()

    def take(self, findings: Findings) -> None:
        name = self.engine.patients.text
        for row in findings.windows:
            key = name(row["patient"]), VITAL_NAMES[row["vital"]], int(row["start"])
            fields = ("count", "min", "max", "sum", "revision")
            self.windows[key] = tuple(int(row[field]) for field in fields)
        for row in findings.recompute:
            self.recomputed += 1
            key = name(row["patient"]), VITAL_NAMES[row["vital"]], int(row["start"])
            self.windows[key] = rebuilt(self.values[key])
        for row in findings.scores:
            self.scores[name(row["patient"])].append(score_row(row))
        for row in findings.anomalies:
            self.anomalies[name(row["patient"])].append(anomaly_row(row))
        for row in findings.transitions:
            self.transitions[name(row["patient"])].append(transition_row(row))

    def findings(self) -> dict:
        """All found so far in the oracle's form."""
        lists = {
            kind: [(patient, *row) for patient in sorted(rows) for row in rows[patient]]
            for kind, rows in (
                ("scores", self.scores),
                ("anomalies", self.anomalies),
                ("transitions", self.transitions),
            )
        }
        return {"windows": self.windows, **lists}


def rebuilt(kept: list[tuple[int, bool]]) -> tuple[int, int, int, int, int]:
    """A window out of the stored readings, as a store computes it."""
    values = [value for value, _ in kept]
    return len(values), min(values), max(values), sum(values), sum(late for _, late in kept)


def filled(cell: np.integer) -> int | None:
    return None if cell in (MISSING, NO_TIME) else int(cell)


def score_row(row: np.void) -> tuple:
    kind = SCORES[row["name"]]
    parts = tuple(filled(part) for part in row["parts"][: len(kind.parts)])
    total, at_least = filled(row["total"]), filled(row["at_least"])
    return (
        int(row["at"]),
        kind.name,
        total,
        at_least,
        bool(row["complete"]),
        int(row["risk"]),
        parts,
    )


def anomaly_row(row: np.void) -> tuple:
    numbers = (int(row[n]) for n in ("score", "value", "usual_mean", "usual_deviation"))
    return int(row["at"]), VITAL_NAMES[row["vital"]], *numbers


def transition_row(row: np.void) -> tuple:
    return (
        int(row["seq"]), int(row["at"]), CONDITION_NAMES[row["condition"]],
        STATE_NAMES[row["state"]], PRIORITY_NAMES[row["priority"]],
        filled(row["value"]), filled(row["limit"]), filled(row["onset"]),
    )  # fmt: skip


def batches(steps: Iterable[Step], size_max: int) -> Iterable[Step | list[Reading]]:
    """Steps with consecutive readings gathered into batches of at most `size_max`."""
    waiting: list[Reading] = []
    for step in steps:
        if isinstance(step, Reading):
            waiting.append(step)
        if waiting and (len(waiting) >= size_max or not isinstance(step, Reading)):
            yield waiting
            waiting = []
        if not isinstance(step, Reading):
            yield step
    if waiting:
        yield waiting


def served(steps: Iterable[Step], size_max: int = 1) -> EngineHost:
    """A host that was given all steps, readings in batches of at most `size_max`."""
    host = EngineHost()
    for step in batches(steps, size_max):
        if isinstance(step, list):
            host.readings(step)
        else:
            host.give(step)
    return host
