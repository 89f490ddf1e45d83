"""The application: every route, and the layers a request passes on its way in.

From the outside: security headers, access log and barrier, gatekeeper, body rules, routes.
"""

from fastapi import FastAPI

from wardline import __version__
from wardline.pipeline.clock import WallClock
from wardline.pipeline.ports import Clock, Host
from wardline.server import (
    charting,
    health,
    latest,
    patients,
    readings,
    scores,
    status_page,
    tables,
)
from wardline.server.access import AccessLog
from wardline.server.bodies import BodyRules
from wardline.server.context import Context
from wardline.server.decoding import Decoding
from wardline.server.errors import add_error_handlers
from wardline.server.measures import Measures
from wardline.server.security import Gatekeeper, SecurityHeaders
from wardline.server.settings import ServerSettings

DESCRIPTION = (
    "Wardline is a secondary display and research tool, not a medical device."
    " The bedside monitor stays the primary source of alarms."
)


def create_app(host: Host, settings: ServerSettings, *, clock: Clock | None = None) -> FastAPI:
    """The HTTP application over a running host. `clock` gives receive times; default: the wall."""
    measures = Measures(host.figures)
    app = FastAPI(
        title="Wardline",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's pages load scripts from a foreign server
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = Context(host, settings, clock or WallClock(), Decoding(), measures)
    add_error_handlers(app)
    _add_layers(app, settings, measures)
    for router in (
        health.router, readings.router, latest.router, charting.router, patients.router,
        tables.router, scores.router, status_page.router,
    ):  # fmt: skip
        app.include_router(router)
    return app


def _add_layers(app: FastAPI, settings: ServerSettings, measures: Measures) -> None:
    """The layer added last is met first."""
    app.add_middleware(BodyRules)
    app.add_middleware(Gatekeeper, settings=settings, on_refused_token=measures.refused_tokens.inc)
    app.add_middleware(AccessLog, observe=measures.observe)
    app.add_middleware(SecurityHeaders)


def prepare_app(app: FastAPI) -> None:
    """Get ready in the background what the first request would else wait for."""
    _context(app).decoding.prepare()


def close_app(app: FastAPI) -> None:
    """Give back what the application holds itself (its decoding thread)."""
    _context(app).decoding.close()


def _context(app: FastAPI) -> Context:
    context = app.state.context
    assert isinstance(context, Context)
    return context
