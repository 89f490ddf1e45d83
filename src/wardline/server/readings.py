"""POST /api/v1/readings: what is sent is answered once it is durable, item by item."""

import asyncio
import time
from concurrent.futures import Future
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from wardline.codecs.vitals_json import NotJsonError, TooManyItemsError
from wardline.model.decoded import Decoded
from wardline.model.vitals import BP_METHODS, CONSCIOUSNESS, VITALS
from wardline.pipeline.ports import Acknowledgement, ItemNote, StoreUnavailableError
from wardline.server.bodies import READINGS_PATH
from wardline.server.context import Context, Served
from wardline.server.decoding import ORIGIN, Body
from wardline.server.errors import RefusedError
from wardline.server.messages import json_response
from wardline.server.schemas import Accepted, failures
from wardline.server.settings import ACKNOWLEDGE_TIME_MAX_S

router = APIRouter()
Result = TypeVar("Result")


def reading_schema() -> dict[str, Any]:
    """JSON schema of one reading, for /openapi.json."""
    number = {"type": ["number", "null"]}
    vitals = {v.name: number | {"description": f"{v.title}, {v.unit}"} for v in VITALS}
    context: dict[str, Any] = {
        "patient_id": {"type": "string", "minLength": 1, "maxLength": 128},
        "timestamp": {"type": ["string", "integer"], "description": "RFC 3339, or epoch ms"},
        "source": {"type": "string"},
        "bp_method": {"enum": list(BP_METHODS[1:])},
        "on_oxygen": {"type": ["boolean", "integer", "null"]},
        "fio2": number | {"description": "Inspired oxygen as a fraction"},
        "consciousness": {"enum": [*CONSCIOUSNESS, None]},
        "is_anomaly": {"type": ["boolean", "integer"], "description": "The producer's own flag"},
    }
    return {
        "type": "object",
        "required": ["patient_id", "timestamp"],
        "properties": context | vitals,
        "additionalProperties": True,
    }


def _body_schema() -> dict[str, Any]:
    reading = reading_schema()
    many = {"type": "array", "items": reading, "maxItems": 50_000}
    content = {"application/json": {"schema": {"oneOf": [reading, many]}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    READINGS_PATH,
    response_model=Accepted,
    responses=failures(408, 413, 415, 503)
    | {422: {"model": Accepted, "description": "Nothing was acceptable"}},
    openapi_extra=_body_schema(),
    summary="Send one reading or an array of readings",
)
async def post_readings(request: Request, served: Served) -> Response:
    """At most 16 MiB and 50,000 items; an empty array is answered 200 with zeros.

    Sending the same again is safe: what is stored already counts as a duplicate.
    """
    with Body(served.decoding.buffered) as body:
        content = await body.read(request.stream())
        decoded = await _decode(served, content, served.settings.default_source)
        return acknowledgement_response(await submit(served, decoded))


async def _decode(served: Context, content: bytes, default_source: str) -> Decoded:
    try:
        return await served.decoding.decode(content, served.clock.now_ms(), default_source)
    except NotJsonError as error:
        raise RefusedError(400, str(error)) from None
    except TooManyItemsError as error:
        raise RefusedError(413, str(error)) from None


async def submit(served: Context, decoded: Decoded) -> Acknowledgement:
    """Hand readings to the host and wait until they are durable.

    Raises BusyError or StoreUnavailableError, both of which are answered 503.
    """
    started = time.perf_counter()
    result = await durable(served.host.submit(decoded, ORIGIN))
    served.measures.acknowledged(result, time.perf_counter() - started)
    return result


async def durable(future: Future[Result], time_max_s: float = ACKNOWLEDGE_TIME_MAX_S) -> Result:
    """The result of a host's future.

    The host's future is never cancelled with the request: the host goes on and completes it.
    A host that takes too long is reported as a store that is unavailable.
    """
    waiting = asyncio.wrap_future(future)
    waiting.add_done_callback(_look_at_failure)
    try:
        return await asyncio.wait_for(asyncio.shield(waiting), time_max_s)
    except TimeoutError:
        raise StoreUnavailableError("nothing was durable in time") from None


def _look_at_failure(done: asyncio.Future[Any]) -> None:
    """A failure that comes after its request has gone would else be logged with its text."""
    if not done.cancelled():
        done.exception()


def acknowledgement_response(result: Acknowledgement) -> Response:
    """200, or 422 when there were items and none was acceptable."""
    content: dict[str, Any] = {
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "rejected": plain_notes(result.rejected),
    }
    if result.flagged:
        content["flagged"] = plain_notes(result.flagged)
    is_in_vain = bool(result.rejected) and not (result.accepted or result.duplicates)
    return json_response(content, 422 if is_in_vain else 200)


def plain_notes(notes: tuple[ItemNote, ...]) -> list[dict[str, Any]]:
    """What was wrong with items, as plain content."""
    return [{"index": n.index, "field": n.field, "reason": n.reason} for n in notes]
