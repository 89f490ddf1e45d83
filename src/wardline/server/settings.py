"""Where the server listens, who may talk to it, and what it refuses to start with."""

import ipaddress
from dataclasses import dataclass

MEBIBYTE = 1 << 20

READINGS_BODY_MAX = 16 * MEBIBYTE
"""Longest body of POST /api/v1/readings; a longer one is answered 413."""

ENTRY_BODY_MAX = 64 * 1024
"""Longest body of any other request; a longer one is answered 413."""

BODIES_MAX = 64 * MEBIBYTE
"""Bytes of readings held at once, from the first byte until the answer; beyond it 503."""

BODY_TIME_MAX_S = 30.0
"""How long one body may take to arrive; a slower one is answered 408."""

ACKNOWLEDGE_TIME_MAX_S = 30.0
"""How long a request waits until its readings are durable; then 503, and the sender tries again."""

RETRY_AFTER_S = 5
"""What a 503 tells the sender to wait when nobody knows better."""


class UnsafeSettingsError(Exception):
    """The server would be open to others without protection; one clear line says what to do."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server is reached.

    host, port: where it listens; port 0 takes a free one. token: what callers send as
    `Authorization: Bearer`; None = no token, allowed on loopback only. allowed_hosts: further names
    the server is known by (without port). default_source: the source of readings that name none.
    """

    host: str = "127.0.0.1"
    port: int = 8501
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    default_source: str = ""

    def __post_init__(self) -> None:
        if self.token is not None and not _is_sendable(self.token):
            raise UnsafeSettingsError(
                "the token must be printable ASCII without spaces, or it cannot travel in a header"
            )
        if self.token is None and not self.is_loopback:
            raise UnsafeSettingsError(
                f"refusing to listen on {self.host} without a token: set one,"
                " or listen on 127.0.0.1"
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def host_names(self) -> frozenset[str]:
        """Host names, in lower case, by which callers may address the server."""
        names = ("localhost", "127.0.0.1", "::1", self.host, *self.allowed_hosts)
        return frozenset(name.lower() for name in names)


def _is_sendable(token: str) -> bool:
    return bool(token) and all("!" <= character <= "~" for character in token)
