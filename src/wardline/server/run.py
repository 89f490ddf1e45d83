"""uvicorn in a thread: bind first, so that a taken port is one clear line; stop gracefully."""

import socket
import threading

import uvicorn
from fastapi import FastAPI

from wardline.server.app import close_app, prepare_app
from wardline.server.settings import ServerSettings
from wardline.server.viewer_socket import ViewerSocket

PORT_MAX = 65_535
CONNECTIONS_MAX = 1000
"""Connections at once; further ones are answered 503."""
BACKLOG = 512
KEEP_ALIVE_S = 15
GRACE_S = 5
"""How long requests under way may take to end when the server stops."""
START_TIME_MAX_S = 30.0
SOCKET_MESSAGE_MAX = 64 * 1024
"""Longest WebSocket message a viewer may send."""
SOCKET_PING_S = 10
"""How often a viewer is pinged, and how long its answer may take before it is cut off."""


class ServerStartError(Exception):
    """The server could not start; one clear line says why."""


class RunningServer:
    """An application served from a thread of its own, from construction until `stop`."""

    def __init__(self, app: FastAPI, settings: ServerSettings):
        self._app = app
        self._socket = listening_socket(settings)
        self.port: int = self._socket.getsockname()[1]
        self._host = settings.host
        self._server = _AnnouncingServer(_config(app))
        self._thread = threading.Thread(target=self._run, name="wardline-server", daemon=True)
        self._thread.start()
        prepare_app(app)
        if not self._server.is_up.wait(START_TIME_MAX_S) or not self._server.started:
            self.stop()
            raise ServerStartError("the server did not start")

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - a name for "all"
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def stop(self) -> None:
        """Take no new request, let those under way end, give the port back. May be called twice."""
        self._server.should_exit = True
        self._thread.join(GRACE_S + 5)
        self._socket.close()
        close_app(self._app)

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._server.is_up.set()


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


def listening_socket(settings: ServerSettings) -> socket.socket:
    """A listening socket on the settings' host and port. Raises ServerStartError."""
    place = f"{settings.host} port {settings.port}"
    if not 0 <= settings.port <= PORT_MAX:
        raise ServerStartError(f"cannot listen on {place}: ports are 0 to {PORT_MAX}")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ServerStartError(f"cannot listen on {place}: {error.strerror}") from None


def _config(app: FastAPI) -> uvicorn.Config:
    """Nothing of uvicorn's own access log or banner; the log's set-up belongs to the caller."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws=ViewerSocket,
        ws_max_size=SOCKET_MESSAGE_MAX,
        ws_ping_interval=SOCKET_PING_S,
        ws_ping_timeout=SOCKET_PING_S,
        ws_per_message_deflate=False,  # it costs a window of memory and time for each viewer
        limit_concurrency=CONNECTIONS_MAX,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
