"""Hospital admissions: taken record by record, given newest first, and counted."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from wardline.codecs.admissions_json import ITEMS_MAX, admissions_text, summary_text
from wardline.codecs.json_items import NotJsonError, TooManyItemsError
from wardline.model.admissions import (
    ADMISSION_TYPES,
    GENDERS,
    RISK_LEVELS,
    TEXT_LENGTHS,
    Admission,
    DecodedAdmissions,
)
from wardline.pipeline.admissions import AdmissionPage, Admissions, admissions_of
from wardline.pipeline.ports import Acknowledgement
from wardline.server.bodies import ADMISSIONS_PATH
from wardline.server.context import Context, Served
from wardline.server.decoding import ORIGIN, Body
from wardline.server.errors import RefusedError
from wardline.server.messages import json_response
from wardline.server.readings import durable, plain_notes
from wardline.server.schemas import (
    AdmissionsAccepted,
    AdmissionsPage,
    AdmissionSummaryAnswer,
    failures,
)
from wardline.server.tables import refuse_repeated

LIMIT_MIN, LIMIT_MAX = 50, 500

router = APIRouter()


class AdmissionFilter(BaseModel):
    """Which admissions. An unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    risk: Literal["Low", "Medium", "High"] | None = Field(None, description="Only this level")
    limit: int = Field(LIMIT_MIN, ge=LIMIT_MIN, le=LIMIT_MAX, description="Records a page")
    after: str | None = Field(None, description="`next` of the page before", max_length=1000)


@router.get(
    "/api/v1/admissions",
    response_model=AdmissionsPage,
    responses=failures(404, 503),
    summary="Hospital admissions, newest first",
)
def get_admissions(
    request: Request, served: Served, chosen: Annotated[AdmissionFilter, Query()]
) -> Response:
    """By the time of their newest record; they hold names, so they need what readings need."""
    refuse_repeated(request)
    page = _page(_keeper(served), chosen)
    rows = admissions_text(page.admissions)
    content = f'{{"rows":{rows},"next":{json.dumps(page.next)}}}'
    return Response(content, media_type="application/json")


@router.get(
    "/api/v1/admissions/summary",
    response_model=AdmissionSummaryAnswer,
    responses=failures(404, 503),
    summary="What all admissions count",
)
def get_summary(served: Served) -> Response:
    """Patients, admissions, risk levels, departments, diagnoses and means."""
    summary = _keeper(served).admission_summary()
    return Response(summary_text(summary), media_type="application/json")


def _keeper(served: Context) -> Admissions:
    keeper = admissions_of(served.host.store)
    if keeper is None:
        raise RefusedError(404, "this store keeps no admissions")
    return keeper


def _page(keeper: Admissions, chosen: AdmissionFilter) -> AdmissionPage:
    try:
        return keeper.admission_page(chosen.risk, chosen.limit, chosen.after)
    except ValueError:
        raise RefusedError(400, "this is no token of a page", "after") from None


def _column_schema(name: str) -> dict[str, Any]:
    if name in TEXT_LENGTHS:
        return {"type": "string", "maxLength": TEXT_LENGTHS[name]}
    if "timestamp" in name:
        return {"type": ["string", "integer"], "description": "RFC 3339, or epoch ms"}
    return {"type": "number"}


def _body_schema() -> dict[str, Any]:
    columns = {name: _column_schema(name) for name in Admission.__dataclass_fields__}
    words = {"gender": GENDERS, "admission_type": ADMISSION_TYPES, "risk_level": RISK_LEVELS}
    for name, choices in words.items():
        columns[name]["enum"] = list(choices)
    required = [name for name in columns if name not in ("risk_score", "risk_level")]
    record = {"type": "object", "required": required, "properties": columns}
    many = {"type": "array", "items": record, "maxItems": ITEMS_MAX}
    content = {"application/json": {"schema": {"oneOf": [record, many]}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    ADMISSIONS_PATH,
    response_model=AdmissionsAccepted,
    responses=failures(404, 408, 413, 415, 503)
    | {422: {"model": AdmissionsAccepted, "description": "Nothing was acceptable"}},
    openapi_extra=_body_schema(),
    summary="Send one admission record or an array of them",
)
async def post_admissions(request: Request, served: Served) -> Response:
    """At most 16 MiB and 10,000 records. Sending the same again is safe: it changes nothing.

    A new admission puts its patient into the ward and bed that it names; a discharge ends that.
    The risk is computed here, whatever the record says.
    """
    _keeper(served)
    with Body(served.decoding.buffered) as body:
        content = await body.read(request.stream())
        decoded = await _decode(served, content)
        return _answer(await durable(served.host.admit(decoded, ORIGIN)))


async def _decode(served: Context, content: bytes) -> DecodedAdmissions:
    try:
        return await served.decoding.decode_admissions(content, served.clock.now_ms())
    except NotJsonError as error:
        raise RefusedError(400, str(error)) from None
    except TooManyItemsError as error:
        raise RefusedError(413, str(error)) from None


def _answer(result: Acknowledgement) -> Response:
    """200, or 422 when there were records and none was acceptable."""
    content = {"accepted": result.accepted, "rejected": plain_notes(result.rejected)}
    return json_response(content, 422 if result.rejected and not result.accepted else 200)
