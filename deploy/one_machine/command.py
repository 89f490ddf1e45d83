"""A command as a service, and commands that are waited for."""

import http.client
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from deploy.one_machine.processes import ends_with_us
from deploy.one_machine.service import LOOK_S, Service, ServiceError, StoppedError

ANSWER_WAIT_S = 1.0


class Command(Service):
    """A command that is to run all the time.

    With a `port` it is ready when GET /readyz there is answered with 200, otherwise as soon as
    there is a process.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, *, port: int | None = None):
        super().__init__(name, log)
        self.port = port
        self._command = list(command)

    def launch(self) -> None:
        """Start without waiting. Raises ServiceError."""
        try:
            self._spawn(self._command)
        except OSError as problem:
            raise ServiceError(f"{self.name} cannot be started: {problem}") from None

    def is_ready(self) -> bool:
        """Whether it serves, as far as it can be asked."""
        return self.is_alive and (self.port is None or _answers(self.port))


def _answers(port: int) -> bool:
    """Loopback, and never through a proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WAIT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run_to_its_end(what: str, command: Sequence[str], wait_s: float, stopping: Event) -> None:
    """Run a command that has an end.

    Raises ServiceError with the last line it wrote, and StoppedError when asked to stop.
    """
    process = subprocess.Popen(  # noqa: S603 - no part of a command is a stranger's
        ends_with_us(list(command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        written = _what_it_writes(process, time.monotonic() + wait_s, stopping)
    except subprocess.TimeoutExpired:
        raise ServiceError(f"{what}: not done after {wait_s:.0f} s") from None
    finally:
        process.kill()
        process.communicate()
    if process.returncode:
        lines = written.strip().splitlines() or ["it says nothing"]
        raise ServiceError(f"{what} failed: {lines[-1]}")


def _what_it_writes(process: subprocess.Popen[str], give_up_s: float, stopping: Event) -> str:
    while True:
        try:
            return process.communicate(timeout=LOOK_S)[0]
        except subprocess.TimeoutExpired:
            if time.monotonic() > give_up_s:
                raise
        if stopping.is_set():
            raise StoppedError
