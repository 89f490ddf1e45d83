"""A private PostgreSQL as a child process: on loopback, one database, one user with a password."""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from deploy.one_machine.processes import Owner, as_owner
from deploy.one_machine.service import Service, ServiceError

NAMED = "WARDLINE_POSTGRESQL"
"""Names the folder of initdb and postgres, where they are not in a usual place."""
MISSING = f"no PostgreSQL: install the package postgresql, or set {NAMED} to its bin folder"
USER = DATABASE = "wardline"
ADMINISTRATOR = "postgres"
"""Owns the server, and can only be somebody on this machine who may start programs as it."""
RULE = f"host {DATABASE} {USER} 127.0.0.1/32 scram-sha-256\n"
INIT = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
}
_BAD = re.compile(r"\b(ERROR|FATAL|PANIC):|^(initdb|postgres): error")
CONNECT_WAIT_S = 1
INIT_WAIT_S = 120.0


def programs() -> Path:
    """The folder of the server's programs. Raises ServiceError if there is none."""
    named = os.environ.get(NAMED)
    places = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = next((place for place in reversed(places) if (place / "initdb").is_file()), None)
    if found is None:
        raise ServiceError(MISSING)
    return found


class PostgreSQLServer(Service):
    """One server with its data. It may be started and stopped any number of times.

    `folder` is made; `password_file` too, with a random password that nobody else can read.
    Root, as whom PostgreSQL refuses to run, starts it as another user.
    """

    # Clients are not waited for: what they have not committed they send again.
    stop_signal = signal.SIGINT

    def __init__(self, found: Path, folder: Path, port: int, password_file: Path, log: Path):
        super().__init__("PostgreSQL", log)
        self.port = port
        self.password_file = password_file
        self.url = f"postgresql://{USER}@127.0.0.1:{port}/{DATABASE}"
        self._programs = found
        self._folder = folder
        self._owner = _another_user() if os.geteuid() == 0 else None

    def launch(self) -> None:
        """Start without waiting; the first time the database is made. Raises ServiceError."""
        if not self._folder.exists():
            self._make()
        if not self.password_file.is_file():
            raise ServiceError(f"{self.password_file} is missing, which the database was made with")
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        program = str(self._programs / "postgres")
        command = [program, "-D", str(self._folder), "-p", str(self.port), *settings]
        self._spawn(command, cwd=self._folder, owner=self._owner)

    def is_ready(self) -> bool:
        """Whether our user gets a session."""
        import psycopg  # noqa: PLC0415 - an extra

        password = self.password_file.read_text().strip()
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url, password=password, connect_timeout=CONNECT_WAIT_S).close()
            return True
        return False

    # -- within ------------------------------------------------------------------------------------

    def _make(self) -> None:
        """The data folder, wholly or not at all."""
        password = self._password()
        place = Path(tempfile.mkdtemp(prefix="postgresql-unfinished-", dir=self._folder.parent))
        try:
            if self._owner:
                os.chown(place, *self._owner)
                _check_way_to(place)
            self._run("initdb", "-D", ".", "-U", ADMINISTRATOR, "--auth=reject", *INIT, at=place)
            (place / "pg_hba.conf").write_text(RULE)
            # Read from the standard input: arguments could be seen by other users.
            made = f"CREATE ROLE {USER} LOGIN PASSWORD '{password}'\n"
            made += f"CREATE DATABASE {DATABASE} OWNER {USER}\n"
            self._run("postgres", "--single", "-D", ".", "postgres", at=place, told=made)
            place.rename(self._folder)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _password(self) -> str:
        """A new one for a new database, in a file that only we can read."""
        password = secrets.token_urlsafe(32)
        self.password_file.unlink(missing_ok=True)
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")
        return password

    def _run(self, program: str, *arguments: str, at: Path, told: str = "") -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(  # noqa: S603 - the server's own programs
            command, cwd=at, input=told, capture_output=True, text=True, timeout=INIT_WAIT_S,
            check=False, **as_owner(self._owner),
        )  # fmt: skip
        # Single-user mode goes on after an error. Its other lines may hold the password.
        bad = [line for line in done.stderr.splitlines() if _BAD.search(line)]
        if done.returncode or bad:
            raise ServiceError(
                f"PostgreSQL's {program} failed: {(bad or ['it does not say why'])[0]}"
            )


def _another_user() -> Owner:
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return Owner(user.pw_uid, user.pw_gid)


def _check_way_to(place: Path) -> None:
    """That other user has to be able to enter the folders above. Raises ServiceError."""
    closed = [folder for folder in place.parents if not folder.stat().st_mode & 0o001]
    if closed:
        raise ServiceError(
            f"PostgreSQL does not run as root, and no other user can enter {closed[-1]}; "
            "choose another folder with --data"
        )
