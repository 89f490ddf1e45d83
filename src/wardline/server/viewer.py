"""One viewer of the live feed: what it asked for, and the loop that sends what it has not got."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from wardline.codecs.live_json import resumed_message
from wardline.pipeline.hub import Cursor, LiveHub
from wardline.pipeline.ring import LostError
from wardline.server.missed import Missed

SEND_TIME_MAX_S = 5.0
"""A viewer that takes nothing for so long is cut off (4408); it comes back and resumes."""

SLOWEST_BYTES_PER_S = 64_000
"""A viewer that takes so much is not too slow: a long message gets more time to go through."""

WATCHED_MAX = 1_000
"""Patients a viewer may name in one `watch`."""

MISUNDERSTOOD, TOO_SLOW, SIGNED_OUT, TOO_MANY = 1008, 4408, 4401, 1013
"""Why a viewer is cut off, as WebSocket close codes."""


class CutOffError(Exception):
    """The viewer is cut off with this code."""

    def __init__(self, code: int, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason


Heartbeat = Callable[[int], str]
"""A message of every second for a viewer that has everything up to a number."""


@dataclass(slots=True, eq=False)
class Viewer:
    """One connection. `wake` tells that there is news, a heartbeat is due, or it was cut off.

    system: the newest picture of the data flow, if it wants any and has not got it yet. sent:
    messages.
    """

    socket: WebSocket
    hub: LiveHub
    missed: Missed
    session: str | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    cursor: Cursor = field(default_factory=Cursor)
    heartbeat: Heartbeat | None = None
    system: Heartbeat | None = None
    wants_system: bool = False
    sent: int = 0
    cut_off: CutOffError | None = None
    resume_from: int | None = None
    on_the_way: int = 0

    async def serve(self) -> None:
        """Send until the viewer goes (the reader ends this) or is cut off (CutOffError)."""
        await self._send(self.hub.open(self.cursor))
        while True:
            await self.wake.wait()
            self.wake.clear()
            if self.cut_off is not None:
                raise self.cut_off
            await self._send_news()
            await self._send_missed()
            await self._send_heartbeat()
            await self._send_system()

    async def listen(self) -> None:
        """Take what the viewer says; ends when it is gone. Raises CutOffError for nonsense."""
        while (message := await self.socket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:
                raise CutOffError(MISUNDERSTOOD, "a message is text")
            self._take(text)
            self.wake.set()

    def _take(self, text: str) -> None:
        try:
            message: Any = json.loads(text)
        except (ValueError, RecursionError):
            raise CutOffError(MISUNDERSTOOD, "this is not JSON") from None
        if not isinstance(message, dict):
            raise CutOffError(MISUNDERSTOOD, "a message is an object")
        for name, value in cast("dict[str, Any]", message).items():
            if name == "resume":
                waiting = self.resume_from
                number = _number(value)
                self.resume_from = number if waiting is None else min(waiting, number)
            elif name == "watch":
                self.cursor.watched = _watched(value)
            elif name == "system":
                self.wants_system = _wish(value)
            else:
                raise CutOffError(MISUNDERSTOOD, "unknown; there are resume, watch and system")

    async def _send_news(self) -> None:
        await self._send_all(self.hub.news)

    async def _send_all(self, take: Callable[[Cursor], list[str]]) -> None:
        try:
            texts = take(self.cursor)
        except LostError:
            raise CutOffError(TOO_SLOW, "too much waited for this viewer; resume") from None
        for text in texts:
            await self._send(text)

    async def _send_missed(self) -> None:
        seq, self.resume_from = self.resume_from, None
        if seq is None:
            return
        texts, is_complete = await self._missed(seq)
        for text in texts:
            await self._send(text)
        if not is_complete:
            await self._send_all(self.hub.anew)
        await self._send(resumed_message(self.cursor.seq, complete=is_complete))

    async def _missed(self, seq: int) -> tuple[list[str], bool]:
        """(messages, whether they are all). Numbers still to come say that clocks went back."""
        if seq > self.cursor.seq:
            return [], False
        texts = self.hub.missed(self.cursor, seq)
        if texts is None:
            return await run_in_threadpool(self.missed.since, seq)
        return texts, True

    async def _send_heartbeat(self) -> None:
        heartbeat, self.heartbeat = self.heartbeat, None
        if heartbeat is not None:
            await self._send(heartbeat(self.cursor.seq))

    async def _send_system(self) -> None:
        system, self.system = self.system, None
        if system is not None and self.wants_system:
            await self._send(system(self.cursor.seq))

    async def _send(self, text: str) -> None:
        allowed_s = SEND_TIME_MAX_S + self.on_the_way / SLOWEST_BYTES_PER_S
        self.on_the_way = len(text)
        try:
            async with asyncio.timeout(allowed_s):
                await self.socket.send_text(text)
                self.sent += 1
        except TimeoutError:
            raise CutOffError(TOO_SLOW, "took nothing for too long; resume") from None


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise CutOffError(MISUNDERSTOOD, "resume needs the number of a message")
    return value


def _wish(value: object) -> bool:
    if not isinstance(value, bool):
        raise CutOffError(MISUNDERSTOOD, "system needs true or false")
    return value


def _watched(value: object) -> frozenset[str] | None:
    if value is None:
        return None
    names: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    if len(names) > WATCHED_MAX or not all(isinstance(name, str) for name in names):
        raise CutOffError(MISUNDERSTOOD, f"watch needs up to {WATCHED_MAX} patient ids, or null")
    return frozenset(names)
