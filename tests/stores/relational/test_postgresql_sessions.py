"""Who may write to a store in PostgreSQL, and that readers and the writer do not wait."""

from pathlib import Path

import pytest
from tests.contracts.building import START, Ward
from tests.postgresql import Server, end_sessions, execute
from tests.stores.relational.numbered import ROWS, assert_holds, numbered

from wardline.pipeline.ports import Query, StoreInUseError, StoreUnavailableError
from wardline.stores.relational.connections import Connections
from wardline.stores.relational.store import RelationalStore

WRITER = "wardline writer"

# -- one writer -----------------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_readers_are_not(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    other = RelationalStore(url)
    with pytest.raises(StoreInUseError, match="another Wardline"):
        other.claim()
    with pytest.raises(StoreInUseError, match="another Wardline"):
        other.commit(numbered(Ward(), 1))
    assert_holds(other, 1)
    in_postgresql.close()
    other.claim()
    other.close()


def test_stores_in_other_schemas_of_the_database_have_writers_of_their_own(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.claim()
    execute(url, "CREATE SCHEMA IF NOT EXISTS beside")
    beside = RelationalStore(url.partition("%3D")[0] + "%3Dbeside")
    beside.claim()
    assert beside.commit(numbered(ward, 0)) == 1
    beside.close()


def test_a_writer_that_lost_its_session_notices_that_another_one_wrote(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    end_sessions(url, WRITER)
    other = RelationalStore(url)
    other.commit(numbered(Ward(), 1))
    with pytest.raises(StoreInUseError):
        in_postgresql.commit(numbered(ward, 1))
    with pytest.raises(StoreInUseError):  # nobody may go on from what is not the last state
        in_postgresql.latest_snapshot()
    other.close()
    assert in_postgresql.position("feed") == 1


def test_a_writer_that_came_back_too_late_is_told_to_start_again(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    end_sessions(url, WRITER)
    other = RelationalStore(url)
    other.commit(numbered(Ward(), 1))
    other.close()
    with pytest.raises(StoreUnavailableError, match="meanwhile"):
        in_postgresql.commit(numbered(ward, 1))
    assert in_postgresql.commit(numbered(ward, 2)) == 3
    assert_holds(in_postgresql, 3)


# -- readers --------------------------------------------------------------------------------------


def test_a_long_export_and_commits_do_not_wait_for_each_other(
    in_postgresql: RelationalStore, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    export = in_postgresql.rows(Query("readings"))
    first = next(export)
    with in_postgresql._connections.reading() as reader:
        count = "SELECT count(*) FROM readings"
        assert reader.exec_driver_sql(count).scalar() == 2 * ROWS
        # A day of its own: a part is attached while the reader has the table open.
        tomorrow = ward.work({"patient": "c", "t": START + 86_400_000, "spo2": 1})
        in_postgresql.commit(numbered(ward, 1))
        in_postgresql.commit(ward.commit(tomorrow))
        assert reader.exec_driver_sql(count).scalar() == 2 * ROWS
    assert [len(first), *map(len, export)] == [ROWS, 2 * ROWS]
    assert in_postgresql.counts()["readings"] == 4 * ROWS + 1


def test_a_reader_cannot_write(in_postgresql: RelationalStore):
    with (
        pytest.raises(StoreUnavailableError, match="read-only"),
        in_postgresql._connections.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM readings")


def test_sessions_have_the_bounds_that_are_written_down_and_no_url_takes_a_promise_away(url: str):
    connections = Connections(
        f"{url}%20-c%20synchronous_commit=off%20-c%20default_transaction_read_only=off"
        "%20-c%20lock_timeout=1s"
    )
    asked = ("synchronous_commit", "lock_timeout", "statement_timeout", "transaction_isolation",
             "idle_in_transaction_session_timeout")  # fmt: skip
    with connections.writing() as connection:
        writer = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]
    with connections.reading() as connection:
        reader = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]
    connections.close()
    assert writer == ["on", "1s", "1min", "read committed", "1min"]
    assert reader == ["off", "1s", "2min", "repeatable read", "1min"]


def test_a_database_that_cannot_hold_every_text_is_refused(postgresql: Server, tmp_path: Path):
    options = "ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    execute(postgresql.url, f"CREATE DATABASE latin {options}")
    with pytest.raises(StoreUnavailableError, match="UTF8"):
        RelationalStore(postgresql.url.removesuffix("ward") + "latin")
