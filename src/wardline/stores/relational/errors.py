"""A driver's errors in the words of the seam."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy.exc

from wardline.pipeline.ports import StoreBlockedError, StoreUnavailableError
from wardline.stores.relational.databases.database import Database


@contextmanager
def unavailable(database: Database) -> Generator[None]:
    """Full disks, lost sessions and locks held for too long become StoreUnavailableError.

    Other errors are mistakes in this code and pass as they are.
    """
    try:
        yield
    except StoreUnavailableError:
        raise
    except sqlalchemy.exc.TimeoutError as error:
        raise StoreUnavailableError(_plain(error)) from error
    except Exception as error:
        if not database.is_unavailable(error):
            raise
        if database.is_blocked(error):
            raise StoreBlockedError(_plain(error)) from error
        raise StoreUnavailableError(_plain(error)) from error


def _plain(error: Exception) -> str:
    """The driver's own words, in one line: SQLAlchemy's would carry the statement's parameters."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())
    return f"the store cannot be used now: {words}"
