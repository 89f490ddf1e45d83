"""Every error leaves as JSON `{"error": ..., "field": ...}`, without any detail of our inside."""

import json
import math
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wardline.pipeline.ports import BusyError, StoreUnavailableError
from wardline.server.settings import RETRY_AFTER_S

FIELD_LENGTH_MAX = 200
"""A field name sent by the caller is cut to this length before it is sent back."""


class RefusedError(Exception):
    """A request that is answered with an error: HTTP status, what was wrong, and in which field."""

    def __init__(self, status: int, error: str, field: str | None = None):
        super().__init__(error)
        self.status = status
        self.error = error
        self.field = field


def error_response(
    status: int, error: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """One error as JSON. ASCII only, so that text no encoding can hold does no harm."""
    cut = None if field is None else field[:FIELD_LENGTH_MAX]
    body = json.dumps({"error": error, "field": cut})
    return Response(body, status, headers, media_type="application/json")


def unavailable(error: str, retry_after_s: float = RETRY_AFTER_S) -> Response:
    """503 with the whole seconds to wait, at least one."""
    seconds = max(1, math.ceil(retry_after_s))
    return error_response(503, error, headers={"Retry-After": str(seconds)})


def add_error_handlers(app: FastAPI) -> None:
    """Teach an app to answer every expected error in the one shape."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(StoreUnavailableError, _store_unavailable)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return error_response(error.status, error.error, error.field)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(error.status_code, str(error.detail), headers=error.headers)


async def _busy(request: Request, error: Exception) -> Response:
    assert isinstance(error, BusyError)
    return unavailable(str(error), error.retry_after_s)


async def _store_unavailable(request: Request, error: Exception) -> Response:
    return unavailable("the store cannot take or give anything now")


async def _invalid(request: Request, error: Exception) -> Response:
    """The first thing wrong: parameters of the address give 400, fields of a body 422."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place, *path = first["loc"]
    field = ".".join(str(step) for step in path) or None
    return error_response(422 if place == "body" else 400, plain_message(first["msg"]), field)


def plain_message(message: str) -> str:
    """What a check said, without what Pydantic puts before it."""
    return message.removeprefix("Value error, ")
