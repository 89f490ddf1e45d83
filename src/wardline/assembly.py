"""The composition root: the only place that names concrete stores, sources and servers.

A URL chooses each. What is not in this installation is one clear line saying how to get it.
"""

import re
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # not on this operating system: nobody guards against two writers there
    fcntl = None

from wardline.codecs.vitals_json import decode_json
from wardline.config import store_password
from wardline.model.names import Dictionaries
from wardline.pipeline.garbage import settle
from wardline.pipeline.ports import Host, Store, StoreInUseError, StoreMissingError
from wardline.pipeline.recovery import warm_up as engine_warm_up
from wardline.server.app import create_app
from wardline.server.run import RunningServer
from wardline.server.settings import ServerSettings
from wardline.stores.relational.databases.urls import postgresql_url
from wardline.stores.relational.store import RelationalStore

MEMORY_URL = "sqlite://"
"""A store that is gone when the process ends."""

LATER = {
    "mysql": "MySQL", "mariadb": "MariaDB", "cassandra": "Cassandra",
    "lake+file": "Parquet lakes", "lake+hdfs": "HDFS", "lake+webhdfs": "HDFS",
}  # fmt: skip

STORES = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_PASSWORD = re.compile(r"(?<=:)[^/:@]*(?=@)")

NEEDS_POSTGRESQL = "a store in PostgreSQL needs pip install 'wardline[postgresql]'"
"""How to get the driver."""


class UnknownUrlError(Exception):
    """A URL that names nothing this installation has; one clear line says so."""


def open_store(
    url: str, *, must_exist: bool = False, writes: bool = False, is_shared: bool = False
) -> Store:
    """The store behind a URL.

    `must_exist`: a store that is only read or repaired is never made by opening it. `writes`: no
    other process may write to it from now on; WriterLock does that for files. `is_shared`: several
    workers write to it, each to shards of its own. Raises UnknownUrlError, StoreInUseError,
    StoreUnavailableError, StoreVersionError.
    """
    scheme = url.partition(":")[0]
    if scheme == "postgresql":
        return _postgresql_store(url, must_exist=must_exist, writes=writes, is_shared=is_shared)
    if scheme.partition("+")[0] != "sqlite":
        raise UnknownUrlError(_why_not(url))
    file = sqlite_file(url)
    if must_exist and (file is None or not file.is_file()):
        raise UnknownUrlError(f"there is no store at {url}")
    return RelationalStore(url)


def _postgresql_store(url: str, *, must_exist: bool, writes: bool, is_shared: bool) -> Store:
    """What a server's own session guards needs no file."""
    try:
        full_url = postgresql_url(url, store_password())
        store = RelationalStore(full_url, creates=not must_exist, is_shared=is_shared)
    except ValueError as problem:
        raise UnknownUrlError(str(problem)) from None
    except ImportError as problem:
        raise UnknownUrlError(f"{NEEDS_POSTGRESQL} ({problem})") from None
    except StoreMissingError:
        raise UnknownUrlError(f"there is no store at {url}") from None
    try:
        if writes:
            store.claim()
    except BaseException:
        store.close()
        raise
    return store


class WriterLock:
    """Keeps a second Wardline from writing to the same file; gone when the process ends."""

    def __init__(self, url: str):
        """Raises StoreInUseError."""
        file = sqlite_file(url)
        self._lock: IO[bytes] | None = None
        if file is None or fcntl is None:
            return
        self._lock = file.with_name(f"{file.name}.writer").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise StoreInUseError(f"another Wardline is writing to {url}; stop it first") from None

    def release(self) -> None:
        """Let others write."""
        if self._lock is not None:
            self._lock.close()


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL; None for one in memory."""
    kind, _, path = url.partition("://")
    if kind != "sqlite":
        return None
    if not path.startswith("/") and path:
        raise UnknownUrlError(f"{url} should have three slashes: sqlite:///FILE")
    name = path.removeprefix("/").partition("?")[0]
    return Path(name) if name and name != ":memory:" else None


def store_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _why_not(url: str) -> str:
    scheme = url.partition("://")[0]
    for prefix, name in LATER.items():
        if scheme == prefix or scheme.startswith(f"{prefix}+"):
            return f"stores in {name} are not in this version; use {STORES}"
    return f"{_PASSWORD.sub('***', url)} is no store; write {STORES}"


def start_server(host: Host, settings: ServerSettings) -> RunningServer:
    """API and console over a host. Raises ServerStartError."""
    return RunningServer(create_app(host, settings), settings)


def warm_up() -> None:
    """Load or compile all machine code of engine and decoders, so that nobody waits for it later.

    A process that is killed while it compiles would compile again the next time. What is loaded by
    then stays for good (see `pipeline.garbage`).
    """
    engine_warm_up()
    some = (
        b"[" + b",".join([b'{"patient_id":"warm-up","timestamp":0,"heart_rate":80}'] * 200) + b"]"
    )
    decode_json(some, 0, Dictionaries())
    settle()
