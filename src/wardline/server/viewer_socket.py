"""uvicorn's WebSocket connections, made safe against viewers that stop reading.

As they come, a goodbye waits until what was sent before is taken, and so does the end of a
connection: whoever takes nothing would keep its place and its memory for as long as it likes.
"""

import socket
from asyncio import BaseTransport

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SEND_BUFFER_BYTES = 256 * 1024
"""What the system keeps for one viewer; else it grows to megabytes, and a stall is seen late."""

GOODBYE_TIME_MAX_S = 5.0
"""How long a closed viewer may take to read the rest and the goodbye; then it is cut."""

INVALID_TEXT = 1007


class ViewerSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what waits in the system for this viewer."""
        super().connection_made(transport)
        plain = transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    async def send(self, message: ASGISendEvent) -> None:
        """A goodbye is put behind what waits, and does not wait itself."""
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)

    async def run_asgi(self) -> None:
        """Serve the viewer; afterwards its connection ends, whether it reads or not."""
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(GOODBYE_TIME_MAX_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Whoever answers no ping will not take the rest either."""
        super().keepalive_timeout()
        self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Text that is no UTF-8 ends the connection without filling the log."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(INVALID_TEXT)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()
