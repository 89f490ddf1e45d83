"""Workers that start at once: forked from a process that has loaded everything already.

Each is a process of its own and runs the command `wardline worker`; only the seconds are saved that
Python needs to load machine code. The process that forks has no threads and no connections.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
START_MAX_S = 400.0
"""The first start of all compiles the engine."""
ENDS_WITH_PARENT = 1
"""PR_SET_PDEATHSIG"""


class Worker:
    """A process of `wardline worker`. `status`: None while it runs, below 0 after a signal."""

    def __init__(self, pid: int, log: Path):
        self.pid = pid
        self.log = log
        self.status: int | None = None
        self.has_ended = threading.Event()

    def wait(self, timeout_s: float = 90.0) -> int:
        assert self.has_ended.wait(timeout_s), f"it does not end:\n{self.said()}"
        assert self.status is not None
        return self.status

    def signal(self, number: int) -> None:
        """Unless it has ended: its number could be another process's by now."""
        if not self.has_ended.is_set():
            os.kill(self.pid, number)

    def kill(self) -> int:
        self.signal(signal.SIGKILL)
        return self.wait()

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def account(self) -> dict[str, Any]:
        """What --json says."""
        return json.loads(self.said().splitlines()[-1])


class Nursery:
    """Starts workers; `close` ends all that are left."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._workers: dict[int, Worker] = {}
        self._started: list[int] = []
        self._is_ready = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.kafka.nursery"], cwd=ROOT, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(folder),
        )  # fmt: skip
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        self._until(lambda: self._is_ready, START_MAX_S)

    def start(
        self, *arguments: object, point: str = "", nth: int = 1,
        number: int = signal.SIGKILL, **limits: object,
    ) -> Worker:  # fmt: skip
        """`limits` are those of `ShardLimits`. With a point the worker gets the signal there."""
        count = len(self._started)
        log = self._folder / f"worker-{count}.log"
        wanted = {
            "arguments": [*map(str, arguments)], "log": str(log), "limits": limits,
            "point": point, "nth": nth, "number": int(number),
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        self._until(lambda: len(self._started) > count, 30)
        return self._workers[self._started[-1]]

    def close(self) -> None:
        for worker in list(self._workers.values()):
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGKILL)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._listening.join(30)
        self._process.stdout.close()

    def end_all(self) -> None:
        """Whoever still runs is killed."""
        for worker in self._workers.values():
            if not worker.has_ended.is_set():
                worker.signal(signal.SIGCONT)
                worker.kill()

    def _until(self, is_so: Callable[[], Any], timeout_s: float) -> None:
        with self._news:
            assert self._news.wait_for(is_so, timeout_s), "the nursery does not answer"

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._news:
                if "ready" in told:
                    self._is_ready = True
                elif "status" in told:
                    worker = self._workers[told["pid"]]
                    worker.status = told["status"]
                    worker.has_ended.set()
                else:
                    self._started.append(told["pid"])
                    self._workers[told["pid"]] = Worker(told["pid"], Path(told["log"]))
                self._news.notify_all()


def environment(folder: Path) -> dict[str, str]:
    own = {name: said for name, said in os.environ.items() if not name.startswith("WARDLINE_")}
    paths = [str(ROOT / "src"), str(ROOT)]
    return own | {"PYTHONPATH": os.pathsep.join(paths), "WARDLINE_DATA_DIR": str(folder)}


# -- the process that forks -----------------------------------------------------------------------


def main() -> None:
    load_everything()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    tell(ready=True)
    rest = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            tell_who_ended()
        if 0 in ready:
            piece = os.read(0, 1 << 16)
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                fork(json.loads(line))


def load_everything() -> None:
    """All that the command loads after its start; none of it starts a thread."""
    import psycopg  # noqa: F401, PLC0415 - loaded so that workers need not
    import pyarrow.csv  # noqa: PLC0415
    import pyarrow.ipc  # noqa: F401, PLC0415

    import wardline.cli.worker  # noqa: PLC0415
    import wardline.kafka_assembly  # noqa: PLC0415
    import wardline.pipeline.digest  # noqa: PLC0415
    import wardline.server.run  # noqa: F401, PLC0415
    from wardline.assembly import warm_up  # noqa: PLC0415

    warm_up()
    assert threading.active_count() == 1


def fork(wanted: dict[str, Any]) -> None:
    pid = os.fork()
    if pid:
        tell(pid=pid, log=wanted["log"])
        return
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(ENDS_WITH_PARENT, signal.SIGKILL)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        become_worker(wanted)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the process ends here in any case
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def become_worker(wanted: dict[str, Any]) -> None:
    from tests.e2e.kafka.dying_worker import die_at  # noqa: PLC0415 - in this process only

    import wardline.kafka_assembly as assembly  # noqa: PLC0415
    from wardline.cli import cli  # noqa: PLC0415

    assembly.ShardLimits = partial(assembly.ShardLimits, **wanted["limits"])
    if wanted["point"]:
        die_at(wanted["point"], wanted["nth"], wanted["number"])
    cli(["worker", *wanted["arguments"]])


def tell_who_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        tell(pid=pid, status=os.waitstatus_to_exitcode(status))


def tell(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def wait_until(is_so: Callable[[], Any], what: str, timeout_s: float = 60.0) -> float:
    """Look again and again; gives how long it took in seconds."""
    began_s = time.monotonic()
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() - began_s < timeout_s, f"never: {what}"
        pause.wait(0.05)
    return time.monotonic() - began_s


if __name__ == "__main__":
    main()
