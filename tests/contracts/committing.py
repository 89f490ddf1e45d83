"""A process that commits without end and says so after each commit, until it is killed."""

import sys
from pathlib import Path

from tests.contracts.building import START, Ward, found
from tests.contracts.conftest import STORES

PATIENTS = ("a", "b", "c")
ROWS = 20


def main(store_name: str, folder: str, first: int) -> None:
    store, ward = STORES[store_name].open_at(Path(folder)), Ward()
    for number in range(first, first + 1_000_000):
        seq = store.commit(numbered_commit(ward, number))
        sys.stdout.write(f"{seq} {number}\n")
        sys.stdout.flush()


def numbered_commit(ward: Ward, number: int):
    """One commit whose every part tells its number."""
    work = ward.work(
        *(
            {"patient": patient, "t": START + number * ROWS + row, "spo2": 90_000}
            for row in range(ROWS)
            for patient in PATIENTS
        )
    )
    scores = [ward.score(patient, number, START + number) for patient in PATIENTS]
    return ward.commit(work, findings=found(scores=scores), positions={"feed": number})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
