"""What may be sent in a body: JSON, uncompressed, not too long, not too slow, no key twice.

A declared length over the limit is refused before a byte is read; undeclared ones are cut there.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardline.server.errors import error_response
from wardline.server.security import SAFE_METHODS
from wardline.server.settings import BODY_TIME_MAX_S, ENTRY_BODY_MAX, READINGS_BODY_MAX

READINGS_PATH = "/api/v1/readings"
ADMISSIONS_PATH = "/api/v1/admissions"
WHOLE_NUMBER_LENGTH_MAX = 20
"""Longer whole numbers are no measurement and cost quadratic time to read."""


class BodyRules:
    """Refuses bodies of the wrong kind (415), too long (413) or too slow (408)."""

    def __init__(self, app: ASGIApp, time_max_s: float = BODY_TIME_MAX_S):
        self.app = app
        self.time_max_s = time_max_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "DELETE" and _has_no_body(headers):
            await self.app(scope, receive, send)
            return
        is_of_many = scope["path"] in (READINGS_PATH, ADMISSIONS_PATH)
        limit = READINGS_BODY_MAX if is_of_many else ENTRY_BODY_MAX
        refusal = _wrong_kind(headers) or _too_long(headers, limit)
        if refusal is None:
            await self.app(scope, self._limited(receive, limit), send)
        else:
            await error_response(*refusal)(scope, receive, send)

    def _limited(self, receive: Receive, limit: int) -> Receive:
        length = 0
        deadline = asyncio.get_running_loop().time() + self.time_max_s
        is_complete = False

        async def receive_limited() -> Message:
            nonlocal length, is_complete
            if is_complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body took too long to arrive") from None
            length += len(message.get("body", b""))
            if length > limit:
                raise HTTPException(413, _too_long_text(limit))
            is_complete = not message.get("more_body", False)
            return message

        return receive_limited


def _has_no_body(headers: Headers) -> bool:
    return "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"


def _wrong_kind(headers: Headers) -> tuple[int, str] | None:
    kind, *parameters = headers.get("content-type", "").lower().split(";")
    stated = {p.strip().replace('"', "") for p in parameters}
    charsets = {parameter for parameter in stated if parameter.startswith("charset=")}
    if kind.strip() != "application/json" or not charsets <= {"charset=utf-8"}:
        return 415, "the body must be application/json in UTF-8"
    if headers.get("content-encoding", "identity").lower() != "identity":
        return 415, "compressed bodies are not taken"
    return None


def _too_long(headers: Headers, limit: int) -> tuple[int, str] | None:
    declared = headers.get("content-length")
    if declared is None:
        return None
    if not (declared.isascii() and declared.isdigit()):
        return 400, "Content-Length is not a number"
    return (413, _too_long_text(limit)) if int(declared[:20]) > limit else None


def _too_long_text(limit: int) -> str:
    return f"the body is longer than {limit} bytes"


class EntryRoute(APIRoute):
    """A route whose JSON body is read strictly: no key twice, no NaN, no endless numbers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook: wrap the request before it is read."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await inner(_StrictRequest(request.scope, request.receive))

        return handler


class _StrictRequest(Request):
    async def json(self) -> Any:
        return strict_json(await self.body())


def strict_json(body: bytes) -> Any:
    """The content of a JSON text. Raises HTTPException 400 saying what is wrong and where."""
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_whole_number,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise HTTPException(400, f"not JSON at character {error.pos}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise HTTPException(400, "the JSON is nested too deeply") from None
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("not clear JSON: the same key stands twice in one object")
    return content


def _no_constant(text: str) -> Any:
    raise ValueError(f"not JSON: {text} is no number")


def _whole_number(text: str) -> int:
    if len(text) > WHOLE_NUMBER_LENGTH_MAX:
        raise ValueError("a whole number has too many digits")
    return int(text)
