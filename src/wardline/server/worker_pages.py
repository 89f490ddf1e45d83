"""What a worker shows about itself: alive, ready, and what it counts. No patient is named."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from wardline.server.measures import Measures
from wardline.server.messages import json_response


def worker_pages(
    problems: Callable[[], list[str]], figures: Callable[[], dict[str, float]]
) -> FastAPI:
    """An application with /healthz, /readyz and /metrics."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    measures = Measures(lambda: {**figures(), "wardline_ready": float(not problems())})

    def healthz(_: Request) -> Response:
        return json_response({"status": "healthy"})

    def readyz(_: Request) -> Response:
        reasons = problems()
        status = "not ready" if reasons else "ready"
        return json_response({"status": status, "reasons": reasons}, 503 if reasons else 200)

    def metrics(_: Request) -> Response:
        text, kind = measures.text()
        return Response(text, headers={"Content-Type": kind})

    app.add_route("/health", healthz)
    app.add_route("/healthz", healthz)
    app.add_route("/readyz", readyz)
    app.add_route("/metrics", metrics)
    return app
