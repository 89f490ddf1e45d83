"""What people enter about a patient: settings, admissions, observations. Answered once durable."""

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from wardline.model.commands import ADMIT, CHART, DISCHARGE, SETTINGS, TRANSFER, Command
from wardline.server.bodies import EntryRoute
from wardline.server.context import Context, Served
from wardline.server.entries import (
    AdmissionEntry,
    DischargeEntry,
    ObservationEntry,
    SettingsEntry,
    TransferEntry,
    check_patient_id,
    check_settings,
)
from wardline.server.errors import RefusedError
from wardline.server.messages import json_response, rfc3339
from wardline.server.patients import find_patient
from wardline.server.readings import acknowledgement_response, durable, submit
from wardline.server.schemas import Accepted, Stored, failures

CHART_SOURCE = "chart"
NOT_CHARTED = {"actor", "patient_id", "source"}

router = APIRouter(route_class=EntryRoute)
RESPONSES = failures(408, 413, 415, 422, 503)


@router.put(
    "/api/v1/patients/{patient_id:path}/settings",
    response_model=Stored,
    responses=RESPONSES,
    summary="Set alarm limits, profile, SpO2 scale, age, pregnancy",
)
async def put_settings(patient_id: str, entry: SettingsEntry, served: Served) -> Response:
    """What is left out stays as it is. The held values are judged again at once."""
    check_patient_id(patient_id)
    patients = await run_in_threadpool(served.host.store.patients)
    patient = find_patient(patients, patient_id)
    check_settings(entry, None if patient is None else patient.settings)
    return await _command(served, patient_id, entry.actor, SETTINGS, entry.content())


@router.post(
    "/api/v1/patients/{patient_id:path}/admission",
    response_model=Stored,
    responses=RESPONSES,
    summary="Admit a patient to a bed",
)
async def post_admission(patient_id: str, entry: AdmissionEntry, served: Served) -> Response:
    """Opens a stay; what was held of an earlier one is forgotten."""
    content = entry.model_dump(exclude={"actor"})
    return await _command(served, patient_id, entry.actor, ADMIT, content)


@router.post(
    "/api/v1/patients/{patient_id:path}/transfer",
    response_model=Stored,
    responses=RESPONSES,
    summary="Move a patient to another bed",
)
async def post_transfer(patient_id: str, entry: TransferEntry, served: Served) -> Response:
    """Changes ward and bed only."""
    content = entry.model_dump(exclude={"actor"})
    return await _command(served, patient_id, entry.actor, TRANSFER, content)


@router.post(
    "/api/v1/patients/{patient_id:path}/discharge",
    response_model=Stored,
    responses=RESPONSES,
    summary="Discharge a patient",
)
async def post_discharge(patient_id: str, entry: DischargeEntry, served: Served) -> Response:
    """Ends every condition of the patient."""
    return await _command(served, patient_id, entry.actor, DISCHARGE, {})


@router.post(
    "/api/v1/patients/{patient_id:path}/observations",
    response_model=Accepted,
    responses=RESPONSES | {422: {"description": "The entry or its values were not acceptable"}},
    summary="Chart consciousness, oxygen, temperature, cuff pressure, respiration",
)
async def post_observations(patient_id: str, entry: ObservationEntry, served: Served) -> Response:
    """Stored as a reading of the source `chart`, with the same answer as POST /api/v1/readings.

    Who charted it is kept as a command `chart` before it.
    """
    check_patient_id(patient_id)
    record = _record(patient_id, entry, served.clock.now_ms())
    charted = {name: value for name, value in record.items() if name not in NOT_CHARTED}
    command = Command(patient_id, served.clock.now_ms(), entry.actor, CHART, charted)
    await durable(served.host.command(command))
    body = msgspec.json.encode(record)
    decoded = await served.decoding.decode(body, served.clock.now_ms())
    return acknowledgement_response(await submit(served, decoded))


def _record(patient_id: str, entry: ObservationEntry, now_ms: int) -> dict[str, Any]:
    """One reading as JSON fields."""
    record = entry.model_dump(exclude_none=True)
    if not record.keys() - {"actor", "timestamp"}:
        raise RefusedError(422, "nothing was observed: give at least one value")
    if record.keys() & {"systolic_bp", "diastolic_bp", "mean_bp"}:
        record["bp_method"] = "cuff"
    record.setdefault("timestamp", now_ms)
    return record | {"patient_id": patient_id, "source": CHART_SOURCE}


async def _command(
    served: Context, patient_id: str, actor: str, name: str, content: dict[str, Any]
) -> Response:
    check_patient_id(patient_id)
    command = Command(patient_id, served.clock.now_ms(), actor, name, content)
    try:
        stored = await durable(served.host.command(command))
    except ValueError as error:
        raise RefusedError(422, str(error)) from None
    answer: dict[str, Any] = {
        "patient_id": patient_id,
        "command": name,
        "actor": actor,
        "at": rfc3339(stored.at),
        "arrival": stored.arrival,
        "content": stored.command.content,
    }
    return json_response(answer)
