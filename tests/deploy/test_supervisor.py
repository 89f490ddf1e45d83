"""The supervisor with real child processes: readiness, deaths, waits, and the order of the end."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deploy.one_machine.command import Command, run_to_its_end
from deploy.one_machine.processes import free_port
from deploy.one_machine.service import LOG_BYTES_MAX, ServiceError, StoppedError
from deploy.one_machine.supervisor import Backoff, Supervisor

WAIT_S = 20.0
SHORT = Backoff(first_s=0.01, longest_s=0.04, calm_s=60.0)

LIVES = "print('lives', flush=True); import signal; signal.pause()"
IGNORES = "import signal; signal.signal(signal.SIGTERM, lambda *_: None)\n"
# Each writes its name when it is asked to end.
SAYS_BYE = """
import signal, sys
def bye(*_):
    with open({file!r}, "a") as file:
        file.write({name!r} + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, bye)
print("lives", flush=True)
while True:
    signal.pause()
"""
SERVES = """
import http.server, pathlib
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/readyz" and pathlib.Path({file!r}).exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""


class Watch:
    """A supervisor of a test, what it said, and a folder for its services."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.stopping = threading.Event()
        self.said: list[str] = []
        self.supervisor = Supervisor(self.stopping, self.said.append, SHORT)

    def service(self, name: str, code: str, *, port: int | None = None) -> Command:
        log = self.folder / f"{name}.log"
        return Command(name, [sys.executable, "-c", code], log, port=port)

    def look_until(self, happened: Callable[[], bool]) -> None:
        """Go on watching; with a deadline."""
        give_up_s = time.monotonic() + WAIT_S
        while not happened():
            assert time.monotonic() < give_up_s, self.said
            self.supervisor.look()

    def said_how_often(self, words: str) -> int:
        return sum(words in line for line in self.said)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watching = Watch(tmp_path)
    yield watching
    watching.supervisor.kill()


def lives(service: Command) -> bool:
    return service.log.is_file() and "lives" in service.log.read_text()


def test_a_service_that_dies_is_started_again_and_it_is_said(watch: Watch):
    service = watch.service("worker", LIVES)
    watch.supervisor.start(service)
    first = service.pid
    os.kill(first, signal.SIGKILL)
    watch.look_until(lambda: watch.said_how_often("started again") == 1)
    assert service.is_alive
    assert service.pid != first
    died = f"worker was ended by signal 9; it starts again in 0.01 s, see {service.log}"
    assert watch.said[1:] == [died, "worker was started again"]


def test_the_others_go_on_when_one_dies(watch: Watch):
    one, other = watch.service("one", LIVES), watch.service("other", LIVES)
    watch.supervisor.start(one, other)
    pid = other.pid
    one.kill()
    watch.look_until(lambda: watch.said_how_often("one was started again") == 1)
    assert other.is_alive
    assert other.pid == pid


def test_every_death_in_a_row_doubles_the_wait_up_to_its_bound(watch: Watch):
    service = watch.service("worker", "raise SystemExit(3)")
    watch.supervisor.start(service, deaths_max=5)
    watch.look_until(lambda: watch.said_how_often("exit status 3") == 5)
    waits = [line.split(" in ")[1].split(",")[0] for line in watch.said if "exit status" in line]
    assert waits == ["0.01 s", "0.02 s", "0.04 s", "0.04 s", "0.04 s"]


def test_the_wait_is_a_number_after_any_count_of_deaths():
    assert Backoff().wait_s(1) == 0.5
    assert Backoff().wait_s(100_000) == 30.0


def test_a_service_that_lived_long_enough_waits_the_least_again(watch: Watch):
    calm = Backoff(first_s=0.01, longest_s=10.0, calm_s=0.0)
    watch.supervisor = Supervisor(watch.stopping, watch.said.append, calm)
    watch.supervisor.start(watch.service("worker", "raise SystemExit(3)"))
    watch.look_until(lambda: watch.said_how_often("again in 0.01 s") == 4)
    assert watch.said_how_often("exit status 3") == 4


def test_a_service_with_a_port_is_waited_for_until_it_says_ready(watch: Watch, tmp_path: Path):
    port, ready = free_port(), tmp_path / "ready"
    server = watch.service("server", SERVES.format(file=str(ready), port=port), port=port)
    with pytest.raises(ServiceError, match="server does not start"):
        watch.supervisor.start(server, wait_s=1.0)
    assert server.is_alive
    ready.touch()
    server.wait_until_ready(WAIT_S)


def test_a_service_that_dies_too_often_before_it_is_ready_fails_with_its_last_words(watch: Watch):
    failing = watch.service("server", "raise SystemExit('no store')", port=free_port())
    with pytest.raises(ServiceError, match="no store"):
        watch.supervisor.start(failing, deaths_max=2)
    assert watch.said_how_often("exit status 1") == 3


def test_while_one_starts_the_earlier_ones_are_kept_alive(watch: Watch, tmp_path: Path):
    port, ready = free_port(), tmp_path / "ready"
    worker = watch.service("worker", f"open({str(ready)!r}, 'a').write('x')")
    server = watch.service(
        "server", SERVES.format(file=str(tmp_path / "two"), port=port), port=port
    )
    watch.supervisor.start(worker)
    with pytest.raises(ServiceError):
        watch.supervisor.start(server, wait_s=2.0)
    assert watch.said_how_often("worker was started again") >= 2


def test_a_command_that_does_not_exist_is_told_in_its_log(watch: Watch, tmp_path: Path):
    missing = Command("worker", [str(tmp_path / "none")], tmp_path / "log", port=free_port())
    with pytest.raises(ServiceError, match="No such file"):
        watch.supervisor.start(missing)


def test_where_no_setpriv_is_commands_are_started_without(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    service = watch.service("worker", LIVES)
    watch.supervisor.start(service)
    watch.look_until(lambda: lives(service))
    missing = Command("worker", [str(tmp_path / "none")], tmp_path / "log")
    with pytest.raises(ServiceError, match=r"worker cannot be started: .*No such file"):
        watch.supervisor.start(missing)


def test_asked_to_stop_a_start_gives_up_at_once(watch: Watch):
    server = watch.service("server", LIVES, port=free_port())
    watch.stopping.set()
    with pytest.raises(StoppedError):
        watch.supervisor.start(server)


def test_stages_end_in_reverse_order(watch: Watch, tmp_path: Path):
    file = tmp_path / "order"
    services = [
        watch.service(name, SAYS_BYE.format(file=str(file), name=name))
        for name in ("store", "worker", "simulator")
    ]
    for service in services:
        watch.supervisor.start(service)
        watch.look_until(lambda service=service: lives(service))
    watch.supervisor.stop()
    assert file.read_text() == "simulator worker store "
    assert not any(service.is_alive for service in services)


def test_one_that_does_not_end_is_killed_and_leaves_the_earlier_their_time(
    watch: Watch, tmp_path: Path
):
    file = tmp_path / "order"
    store = watch.service("store", SAYS_BYE.format(file=str(file), name="store"))
    stubborn = watch.service("worker", IGNORES + LIVES + "\nwhile True: signal.pause()")
    watch.supervisor.start(store)
    watch.supervisor.start(stubborn)
    watch.look_until(lambda: lives(store) and lives(stubborn))
    began_s = time.monotonic()
    watch.supervisor.stop(within_s=3.0)
    assert time.monotonic() - began_s < 3.0
    assert file.read_text() == "store "
    assert watch.said[-1] == "worker did not end in time and was killed"


def test_run_ends_when_asked(watch: Watch):
    watch.supervisor.start(watch.service("worker", LIVES))
    running = threading.Thread(target=watch.supervisor.run)
    running.start()
    watch.stopping.set()
    running.join(WAIT_S)
    assert not running.is_alive()


def test_a_log_begins_anew_beyond_its_bound_and_the_old_one_is_kept_once(watch: Watch):
    service = watch.service("worker", f"print('x' * {LOG_BYTES_MAX}, flush=True)\n" + LIVES)
    watch.supervisor.start(service)
    old = service.log.with_suffix(".old")
    watch.look_until(old.is_file)
    watch.look_until(lambda: service.log.stat().st_size < LOG_BYTES_MAX)
    assert old.stat().st_size > LOG_BYTES_MAX


def test_a_child_ends_with_the_process_that_started_it(tmp_path: Path):
    starter = f"""
import signal, sys
from pathlib import Path
from deploy.one_machine.command import Command
log = Path({str(tmp_path / "log")!r})
child = Command("child", [sys.executable, "-c", {LIVES!r}], log)
child.start()
while "lives" not in log.read_text():  # until then nobody has told it whose child it is
    pass
print(child.pid, flush=True)
signal.pause()
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True
    ) as outer:
        assert outer.stdout is not None
        pid = int(outer.stdout.readline())
        child = os.pidfd_open(pid)
        outer.kill()
    with os.fdopen(child):
        assert select.select([child], [], [], WAIT_S)[0] == [child]


def test_a_command_with_an_end_fails_with_its_last_line(tmp_path: Path):
    never = threading.Event()
    run_to_its_end("Topics", [sys.executable, "-c", "print('made')"], WAIT_S, never)
    with pytest.raises(ServiceError, match=r"\ATopics failed: no broker\Z"):
        run_to_its_end("Topics", [sys.executable, "-c", "exit('a\\nno broker')"], WAIT_S, never)
    with pytest.raises(ServiceError, match="not done after 0 s"):
        run_to_its_end("Topics", [sys.executable, "-c", LIVES], 0.3, never)
    never.set()
    with pytest.raises(StoppedError):
        run_to_its_end("Topics", [sys.executable, "-c", LIVES], WAIT_S, never)
