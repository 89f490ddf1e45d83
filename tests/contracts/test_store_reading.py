"""Ranges, pages and exports: the same rows, whichever way they are asked for."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from tests.contracts.building import START, Ward, all_rows, found

from wardline.codecs.digest import findings_sha256
from wardline.codecs.tables import canonical_csv
from wardline.model.policy import ConditionState as State
from wardline.model.tables import TABLES
from wardline.pipeline.ports import Query, Store

PATIENTS = ("b", "a", "c", "quiet")


def fill(store: Store, ward: Ward) -> None:
    """Seventy readings of each of three patients with equal times, and one old one of a fourth."""
    old = {"patient": "quiet", "t": START - 10**9, "spo2": 90_000}
    store.commit(ward.commit(ward.work(old)))
    for first in range(0, 70, 35):
        readings = [
            {"patient": patient, "t": START + second // 2 * 1_000, "source": "xy"[second % 2],
             "spo2": 90_000 + second}
            for second in range(first, first + 35)
            for patient in PATIENTS[:3]
        ]  # fmt: skip
        store.commit(ward.commit(ward.work(*readings)))


def pages(store: Store, query: Query, limit: int) -> Iterator[list[tuple[object, ...]]]:
    after = None
    while True:
        page = store.page(query, limit, after)
        yield page.rows
        after = page.next
        if after is None:
            return


@pytest.mark.parametrize("limit", [1, 7, 70, 1_000])
@pytest.mark.parametrize("patient", [None, "a", "quiet", "nobody"])
def test_pages_together_are_all_rows_newest_first(
    store: Store, ward: Ward, limit: int, patient: str | None
):
    fill(store, ward)
    query = Query("readings", patient)
    together = [row for rows in pages(store, query, limit) for row in rows]
    assert sorted(together, key=str) == sorted(all_rows(store, query), key=str)
    times = [row[1] for row in together]
    assert times == sorted(times, reverse=True)


def test_rows_that_come_meanwhile_do_not_disturb_the_following_pages(store: Store, ward: Ward):
    fill(store, ward)
    first = store.page(Query("readings"), 10)
    expected = store.page(Query("readings"), 10, first.next)
    newer = ward.work({"patient": "a", "t": START + 10**6, "spo2": 1})
    store.commit(ward.commit(newer))
    assert store.page(Query("readings"), 10, first.next) == expected


def test_a_range_holds_its_start_and_not_its_end(store: Store, ward: Ward):
    fill(store, ward)
    query = Query("readings", "a", START + 1_000, START + 3_000)
    times = [row[1] for row in all_rows(store, query)]
    assert times == [START + 1_000] * 2 + [START + 2_000] * 2
    assert [row[1] for row in store.page(query, 100).rows] == times[::-1]
    everybody = Query("readings", None, START + 1_000, START + 3_000)
    assert len(store.page(everybody, 100).rows) == 12


def test_the_latest_row_of_a_patient_is_the_first_of_a_page(store: Store, ward: Ward):
    fill(store, ward)
    (row,) = store.page(Query("readings", "c"), 1).rows
    assert row[:3] == ("c", START + 34_000, "y")


def test_scores_are_found_by_name(store: Store, ward: Ward):
    names = ("news2", "mews", "news2")
    scores = [ward.score("a", n + 1, START + n, name) for n, name in enumerate(names)]
    store.commit(ward.commit(findings=found(scores=scores)))
    query = Query("scores", "a", name="news2")
    assert [row[1] for row in store.page(query, 5).rows] == [START + 2, START]
    assert [row[1] for row in all_rows(store, query)] == [START, START + 2]
    assert all_rows(store, Query("scores", name="nonsense")) == []


@pytest.mark.parametrize(
    "place", ["", "[1]", "[99999999999999999999,1,[1]]", "[null,1,[1]]", "[1,1,[1,1]]", "[1,1,2]"]
)
def test_what_is_no_place_in_a_table_is_no_token(store: Store, ward: Ward, place: str):
    fill(store, ward)
    with pytest.raises(ValueError, match="token"):
        store.page(Query("readings"), 10, b64encode(place.encode()).decode())


@pytest.mark.parametrize("token", ["nonsense", "é", "===="])
def test_what_is_no_token_is_refused(store: Store, ward: Ward, token: str):
    fill(store, ward)
    with pytest.raises(ValueError, match="token"):
        store.page(Query("readings"), 10, token)


def test_a_table_that_does_not_exist_is_named(store: Store):
    with pytest.raises(ValueError, match="'beds'"):
        store.rows(Query("beds"))
    with pytest.raises(ValueError, match="'beds'"):
        store.page(Query("beds"), 1)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_empty(store: Store, table: str):
    assert all_rows(store, Query(table)) == []
    assert store.page(Query(table), 5).rows == []
    assert store.counts()[table] == 0


def test_an_export_lists_patients_by_their_bytes_and_each_in_time(store: Store, ward: Ward):
    fill(store, ward)
    lists = list(store.rows(Query("readings")))
    assert [rows[0][0] for rows in lists] == ["a", "b", "c", "quiet"]
    lines = "".join(canonical_csv(TABLES["readings"], lists)).splitlines()
    keys = [line.split(",")[:3] for line in lines[1:]]
    assert keys == sorted(keys)


def findings_commit(ward: Ward, order: int):
    """The same findings, first seen in different orders."""
    patients = ["a", "b"][::order]
    readings = ward.work(*({"patient": p, "t": START + 70_000, "spo2": 1} for p in patients))
    minute = START // 60_000 * 60_000
    return ward.commit(
        readings,
        findings=found(
            windows=[ward.window(p, at) for p in patients for at in (minute, minute + 60_000)],
            scores=[ward.score(p, n, START + 50_000 * n) for p in patients for n in (1, 2)][
                ::order
            ],
            anomalies=[ward.anomaly(p, 1, START) for p in patients],
            transitions=[ward.transition(p, 1, START, State.PENDING) for p in patients],
        ),
    )


def test_the_digest_does_not_depend_on_the_order_in_which_patients_were_seen(
    store: Store, tmp_path
):
    digests = set()
    for order, patient_ids in ((1, None), (-1, None), (1, {"a", "b"})):
        ward = Ward()
        store.commit(findings_commit(ward, order))
        digests.add(
            findings_sha256(
                lambda table: store.rows(Query(table)), store.arrival_lines(), patient_ids
            )
        )
    assert len(digests) == 1
    only_a = findings_sha256(lambda table: store.rows(Query(table)), store.arrival_lines(), {"a"})
    assert only_a not in digests
