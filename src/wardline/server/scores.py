"""POST /api/v1/scores/news2: the score of one observation set, with what is missing from it.

The set is read like a reading, so the same names, aliases, units and limits hold.
"""

import json
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from wardline.engine.score_table import ADULT_AGE_MIN, score_columns
from wardline.model.readings import ReadingBatch
from wardline.model.scores import SCORES, Score
from wardline.model.vitals import MARKED_NAMES, MISSING, THOUSANDTHS, VITAL_NAMES
from wardline.server.bodies import strict_json
from wardline.server.context import Context, Served
from wardline.server.entries import Spo2Scale, Truth
from wardline.server.errors import RefusedError, plain_message
from wardline.server.messages import json_response
from wardline.server.readings import reading_schema
from wardline.server.schemas import News2Answer, failures

NEWS2 = SCORES[Score.NEWS2]
NOBODY = "calculator"

router = APIRouter()

Column = npt.NDArray[np.generic]


class _AboutThePatient(BaseModel):
    """What NEWS2 must know besides the reading."""

    model_config = ConfigDict(extra="ignore", strict=True)

    spo2_scale: Spo2Scale = 1
    pregnant: Truth = False


def _body_schema() -> dict[str, Any]:
    schema = reading_schema()
    schema["required"] = []
    schema["properties"] |= {
        "spo2_scale": {"enum": [1, 2], "default": 1},
        "age": {"type": "integer"},
        "pregnant": {"type": "boolean", "default": False},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/api/v1/scores/news2",
    response_model=News2Answer,
    responses=failures(408, 413, 415, 422, 503),
    openapi_extra=_body_schema(),
    summary="NEWS2 of one observation set",
)
async def post_news2(request: Request, served: Served) -> Response:
    """Nothing is stored. 422 for children and in pregnancy, where NEWS2 means nothing."""
    observed = strict_json(await request.body())
    if not isinstance(observed, dict):
        raise RefusedError(422, "one observation set is one JSON object")
    fields = cast("dict[str, Any]", observed)
    about = _about(fields)
    batch = await _read(served, fields)
    if about.pregnant or 0 <= batch.age[0] < ADULT_AGE_MIN:
        field = "pregnant" if about.pregnant else "age"
        raise RefusedError(422, "NEWS2 does not apply under 16 years or in pregnancy", field)
    columns = _columns(batch, about.spo2_scale)
    # In a thread: the first call of a new installation compiles for seconds.
    return json_response(_answer(await run_in_threadpool(score_columns, NEWS2.name, columns)))


def _about(observed: dict[str, Any]) -> _AboutThePatient:
    try:
        return _AboutThePatient.model_validate(observed)
    except ValidationError as error:
        first = error.errors()[0]
        raise RefusedError(422, plain_message(first["msg"]), str(first["loc"][0])) from None


async def _read(served: Context, observed: dict[str, Any]) -> ReadingBatch:
    """The set as a batch of one; refuses what a reading would be refused or lose a value for."""
    now = served.clock.now_ms()
    record = observed | {"patient_id": NOBODY, "timestamp": now, "source": ""}
    record.pop("observed_at", None)
    decoded = await served.decoding.decode(json.dumps(record).encode(), now)
    for rejection in decoded.rejections:
        raise RefusedError(422, rejection.reason, rejection.field)
    bad = int(decoded.batch.bad[0])
    for bit, name in enumerate(MARKED_NAMES):
        if bad >> bit & 1:
            raise RefusedError(422, "implausible value", name)
    return decoded.batch


def _columns(batch: ReadingBatch, spo2_scale: int) -> dict[str, Column]:
    vitals: dict[str, Column] = {
        name: batch.values[:, index] for index, name in enumerate(VITAL_NAMES)
    }
    return vitals | {
        "on_oxygen": batch.on_oxygen,
        "consciousness": batch.consciousness,
        "spo2_scale": np.array([spo2_scale]),
    }


def _answer(columns: dict[str, Column]) -> dict[str, Any]:
    parts = {name: _points(columns[name], 1) for name in NEWS2.parts}
    risk = int(columns["risk"][0])
    return {
        "total": _points(columns["total"], THOUSANDTHS),
        "at_least": _points(columns["at_least"], THOUSANDTHS),
        "risk": None if risk < 0 else NEWS2.risks[risk],
        "complete": bool(columns["complete"][0]),
        "parts": parts,
        "missing": [name for name, points in parts.items() if points is None],
    }


def _points(column: Column, per_point: int) -> int | None:
    value = int(column[0])
    return None if value == MISSING else value // per_point
