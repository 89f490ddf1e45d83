"""A child process that may be started and stopped any number of times."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

from deploy.one_machine.processes import Owner, as_owner, ends_with_us

READY_WAIT_S = 90.0
"""A busy machine needs half a minute for Kafka; a quiet one three seconds."""
STOP_WAIT_S = 30.0
LOOK_S = 0.1
LAST_LINES = 5
LOG_BYTES_MAX = 10 << 20
"""A log that is longer begins anew; what it held is kept once, as `NAME.old`."""


class ServiceError(Exception):
    """A service did not do what was asked; it says why, and where its log lies."""


class StoppedError(Exception):
    """Somebody asked for the end while services were starting."""


class Service(ABC):
    """One child process with a log file. `name` is for people."""

    stop_signal = signal.SIGTERM

    def __init__(self, name: str, log: Path):
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def launch(self) -> None:
        """Start without waiting. Raises ServiceError."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it serves now; answers within a second."""

    def start(self) -> None:
        """Start and wait until it serves. Raises ServiceError."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self, wait_s: float = READY_WAIT_S) -> None:
        """Wait until it serves. Raises ServiceError if the process ends, or after `wait_s`."""
        give_up_s = time.monotonic() + wait_s
        while not self.is_ready():
            self.check_start(give_up_s)
            time.sleep(LOOK_S)

    def check_start(self, give_up_s: float) -> None:
        """Raises ServiceError if there is no process, or after a moment of the monotonic clock."""
        if not self.is_alive:
            raise ServiceError(f"{self.name} ended while it was starting: {self.last_words()}")
        if time.monotonic() > give_up_s:
            raise ServiceError(f"{self.name} did not become ready in time: {self.last_words()}")

    @property
    def is_alive(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """Of a process that ended by itself; negative is the signal that ended it."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int:
        """Of the process that was started. Raises ServiceError if none was."""
        if self._process is None:
            raise ServiceError(f"{self.name} is not started")
        return self._process.pid

    def ask_to_stop(self) -> None:
        """Say that it should end, without waiting for it."""
        if self._process is not None:
            self._process.send_signal(self.stop_signal)

    def stop(self, wait_s: float = STOP_WAIT_S) -> bool:
        """In an orderly way, or, if that takes too long, at once. Gives whether it was orderly."""
        if self._process is None:
            return True
        self.ask_to_stop()
        try:
            self._process.wait(max(0.0, wait_s))
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self._process = None
        return True

    def kill(self) -> None:
        """As the lack of memory does. What was acknowledged stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it answer nobody, though its connections stay."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def last_words(self) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.is_file() else ""
        return "\n".join([f"see {self.log}", *text.splitlines()[-LAST_LINES:]])

    def shorten_log(self) -> None:
        """Keep the log within its bound, also while it is written to."""
        if self.log.is_file() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.with_suffix(".old").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)

    def _spawn(
        self, command: list[str], *, cwd: Path | None = None, owner: Owner | None = None
    ) -> None:
        """Start the process. Its end is ours to order: no key of a terminal reaches it."""
        told = ends_with_us(command, signal_name=self.stop_signal.name.removeprefix("SIG"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - no part of a command is a stranger's
                told, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=cwd, **as_owner(owner),
            )  # fmt: skip
