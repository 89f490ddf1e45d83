"""Brings a store's tables to the version this Wardline knows, in the transaction it is given."""

from pathlib import Path

import sqlalchemy as sa

from wardline.pipeline.ports import StoreMissingError, StoreVersionError

VERSIONS = ("0001", "0002", "0003")
"""All versions there ever were, oldest first; each has a file in migrations/versions."""

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: sa.Connection) -> None:
    """Create or upgrade the tables. Either all of it happens or nothing.

    Raises StoreVersionError for a store that a newer Wardline wrote.
    """
    if known_version(connection) != VERSIONS[-1]:
        _upgrade(connection)


def is_ready(connection: sa.Connection, *, creates: bool) -> bool:
    """Whether the tables are there as this Wardline knows them; nothing is changed.

    Raises StoreMissingError where there are none and none may be made, and StoreVersionError.
    """
    version = known_version(connection)
    if version is None and not creates:
        raise StoreMissingError("there is no store in this database")
    return version == VERSIONS[-1]


def known_version(connection: sa.Connection) -> str | None:
    """The version of the tables that are there. Raises StoreVersionError for a newer one."""
    version = stored_version(connection)
    if version is not None and version not in VERSIONS:
        raise StoreVersionError(
            f"the store has version {version}, this Wardline knows none after {VERSIONS[-1]}: "
            "open it with a newer Wardline"
        )
    return version


def stored_version(connection: sa.Connection) -> str | None:
    """The version of the tables that are there, None for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def _upgrade(connection: sa.Connection) -> None:
    # Imported here: a store that is up to date opens without paying for it.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, VERSIONS[-1])
