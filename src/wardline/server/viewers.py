"""All viewers of one server: bounded in number, woken together, told every second that all is well.

Everything here belongs to the server's event loop, but for what the hub calls.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from wardline.codecs.live_json import heartbeat_message, system_message
from wardline.pipeline.pace import Pace
from wardline.pipeline.ports import Clock, Host
from wardline.server.messages import rfc3339
from wardline.server.missed import Missed
from wardline.server.system_content import system_content
from wardline.server.viewer import SIGNED_OUT, TOO_MANY, CutOffError, Heartbeat, Viewer

VIEWERS_MAX = 500
"""Viewers at once; a further one is sent away with 1013."""

HEARTBEAT_S = 1.0


class Viewers:
    """Serves every viewer of a host's live feed."""

    def __init__(
        self,
        host: Host,
        clock: Clock,
        is_signed_in: Callable[[str], bool],
        viewers_max: int = VIEWERS_MAX,
    ):
        """`is_signed_in`: whether a session goes on; asked every second."""
        self.viewers_max = viewers_max
        self._host = host
        self._clock = clock
        self._is_signed_in = is_signed_in
        self._viewers: set[Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beating: asyncio.Task[None] | None = None
        self._sent_to_gone = 0
        self._pace = Pace()

    def __len__(self) -> int:
        return len(self._viewers)

    async def serve(self, socket: WebSocket, session: str | None) -> None:
        """One viewer, from the handshake to its end. `session`: what it signed in with, if so."""
        await socket.accept()
        if len(self._viewers) >= self.viewers_max:
            await socket.close(TOO_MANY, "too many viewers")
            return
        viewer = Viewer(socket, self._host.live.hub, Missed(self._host), session)
        self._add(viewer)
        try:
            await run_in_threadpool(self._host.live.join)
            try:
                await self._attend(viewer)
            finally:
                self._host.live.leave()
        finally:
            self._remove(viewer)

    async def _attend(self, viewer: Viewer) -> None:
        """Send and listen at once; whichever ends first ends both."""
        tasks = {asyncio.create_task(viewer.serve()), asyncio.create_task(viewer.listen())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            failures = [failure for task in done if (failure := task.exception()) is not None]
            for failure in failures:
                await _end(viewer.socket, failure)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _add(self, viewer: Viewer) -> None:
        self._viewers.add(viewer)
        if self._beating is None:
            self._loop = asyncio.get_running_loop()
            self._host.live.hub.listen(self._tell)
            self._beating = self._loop.create_task(self._beat())

    def _remove(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        self._sent_to_gone += viewer.sent
        if not self._viewers and self._beating is not None:
            self._host.live.hub.leave(self._tell)
            self._beating.cancel()
            self._beating = None

    def _tell(self) -> None:
        """Called by the feed's thread: there is news."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for viewer in self._viewers:
            viewer.wake.set()

    async def _beat(self) -> None:
        while True:
            self._note_pace()
            heartbeat, system = self._heartbeat(), self._system_if_wanted()
            for viewer in self._viewers:
                viewer.heartbeat, viewer.system = heartbeat, system
                if viewer.session is not None and not self._is_signed_in(viewer.session):
                    viewer.cut_off = CutOffError(SIGNED_OUT, "signed out")
                viewer.wake.set()
            await asyncio.sleep(HEARTBEAT_S)

    def system(self) -> dict[str, Any]:
        """The data flow for operators as plain content, this server and its screens included."""
        rate = self._pace.per_second("sent", time.monotonic()) if self._viewers else 0.0
        server = {
            "viewers": len(self._viewers),
            "viewers_max": self.viewers_max,
            "messages_per_s": rate,
        }
        return system_content(self._host.system(), server)

    def _note_pace(self) -> None:
        sent = self._sent_to_gone + sum(viewer.sent for viewer in self._viewers)
        self._pace.note(time.monotonic(), {"sent": sent})

    def _system_if_wanted(self) -> Heartbeat | None:
        """The picture of this second; it costs nothing while nobody looks at it."""
        if not any(viewer.wants_system for viewer in self._viewers):
            return None
        now_ms, text = self._clock.now_ms(), msgspec.json.encode(self.system()).decode()

        @lru_cache(maxsize=8)
        def message(seq: int) -> str:
            return system_message(seq, now_ms, text)

        return message

    def _heartbeat(self) -> Heartbeat:
        """The heartbeat of this second; viewers that stand at the same number share one text."""
        now_ms, engine_at = self._clock.now_ms(), self._host.engine_at()
        figures = self._host.live.figures()
        if figures:
            since = figures["since"]
            figures = {**figures, "since": rfc3339(since) if isinstance(since, int) else None}
        problems = self._host.problems()

        @lru_cache(maxsize=8)
        def text(seq: int) -> str:
            return heartbeat_message(seq, now_ms, engine_at, problems, figures or None)

        return text


async def _end(socket: WebSocket, failure: BaseException) -> None:
    """Say goodbye; a viewer that is gone or does not listen is left to its own."""
    if isinstance(failure, WebSocketDisconnect):
        return
    if not isinstance(failure, CutOffError):
        raise failure
    with contextlib.suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(HEARTBEAT_S):
            await socket.close(failure.code, failure.reason)
