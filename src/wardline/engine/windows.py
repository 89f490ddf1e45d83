"""Tumbling windows of 60 s in observed time, and their corrections.

t      0        60        120
       |--- 0 ---|--- 1 ---|
due                  70        130      on the arrival line: end + 10 s
"""

from wardline.engine.compiled import compiled
from wardline.engine.output import emit_recompute, emit_window
from wardline.engine.state import FAR, WINDOW_SLOTS, Patient, Work
from wardline.model.findings import NO_TIME
from wardline.model.vitals import VITAL_COUNT

NEWER_THERE = -1


@compiled
def window_due(number: int) -> int:
    """When window `number` (start / 60 s) is due on the arrival line, ms."""
    return number * 60_000 + 70_000


@compiled
def hold_window(patient: Patient, number: int) -> int:
    """The slot of a window, cleared if it was another's; NEWER_THERE if a newer one took it."""
    slot = number % WINDOW_SLOTS
    there = patient.window_numbers[slot]
    if there == number:
        return slot
    if there > number:
        return NEWER_THERE
    patient.window_numbers[slot] = number
    for vital in range(VITAL_COUNT):
        held = patient.windows[slot, vital]
        held.sum = 0
        held.count = 0
        held.late = 0
    return slot


@compiled
def add_to_window(patient: Patient, slot: int, vital: int, value: int) -> None:
    """One more value."""
    held = patient.windows[slot, vital]
    if held.count == 0:
        held.min = value
        held.max = value
    else:
        held.min = min(held.min, value)
        held.max = max(held.max, value)
    held.sum += value
    held.count += 1


@compiled
def correct_window(
    patient: Patient, work: Work, slot: int, vital: int, value: int, number: int
) -> None:
    """A value whose window was already due: shown again at once, or left to the store."""
    if slot == NEWER_THERE:
        emit_recompute(patient, work, vital, number * 60_000)
        return
    add_to_window(patient, slot, vital, value)
    patient.windows[slot, vital].late += 1
    emit_window(patient, work, slot, vital)


@compiled
def arm_window(patient: Patient, number: int) -> None:
    """A window that is not yet due has values now."""
    due = window_due(number)
    patient.window_due = min(patient.window_due, due)
    patient.next_due = min(patient.next_due, due)


@compiled
def emit_due_windows(patient: Patient, work: Work, due: int) -> None:
    """All windows of one start are due: show them, and find the next to be due."""
    number = (due - 70_000) // 60_000
    slot = number % WINDOW_SLOTS
    for vital in range(VITAL_COUNT):
        if patient.windows[slot, vital].count > 0:
            emit_window(patient, work, slot, vital)
    upcoming = FAR
    for other in range(WINDOW_SLOTS):
        there = patient.window_numbers[other]
        if there != NO_TIME and there > number:
            upcoming = min(upcoming, window_due(there))
    patient.window_due = upcoming
