"""What every endpoint works with: the host, the settings and what the server keeps beside them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from wardline.pipeline.ports import Clock, Host
from wardline.server.decoding import Decoding
from wardline.server.measures import Measures
from wardline.server.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Context:
    """One server's parts."""

    host: Host
    settings: ServerSettings
    clock: Clock
    decoding: Decoding
    measures: Measures


def _context(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


Served = Annotated[Context, Depends(_context)]
"""The parameter type by which an endpoint gets its context."""
