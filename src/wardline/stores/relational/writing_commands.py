"""Commands into their table, and what follows from them: stays and settings."""

import json

import sqlalchemy as sa

from wardline.engine.policies import merged_settings
from wardline.model import commands as words
from wardline.pipeline.ports import StoredCommand
from wardline.stores.relational.memory import Memory
from wardline.stores.relational.schema import commands, patients, stays
from wardline.stores.relational.texts import canonical_json, storable

_COLUMNS = (
    "id", "patient_key", "arrival", "at", "received_at", "actor", "command", "content",
)  # fmt: skip


def write_command(
    connection: sa.Connection, memory: Memory, stored: StoredCommand, last_order: int
) -> int:
    """Insert a command and draw its conclusions once; gives the last order number used."""
    command = stored.command
    (key,) = memory.patients.keys(connection, [command.patient_id])
    row = (
        last_order + 1, key, stored.arrival, stored.at, command.at, storable(command.actor),
        storable(command.command), canonical_json(command.content),
    )  # fmt: skip
    done = connection.exec_driver_sql(memory.statements.keep(commands, _COLUMNS), row)
    if not done.rowcount:
        return last_order
    if command.command == words.SETTINGS:
        _keep_settings(connection, memory, key, stored)
    elif command.command != words.CHART:
        _move_stay(connection, key, stored)
    return last_order + 1


def _keep_settings(
    connection: sa.Connection, memory: Memory, key: int, stored: StoredCommand
) -> None:
    is_patient = patients.c.key == key
    before = connection.scalar(sa.select(patients.c.settings).where(is_patient))
    content = stored.command.content
    after = merged_settings(json.loads(before) if before else {}, content)
    connection.execute(patients.update().where(is_patient).values(settings=canonical_json(after)))
    if "age" in content:
        connection.execute(patients.update().where(is_patient).values(age=content["age"]))
        memory.context.pop(("age", key), None)


def _move_stay(connection: sa.Connection, key: int, stored: StoredCommand) -> None:
    """Admission opens a stay and ends one still open; a transfer moves it; a discharge ends it.

    A transfer of somebody who was never admitted opens a stay: the patient does lie in that bed.
    """
    is_open = sa.and_(stays.c.patient_key == key, stays.c.discharged_at.is_(None))
    content, command = stored.command.content, stored.command.command
    if command == words.TRANSFER:
        moved = {name: storable(str(content[name])) for name in ("ward", "bed") if name in content}
        if not moved or connection.execute(stays.update().where(is_open).values(moved)).rowcount:
            return
    else:
        connection.execute(stays.update().where(is_open).values(discharged_at=stored.at))
    if command != words.DISCHARGE:
        texts = {
            name: storable(str(content.get(name) or "")) for name in ("admission_id", "ward", "bed")
        }
        place = {"patient_key": key, "arrival": stored.arrival, "admitted_at": stored.at}
        connection.execute(stays.insert().values({**place, **texts}))
