"""Commits whose every part tells their number, and whether a store holds exactly the first ones."""

from tests.contracts.building import START, Ward, all_rows, found

from wardline.pipeline.ports import Commit, Query, Store

PATIENTS = ("a", "b")
ROWS = 10


def numbered(ward: Ward, number: int) -> Commit:
    """A commit whose every part tells its number."""
    work = ward.work(
        *(
            {"patient": patient, "t": START + number * ROWS + row, "spo2": 90_000}
            for row in range(ROWS)
            for patient in PATIENTS
        )
    )
    scores = [ward.score(patient, number, START + number) for patient in PATIENTS]
    return ward.commit(work, findings=found(scores=scores), positions={"feed": number})


def assert_holds(store: Store, count: int) -> None:
    """Every part of the first commits once, and nothing else."""
    assert store.position("feed") == (count - 1 if count else None)
    for patient in PATIENTS:
        times = [row[1] for row in all_rows(store, Query("readings", patient))]
        assert times == [START + n for n in range(count * ROWS)]
        scores = [row[1] for row in all_rows(store, Query("scores", patient))]
        assert scores == [START + n for n in range(count)]
