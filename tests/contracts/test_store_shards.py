"""Several engines share a store: each shard has its own commits, and one owner at a time."""

import pytest
from tests.contracts.building import START, Ward

from wardline.model.dead_letters import DeadLetter
from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.ports import (
    PartitionCountError,
    ShardedStore,
    ShardStore,
    Snapshot,
    Store,
    StoredBatch,
    StoreFencedError,
)  # fmt: skip

TOPIC = "patient-vitals"


def taken(store: Store, partition: int = 0, partitions: int = 3) -> ShardStore:
    sharded: ShardedStore = store  # pyright: ignore[reportAssignmentType] - every store so far is one
    return sharded.take_over(TOPIC, partition, partitions, "test")


def test_shards_count_their_commits_and_keep_their_states_apart(store: Store):
    first, second = taken(store, 0), taken(store, 1)
    one, other = Ward(), Ward()
    assert first.commit(one.commit(positions={"p": 5}, snapshot=b"first")) == 1
    assert second.commit(other.commit(positions={"p": 9}, snapshot=b"second")) == 1
    assert first.commit(one.commit(positions={"p": 6})) == 2
    assert (first.position("p"), second.position("p"), store.position("p")) == (6, 9, None)
    assert first.latest_snapshot() == Snapshot(1, b"first")
    assert second.latest_snapshot() == Snapshot(1, b"second")
    assert store.latest_snapshot() is None


def test_work_after_a_commit_is_the_shards_own(store: Store):
    first, second = taken(store, 0), taken(store, 1)
    one, other = Ward(), Ward()
    for at in range(3):
        first.commit(one.commit(one.work({"patient": "a", "t": START + at, "spo2": 97_000})))
        second.commit(other.commit(other.work({"patient": "b", "t": START + at, "spo2": 90_000})))
    second.commit(other.commit(other.command("b", START + 9, "admit", ward="W", bed="1")))
    (piece,) = first.work_after(1)
    assert isinstance(piece, StoredBatch)
    assert piece.batch.patients.texts(piece.batch.patient) == ["a", "a"]
    readings, command = second.work_after(0)
    assert isinstance(readings, StoredBatch)
    assert readings.arrival.tolist() == [1, 2, 3]
    assert not isinstance(command, StoredBatch)
    assert list(store.work_after(0)) == []


def test_whoever_lost_a_shard_cannot_write_to_it_any_more(store: Store):
    zombie, ward = taken(store), Ward()
    zombie.commit(ward.commit(positions={"p": 1}))
    heir = taken(store)
    with pytest.raises(StoreFencedError):
        zombie.commit(ward.commit(positions={"p": 99}))
    assert heir.position("p") == 1
    assert heir.commit(ward.commit(positions={"p": 2})) == 2
    with pytest.raises(StoreFencedError):
        zombie.commit(ward.commit(positions={"p": 99}))
    assert heir.position("p") == 2


def test_a_patient_belongs_to_the_shard_that_saw_it_first(store: Store):
    first, second = taken(store, 0), taken(store, 1)
    assert first.claim_patients(["a", "b"]) == set()
    assert second.claim_patients(["b", "c"]) == {"b"}
    assert first.claim_patients(["a", "c"]) == {"c"}
    assert second.claim_patients(["c"]) == set()


def test_a_store_that_was_one_engines_gives_its_patients_to_nobody(store: Store):
    ward = Ward()
    store.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 97_000})))
    assert taken(store).claim_patients(["a", "b"]) == {"a"}


def test_another_partition_count_is_refused_and_says_what_to_do(store: Store):
    taken(store, 0, partitions=3)
    with pytest.raises(PartitionCountError, match=r"6 partitions.*over 3.*wardline shards move"):
        taken(store, 1, partitions=6)
    taken(store, 1, partitions=3)


def test_what_is_to_be_published_is_kept_until_it_is_known_to_be_out(store: Store):
    shard, beside, ward = taken(store, 0), taken(store, 1), Ward()
    messages = [Outgoing("patient-alerts", b"a", b"{}"), Outgoing("windows", None, b"\x00\xff")]
    assert shard.commit(ward.commit(outgoing=messages)) == 1
    assert shard.commit(ward.commit(outgoing=messages[:1])) == 2
    beside.commit(ward.commit(outgoing=messages))
    assert list(shard.unpublished()) == [(1, messages), (2, messages[:1])]
    shard.commit(ward.commit(published_seq=1))
    assert list(shard.unpublished()) == [(2, messages[:1])]
    assert list(beside.unpublished()) == [(1, messages)]


def test_each_shard_has_dead_letters_of_its_own(store: Store):
    first, second, ward = taken(store, 0), taken(store, 1), Ward()
    first.commit(
        ward.commit(dead_letters=[DeadLetter(START, "", "topic/0:1", "a", "", "torn", "{")])
    )
    second.commit(
        ward.commit(dead_letters=[DeadLetter(START, "", "topic/1:1", "a", "", "torn", "{")])
    )
    assert store.counts()["dead-letters"] == 2
