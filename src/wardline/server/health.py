"""Is it alive, is it ready, what does it count. None of these names a patient."""

from fastapi import APIRouter
from starlette.responses import Response

from wardline.server.context import Served
from wardline.server.measures import Measures
from wardline.server.messages import json_response
from wardline.server.schemas import HealthAnswer, ReadyAnswer, failures

router = APIRouter()


def health() -> Response:
    """The process answers."""
    return json_response({"status": "healthy"})


def readiness(reasons: list[str]) -> Response:
    """200 where there is no reason against it, else 503 with every reason."""
    status = "not ready" if reasons else "ready"
    return json_response({"status": status, "reasons": reasons}, 503 if reasons else 200)


def metrics(measures: Measures) -> Response:
    """Everything that is counted, in Prometheus' text format."""
    text, kind = measures.text()
    return Response(text, headers={"Content-Type": kind})


@router.get("/health", response_model=HealthAnswer, summary="The server runs")
async def get_health() -> Response:
    """Says that the server answers; nothing about what is behind it."""
    return health()


@router.get("/healthz", response_model=HealthAnswer, summary="Liveness")
async def get_healthz() -> Response:
    """The same for supervisors: restart the process when this stops answering."""
    return health()


@router.get(
    "/readyz",
    response_model=ReadyAnswer,
    responses={503: {"model": ReadyAnswer, "description": "Not ready, with reasons"}},
    summary="Readiness with reasons",
)
def get_readyz(served: Served) -> Response:
    """200 when the host reports no problem, else 503 with every reason."""
    return readiness(served.host.problems())


@router.get(
    "/metrics",
    response_class=Response,
    responses=failures() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    summary="Prometheus metrics",
)
def get_metrics(served: Served) -> Response:
    """Counters and gauges of the server and its host."""
    return metrics(served.measures)
