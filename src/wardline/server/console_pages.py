"""GET /, /overview, /admissions, /system, /patients/...: the console; /static/console/: its files.

The page holds no patient: what it shows it asks for, and that needs the token where one is set.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from wardline.server.context import Served
from wardline.server.errors import RefusedError
from wardline.server.status_page import status_response

NOT_BUILT = "the console is not built: run make web"

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_console(request: Request, served: Served) -> Response:
    """The console; where it is not built, the status page with a line that says so."""
    if served.console is None:
        return status_response(served.host, NOT_BUILT)
    return served.console.index.response(request.headers)


@router.get("/overview")
@router.get("/admissions")
@router.get("/system")
@router.get("/patients/{patient_id:path}")
async def get_console_page(request: Request, served: Served) -> Response:
    """The same page: its own script reads the address."""
    if served.console is None:
        raise RefusedError(404, NOT_BUILT)
    return served.console.index.response(request.headers)


@router.get("/static/console/{path:path}")
async def get_console_file(path: str, request: Request, served: Served) -> Response:
    """One of the files read at the start."""
    asset = served.console.assets.get(path) if served.console else None
    if asset is None:
        raise RefusedError(404, "Not Found")
    return asset.response(request.headers)
