"""The same commits give the same rows in PostgreSQL as in SQLite, however they are written."""

import random
from threading import Event
from typing import Any

import numpy as np
import psycopg
import pytest
from tests.contracts.building import START, Ward, all_rows, found

from wardline.cli.simulated import fill_history
from wardline.codecs.tables import canonical_csv
from wardline.model.policy import ConditionState as State
from wardline.model.tables import TABLES
from wardline.model.vitals import MISSING
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.ports import Query, Store
from wardline.simulator.ward import Ward as SimulatedWard
from wardline.stores.relational.databases.binary_copy import HEADER, TRAILER, binary_rows
from wardline.stores.relational.databases.copying import last_of_equals
from wardline.stores.relational.store import RelationalStore

MINUTE = 60_000
BEFORE_MIDNIGHT = 1_700_006_000_000 // 86_400_000 * 86_400_000 + 86_400_000 - 5 * MINUTE
STATES = (State.PENDING, State.ACTIVE, State.CLEARING, State.NORMAL)


def exports(store: Store) -> dict[str, str]:
    return {
        name: "".join(canonical_csv(table, store.rows(Query(name))))
        for name, table in TABLES.items()
    }


def test_a_simulated_ward_is_exported_in_the_same_bytes(
    in_postgresql: RelationalStore, in_sqlite: RelationalStore
):
    for store in (in_sqlite, in_postgresql):
        ward = SimulatedWard(6, 42, BEFORE_MIDNIGHT, flag_anomalies=True)
        fill_history(store, ward, BEFORE_MIDNIGHT, BEFORE_MIDNIGHT + 10 * MINUTE, Event())
    assert in_sqlite.counts()["readings"] > 3_000
    assert exports(in_postgresql) == exports(in_sqlite)
    assert findings_digest(in_postgresql) == findings_digest(in_sqlite)
    assert in_postgresql.latest_snapshot() == in_sqlite.latest_snapshot()


@pytest.mark.parametrize("seed", range(3))
def test_repeated_corrected_and_mixed_commits_give_the_same_rows(
    in_postgresql: RelationalStore, in_sqlite: RelationalStore, seed: int
):
    choose, ward = random.Random(seed), Ward()
    for _ in range(12):
        commit = any_commit(ward, choose)
        assert in_postgresql.commit(commit) == in_sqlite.commit(commit)
    assert exports(in_postgresql) == exports(in_sqlite)
    assert in_postgresql.patients() == in_sqlite.patients()
    assert orders(in_postgresql) == orders(in_sqlite)


def any_commit(ward: Ward, choose: random.Random) -> Any:
    """Readings of few keys, so that many are there already, in this commit or an earlier one."""
    work: list[Any] = []
    for _ in range(choose.randrange(3)):
        work.append(ward.work(*(any_reading(choose) for _ in range(choose.randrange(1, 30)))))
        work.append(ward.command(choose.choice("abc"), START, "settings", age=choose.randrange(9)))
    findings, positions = any_findings(ward, choose), {"feed": choose.randrange(9)}
    return ward.commit(*work, findings=findings, positions=positions)


def any_reading(choose: random.Random) -> dict[str, Any]:
    days = choose.choice([0, 0, 0, 1, -40_000, 3_000])
    return {
        "patient": choose.choice("abc"), "source": choose.choice("xy"),
        "t": START + days * 86_400_000 + choose.randrange(20),
        choose.choice(["spo2", "heart_rate"]): choose.randrange(100_000),
        "age": choose.choice([-1, 50]), "late": choose.random() < 0.5,
    }  # fmt: skip


def any_findings(ward: Ward, choose: random.Random) -> Any:
    start = START // MINUTE * MINUTE
    patients = [choose.choice("abc") for _ in range(choose.randrange(12))]
    return found(
        windows=[ward.window(p, start, choose.randrange(3), sum=choose.randrange(99))
                 for p in patients],
        scores=[ward.score(p, choose.randrange(4), START, total=choose.choice([MISSING, 7]))
                for p in patients],
        anomalies=[ward.anomaly(p, choose.randrange(4), START) for p in patients],
        transitions=[ward.transition(p, choose.randrange(4), START, choose.choice(STATES))
                     for p in patients],
        recompute=[{"patient": ward.code(p), "vital": 3, "start": start} for p in patients],
    )  # fmt: skip


def orders(store: Store) -> list[Any]:
    return [
        piece.batch.position.tolist() if hasattr(piece, "batch") else piece
        for piece in store.work_after(0)
    ]


def test_an_order_number_given_twice_is_not_swallowed(in_postgresql: RelationalStore, ward: Ward):
    in_postgresql.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 1})))
    with in_postgresql._connections.writing() as connection:
        connection.exec_driver_sql("UPDATE commits SET last_order = 0")
    same_day = ward.commit(ward.work({"patient": "b", "t": START, "spo2": 1}))
    with pytest.raises(Exception, match="pkey"):
        in_postgresql.commit(same_day)


def test_rows_in_binary_are_what_the_server_reads(url: str):
    columns = {
        "small": (np.array([1, -(2**31) + 1, 7]), 4, 7),
        "great": (np.array([2**62, -1, 0]), 8, None),
        "never": (np.array([5, 5, 5], dtype=np.int8), 4, 5),
    }
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE made (small int, great bigint, never int)")
        with connection.cursor().copy("COPY made FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(binary_rows(list(columns.values())))
        rows = connection.execute("SELECT * FROM made").fetchall()
    assert rows == [(1, 2**62, None), (-(2**31) + 1, -1, None), (None, 0, None)]


def test_what_does_not_fit_its_column_is_an_error_and_not_another_number():
    with pytest.raises(OverflowError, match="4 bytes"):
        binary_rows([(np.array([2**31]), 4, None)])
    assert binary_rows([(np.array([], dtype=np.int64), 4, None)]) == HEADER + TRAILER


def test_of_equal_keys_the_last_of_the_highest_rank_is_left():
    keys = [np.array([1, 1, 2, 1, 2]), np.array([9, 9, 9, 9, 8])]
    assert last_of_equals(keys, None).tolist() == [3, 4, 2]
    assert last_of_equals(keys, np.array([0, 2, 0, 1, 0])).tolist() == [1, 4, 2]
    assert last_of_equals([np.array([], dtype=np.int64)], None).tolist() == []


def test_dates_far_away_are_stored_and_come_back(in_postgresql: RelationalStore, ward: Ward):
    times = [-(10**15), -1, 0, START, 4_000 * 365 * 86_400_000]
    in_postgresql.commit(
        ward.commit(ward.work(*({"patient": "a", "t": t, "spo2": 1} for t in times)))
    )
    assert [row[1] for row in all_rows(in_postgresql, Query("readings"))] == times
