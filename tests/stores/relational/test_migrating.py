"""A store is brought to the newest version when it is opened, wholly or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.postgresql import Server, execute, url_of

from wardline.pipeline.ports import StoreVersionError
from wardline.stores.relational import migrating
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.schema import metadata
from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ward.db"


@pytest.fixture
def url_of_server(postgresql: Server, tmp_path: Path) -> str:
    return url_of(tmp_path)


@pytest.fixture
def in_postgresql(url_of_server: str) -> Iterator[RelationalStore]:
    opened = RelationalStore(url_of_server)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_the_tables_of_the_schema(url: str):
    RelationalStore(url).close()
    with sa.create_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all())
        stored_by_key = {name for name, sql in made.items() if "WITHOUT ROWID" in (sql or "")}
        connection.engine.dispose()
    wanted = {
        t.name for t in metadata.sorted_tables if not t.dialect_options["sqlite"]["with_rowid"]
    }
    assert stored_by_key == wanted


def test_every_version_has_its_file_and_every_file_its_version():
    scripts = ScriptDirectory(str(migrating.MIGRATIONS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == migrating.VERSIONS


def test_opening_twice_changes_nothing(url: str):
    for _ in range(2):
        RelationalStore(url).close()
    connections = Connections(url)
    with connections.writing() as connection:
        assert migrating.stored_version(connection) == migrating.VERSIONS[-1]
    connections.close()


def test_a_store_of_a_newer_wardline_is_refused_and_left_alone(url: str):
    RelationalStore(url).close()
    connections = Connections(url)
    with connections.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreVersionError, match="9999"):
        RelationalStore(url)
    with connections.reading() as connection:
        assert migrating.stored_version(connection) == "9999"
    connections.close()


def test_a_migration_that_breaks_off_leaves_no_table(url: str):
    connections = Connections(url)
    with pytest.raises(KeyboardInterrupt):
        migrate_and_break_off(connections)
    with connections.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []
    connections.close()
    RelationalStore(url).close()


def migrate_and_break_off(connections: Connections) -> None:
    with connections.writing() as connection:
        migrating.migrate(connection)
        assert migrating.stored_version(connection) is not None
        raise KeyboardInterrupt


def test_in_postgresql_the_migrations_make_the_tables_of_the_schema_too(
    in_postgresql: RelationalStore,
):
    with in_postgresql._connections.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        looking = sa.inspect(connection)
        keys = {
            table.name: looking.get_pk_constraint(table.name)["constrained_columns"]
            for table in metadata.sorted_tables
        }
    # An expression over the time, which the schema does not know.
    assert [(verb, index.name) for verb, index in differences] == [
        ("remove_index", "readings_by_timestamp")
    ]
    assert keys.pop("readings") == ["id", "observed_at"]
    assert keys == {
        table.name: [column.name for column in table.primary_key]
        for table in metadata.sorted_tables
        if table.name != "readings"
    }


def test_in_postgresql_ids_and_texts_are_ordered_by_their_bytes(in_postgresql: RelationalStore):
    collations = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name NOT LIKE 'patient\\_%%'
        AND table_name <> 'alembic_version'
        AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'
    """
    with in_postgresql._connections.reading() as connection:
        assert connection.exec_driver_sql(collations).all() == []


def test_in_postgresql_a_store_of_a_newer_wardline_is_refused_and_left_alone(url_of_server: str):
    RelationalStore(url_of_server).close()
    execute(url_of_server, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreVersionError, match="9999"):
        RelationalStore(url_of_server)
    assert execute(url_of_server, "SELECT version_num FROM alembic_version") == [("9999",)]
