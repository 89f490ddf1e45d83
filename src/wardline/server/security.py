"""Who may call: known host names, no foreign web page, and the token or a session where one is set.

Checked before anything else of a request is looked at, for HTTP and WebSocket alike.
"""

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardline.server.errors import error_response
from wardline.server.sessions import Sessions
from wardline.server.settings import ServerSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEALTH_PATHS = frozenset({"/health", "/healthz", "/readyz"})
"""Open without a token: they name no patient, and a supervisor has no token."""
METRICS_PATH = "/metrics"
STATIC_PREFIX = "/static/"
SESSION_PATH = "/api/v1/session"
CONSOLE_PATHS = frozenset({"/", "/overview", "/admissions"})
CONSOLE_PREFIX = "/patients/"
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

UNUSED_FEATURES = (
    "accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope",
    "hid", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
"""What the console never asks a browser for; sound, full screen and wake lock stay its own."""

SECURITY_HEADERS = {
    b"content-security-policy": b"default-src 'self'; script-src 'self'; style-src 'self';"
    b" font-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none';"
    b" base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    b"permissions-policy": ", ".join(f"{name}=()" for name in UNUSED_FEATURES).encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


class SecurityHeaders:
    """Puts the security headers on every answer; nothing is cached unless its route says so."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given: list[tuple[bytes, bytes]] = list(message["headers"])
                message["headers"] = [*given, *SECURITY_HEADERS.items(), *_not_stored(given)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _not_stored(given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    is_said = any(name == b"cache-control" for name, _ in given)
    return [] if is_said else [(b"cache-control", b"no-store")]


class Gatekeeper:
    """Refuses callers that may not call, before the request is looked at any further.

    `on_refused_token` is called whenever a token was asked for and not given rightly. `sessions`
    open to browsers what the token opens to programs. `is_console_open`: whether the console's
    pages need no token; they name no patient, but the page that stands in for them does.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        on_refused_token: Callable[[], None],
        sessions: Sessions | None = None,
        *,
        is_console_open: bool = False,
    ):
        self.app = app
        self.settings = settings
        self.host_names = settings.host_names
        self.on_refused_token = on_refused_token
        self.sessions = sessions or Sessions()
        self.is_console_open = is_console_open

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
        if self.settings.token is None or self._is_open(scope):
            return None
        if bears_token(headers, self.settings):
            return None
        if self.sessions.of(headers) is not None:
            return _without_origin(scope, headers)
        self.on_refused_token()
        return 401, "a token is required: Authorization: Bearer ..."

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] != "http":
            return False
        path: str = scope["path"]
        if path in CONSOLE_PATHS or path.startswith(CONSOLE_PREFIX):
            return self.is_console_open
        if path == METRICS_PATH:
            return self.settings.is_loopback
        return path in HEALTH_PATHS or path == SESSION_PATH or path.startswith(STATIC_PREFIX)


def is_token(given: str, settings: ServerSettings) -> bool:
    """Whether a text is the token; how long the answer takes does not tell how much is right."""
    if settings.token is None:
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), settings.token.encode("ascii"))


def bears_token(headers: Headers, settings: ServerSettings) -> bool:
    """Whether a request carries the token as `Authorization: Bearer`."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return is_token(given.strip(), settings) and scheme.lower() == "bearer"


def _without_origin(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    """A cookie is sent by the browser, not by the page: the page must be named (and be ours)."""
    is_safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
    if is_safe or "origin" in headers:
        return None
    return 403, "a request of a session must name the page it comes from (Origin)"


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
