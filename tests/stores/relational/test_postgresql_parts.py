"""Readings in PostgreSQL lie in parts by day; old parts go as a whole, and no date is refused."""

from pathlib import Path

import pytest
from tests.contracts.building import Ward, all_rows
from tests.postgresql import execute

from wardline.pipeline.ports import Query
from wardline.stores.relational.databases import partitions
from wardline.stores.relational.databases.partitions import END, FIRST, Span, new_span
from wardline.stores.relational.store import RelationalStore

DAY = partitions.DAY_MS
MONDAY = 19_700 * DAY
PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1"


def parts(url: str) -> list[str]:
    schema = url.rpartition("%3D")[2]
    names = execute(url, PARTS, f"{schema}.readings")
    return [str(name).rpartition("_2023_")[2] for (name,) in names]


def fill(store: RelationalStore, ward: Ward, days: range, patients: str = "ab") -> None:
    readings = [
        {"patient": patient, "t": MONDAY + day * DAY + hour * 3_600_000, "spo2": hour}
        for day in days
        for hour in range(24)
        for patient in patients
    ]
    store.commit(ward.commit(ward.work(*readings)))


def counts(store: RelationalStore) -> dict[str, int]:
    return {rows[0][0]: len(rows) for rows in store.rows(Query("readings"))}


def test_each_day_has_a_part_that_is_made_when_it_is_needed(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    fill(in_postgresql, ward, range(2))
    assert parts(url) == ["12_09", "12_10"]
    fill(in_postgresql, ward, range(1, 4))
    assert parts(url) == ["12_09", "12_10", "12_11", "12_12"]
    assert counts(in_postgresql) == {"a": 96, "b": 96}


def test_a_part_of_a_commit_that_failed_is_made_again(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    broken = ward.commit(
        ward.work({"patient": "a", "t": MONDAY, "spo2": 1}), positions={"feed": object()}
    )
    with pytest.raises(Exception, match="object"):
        in_postgresql.commit(broken)
    assert parts(url) == []
    fill(in_postgresql, ward, range(1))
    assert parts(url) == ["12_09"]


def test_old_parts_go_as_a_whole_and_each_patient_keeps_the_newest_reading(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    fill(in_postgresql, ward, range(1), "gone")
    fill(in_postgresql, ward, range(4))
    steps = []
    while deleted := in_postgresql.trim(MONDAY + 3 * DAY, 1_000):
        steps.append(deleted)
    assert steps == [1_000] * 3
    assert parts(url) == ["12_09", "12_12"]
    assert counts(in_postgresql) == {"a": 24, "b": 24, "e": 1, "g": 1, "n": 1, "o": 1}
    kept = all_rows(in_postgresql, Query("readings", "g"))
    assert [row[1] for row in kept] == [MONDAY + 23 * 3_600_000]
    fill(in_postgresql, ward, range(5))
    assert counts(in_postgresql)["a"] == 120


def test_of_a_day_that_is_partly_old_single_rows_go(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    fill(in_postgresql, ward, range(2))
    assert in_postgresql.trim(MONDAY + 12 * 3_600_000, 20) == 20
    assert in_postgresql.trim(MONDAY + 12 * 3_600_000, 20) == 4
    assert in_postgresql.trim(MONDAY + 12 * 3_600_000, 20) == 0
    assert counts(in_postgresql) == {"a": 36, "b": 36}
    assert parts(url) == ["12_09", "12_10"]


def test_while_somebody_reads_for_long_old_rows_go_one_by_one(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    fill(in_postgresql, ward, range(3))
    count = "SELECT count(*) FROM readings"
    with in_postgresql._connections.reading() as reader:
        assert reader.exec_driver_sql(count).scalar() == 144
        assert in_postgresql.trim(MONDAY + DAY, 10) == 10
        assert reader.exec_driver_sql(count).scalar() == 144
    assert parts(url) == ["12_09", "12_10", "12_11"]
    assert in_postgresql.trim(MONDAY + DAY, 10) == 10
    assert parts(url) == ["12_10", "12_11"]


def test_the_more_parts_there_are_the_wider_are_further_ones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(partitions, "DAYS_MAX", 2)
    monkeypatch.setattr(partitions, "SPANS_MAX", 4)
    made: list[Span] = []
    for day in (7, 5, 6, 810, 3, 10_000):
        made = sorted([*made, new_span(made, day)])
    assert [(start // DAY if start != FIRST else None, end // DAY if end != END else None)
            for start, end in made] == [
        (None, 5), (5, 6), (6, 7), (7, 8), (800, 1_200), (1_200, None),
    ]  # fmt: skip


def test_any_number_of_odd_dates_makes_few_parts_and_keeps_every_reading(
    in_postgresql: RelationalStore, url: str, ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(partitions, "DAYS_MAX", 5)
    monkeypatch.setattr(partitions, "SPANS_MAX", 10)
    times = [n * 37 * DAY * (-1) ** n for n in range(300)]
    in_postgresql.commit(ward.commit(ward.work(*({"patient": "a", "t": t} for t in times))))
    assert len(parts(url)) <= 2 * 10 + 1
    assert [row[1] for row in all_rows(in_postgresql, Query("readings"))] == sorted(times)
    fill(in_postgresql, ward, range(2))
    assert counts(in_postgresql)["b"] == 48


def test_both_stores_trim_to_the_same_rows(
    in_postgresql: RelationalStore, in_sqlite: RelationalStore, tmp_path: Path
):
    left = []
    for store in (in_sqlite, in_postgresql):
        ward = Ward()
        fill(store, ward, range(1), "gone")
        fill(store, ward, range(3))
        while store.trim(MONDAY + 5 * DAY // 2, 50):
            pass
        left.append(all_rows(store, Query("readings")))
    assert left[0] == left[1]
    assert len(left[0]) == 4 + 2 * 12
