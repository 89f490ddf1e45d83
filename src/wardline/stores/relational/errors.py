"""A driver's errors in the words of the seam."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy.exc

from wardline.pipeline.ports import StoreUnavailableError

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def unavailable() -> Generator[None, None, None]:
    """Full disks, locks held for too long and lost files become StoreUnavailableError.

    Other errors are mistakes in this code and pass as they are.
    """
    try:
        yield
    except (sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError) as error:
        raise StoreUnavailableError(_plain(error)) from error
    except sqlalchemy.exc.DatabaseError as error:
        if str(getattr(error.orig, "sqlite_errorname", "")).startswith(_DAMAGED):
            raise StoreUnavailableError(_plain(error)) from error
        raise


def _plain(error: sqlalchemy.exc.SQLAlchemyError) -> str:
    """The driver's own words: SQLAlchemy's message would carry the statement's parameters."""
    return f"the store cannot be used now: {getattr(error, 'orig', None) or error}"
