"""Admissions through a worker and a host: kept once, and stays that follow from them once."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.codecs.admitted import ADMITTED, read, record
from tests.pipeline.building import FailingStore, HandClock, memory, new_worker, table

from wardline.model.admissions import DecodedAdmissions
from wardline.model.commands import ADMIT, TRANSFER, Command
from wardline.pipeline.admissions import ACTOR, admissions_of
from wardline.pipeline.host import EngineHost
from wardline.pipeline.ports import ItemNote, StoreUnavailableError
from wardline.pipeline.recovery import recover
from wardline.pipeline.worker import Worker
from wardline.stores.relational.store import RelationalStore

WAIT_S = 60.0


@pytest.fixture
def store() -> Iterator[RelationalStore]:
    opened = memory()
    yield opened
    opened.close()


@pytest.fixture
def worker(store: RelationalStore) -> Worker:
    return new_worker(store)


def later(seconds: int = 0, **changed: Any) -> dict[str, Any]:
    return record(timestamp=ADMITTED + seconds * 1_000, **changed)


def sent(*records: Any) -> DecodedAdmissions:
    return read(*records, received_at=ADMITTED + 60_000)


def give(worker: Worker, *records: Any) -> None:
    worker.admit(sent(*records))
    worker.commit()


def commands(store: RelationalStore) -> list[tuple[str, str]]:
    """(command, content) in the order they were carried out."""
    found = sorted(table(store, "commands"), key=lambda row: (row[1], row[0]))
    return [(row[4], row[5]) for row in found]


def beds(store: RelationalStore) -> dict[str, tuple[str | None, str | None]]:
    return {patient.patient_id: (patient.ward, patient.bed) for patient in store.patients()}


def test_a_new_admission_admits_its_patient(worker: Worker, store: RelationalStore):
    told = worker.admit(sent(record()))
    assert (told.accepted, told.duplicates, told.rejected) == (1, 0, ())
    assert beds(store) == {}
    worker.commit()
    assert beds(store) == {"P-1": ("Cardiology", "East 101")}
    (row,) = table(store, "commands")
    assert (row[2], row[3]) == (ADMITTED + 60_000, ACTOR)
    assert store.admission_summary().admissions == 1


def test_the_same_records_again_change_nothing(worker: Worker, store: RelationalStore):
    records = [later(), later(1, status="In Treatment"), later(2, status="Discharged")]
    give(worker, *records)
    before = table(store, "commands"), store.admission_page().admissions, table(store, "stays")
    give(worker, *records)
    give(worker, records[0])
    assert before == (
        table(store, "commands"), store.admission_page().admissions, table(store, "stays"),
    )  # fmt: skip
    assert [name for name, _ in commands(store)] == ["admit", "discharge"]


def test_sent_twice_before_the_commit_it_admits_once(worker: Worker, store: RelationalStore):
    worker.admit(sent(record(), record()))
    worker.admit(sent(record()))
    worker.commit()
    assert [name for name, _ in commands(store)] == ["admit"]


def test_another_place_is_a_transfer(worker: Worker, store: RelationalStore):
    give(worker, later())
    give(worker, later(1, department="ICU", hospital_location="West 7"))
    assert beds(store) == {"P-1": ("ICU", "West 7")}
    assert commands(store)[-1] == ("transfer", '{"bed":"West 7","ward":"ICU"}')


def test_a_nurses_transfer_stands_until_the_record_names_another_place(
    worker: Worker, store: RelationalStore
):
    give(worker, later())
    worker.apply(Command("P-1", ADMITTED + 70_000, "ann", TRANSFER, {"ward": "ICU", "bed": "3"}))
    give(worker, later(5, heart_rate=90))
    assert beds(store) == {"P-1": ("ICU", "3")}


def test_a_discharge_ends_the_stay_that_it_is_about_and_no_other(
    worker: Worker, store: RelationalStore
):
    give(worker, later(admission_id="A"), later(1, admission_id="B", hospital_location="West 1"))
    give(worker, later(2, admission_id="A", status="Discharged"))
    assert beds(store) == {"P-1": ("Cardiology", "West 1")}
    give(worker, later(3, admission_id="B", status="Discharged"))
    assert beds(store) == {"P-1": (None, None)}


def test_a_patient_first_heard_of_at_the_discharge_is_in_no_bed(
    worker: Worker, store: RelationalStore
):
    give(worker, record(status="Discharged"))
    assert (beds(store), commands(store)) == ({}, [])
    assert store.admission_summary().admissions == 1


def test_an_older_admission_that_comes_late_moves_nobody(worker: Worker, store: RelationalStore):
    give(worker, later(9, admission_id="B"))
    give(worker, later(1, admission_id="A", hospital_location="West 1"))
    worker.admit(sent(later(8, admission_id="A", hospital_location="West 2")))
    worker.admit(sent(later(9, admission_id="B")))
    worker.commit()
    assert beds(store) == {"P-1": ("Cardiology", "East 101")}
    assert store.admission_summary().admissions == 2


def test_refused_records_are_kept_once_and_named(worker: Worker, store: RelationalStore):
    bad = read(record(), record(age=-1), origin="topic:0")
    for _ in range(2):
        told = worker.admit(bad, "topic")
        worker.commit()
        assert told.rejected == (
            ItemNote(1, "age", "must be a whole number from 0 to 150"),
        )  # fmt: skip
    (letter,) = table(store, "dead-letters")
    assert (letter[1], letter[2], letter[4], letter[6]) == ("topic", "topic:0:1", "age", 1)
    assert store.position("topic:0") == 1


def test_a_failed_commit_keeps_nothing_and_sending_again_admits_once(store: RelationalStore):
    failing = FailingStore(store)
    worker = new_worker(failing)
    failing.commits_fail = True
    worker.admit(sent(record()))
    with pytest.raises(StoreUnavailableError):
        worker.commit()
    assert worker.is_spoiled
    assert store.admission_summary().admissions == 0
    failing.commits_fail = False
    again = Worker(recover(store).engine, failing, HandClock())
    give(again, record())
    assert [name for name, _ in commands(store)] == ["admit"]


def test_very_many_are_committed_on_the_way(
    worker: Worker, store: RelationalStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wardline.pipeline.worker.ROWS_PER_COMMIT_MAX", 2)
    worker.admit(sent(record(admission_id="1"), record(admission_id="2")))
    assert store.admission_summary().admissions == 2


def test_a_store_without_admissions_says_so():
    assert admissions_of(object()) is None
    with pytest.raises(TypeError, match="keeps no admissions"):
        new_worker(object()).admit(sent(record()))


def test_a_host_admits_at_its_own_time_and_shows_the_bed(store: RelationalStore):
    host = EngineHost(store)
    host.start()
    try:
        before = host.clock.now_ms()
        told = host.admit(sent(record(), b"oops"), "http").result(WAIT_S)
        assert (told.accepted, len(told.rejected)) == (1, 1)
        (row,) = table(store, "commands")
        assert before <= row[2] <= host.clock.now_ms()
        _, (picture,) = host.pictures()
        assert (picture.patient.ward, picture.patient.bed) == ("Cardiology", "East 101")
        assert picture.conditions == ()
    finally:
        assert host.stop(WAIT_S)


def test_after_a_restart_the_engine_knows_the_stays_and_admits_nobody_again(
    store: RelationalStore,
):
    give(new_worker(store), record())
    again = Worker(recover(store).engine, store, HandClock())
    give(again, later(1))
    assert [(name, ADMIT) for name, _ in commands(store)] == [("admit", ADMIT)]
