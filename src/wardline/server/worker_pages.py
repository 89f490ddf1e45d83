"""What a worker shows about itself: alive, ready, and what it counts. No patient is named."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from wardline.server.health import health, metrics, readiness
from wardline.server.measures import Measures


def worker_pages(
    problems: Callable[[], list[str]], figures: Callable[[], dict[str, float]]
) -> FastAPI:
    """An application with /health, /healthz, /readyz and /metrics, as the server's are."""
    measures = Measures(lambda: {**figures(), "wardline_ready": float(not problems())})
    answers: dict[str, Callable[[], Response]] = {
        "/health": health,
        "/healthz": health,
        "/readyz": lambda: readiness(problems()),
        "/metrics": lambda: metrics(measures),
    }
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.prepare = app.state.close = _nothing
    for path, answer in answers.items():
        app.add_route(path, _page(answer))
    return app


def _page(answer: Callable[[], Response]) -> Callable[[Request], Response]:
    return lambda _request: answer()


def _nothing() -> None:
    """These pages need no preparing, and hold nothing that is to be given back."""
