"""What time alone does next. Slow and obvious: list everything that is due, take the first."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle.patient import Patient
from tests.oracle.windows import DUE_AFTER

from wardline.model.vitals import VITAL_NAMES

LIMIT, CHECK, STALE, NO_SIGNAL, DATA_LATE, EXPIRY, WINDOW, SCORE = range(8)
"""Order of what falls due at the same time."""


@dataclass(frozen=True)
class Due:
    """Something that happens at `at` unless something comes before. `place`: order at one time."""

    at: int
    place: tuple[int, int]
    happen: Callable[[], None]


def due_things(patient: Patient) -> list[Due]:
    return [
        *limits(patient),
        *checks(patient),
        *stale(patient),
        *silence(patient),
        *expiries(patient),
        *windows(patient),
        *scores(patient),
    ]


def limits(patient: Patient):
    for index, rule in enumerate(patient.settings.rules()):
        at = patient.conditions.of[rule.name].due
        if at is not None:
            yield Due(at, (LIMIT, index), lambda r=rule, at=at: patient.limit_time(r, at))


def checks(patient: Patient):
    for index, name in enumerate(VITAL_NAMES):
        at = patient.conditions.of[f"check_{name}"].due
        if at is not None:
            yield Due(at, (CHECK, index), lambda n=name, at=at: patient.check_time(n, at))


def stale(patient: Patient):
    for index, name in enumerate(VITAL_NAMES):
        at = patient.stay.of[name].stale_due()
        if at is not None and not patient.is_stale(name):
            yield Due(at, (STALE, index), lambda n=name, at=at: patient.go_stale(n, at))


def silence(patient: Patient):
    stay = patient.stay
    if stay.last_reading is not None and patient.conditions.state("no_signal") == "normal":
        at = stay.last_reading + stay.threshold()
        yield Due(at, (NO_SIGNAL, 0), lambda: patient.go_silent(at))
    if stay.late_due is not None:
        yield Due(stay.late_due, (DATA_LATE, 0), lambda: patient.go_late(stay.late_due))


def expiries(patient: Patient):
    """Inputs leave the scores by their age; the look that follows every due thing sees it."""
    for at in patient.stay.expiries():
        if patient.expired_until is None or at > patient.expired_until:
            yield Due(at, (EXPIRY, 0), lambda at=at: setattr(patient, "expired_until", at))


def windows(patient: Patient):
    for vital, start in patient.windows.waiting():
        place = (WINDOW, VITAL_NAMES.index(vital))
        yield Due(start + DUE_AFTER, place, lambda v=vital, s=start: patient.windows.emit(v, s))


def scores(patient: Patient):
    for at in patient.scoring.marks:
        yield Due(at, (SCORE, 0), lambda at=at: patient.scoring.find_due(at))


def advance(patient: Patient, to: int):
    """Let happen what is due at or before `to`, one after the other."""
    while True:
        waiting = [due for due in due_things(patient) if due.at <= to]
        if not waiting:
            break
        first = min(waiting, key=lambda due: (due.at, due.place))
        first.happen()
        patient.look(first.at)
    patient.line = to if patient.line is None else max(patient.line, to)
