"""What every endpoint works with: the host, the settings and what the server keeps beside them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from wardline.pipeline.ports import Clock, Host
from wardline.server.console import Console
from wardline.server.decoding import Decoding
from wardline.server.measures import Measures
from wardline.server.sessions import Sessions
from wardline.server.settings import ServerSettings
from wardline.server.viewers import Viewers
from wardline.server.wrong_tries import WrongTries


@dataclass(frozen=True, slots=True)
class Context:
    """One server's parts; `console` is None where it is not built."""

    host: Host
    settings: ServerSettings
    clock: Clock
    decoding: Decoding
    measures: Measures
    sessions: Sessions
    wrong_tries: WrongTries
    console: Console | None
    viewers: Viewers


def context_of(app: FastAPI) -> Context:
    """The parts of the server behind an application."""
    context = app.state.context
    assert isinstance(context, Context)
    return context


def _context(request: Request) -> Context:
    return context_of(request.app)


Served = Annotated[Context, Depends(_context)]
"""The parameter type by which an endpoint gets its context."""
