"""SQLite's own ways: full disks, locks, threads, rights on files."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from tests.contracts.building import START, Ward, all_rows, found

from wardline.model.policy import ConditionState as State
from wardline.pipeline.ports import Query, StoredBatch, StoreUnavailableError
from wardline.stores.relational import stored_work
from wardline.stores.relational.databases import sqlite
from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "ward.db"


@pytest.fixture
def store(path: Path):
    opened = RelationalStore(f"sqlite:///{path}")
    yield opened
    opened.close()


def readings(ward: Ward, first: int, count: int = 2_000, patient: str = "a"):
    rows = ({"patient": patient, "t": START + n, "spo2": n} for n in range(first, first + count))
    return ward.work(*rows)


def limit_pages(store: RelationalStore, pages: int) -> None:
    with store._connections.writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_refuses_the_whole_commit_and_heals_by_itself(
    store: RelationalStore, ward: Ward
):
    store.commit(ward.commit(readings(ward, 0, 10)))
    limit_pages(store, 60)
    too_much = ward.commit(readings(ward, 100, patient="new"), positions={"feed": 1})
    with pytest.raises(StoreUnavailableError, match="full"):
        store.commit(too_much)
    assert store.counts()["readings"] == 10
    assert [patient.patient_id for patient in store.patients()] == ["a"]
    assert store.position("feed") is None
    limit_pages(store, 1_000_000)
    assert store.commit(too_much) == 2
    assert store.counts()["readings"] == 2_010
    assert all_rows(store, Query("readings", "new"))[0][:2] == ("new", START + 100)


def test_a_lock_held_too_long_is_an_unavailable_store(
    path: Path, ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    store = RelationalStore(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="locked"):
        store.commit(ward.commit(readings(ward, 0)))
    assert store.counts()["readings"] == 0
    other.execute("ROLLBACK")
    other.close()
    assert store.commit(ward.commit(readings(ward, 0))) == 1
    store.close()


def test_a_file_that_is_no_database_is_an_unavailable_store(path: Path):
    path.parent.mkdir()
    path.write_bytes(b"This is not a database. " * 100)
    with pytest.raises(StoreUnavailableError, match="not a database"):
        RelationalStore(f"sqlite:///{path}")


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailableError, match="cannot open the store"):
        RelationalStore(f"sqlite:///{tmp_path}")


def test_another_database_is_refused_without_showing_its_password():
    with pytest.raises(ValueError, match="not a store") as error:
        RelationalStore("oracle://somebody:secret@host/ward")
    assert "secret" not in str(error.value)


def test_files_and_folders_are_for_their_owner_only(path: Path, ward: Ward):
    store = RelationalStore(f"sqlite:///{path}")
    store.commit(ward.commit(readings(ward, 0)))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()


def test_the_writer_waits_for_the_disk_and_logs_ahead(store: RelationalStore):
    with store._connections.writing() as connection:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                 for name in ("journal_mode", "synchronous", "foreign_keys")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_an_open_reader_neither_blocks_the_writer_nor_sees_what_it_writes(
    store: RelationalStore, ward: Ward
):
    store.commit(ward.commit(readings(ward, 0, 5)))
    with store._connections.reading() as connection:
        count = "SELECT count(*) FROM readings"
        assert connection.exec_driver_sql(count).scalar() == 5
        store.commit(ward.commit(readings(ward, 5, 5)))
        assert connection.exec_driver_sql(count).scalar() == 5
    assert store.counts()["readings"] == 10


def test_a_reader_cannot_write(store: RelationalStore):
    with (
        pytest.raises(StoreUnavailableError, match="readonly"),
        store._connections.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM readings")


@pytest.mark.parametrize("url", ["sqlite://", "file"])
def test_many_threads_read_while_one_writes(url: str, path: Path, ward: Ward):
    store = RelationalStore(f"sqlite:///{path}" if url == "file" else url)
    failures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            whole = len(all_rows(store, Query("readings")))
            if whole % 20 or len(store.page(Query("readings"), 7).rows) > 7:
                failures.append(f"{whole} rows")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        store.commit(ward.commit(readings(ward, number * 20, 20)))
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.counts()["readings"] == 400
    store.close()


def test_restoring_reads_in_bounded_batches(
    store: RelationalStore, ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stored_work, "BATCH_ROWS", 3)
    store.commit(ward.commit(readings(ward, 0, 7), ward.command("a", START, "discharge")))
    pieces = list(store.work_after(0))
    sizes = [len(piece.batch) for piece in pieces if isinstance(piece, StoredBatch)]
    assert sizes == [3, 3, 1]
    assert not isinstance(pieces[-1], StoredBatch)


def test_a_failed_commit_leaves_no_wrong_memory_of_keys(store: RelationalStore, ward: Ward):
    broken = ward.commit(readings(ward, 0, patient="lost"), positions={"feed": object()})
    with pytest.raises(Exception, match="type 'object' is not supported"):
        store.commit(broken)
    store.commit(ward.commit(readings(ward, 0, patient="first")))
    store.commit(ward.commit(readings(ward, 0, patient="lost")))
    ids = [rows[0][0] for rows in store.rows(Query("readings"))]
    assert ids == ["first", "lost"]


def test_trimming_deletes_old_rows_in_steps_and_keeps_the_newest_of_each_patient(
    store: RelationalStore, ward: Ward
):
    store.commit(ward.commit(readings(ward, 0, 50), readings(ward, 0, 5, patient="b")))
    deleted = [store.trim(START + 40, 30) for _ in range(3)]
    assert deleted == [30, 14, 0]
    times = [row[1] - START for row in all_rows(store, Query("readings", "a"))]
    assert times == list(range(40, 50))
    assert [row[1] - START for row in all_rows(store, Query("readings", "b"))] == [4]
    assert store.arrival_lines() == {"a": START + 49, "b": START + 4}


def test_trimming_keeps_an_alarm_that_still_runs(store: RelationalStore, ward: Ward):
    rows = [
        ward.transition("a", 1, START, State.ACTIVE, onset=START),
        ward.transition("a", 2, START + 1, State.NORMAL, onset=START),
        ward.transition("a", 3, START + 2, State.ACTIVE, onset=START + 2),
        ward.transition("a", 4, START + 9, State.CLEARING, onset=START + 2),
    ]
    store.commit(ward.commit(findings=found(transitions=rows)))
    assert store.trim(START + 5, 100) == 2
    (episode,) = all_rows(store, Query("episodes"))
    assert episode[2:4] == (START + 2, None)
