"""What commands do once the patient is advanced to them."""

from tests.oracle.patient import Patient

from wardline.model.commands import Command


def obey(patient: Patient, command: Command, a: int):
    if command.command == "settings":
        change_settings(patient, command.content, a)
    is_open = patient.stay.last_reading is not None
    if command.command == "discharge" or (command.command == "admit" and is_open):
        patient.discharge(a)


def change_settings(patient: Patient, content: dict, a: int):
    """Rules switched off end, then the others are judged again on what is held and not stale."""
    before = patient.settings.rules()
    patient.settings.change(content)
    after = patient.settings.rules()
    for was, now in zip(before, after, strict=True):
        if now.limit is None and patient.conditions.state(now.name) != "normal":
            held = patient.stay.of[was.vital].held
            patient.conditions.move(was.name, a, "normal", was.priority, held, was.limit)
    for rule in after:
        if patient.stay.of[rule.vital].held is not None and not patient.is_stale(rule.vital):
            patient.judge(rule, a)
