"""Bodies of readings: how many bytes may be held at once, and the one thread that decodes them."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self

from wardline.codecs.admissions_json import decode_admission_body
from wardline.codecs.vitals_json import decode_json, prepare
from wardline.model.admissions import DecodedAdmissions
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.pipeline.ports import BusyError
from wardline.server.settings import BODIES_MAX, RETRY_AFTER_S

ORIGIN = "http"
"""Where dead letters say that a record came from."""

NAMES_MAX = 1_000_000
"""Names a set of dictionaries may hold before it is replaced by an empty one."""

SAMPLE = b'{"patient_id":"1","timestamp":0,"spo2":97}'

BODY_OVERHEAD = 4096
"""Bytes every request counts on top of its body, so that many tiny ones are bounded too."""


class Buffered:
    """Bytes of readings held by all requests together, at most `limit`; beyond it BusyError."""

    def __init__(self, limit: int):
        self._limit = limit
        self.held = 0

    def take(self, count: int) -> None:
        """Count bytes in. Raises BusyError and counts nothing when they do not fit."""
        if self.held + count > self._limit:
            raise BusyError(RETRY_AFTER_S)
        self.held += count

    def give_back(self, count: int) -> None:
        """Count bytes out."""
        self.held -= count


class Body:
    """The body of one request, counted in `Buffered` while this context lasts."""

    def __init__(self, buffered: Buffered):
        self._buffered = buffered
        self._held = 0

    def __enter__(self) -> Self:
        self._take(BODY_OVERHEAD)
        return self

    def __exit__(self, *_: object) -> None:
        self._buffered.give_back(self._held)

    def _take(self, count: int) -> None:
        self._buffered.take(count)
        self._held += count

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """All chunks as one. Raises BusyError when all requests together hold too much."""
        parts: list[bytes] = []
        async for chunk in chunks:
            self._take(len(chunk))
            parts.append(chunk)
        return b"".join(parts)


class Decoding:
    """Decodes bodies one after the other in a thread of its own, away from the event loop.

    Dictionaries are not locked, so only that thread touches them.
    """

    def __init__(self, bytes_max: int = BODIES_MAX, names_max: int = NAMES_MAX):
        self.buffered = Buffered(bytes_max)
        self._names_max = names_max
        self._dictionaries = Dictionaries()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wardline-decoding")

    async def decode(self, body: bytes, received_at: int, default_source: str = "") -> Decoded:
        """Readings of a JSON body. Raises what `decode_json` raises."""
        loop = asyncio.get_running_loop()
        arguments = (body, received_at, default_source)
        return await loop.run_in_executor(self._thread, self._decode, *arguments)

    def _decode(self, body: bytes, received_at: int, default_source: str) -> Decoded:
        """Batches keep the dictionaries they were made with, so replacing these harms none."""
        known = self._dictionaries
        if len(known.patients) + len(known.sources) + len(known.labels) > self._names_max:
            known = self._dictionaries = Dictionaries()
        return decode_json(body, received_at, known, origin=ORIGIN, default_source=default_source)

    async def decode_admissions(self, body: bytes, received_at: int) -> DecodedAdmissions:
        """Admissions of a JSON body. Raises what `decode_admission_body` raises."""
        loop = asyncio.get_running_loop()
        decode = partial(decode_admission_body, body, received_at, origin=ORIGIN)
        return await loop.run_in_executor(self._thread, decode)

    def prepare(self) -> None:
        """Compile in the background what the first long body would else wait for."""
        self._thread.submit(prepare)
        self._thread.submit(decode_json, SAMPLE, 0, Dictionaries())

    def close(self) -> None:
        """Let the thread end after what it has begun."""
        self._thread.shutdown(wait=False)
