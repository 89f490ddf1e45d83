"""The ways in which a server can be away for a while."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

from tests import postgresql
from tests.postgresql import DATABASE, execute

_END_OURS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE application_name LIKE 'wardline %'
"""


class Stoppable(Protocol):
    """A database server or a broker."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


@contextmanager
def stopped(server: Stoppable) -> Iterator[None]:
    """Nobody listens, so connections are refused."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def killed(server: Stoppable) -> Iterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()


@contextmanager
def hung(server: Stoppable) -> Iterator[None]:
    """It takes connections and answers nothing."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


@contextmanager
def refusing(server: postgresql.Server) -> Iterator[None]:
    """The database lets nobody in any more."""
    elsewhere = server.url.removesuffix(DATABASE) + "postgres"
    execute(elsewhere, f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS false")
    execute(elsewhere, _END_OURS)
    try:
        yield
    finally:
        execute(elsewhere, f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS true")


@contextmanager
def crowded(server: postgresql.Server) -> Iterator[None]:
    """Others have taken every session there is, those of Wardline too."""
    import psycopg  # noqa: PLC0415 - an extra

    with ExitStack() as others:
        first = others.enter_context(psycopg.connect(server.url, autocommit=True))
        _fill(server.url, others)
        while first.execute(_END_OURS).fetchall():
            _fill(server.url, others)
        yield


def _fill(url: str, others: ExitStack) -> None:
    """Take sessions until there is none left."""
    import psycopg  # noqa: PLC0415 - an extra

    while True:
        try:
            others.enter_context(psycopg.connect(url, autocommit=True))
        except psycopg.OperationalError:
            return
