"""How often somebody has tried to sign in with a wrong token, so that guessing gets slow."""

import ipaddress
import math
import time
from collections import deque
from collections.abc import Callable

TRIES_MAX = 10
"""Wrong tries of one address within TRIES_TIME_S; further ones are answered 429."""
TRIES_TIME_S = 60.0
ADDRESSES_MAX = 10_000
"""Addresses remembered; beyond it the one that began first is forgotten."""
IPV6_NETWORK_BITS = 64
"""One subscriber usually owns all addresses of such a network."""


class WrongTries:
    """The wrong tries of the last minute, by client address. `clock_s` only grows."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic):
        self._clock_s = clock_s
        self._tries_s: dict[str, deque[float]] = {}

    def wait_s(self, address: str) -> int:
        """Whole seconds until this address may try again; 0 = now."""
        tries = self._tries_s.get(_network(address))
        if tries is None or len(tries) < TRIES_MAX:
            return 0
        return max(0, math.ceil(tries[0] + TRIES_TIME_S - self._clock_s()))

    def note(self, address: str) -> None:
        """One more wrong try."""
        network = _network(address)
        if network not in self._tries_s and len(self._tries_s) >= ADDRESSES_MAX:
            del self._tries_s[next(iter(self._tries_s))]
        self._tries_s.setdefault(network, deque(maxlen=TRIES_MAX)).append(self._clock_s())


def _network(address: str) -> str:
    """What counts as one caller."""
    try:
        version = ipaddress.ip_address(address.partition("%")[0]).version
    except ValueError:
        return address
    if version == 4:
        return address
    place = address.partition("%")[0]
    return str(ipaddress.ip_network(f"{place}/{IPV6_NETWORK_BITS}", strict=False))
