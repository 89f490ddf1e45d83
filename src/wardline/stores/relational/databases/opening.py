"""Which database a URL means."""

import sqlalchemy as sa

from wardline.stores.relational.databases.database import Database
from wardline.stores.relational.databases.sqlite import SqliteDatabase


def database_of(url: str | sa.URL, *, is_shared: bool = False) -> Database:
    """The database behind a URL. Raises ValueError for one that is not known.

    `is_shared`: the writer's lock keeps out only those who want it alone. Raises
    ImportError where the driver is not installed.
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

        return PostgresqlDatabase(parsed, is_shared=is_shared)
    raise ValueError(f"not a store this can open: {parsed.render_as_string()}")
