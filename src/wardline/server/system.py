"""GET /api/v1/system: the data flow for operators; screens that ask for it are pushed the same."""

from fastapi import APIRouter
from starlette.responses import Response

from wardline.server.context import Served
from wardline.server.messages import json_response
from wardline.server.schemas import SystemAnswer, failures

router = APIRouter()


@router.get(
    "/api/v1/system",
    response_model=SystemAnswer,
    responses=failures(),
    summary="Partitions, workers, the store and screens, and how fast all of it is",
)
async def get_system(served: Served) -> Response:
    """What operators look at. It names no patient and waits for nothing."""
    return json_response(served.viewers.system())
