"""Who may call: known host names, no foreign web page, and the token where one is set.

Checked before anything else of a request is looked at, for HTTP and WebSocket alike.
"""

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardline.server.errors import error_response
from wardline.server.settings import ServerSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEALTH_PATHS = frozenset({"/health", "/healthz", "/readyz"})
"""Open without a token: they name no patient, and a supervisor has no token."""
METRICS_PATH = "/metrics"
STATIC_PREFIX = "/static/"
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

SECURITY_HEADERS = {
    b"content-security-policy": b"default-src 'self'; object-src 'none'; base-uri 'none';"
    b" form-action 'self'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


class SecurityHeaders:
    """Puts the security headers on every answer; what may name patients is never cached."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cache = b"no-cache" if scope["path"].startswith(STATIC_PREFIX) else b"no-store"
        extra = [*SECURITY_HEADERS.items(), (b"cache-control", cache)]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Gatekeeper:
    """Refuses callers that may not call, before the request is looked at any further.

    `on_refused_token` is called whenever a token was asked for and not given rightly.
    """

    def __init__(
        self, app: ASGIApp, settings: ServerSettings, on_refused_token: Callable[[], None]
    ):
        self.app = app
        self.settings = settings
        self.host_names = settings.host_names
        self.token = None if settings.token is None else settings.token.encode("ascii")
        self.on_refused_token = on_refused_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._foreign(scope, headers) or self._unknown(scope, headers)
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, *refusal)

    def _foreign(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Against DNS rebinding (a name we are not known by) and requests made by other pages."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_known_host(hosts[0]):
            return 400, "this server is not known by the name in the Host header"
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        origins = headers.getlist("origin")
        if origins and (len(origins) > 1 or not is_same_origin(origins[0], hosts[0])):
            return 403, "requests of other web pages are refused (Origin)"
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return 403, "requests of other web pages are refused (Sec-Fetch-Site)"
        return None

    def _is_known_host(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not name or parts.netloc != host or "@" in host:
            return False
        return name in self.host_names or (not self.settings.is_loopback and _is_address(name))

    def _unknown(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        if self.token is None or self._is_open(scope):
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self.token)
        if scheme.lower() == "bearer" and is_right:
            return None
        self.on_refused_token()
        return 401, "a token is required: Authorization: Bearer ..."

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] != "http":
            return False
        path = scope["path"]
        return path in HEALTH_PATHS or (path == METRICS_PATH and self.settings.is_loopback)


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names the host (and port) the request was sent to."""
    scheme, separator, place = origin.lower().partition("://")
    port = DEFAULT_PORTS.get(scheme)
    if not separator or port is None:
        return False
    return place.removesuffix(port) == host.lower().removesuffix(port)


def _is_address(name: str) -> bool:
    """Rebinding needs a name that an attacker's DNS answers for; a plain address is none."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, error: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error})
        return
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    await error_response(status, error, headers=headers)(scope, receive, send)
