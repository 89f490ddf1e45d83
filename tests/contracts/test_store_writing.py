"""What a commit keeps, and what a repeated or corrected one changes."""

import numpy as np
from tests.contracts.building import MINUTE, START, Ward, all_rows, found

from wardline.model.content import content_hash
from wardline.model.patients import TruthPeriod
from wardline.model.policy import ConditionState
from wardline.model.tables import TABLES
from wardline.pipeline.ports import Commit, Query, Snapshot, Store, StoredBatch

WINDOW_START = START // MINUTE * MINUTE


def full_commit(ward: Ward) -> Commit:
    """One of everything."""
    work = ward.work(
        {
            "patient": "PT-1", "t": START, "source": "monitor", "heart_rate": 80_000,
            "temperature": 36_650, "bp_method": 2, "systolic_bp": 120_000, "on_oxygen": 1,
            "fio2": 400, "consciousness": 2, "is_anomaly": 0, "na": 0b1000, "bad": 0b10,
            "age": 70, "gender": "F", "condition": "COPD",
        }
    )  # fmt: skip
    findings = found(
        windows=[ward.window("PT-1", WINDOW_START)],
        scores=[ward.score("PT-1", 1, START), ward.score("PT-1", 2, START, "shock_index",
                total=1_230, at_least=-(2**31), risk=-1, parts=[80_000, -(2**31)])],
        anomalies=[ward.anomaly("PT-1", 1, START)],
        transitions=[ward.transition("PT-1", 1, START, ConditionState.ACTIVE, onset=START)],
    )  # fmt: skip
    return ward.commit(work, findings=findings, positions={"topic/0": 17}, snapshot=b"state")


def tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {name: all_rows(store, Query(name)) for name in TABLES}


def test_a_commit_comes_back_as_the_tables_say(store: Store, ward: Ward):
    assert store.commit(full_commit(ward)) == 1
    found_tables = tables(store)
    assert found_tables["readings"] == [
        ("PT-1", START, "monitor", 80_000, None, None, None, 120_000, None, None, "arterial",
         36_650, True, 400, "V", False, "spo2:na pulse_rate:bad", None, 1, START, 70)
    ]  # fmt: skip
    assert found_tables["windows"] == [
        ("PT-1", WINDOW_START, 60, "heart_rate", 2, 70_000, 90_000, 80_000, 0)
    ]
    news2, shock = found_tables["scores"]
    assert news2[:8] == ("PT-1", START, "news2", "RCP 2017", 5_000, 5_000, True, "medium")
    assert shock[2:] == (
        "shock_index", "HR/SBP", 1_230, None, True, None, '{"heart_rate":80,"systolic_bp":null}'
    )  # fmt: skip
    assert found_tables["anomalies"] == [
        ("PT-1", START, "heart_rate", "z_score", 4_250, 150_000, 80_125, 3_000)
    ]
    (transition,) = found_tables["transitions"]
    assert transition[:6] == ("PT-1", 1, START, "spo2_low", "active", "medium")
    assert transition[-1] == START
    assert store.position("topic/0") == 17
    assert store.position("topic/1") is None
    assert store.latest_snapshot() == Snapshot(1, b"state")
    assert store.arrival_lines() == {"PT-1": START}
    assert store.counts() == {name: len(rows) for name, rows in found_tables.items()}


def test_repeating_a_commit_changes_no_table(store: Store, ward: Ward):
    commit = full_commit(ward)
    store.commit(commit)
    before = tables(store)
    assert store.commit(commit) == 2
    assert tables(store) == before


def test_a_repeated_reading_leaves_the_first_as_it_is(store: Store, ward: Ward):
    store.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 97_000})))
    store.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 91_000})))
    assert [row[6] for row in all_rows(store, Query("readings"))] == [97_000]


def test_only_accepted_readings_are_stored(store: Store, ward: Ward):
    work = ward.work(
        {"patient": "a", "t": START, "spo2": 97_000, "status": 2},
        {"patient": "a", "t": START + 1, "spo2": 96_000},
        {"patient": "b", "t": START + 2, "spo2": 95_000, "status": 1},
    )
    store.commit(ward.commit(work))
    assert [row[:2] for row in all_rows(store, Query("readings"))] == [("a", START + 1)]
    assert [patient.patient_id for patient in store.patients()] == ["a"]


def test_an_empty_commit_still_gets_a_number(store: Store, ward: Ward):
    assert store.commit(ward.commit()) == 1
    assert store.commit(ward.commit()) == 2


def test_a_correction_replaces_its_window_and_an_older_revision_never_does(
    store: Store, ward: Ward
):
    for revision, total in ((0, 80_000), (2, 90_000), (1, 85_000)):
        window = ward.window("a", WINDOW_START, revision, sum=total, count=1)
        store.commit(ward.commit(findings=found(windows=[window])))
    ((*_, mean, revision),) = all_rows(store, Query("windows"))
    assert (mean, revision) == (90_000, 2)


def test_revisions_within_one_commit_end_with_the_last(store: Store, ward: Ward):
    windows = [ward.window("a", WINDOW_START, n, sum=n, count=1) for n in range(3)]
    store.commit(ward.commit(findings=found(windows=windows)))
    assert [row[-1] for row in all_rows(store, Query("windows"))] == [2]


def test_a_window_the_engine_forgot_is_rebuilt_from_readings_of_this_commit_too(
    store: Store, ward: Ward
):
    early = [
        {"patient": "a", "t": WINDOW_START - 1, "spo2": 50_000},
        {"patient": "a", "t": WINDOW_START, "spo2": 90_000},
        {"patient": "a", "t": WINDOW_START + 1, "heart_rate": 70_000, "late": True},
        {"patient": "b", "t": WINDOW_START + 1, "spo2": 10_000},
        {"patient": "a", "t": WINDOW_START + MINUTE, "spo2": 60_000},
    ]
    store.commit(ward.commit(ward.work(*early)))
    late = ward.work({"patient": "a", "t": WINDOW_START + 9, "spo2": 93_001, "late": True})
    lost = [{"patient": ward.code("a"), "vital": 3, "start": WINDOW_START}]
    store.commit(ward.commit(late, findings=found(recompute=lost)))
    assert all_rows(store, Query("windows")) == [
        ("a", WINDOW_START, 60, "spo2", 2, 90_000, 93_001, 91_501, 1)
    ]


def test_ids_that_differ_in_case_blanks_or_accents_are_different_patients(store: Store, ward: Ward):
    ids = ["Åse", "A\u030ase", "åse", "Ase", "ase", "ase ", " ase", "asé", "患者", "🫀"]
    store.commit(ward.commit(ward.work(*({"patient": i, "t": START, "spo2": 1} for i in ids))))
    expected = sorted(ids, key=str.encode)
    assert [patient.patient_id for patient in store.patients()] == expected
    assert [row[0] for row in all_rows(store, Query("readings"))] == expected
    for patient in ids:
        assert [row[0] for row in all_rows(store, Query("readings", patient))] == [patient]


def test_stored_readings_come_back_with_equal_content(store: Store, ward: Ward):
    commit = full_commit(ward)
    store.commit(commit)
    key, unknown = ("PT-1", START, "monitor"), ("PT-1", START, "")
    known = store.stored_readings([key, unknown, ("nobody", START, "monitor")])
    assert list(known) == [key]
    ((batch, _),) = commit.work
    assert content_hash(known[key].batch).tolist() == content_hash(batch).tolist()
    assert (known[key].at.tolist(), known[key].arrival.tolist()) == ([START], [1])


def test_fifty_thousand_keys_are_looked_up_at_once(store: Store, ward: Ward):
    store.commit(
        ward.commit(ward.work(*({"patient": "a", "t": START + n, "spo2": n} for n in range(900))))
    )
    keys = [("a", START + n, "") for n in range(50_000)]
    known = store.stored_readings(keys)
    assert set(known) == set(keys[:900])
    assert known[keys[899]].batch.values[0, 3] == 899


def test_work_comes_back_in_the_order_it_was_processed(store: Store, ward: Ward):
    store.commit(ward.commit(ward.work({"patient": "old", "t": START, "spo2": 1})))
    store.commit(
        ward.commit(
            ward.work(*({"patient": p, "t": START + n, "spo2": n} for n, p in enumerate("babab"))),
            ward.command("a", START + 9, "settings", age=3),
            ward.command("b", START + 9, "discharge"),
            ward.work({"patient": "a", "t": START + 10, "spo2": 10}),
        )
    )
    expected = {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]}
    assert arrivals(store, 1) == expected
    assert arrivals(store, 0) == {"old": [1], **expected}
    assert arrivals(store, 2) == {}


def arrivals(store: Store, commit_seq: int) -> dict[str, list[int]]:
    orders: dict[str, list[int]] = {}
    for piece in store.work_after(commit_seq):
        if isinstance(piece, StoredBatch):
            patients = piece.batch.patients.texts(piece.batch.patient)
            for patient, arrival in zip(patients, piece.arrival.tolist(), strict=True):
                orders.setdefault(patient, []).append(arrival)
        else:
            orders.setdefault(piece.command.patient_id, []).append(piece.arrival)
    return orders


def test_restored_readings_are_the_readings(store: Store, ward: Ward):
    commit = full_commit(ward)
    store.commit(commit)
    ((batch, _),) = commit.work
    (restored,) = store.work_after(0)
    assert isinstance(restored, StoredBatch)
    for name in ("observed_at", "received_at", "values", "na", "bad", "bp_method", "on_oxygen",
                 "fio2", "consciousness", "is_anomaly", "age"):  # fmt: skip
        before, after = getattr(batch, name), getattr(restored.batch, name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)


def test_the_two_newest_snapshots_are_enough(store: Store, ward: Ward):
    for state in (b"1", b"2", b"3"):
        store.commit(ward.commit(snapshot=state))
    store.commit(ward.commit())
    assert store.latest_snapshot() == Snapshot(3, b"3")


def test_truth_is_kept_once_with_its_newest_end(store: Store, ward: Ward):
    for end in (START + 5, START + 9):
        period = TruthPeriod("a", START, end, "fault", "probe_off", "spo2")
        store.commit(ward.commit(truth=[period]))
    expected = [("a", START, START + 9, "fault", "probe_off", "spo2")]
    assert all_rows(store, Query("truth")) == expected


def test_positions_move_with_their_commit(store: Store, ward: Ward):
    store.commit(ward.commit(positions={"a": 1, "b": 2}))
    store.commit(ward.commit(positions={"a": 5}))
    assert (store.position("a"), store.position("b")) == (5, 2)
