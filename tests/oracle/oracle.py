"""The oracle: readings, ticks and commands in, statuses and findings out."""

from dataclasses import dataclass

from tests.oracle.due import advance
from tests.oracle.orders import obey
from tests.oracle.patient import Patient
from tests.oracle.readings import Reading

from wardline.model.commands import Command

FUTURE_MAX = 300_000


@dataclass(frozen=True)
class Answer:
    """What became of a reading: its status; if accepted its a, its arrival and if it was late."""

    status: str
    a: int | None = None
    arrival: int | None = None
    late: bool = False


class Oracle:
    """All patients. `answers`: one per reading given, in order."""

    def __init__(self):
        self.patients = {}
        self.answers = []

    def reading(self, reading: Reading) -> str:
        """Give a reading; gives accepted, duplicate, conflict or future."""
        answer = self.answer(reading)
        self.answers.append(answer)
        return answer.status

    def answer(self, reading: Reading) -> Answer:
        known = self.patients.get(reading.patient_id)
        patient = known or Patient()
        a = reading.received_at if patient.line is None else max(reading.received_at, patient.line)
        earlier = patient.accepted.get(reading.key)
        if earlier is not None:
            same = earlier.content() == reading.content()
            return Answer("duplicate" if same else "conflict")
        if reading.t > a + FUTURE_MAX:
            return Answer("future")
        self.patients[reading.patient_id] = patient
        advance(patient, a)
        patient.arrivals += 1
        patient.accepted[reading.key] = reading
        late = patient.accept(reading, a)
        return Answer("accepted", a, patient.arrivals, late)

    def tick(self, now: int):
        for patient in self.patients.values():
            if patient.line < now:
                advance(patient, now)

    def command(self, command: Command) -> tuple[int, int]:
        """Give a command; gives its (a, arrival)."""
        patient = self.patients.setdefault(command.patient_id, Patient())
        a = command.at if patient.line is None else max(command.at, patient.line)
        advance(patient, a)
        patient.arrivals += 1
        obey(patient, command, a)
        patient.look(a)
        return a, patient.arrivals

    def findings(self) -> dict:
        """windows: {(patient_id, vital, start): (count, min, max, sum, revision)};
        scores: [(patient_id, at, name, total, at_least, complete, risk, parts)];
        anomalies: [(patient_id, at, vital, z, value, mean, deviation)];
        transitions: [(patient_id, seq, at, name, state, priority, value, limit, onset)].
        """
        return {
            "windows": {
                (patient_id, *key): window
                for patient_id, patient in self.patients.items()
                for key, window in patient.windows.found.items()
            },
            "scores": self.listed(_scores),
            "anomalies": self.listed(lambda patient: patient.anomalies),
            "transitions": self.listed(_transitions),
        }

    def listed(self, rows) -> list[tuple]:
        """Rows patient by patient in the order of their ids."""
        return [
            (patient_id, *row)
            for patient_id in sorted(self.patients)
            for row in rows(self.patients[patient_id])
        ]


def _scores(patient: Patient) -> list[tuple]:
    return [
        (at, name, found.total, found.at_least, found.complete, found.risk, found.parts)
        for at, name, found in patient.scoring.found
    ]


def _transitions(patient: Patient) -> list[tuple]:
    return [
        (t.seq, t.at, t.name, t.state, t.priority, t.value, t.limit, t.onset)
        for t in patient.conditions.transitions
    ]
