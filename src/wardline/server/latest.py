"""GET /api/v1/vitals/latest: every patient's newest values, each with its age and state."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from wardline.model.pictures import ConditionPicture, PatientPicture, ScorePicture, VitalPicture
from wardline.model.vitals import VITAL_INDEX, VITALS
from wardline.server.context import Served
from wardline.server.messages import json_response, number, rfc3339
from wardline.server.schemas import LatestAnswer, failures
from wardline.server.tables import refuse_repeated

router = APIRouter()


class LatestFilter(BaseModel):
    """Whose values; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    patient_id: str | None = Field(None, description="Only this patient", max_length=128)


@router.get(
    "/api/v1/vitals/latest",
    response_model=LatestAnswer,
    responses=failures(503),
    summary="Newest values of every patient",
)
def get_latest(
    request: Request, served: Served, chosen: Annotated[LatestFilter, Query()]
) -> Response:
    """A value's age is counted from when it was measured, or arrived if its clock is ahead."""
    refuse_repeated(request)
    now, pictures = served.host.pictures()
    shown = [p for p in pictures if chosen.patient_id in {None, p.patient.patient_id}]
    return json_response({"now": rfc3339(now), "patients": [_patient(p, now) for p in shown]})


def age_s(now: int, *times: int | None) -> float | None:
    """Seconds since the earliest of some times, never negative; None if there is none."""
    known = [time for time in times if time is not None]
    return max(0, now - min(known)) / 1000 if known else None


def _patient(picture: PatientPicture, now: int) -> Mapping[str, Any]:
    patient = picture.patient
    return {
        "patient_id": patient.patient_id,
        "ward": patient.ward,
        "bed": patient.bed,
        "last_reading_at": rfc3339(picture.last_reading_at),
        "last_reading_age_s": age_s(now, picture.last_reading_at),
        "clock_skew_s": picture.clock_skew_s,
        "vitals": {vital.vital: _value(vital, now) for vital in picture.vitals},
        "conditions": [_condition(condition) for condition in picture.conditions],
        "scores": [_score(score) for score in picture.scores],
    }


def _value(vital: VitalPicture, now: int) -> Mapping[str, Any]:
    return {
        "value": number(vital.value),
        "unit": VITALS[VITAL_INDEX[vital.vital]].unit,
        "state": vital.state,
        "age_s": age_s(now, vital.observed_at, vital.arrived_at),
        "observed_at": rfc3339(vital.observed_at),
        "arrived_at": rfc3339(vital.arrived_at),
        "source": vital.source,
    }


def _condition(condition: ConditionPicture) -> Mapping[str, Any]:
    return {
        "rule": condition.rule,
        "state": condition.state,
        "priority": condition.priority,
        "kind": condition.kind,
        "vital": condition.vital,
        "value": number(condition.value),
        "limit": number(condition.limit),
        "onset": rfc3339(condition.onset),
        "reason": condition.reason,
    }


def _score(score: ScorePicture) -> Mapping[str, Any]:
    return {
        "name": score.name,
        "total": number(score.total),
        "at_least": number(score.at_least),
        "complete": score.complete,
        "risk": score.risk,
        "parts": json.loads(score.parts),
    }
