"""Who is signed in with a browser: sessions in memory, gone when the server stops.

The id that the browser's cookie carries is kept only as its SHA-256, which is called the key here.
Everything is called from the server's event loop, so nothing needs a lock. Who must know that a
session ended asks `is_open` now and then.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator

from starlette.datastructures import Headers

COOKIE = "wardline_session"
ID_BYTES = 32
SESSION_TIME_S = 12 * 3600
"""One shift; then the token is asked for again."""
SESSIONS_MAX = 1000
"""Sessions at once; beyond it the oldest ends."""
COOKIES_MAX = 8
"""Cookies of our name looked at in one request; a page of a neighbouring port may have set more."""


class Sessions:
    """The open sessions. `clock_s` gives seconds that only grow."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic):
        self._clock_s = clock_s
        self._opened_s: dict[str, float] = {}  # by key, oldest first

    def open(self) -> str:
        """Open a session and give the id for its cookie."""
        self._end_expired()
        while len(self._opened_s) >= SESSIONS_MAX:
            self.end(next(iter(self._opened_s)))
        session_id = secrets.token_urlsafe(ID_BYTES)
        self._opened_s[_key(session_id)] = self._clock_s()
        return session_id

    def of(self, headers: Headers) -> str | None:
        """The key of the open session that a request's cookie names, if there is one."""
        self._end_expired()
        keys = (_key(session_id) for session_id in _session_ids(headers))
        return next((key for key in keys if key in self._opened_s), None)

    def is_open(self, key: str) -> bool:
        """Whether a session has neither ended nor grown too old."""
        self._end_expired()
        return key in self._opened_s

    def end(self, key: str) -> None:
        """Sign out. A session that has ended already is no error."""
        self._opened_s.pop(key, None)

    def _end_expired(self) -> None:
        last_s = self._clock_s() - SESSION_TIME_S
        while self._opened_s and next(iter(self._opened_s.values())) <= last_s:
            self.end(next(iter(self._opened_s)))


def _key(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()


def _session_ids(headers: Headers) -> Iterator[str]:
    pairs = (pair.strip().partition("=") for pair in ";".join(headers.getlist("cookie")).split(";"))
    ids = [value for name, _, value in pairs if name == COOKIE]
    yield from ids[:COOKIES_MAX]
