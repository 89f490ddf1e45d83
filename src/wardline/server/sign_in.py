"""/api/v1/session: a browser trades the token for a cookie, and gives it back.

The cookie cannot be read by scripts and is not sent along by pages of other sites.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from wardline.server.bodies import EntryRoute
from wardline.server.context import Context, Served
from wardline.server.errors import RefusedError, error_response
from wardline.server.messages import json_response
from wardline.server.schemas import SessionAnswer, failures
from wardline.server.security import bears_token, is_token
from wardline.server.sessions import COOKIE, SESSION_TIME_S

TOKEN_LENGTH_MAX = 4096
PATH = "/api/v1/session"

router = APIRouter(route_class=EntryRoute)


class SignInEntry(BaseModel):
    """What a person types."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Annotated[str, Field(max_length=TOKEN_LENGTH_MAX)]


@router.get(
    PATH, response_model=SessionAnswer, responses=failures(), summary="Is sign-in needed, and done"
)
async def get_session(request: Request, served: Served) -> Response:
    """Open to everybody: it names no patient."""
    is_known = bears_token(request.headers, served.settings)
    return _answer(served, is_known or served.sessions.of(request.headers) is not None)


@router.post(
    PATH,
    response_model=SessionAnswer,
    responses=failures(408, 413, 415, 422, 429),
    summary="Sign in with the token",
)
async def post_session(request: Request, entry: SignInEntry, served: Served) -> Response:
    """Sets the cookie. After too many wrong tries even the right token has to wait."""
    if served.settings.token is None:
        return _answer(served, is_signed_in=True)
    address = request.client.host if request.client else ""
    wait_s = served.wrong_tries.wait_s(address)
    if wait_s:
        headers = {"Retry-After": str(wait_s)}
        return error_response(429, f"too many wrong tries; wait {wait_s} s", headers=headers)
    if not is_token(entry.token, served.settings):
        served.wrong_tries.note(address)
        served.measures.refused_tokens.inc()
        raise RefusedError(401, "this is not the token", "token")
    return _signed_in(request, served)


@router.delete(PATH, response_model=SessionAnswer, responses=failures(413, 415), summary="Sign out")
async def delete_session(request: Request, served: Served) -> Response:
    """Ends the session of the cookie, if there is one; a token sent as Bearer stays good."""
    _end(request, served)
    answer = _answer(served, bears_token(request.headers, served.settings))
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(request))
    return answer


def _signed_in(request: Request, served: Context) -> Response:
    _end(request, served)
    answer = _answer(served, is_signed_in=True)
    answer.set_cookie(
        COOKIE,
        served.sessions.open(),
        max_age=SESSION_TIME_S,
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )
    return answer


def _end(request: Request, served: Context) -> None:
    key = served.sessions.of(request.headers)
    if key is not None:
        served.sessions.end(key)


def _answer(served: Context, is_signed_in: bool) -> Response:  # noqa: FBT001 - one plain fact
    is_required = served.settings.token is not None
    return json_response({"required": is_required, "signed_in": is_signed_in or not is_required})


def _is_https(request: Request) -> bool:
    """Behind a proxy with TLS only the browser's own Origin tells it."""
    origin = request.headers.get("origin", "")
    return request.url.scheme == "https" or origin.lower().startswith("https://")
