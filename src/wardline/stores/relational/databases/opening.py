"""Which database a URL means."""

import sqlalchemy as sa

from wardline.stores.relational.databases.database import Database
from wardline.stores.relational.databases.sqlite import SqliteDatabase


def database_of(url: str | sa.URL) -> Database:
    """The database behind a URL. Raises ValueError for one that is not known.

    Raises ImportError where the driver is not installed.
    """
    parsed = sa.make_url(url)
    name = parsed.get_backend_name()
    if name == "sqlite":
        return SqliteDatabase(parsed)
    if name == "postgresql":
        # Imported here: the driver is an extra.
        from wardline.stores.relational.databases.postgresql import (  # noqa: PLC0415 - see above
            PostgresqlDatabase,
        )

        return PostgresqlDatabase(parsed)
    raise ValueError(f"not a store this can open: {parsed.render_as_string()}")
