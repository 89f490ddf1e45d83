"""A PostgreSQL server for the tests: private, on a free port of loopback, gone at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

BINARIES = "WARDLINE_POSTGRESQL"
"""Names the folder of initdb and postgres, where they are not in a usual place."""
URL = "WARDLINE_TEST_POSTGRESQL"
"""Where the running server is, for processes that tests start."""
MISSING = f"no PostgreSQL: install the package postgresql, or set {BINARIES} to its bin folder"
READY_WAIT_S = 60.0
USER, DATABASE = "wardline", "ward"
GUARDED = "guarded"
"""A user, once made, who has to give a password; all others need none."""
GUARDED_RULE = f"host all {GUARDED} 127.0.0.1/32 scram-sha-256"

# ICU's order of letters is not that of bytes, and a commit is really on disk.
INIT = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "max_connections": "40",
    "shared_buffers": "64MB",
}


def binaries() -> Path | None:
    """The folder of the server's programs, if it is installed."""
    named = os.environ.get(BINARIES)
    places = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").is_file()), None)


def url_of(folder: Path) -> str:
    """A schema of its own for every folder of a test, in the server that is running."""
    schema = "t" + blake2b(str(folder).encode(), digest_size=8).hexdigest()
    url = os.environ[URL]
    execute(url, f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return f"{url}?options=-csearch_path%3D{schema}"


def execute(url: str, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement as somebody else."""
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(sql.encode(), values or None)
        return done.fetchall() if done.description else []


def end_sessions(url: str, name: str) -> int:
    """Let the server end all sessions of a name; gives how many there were."""
    ended = execute(
        url,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s",
        name,
    )
    return len(ended)


class Server:
    """One server with its files. Started by `start`, ended by `stop` or, rudely, by `kill`."""

    def __init__(self, programs: Path, settings: dict[str, str] | None = None):
        """`settings`: besides SETTINGS."""
        self._programs = programs
        self._settings = SETTINGS | (settings or {})
        self._folder = Path(tempfile.mkdtemp(prefix="wardline-postgresql-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[str] | None = None
        self._frozen: list[int] = []
        self._as: dict[str, object] = {"cwd": self._folder}
        if os.geteuid() == 0:
            self._become_nobody()
        self.port = _free_port()
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"
        self._run("initdb", "-D", self._data, "-U", USER, "--auth=trust", *INIT)
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"{GUARDED_RULE}\n{rules.read_text()}")

    def _become_nobody(self) -> None:
        """The server refuses to run as root."""
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(self._folder, user.pw_uid, user.pw_gid)
        self._as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, **self._as)

    def start(self) -> None:
        """Start and wait until it takes sessions."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        command = [self._programs / "postgres", "-D", self._data, "-p", str(self.port), *settings]
        # After a kill the old server's processes need a moment to go.
        while not self._is_up(command):
            pass

    def _is_up(self, command: list[object]) -> bool:
        process = subprocess.Popen(
            [str(part) for part in command], stderr=subprocess.PIPE, text=True, **self._as
        )
        is_ready, is_told = threading.Event(), threading.Event()

        def listen() -> None:
            assert process.stderr is not None
            with process.stderr as lines:
                for line in lines:
                    if "ready to accept connections" in line:
                        is_ready.set()
                        is_told.set()
            is_told.set()

        threading.Thread(target=listen, daemon=True).start()
        assert is_told.wait(READY_WAIT_S), "the server says nothing"
        if not is_ready.is_set():
            process.wait()
            return False
        self._process = process
        return True

    def take_certificate(self, certificate: Path, key: Path) -> None:
        """Files that the server may read; call it before `start`."""
        for name, file in (("server.crt", certificate), ("server.key", key)):
            copy = self._data / name
            shutil.copy(file, copy)
            copy.chmod(0o600)
            owner = self._data.stat()
            os.chown(copy, owner.st_uid, owner.st_gid)

    def create_database(self) -> None:
        """The database that `url` names."""
        execute(self.url.removesuffix(DATABASE) + "postgres", f"CREATE DATABASE {DATABASE}")

    @property
    def pid(self) -> int:
        """The server's first process, the parent of all others."""
        assert self._process is not None
        return self._process.pid

    def freeze(self) -> None:
        """Let no process of the server go on. The server itself knows which there are."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self.url, autocommit=True) as connection:
            self._signal([self.pid], signal.SIGSTOP)
            told = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
            self._frozen = [pid for (pid,) in told]
            self._signal(self._frozen, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let all go on."""
        self._signal([*self._frozen, self.pid], signal.SIGCONT)

    def _signal(self, pids: list[int], number: int) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):  # some come and go by themselves
                os.kill(pid, number)

    def stop(self) -> None:
        """As an administrator does who does not wait for clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As the lack of memory or of power does."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stop, and delete all files."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
