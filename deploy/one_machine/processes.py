"""Child processes that do not outlive us, and ports for them."""

import random
import shutil
import socket
from typing import NamedTuple, TypedDict

PORTS = range(15_000, 32_000)
"""Below those that systems give to outgoing connections, so that a port stays free once left."""
PORT_TRIES_MAX = 1_000


class Owner(NamedTuple):
    """Whom a process is to run as."""

    user: int
    group: int


class RunAs(TypedDict, total=False):
    """The arguments of a start that say as whom."""

    user: int
    group: int
    extra_groups: list[str | int]


def as_owner(owner: Owner | None) -> RunAs:
    """Nothing if it is to run as ourselves."""
    return RunAs(user=owner.user, group=owner.group, extra_groups=[]) if owner else RunAs()


def ends_with_us(command: list[str], *, signal_name: str = "TERM") -> list[str]:
    """The command, told by the kernel to end when the thread that starts it has gone.

    Where there is no `setpriv` it is the command as it was: then only an orderly end takes the
    child along.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, *command] if setpriv else command


def free_port() -> int:
    """A port of loopback that nobody listens on. Raises OSError if none is found."""
    chance = random.SystemRandom()
    for _ in range(PORT_TRIES_MAX):
        port = chance.choice(PORTS)
        if is_free(port):
            return port
    raise OSError("no free port was found on loopback")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback."""
    with socket.socket() as probe:
        # Connections that are only fading away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
