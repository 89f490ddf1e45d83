"""GET of the stored tables, newest first, a page at a time."""

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from starlette.responses import Response

from wardline.codecs.tables import json_lines
from wardline.model.scores import SCORE_NAMES
from wardline.model.tables import TABLES, Table
from wardline.pipeline.ports import Page
from wardline.pipeline.ports import Query as StoreQuery
from wardline.server.context import Context, Served
from wardline.server.errors import RefusedError
from wardline.server.moments import moment_ms
from wardline.server.schemas import failures, page_model

LIMIT_DEFAULT = 500
LIMIT_MAX = 5000

Moment = Annotated[int, BeforeValidator(moment_ms), WithJsonSchema({"type": "string"})]


class TableFilter(BaseModel):
    """Which rows. An unknown parameter is refused: a mistyped one must not give everybody's."""

    model_config = ConfigDict(extra="forbid")

    patient_id: str | None = Field(None, description="Only this patient", max_length=128)
    start: Moment | None = Field(
        None, alias="from", description="From here on: RFC 3339 or ms since 1970"
    )
    end: Moment | None = Field(
        None, alias="to", description="Before this: RFC 3339 or ms since 1970"
    )
    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="Rows a page")
    next: str | None = Field(None, description="`next` of the page before", max_length=1000)


def _known_score(name: str) -> str:
    if name not in SCORE_NAMES:
        raise ValueError("must be one of: " + ", ".join(SCORE_NAMES))
    return name


class ScoresFilter(TableFilter):
    """The same for scores, and which one."""

    name: Annotated[str, BeforeValidator(_known_score)] | None = Field(
        None, description="Only this score: " + ", ".join(SCORE_NAMES)
    )


def _tables_router() -> APIRouter:
    """One GET for every table of `model.tables`."""
    router = APIRouter()
    for table in TABLES.values():
        router.add_api_route(
            f"/api/v1/{table.name}",
            _scores_endpoint(table) if table.name == "scores" else _endpoint(table),
            methods=["GET"],
            response_model=page_model(table),
            responses=failures(503),
            name=f"get_{table.name}",
            summary=f"Stored {table.name}, newest first",
        )
    return router


def _endpoint(table: Table) -> Callable[..., Response]:
    def get_table(
        request: Request, served: Served, chosen: Annotated[TableFilter, Query()]
    ) -> Response:
        refuse_repeated(request)
        return _answer(served, table, chosen, None)

    return get_table


def _scores_endpoint(table: Table) -> Callable[..., Response]:
    def get_scores(
        request: Request, served: Served, chosen: Annotated[ScoresFilter, Query()]
    ) -> Response:
        refuse_repeated(request)
        return _answer(served, table, chosen, chosen.name)

    return get_scores


def refuse_repeated(request: Request) -> None:
    """Which of two values of one parameter is meant, nobody can know."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name in seen:
            raise RefusedError(400, "given more than once", name)
        seen.add(name)


def _answer(served: Context, table: Table, chosen: TableFilter, name: str | None) -> Response:
    query = StoreQuery(table.name, chosen.patient_id, chosen.start, chosen.end, name)
    page = _page(served, query, chosen)
    rows = ",".join(json_lines(table, page.rows))
    content = f'{{"rows":[{rows}],"next":{json.dumps(page.next)}}}'
    return Response(content, media_type="application/json")


def _page(served: Context, query: StoreQuery, chosen: TableFilter) -> Page:
    if chosen.next is None:
        return served.host.store.page(query, chosen.limit)
    try:
        return served.host.store.page(query, chosen.limit, chosen.next)
    except ValueError:
        raise RefusedError(400, "this is no token of a page", "next") from None


router = _tables_router()
