"""One log line and one count per request, and the barrier that lets no exception text out.

Neither names a patient: the route's pattern stands for the path, query strings are left out, and of
an unexpected exception only its kind and the lines it came through are logged.
"""

import logging
import time
import traceback
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardline.server.errors import error_response

logger = logging.getLogger(__name__)

NO_ROUTE = "(no route)"
Observer = Callable[[str, str, int, float], None]
"""Told of every answer: method, route pattern, status, seconds."""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class AccessLog:
    """Logs and counts every request, and answers 500 where a request ended in an exception."""

    def __init__(self, app: ASGIApp, observe: Observer):
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        started = time.perf_counter()

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting_status)
        except Exception as error:  # noqa: BLE001 - the outermost barrier of a request
            logger.error("unexpected %s", _without_text(error))  # noqa: TRY400 - its text may name a patient
            if status == 0:
                answer = error_response(500, "something went wrong inside the server")
                await answer(scope, receive, send_noting_status)
        self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, duration_s: float) -> None:
        method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
        route = _pattern(scope)
        logger.info("%s %s %d %.1f ms", method, route, status, duration_s * 1000)
        self.observe(method, route, status, duration_s)


def _pattern(scope: Scope) -> str:
    return getattr(scope.get("route"), "path_format", NO_ROUTE)


def _without_text(error: Exception) -> str:
    """The kind of an exception and where it passed, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-5:]))
    return f"{type(error).__name__} in {places}"
