"""WS /api/v1/live: pushes what is found, to any number of screens (docs/reference/live.md)."""

from fastapi import APIRouter, WebSocket

from wardline.server.context import context_of

router = APIRouter()


@router.websocket("/api/v1/live")
async def live(socket: WebSocket) -> None:
    """Snapshot, then what changes, until the viewer goes."""
    served = context_of(socket.app)
    await served.viewers.serve(socket, served.sessions.of(socket.headers))
