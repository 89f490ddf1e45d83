"""GET patients, and one patient."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from wardline.model.patients import Patient
from wardline.server.context import Served
from wardline.server.errors import RefusedError
from wardline.server.messages import json_response
from wardline.server.schemas import PatientAnswer, PatientsAnswer, failures

router = APIRouter()


@router.get(
    "/api/v1/patients",
    response_model=PatientsAnswer,
    responses=failures(503),
    summary="All patients with bed, ward and context",
)
def get_patients(served: Served) -> Response:
    """Patients in UTF-8 byte order of their ids."""
    return json_response({"patients": [asdict(p) for p in served.host.store.patients()]})


# An id may hold any character, slashes included; so this route comes after those with a last word.
@router.get(
    "/api/v1/patients/{patient_id:path}",
    response_model=PatientAnswer,
    responses=failures(404, 503),
    summary="One patient",
)
def get_patient(patient_id: str, served: Served) -> Response:
    """404 when nobody has that id."""
    found = find_patient(served.host.store.patients(), patient_id)
    if found is None:
        raise RefusedError(404, "no patient has this id", "patient_id")
    return json_response(_answer(found))


def find_patient(patients: list[Patient], patient_id: str) -> Patient | None:
    """The patient of an id, if there is one."""
    return next((p for p in patients if p.patient_id == patient_id), None)


def _answer(patient: Patient) -> dict[str, Any]:
    return asdict(patient)
