"""The loop step: what is taken, what becomes durable, and what a failed commit leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipeline.building import (
    MINUTE,
    SECOND,
    START,
    FailingStore,
    HandClock,
    beats,
    contents,
    decoded,
    memory,
    new_worker,
    reading,
    table,
)

from wardline.model.commands import ADMIT, SETTINGS, Command
from wardline.model.patients import TruthPeriod
from wardline.pipeline import worker as worker_module
from wardline.pipeline.ports import ItemNote, StoreUnavailableError
from wardline.pipeline.recovery import recover
from wardline.pipeline.worker import Worker


def test_accepted_readings_are_stored_with_what_was_found_once_they_are_committed():
    store = memory()
    worker = new_worker(store)
    told = worker.take(decoded(*beats(80)))
    assert (told.accepted, told.duplicates, told.rejected, told.flagged) == (80, 0, (), ())
    assert store.counts()["readings"] == 0
    worker.commit()
    assert store.counts()["readings"] == 80
    assert [row[1:5] for row in table(store, "windows")] == [(START, 60, "heart_rate", 60)]


def test_the_same_again_is_a_duplicate_however_it_is_met():
    store = memory()
    worker = new_worker(store)
    same = reading(heart_rate=70)
    assert worker.take(decoded(same, same)).duplicates == 1
    assert worker.take(decoded(same)).duplicates == 1
    worker.commit()
    assert worker.take(decoded(same)).duplicates == 1
    worker.commit()
    again = Worker(recover(store).engine, store, HandClock())
    assert again.take(decoded(same)).duplicates == 1
    assert store.counts()["readings"] == 1


def test_other_content_under_a_known_key_is_a_conflict_and_the_first_stays():
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(reading(heart_rate=70)))
    told = worker.take(decoded(reading(heart_rate=71)))
    assert told.rejected == (ItemNote(0, "", "conflict"),)
    worker.commit()
    assert [row[3] for row in table(store, "readings")] == [70_000]
    letters = table(store, "dead-letters")
    assert [(row[3], row[5]) for row in letters] == [("p", "conflict")]
    assert '"heart_rate": 71' in letters[0][7]


def test_a_record_that_cannot_be_decoded_is_a_dead_letter_and_its_neighbours_are_stored():
    store = memory()
    worker = new_worker(store)
    wrong = {"patient_id": "p", "timestamp": START, "heart_rate": "fast"}
    told = worker.take(decoded(wrong, reading(), origin="ward.json"), "http")
    assert (told.accepted, [note.index for note in told.rejected]) == (1, [0])
    worker.commit()
    (letter,) = table(store, "dead-letters")
    assert letter[1:6] == ("http", "ward.json:0", "p", "heart_rate", told.rejected[0].reason)


def test_an_implausible_value_is_flagged_and_kept_as_a_dead_letter_beside_its_reading():
    store = memory()
    worker = new_worker(store)
    told = worker.take(decoded(reading(at=START - 1), reading(heart_rate=900, spo2=97)))
    assert told.accepted == 2
    assert told.flagged == (ItemNote(1, "heart_rate", "implausible value"),)
    worker.commit()
    (letter,) = table(store, "dead-letters")
    assert (letter[0], letter[4], letter[5]) == (START, "heart_rate", "implausible value")
    assert worker.tally.rejected_values == 1


def test_an_implausible_value_of_a_duplicate_is_not_noted_again():
    store = memory()
    worker = new_worker(store)
    absurd = reading(heart_rate=900, spo2=97)
    worker.take(decoded(absurd))
    worker.take(decoded(absurd))
    worker.commit()
    assert [row[6] for row in table(store, "dead-letters")] == [1]
    assert worker.tally.rejected_values == 1


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from("pq"), st.integers(0, 5), st.sampled_from([70, 71, 900, "x", None])
            ),
            max_size=6,
        ),
        max_size=6,
    )
)
def test_accepted_and_duplicates_and_rejected_are_always_all_readings(
    submissions: list[list[tuple[str, int, object]]],
):
    store = memory()
    worker = new_worker(store)
    count = 0
    for submission in submissions:
        items = [
            {"patient_id": patient, "timestamp": START + at, "heart_rate": rate}
            for patient, at, rate in submission
        ]
        told = worker.take(decoded(*items))
        assert told.accepted + told.duplicates + len(told.rejected) == len(items)
        count += len(items)
    worker.commit()
    tally = worker.tally
    assert tally.accepted + tally.duplicates + tally.rejected == tally.readings == count
    assert tally.accepted == store.counts()["readings"]
    store.close()


def test_late_values_are_counted_one_by_one():
    worker = new_worker(memory())
    worker.take(decoded(reading(at=START + 2 * MINUTE)))
    worker.take(decoded(reading(at=START, heart_rate=80, spo2=97)))
    worker.take(decoded(reading(at=START + MINUTE, heart_rate=80, spo2=97)))
    worker.commit()
    assert worker.tally.late_values == 2


def test_commands_are_stored_in_their_place():
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(reading()))
    admit = Command(
        "p", START + SECOND, "ann", ADMIT, {"admission_id": "a", "ward": "w", "bed": "b"}
    )
    assert worker.apply(admit).arrival == 2
    worker.commit()
    assert [row[:2] for row in table(store, "commands")] == [("p", 2)]
    assert worker.tally.commands == 1


def test_a_command_that_makes_no_sense_changes_nothing():
    store = memory()
    worker = new_worker(store)
    with pytest.raises(ValueError, match="unknown profile"):
        worker.apply(Command("p", START, "ann", SETTINGS, {"profile": "martian"}))
    worker.commit()
    assert store.counts()["commands"] == 0


def test_truth_and_positions_are_kept_with_the_next_commit():
    store = memory()
    worker = new_worker(store)
    worker.add_truth([TruthPeriod("p", START, START + 5, "fault", "spike", "spo2")])
    worker.take(decoded(reading(), origin="file", first_position=7))
    worker.commit()
    assert table(store, "truth") == [("p", START, START + 5, "fault", "spike", "spo2")]
    assert store.position("file") == 7


def test_refusals_of_an_origin_that_was_read_before_are_counted_but_not_kept_twice():
    store = memory()
    bad = {"patient_id": "p", "timestamp": START, "heart_rate": "x"}
    clash = reading(at=START + 5, heart_rate=71)
    first = [bad, reading(at=START + 5, heart_rate=70), clash]
    for _ in range(2):
        worker = Worker(recover(store).engine, store, HandClock())
        worker.take(decoded(*first, origin="file@1"))
        worker.commit()
        assert worker.tally.rejected == 2
    assert sorted((row[5], row[6]) for row in table(store, "dead-letters")) == [
        ("conflict", 1), ("not a number", 1),
    ]  # fmt: skip


def test_more_rows_than_fit_one_commit_are_committed_on_the_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker_module, "ROWS_PER_COMMIT_MAX", 10)
    store = FailingStore(memory())
    worker = new_worker(store)
    assert worker.take(decoded(*beats(35))).accepted == 35
    assert store.commit_count == 3
    worker.commit()
    assert store.counts()["readings"] == 35


def test_how_a_batch_is_cut_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    stores = []
    for rows in (10_000, 7):
        monkeypatch.setattr(worker_module, "ROWS_PER_COMMIT_MAX", rows)
        stores.append(memory())
        worker = new_worker(stores[-1])
        worker.take(decoded(*beats(200), *beats(30, rate=81), *beats(200, "q", rate=130)))
        worker.commit()
    assert contents(stores[0]) == contents(stores[1])
    assert len(contents(stores[0])["transitions"]) == 2


def test_a_failed_commit_keeps_nothing_and_spoils_the_worker():
    store = FailingStore(memory())
    worker = new_worker(store)
    worker.take(decoded(reading()))
    store.commits_fail = True
    with pytest.raises(StoreUnavailableError):
        worker.commit()
    assert worker.is_spoiled
    assert store.counts()["readings"] == 0
    assert worker.tally.readings == 0


def test_findings_of_time_alone_wait_for_the_store_and_do_not_spoil_the_worker():
    store = FailingStore(memory())
    worker = new_worker(store)
    worker.take(decoded(reading()))
    worker.commit()
    store.commits_fail = True
    worker.tick(START + 2 * MINUTE)
    with pytest.raises(StoreUnavailableError):
        worker.commit()
    assert not worker.is_spoiled
    store.commits_fail = False
    worker.commit()
    states = [(row[3], row[4]) for row in table(store, "transitions")]
    assert states == [("heart_rate_stale", "active"), ("no_signal", "active")]


def test_a_commit_with_nothing_in_it_does_not_bother_the_store():
    store = FailingStore(memory())
    worker = new_worker(store)
    worker.commit()
    worker.tick(START)
    worker.commit()
    assert store.commit_count == 0
