"""PostgreSQL: its sessions, their bounds, the writer's lock, and which failures are its own.

A commit is on disk when it returns (synchronous_commit=on). Readers see one state of the store for
the length of a transaction and never wait for the writer, nor the writer for them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import psycopg
import psycopg.conninfo
import psycopg.errors
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from wardline.pipeline.ports import StoreInUseError, StoreUnavailableError
from wardline.stores.relational.databases.copying import Copying, staging_tables
from wardline.stores.relational.databases.database import Bulk
from wardline.stores.relational.databases.partitions import replace_old
from wardline.stores.relational.databases.patience import PatientSession

VERSION_MIN = 130000
"""As the server writes it: 13.0."""
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 5.0
"""Readers beyond READERS_MAX wait this long; then StoreUnavailableError."""
READERS_MAX = 16
LOCK_TIMEOUT_MS = 2_000
WRITER_STATEMENT_MS = 60_000
READER_STATEMENT_MS = 120_000
"""One patient's whole history is one statement."""
FROZEN_MARGIN_S = 5.0
"""A server that does not end a statement in its time gets so much more; then it is given up."""
IDLE_IN_TRANSACTION_MS = 60_000
"""A process that hangs does not keep the server from cleaning up for longer."""

_SESSION: dict[str, str | int] = {
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    # Compiling a query costs more than any of ours takes.
    "jit": "off",
    # A session whose client is gone without a word gives the writer's lock back after 25 s.
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}
WRITER_PROMISES = {
    "synchronous_commit": "on",
    "default_transaction_isolation": r"read\ committed",
}
READER_PROMISES = {
    "default_transaction_isolation": r"repeatable\ read",
    "default_transaction_read_only": "on",
}
"""What the store promises depends on these: no option of a URL changes them."""

_CONNECTION: dict[str, str] = {
    "connect_timeout": str(CONNECT_TIMEOUT_S),
    "client_encoding": "utf8",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""How a lost server is noticed; what the URL says about these counts more."""

_LOCK = "SELECT pg_advisory_lock(hashtext('wardline'), hashtext(current_schema()))"
_SHARED_LOCK = "SELECT pg_advisory_lock_shared(hashtext('wardline'), hashtext(current_schema()))"
_MAKERS_LOCK = (
    "SELECT pg_advisory_xact_lock(hashtext('wardline'), hashtext(current_schema() || '+'))"
)
_SESSION_NAME = """
    SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
"""
_END_SESSION = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid || ' ' || backend_start = %s
"""

IN_USE = "another Wardline is writing to this database; stop it first"

_OUTSIDE = {
    "25006",  # read-only: a server that is, or has become, another one's copy
    "25P03",  # idle in a transaction for too long
    "42501",  # the user lacks a right
    "XX001", "XX002",  # damaged files
}  # fmt: skip
_TOO_COMPLEX = "54"
"""The one class of operational errors that is a mistake of the caller."""


class PostgresqlDatabase:
    """One schema of a database on a server (see `Database`)."""

    kind = "PostgreSQL"
    is_remote = True
    is_one_connection = False

    def __init__(self, url: sa.URL, *, is_shared: bool = False):
        """Nothing is connected yet. Raises ValueError for a URL with options that do not exist.

        `is_shared`: the writer keeps out only those who want to write alone.
        """
        _check_options(url)
        lock = partial(_become_writer, lock=_SHARED_LOCK if is_shared else _LOCK)
        self.writer = _engine(_writing(url), WRITER_STATEMENT_MS, lock, pool_size=1)
        self.reader = _engine(
            _reading(url), READER_STATEMENT_MS, _check_server,
            pool_size=4, max_overflow=READERS_MAX - 4,
        )  # fmt: skip

    def bulk(self) -> Bulk:
        """By binary COPY."""
        return Copying()

    def is_unavailable(self, error: Exception) -> bool:
        """Lost, refused and ended sessions, full disks, timeouts, missing rights."""
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause, psycopg.Error):
            return False
        state = cause.sqlstate or ""
        if isinstance(cause, psycopg.OperationalError):
            return not state.startswith(_TOO_COMPLEX)
        return state in _OUTSIDE

    def is_blocked(self, error: Exception) -> bool:
        """A lock that did not come in LOCK_TIMEOUT_MS."""
        cause = getattr(error, "orig", None) or error
        return isinstance(cause, psycopg.errors.LockNotAvailable)

    def session(self, connection: sa.Connection) -> str:
        """Process and start of the server's side of a session."""
        return str(connection.exec_driver_sql(_SESSION_NAME).scalar_one())

    def end_session(self, connection: sa.Connection, session: str) -> None:
        """End somebody's session, if it is still the one named."""
        connection.exec_driver_sql(_END_SESSION, (session,))

    def keep_makers_apart(self, connection: sa.Connection) -> None:
        """Workers that share a store all hold the writer's lock, and may all find it empty."""
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {WRITER_STATEMENT_MS}")
        connection.exec_driver_sql(_MAKERS_LOCK)

    def drop_old(self, connection: sa.Connection, before_ms: int) -> bool:
        """One whole partition, if one is old."""
        return replace_old(connection, before_ms)


def _check_options(url: sa.URL) -> None:
    try:
        psycopg.conninfo.make_conninfo("", **{name: str(said) for name, said in url.query.items()})
    except psycopg.ProgrammingError as error:
        raise ValueError(
            f"the store's URL cannot be used: {' '.join(str(error).split())}"
        ) from None


def _writing(url: sa.URL) -> sa.URL:
    bounds = {**_SESSION, "statement_timeout": WRITER_STATEMENT_MS}
    return _full_url(url, "wardline writer", bounds, WRITER_PROMISES)


def _reading(url: sa.URL) -> sa.URL:
    bounds = {**_SESSION, "statement_timeout": READER_STATEMENT_MS}
    return _full_url(url, "wardline reader", bounds, READER_PROMISES)


def _full_url(
    url: sa.URL, name: str, bounds: Mapping[str, str | int], promises: Mapping[str, str]
) -> sa.URL:
    """A URL with all settings of its sessions; of several options the last counts."""
    said = dict(url.query)
    options = [*_options(bounds), str(said.get("options", "")), *_options(promises)]
    query = {"application_name": name, **_CONNECTION, **said, "options": " ".join(options)}
    return url.set(drivername="postgresql+psycopg", query=query)


def _options(settings: Mapping[str, str | int]) -> list[str]:
    return [f"-c {name}={value}" for name, value in settings.items()]


def _engine(
    url: sa.URL,
    statement_ms: int,
    on_connect: Callable[["psycopg.Connection[Any]"], None],
    *,
    pool_size: int,
    max_overflow: int = 0,
) -> sa.Engine:
    engine = sa.create_engine(
        url,
        paramstyle="format",
        use_native_hstore=False,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
    )

    def connected(connection: Any, _record: Any) -> None:
        try:
            on_connect(connection)
        except BaseException:
            connection.close()
            raise

    def connect(_dialect: Any, _record: Any, given: Any, named: Any) -> PatientSession:
        session = PatientSession.connect(*given, **named)
        session.answer_max_s = statement_ms / 1_000 + FROZEN_MARGIN_S
        return session

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", connected)
    return engine


def _check_server(connection: "psycopg.Connection[Any]") -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreUnavailableError(
            f"the database keeps texts as {encoding}: make one with ENCODING 'UTF8'"
        )
    if connection.info.server_version < VERSION_MIN:
        raise StoreUnavailableError("PostgreSQL 13 or newer is needed")


def _become_writer(connection: "psycopg.Connection[Any]", lock: str) -> None:
    """Take the writer's lock with the very session that writes: whoever loses one loses both.

    A process killed a moment ago may still hold it, so this waits for LOCK_TIMEOUT_MS.
    """
    _check_server(connection)
    connection.autocommit = True
    try:
        connection.execute(lock.encode())
    except psycopg.errors.LockNotAvailable:
        raise StoreInUseError(IN_USE) from None
    for statement in staging_tables():
        connection.execute(statement.encode())
    connection.autocommit = False
