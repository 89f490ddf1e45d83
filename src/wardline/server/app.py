"""The application: every route, and the layers a request passes on its way in.

From the outside: security headers, access log and barrier, gatekeeper, body rules, routes.
"""

from pathlib import Path

from fastapi import FastAPI

from wardline import __version__
from wardline.pipeline.clock import WallClock
from wardline.pipeline.ports import Clock, Host
from wardline.server import (
    admissions,
    charting,
    console_pages,
    health,
    latest,
    live,
    patients,
    readings,
    scores,
    sign_in,
    status_page,
    system,
    tables,
)
from wardline.server.access import AccessLog
from wardline.server.bodies import BodyRules
from wardline.server.console import CONSOLE_FOLDER, load_console
from wardline.server.context import Context
from wardline.server.decoding import Decoding
from wardline.server.errors import add_error_handlers
from wardline.server.measures import Measures
from wardline.server.security import Gatekeeper, SecurityHeaders
from wardline.server.sessions import Sessions
from wardline.server.settings import ServerSettings
from wardline.server.viewers import Viewers
from wardline.server.wrong_tries import WrongTries

DESCRIPTION = (
    "Wardline is a secondary display and research tool, not a medical device."
    " The bedside monitor stays the primary source of alarms."
)

ROUTERS = (
    health.router, sign_in.router, readings.router, latest.router, live.router, charting.router,
    patients.router, admissions.router, tables.router, scores.router, status_page.router,
    system.router,
    console_pages.router,
)  # fmt: skip


def create_app(
    host: Host,
    settings: ServerSettings,
    *,
    clock: Clock | None = None,
    console_folder: Path = CONSOLE_FOLDER,
) -> FastAPI:
    """The HTTP application over a running host.

    `clock` gives receive times; default: the wall. `console_folder`: where the built console is.
    """
    app = FastAPI(
        title="Wardline",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's pages load scripts from a foreign server
        redoc_url=None,
        redirect_slashes=False,
    )
    context = _new_context(host, settings, clock or WallClock(), console_folder)
    app.state.context = context
    app.state.prepare, app.state.close = context.decoding.prepare, context.decoding.close
    add_error_handlers(app)
    _add_layers(app, context)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _new_context(
    host: Host, settings: ServerSettings, clock: Clock, console_folder: Path
) -> Context:
    sessions, measures = Sessions(), Measures(host.figures)
    viewers = Viewers(host, clock, sessions.is_open)
    measures.watch_viewers(viewers.__len__)
    return Context(
        host, settings, clock, Decoding(), measures, sessions, WrongTries(),
        load_console(console_folder), viewers,
    )  # fmt: skip


def _add_layers(app: FastAPI, context: Context) -> None:
    """The layer added last is met first."""
    app.add_middleware(BodyRules)
    app.add_middleware(
        Gatekeeper,
        settings=context.settings,
        on_refused_token=context.measures.refused_tokens.inc,
        sessions=context.sessions,
        is_console_open=context.console is not None,
    )
    app.add_middleware(AccessLog, observe=context.measures.observe)
    app.add_middleware(SecurityHeaders)


def prepare_app(app: FastAPI) -> None:
    """Get ready in the background what the first request would else wait for."""
    app.state.prepare()


def close_app(app: FastAPI) -> None:
    """Give back what the application holds itself (its decoding thread)."""
    app.state.close()
