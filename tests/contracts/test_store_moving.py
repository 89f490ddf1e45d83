"""Patients spread over other shards: all of it happens, or nothing."""

import pytest
from tests.contracts.building import START, Ward

from wardline.engine.engine import Engine
from wardline.pipeline.moving import MovableStore, ShardMove, Spread
from wardline.pipeline.partitions import Outgoing
from wardline.pipeline.ports import (
    PartitionCountError,
    ShardStore,
    Snapshot,
    Store,
    StoredBatch,
    StoreFencedError,
)  # fmt: skip

TOPIC = "patient-vitals"
EMPTY = Engine().snapshot()


@pytest.fixture
def movable(store: Store) -> MovableStore:
    return store  # pyright: ignore[reportReturnType] - every store so far is one


def taken(store: MovableStore, partition: int, count: int, topic: str = TOPIC) -> ShardStore:
    return store.take_over(topic, partition, count, "test")


def filled(store: MovableStore) -> dict[int, ShardStore]:
    """Two shards with a patient and a message to be published each."""
    shards = {partition: taken(store, partition, 2) for partition in range(2)}
    for partition, shard in shards.items():
        patient, ward = "ab"[partition], Ward()
        shard.claim_patients([patient])
        for at in range(3):
            shard.commit(
                ward.commit(
                    ward.work({"patient": patient, "t": START + at, "spo2": 97_000}),
                    positions={f"{TOPIC}/{partition}": 10 * partition + at, "wardline:tick": START},
                    outgoing=[Outgoing("alerts", patient.encode(), b"%d" % at)],
                    snapshot=b"old" if at == 1 else None,
                )
            )
    return shards


def moved_to_three(store: MovableStore, owned: dict[int, ShardStore]) -> list[ShardStore]:
    states = [b"first", b"second", b"third"]
    store.move_shards(owned, ShardMove(TOPIC, states, {"a": 2, "b": 1}))
    return [taken(store, partition, 3) for partition in range(3)]


def test_where_patients_are_is_told(movable: MovableStore):
    assert movable.spread_of(TOPIC) == Spread(0, {})
    owned = filled(movable)
    elsewhere = taken(movable, 0, 1, "other")
    elsewhere.claim_patients(["z"])
    assert movable.spread_of(TOPIC) == Spread(2, {"a": 0, "b": 1})
    moved_to_three(movable, owned)
    assert movable.spread_of(TOPIC) == Spread(3, {"a": 2, "b": 1})
    assert movable.spread_of("other") == Spread(1, {"z": 0})


def test_patients_of_a_single_engine_are_told_apart(movable: MovableStore):
    ward = Ward()
    movable.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 97_000})))
    taken(movable, 1, 2).claim_patients(["b"])
    assert movable.spread_of(TOPIC) == Spread(2, {"a": None, "b": 1})


def test_new_shards_begin_with_the_state_they_are_given(movable: MovableStore):
    shards = moved_to_three(movable, filled(movable))
    states = [shard.latest_snapshot() for shard in shards]
    assert states == [Snapshot(4, b"first"), Snapshot(4, b"second"), Snapshot(1, b"third")]
    for shard, state in zip(shards, states, strict=True):
        assert state is not None
        assert list(shard.work_after(state.commit_seq)) == []
        assert shard.position("wardline:tick") is None
    assert [shard.commit(Ward().commit()) for shard in shards] == [5, 5, 2]


def test_partitions_are_read_on_where_they_were_and_new_ones_from_the_start(
    movable: MovableStore,
):
    shards = moved_to_three(movable, filled(movable))
    reached = [shard.position(f"{TOPIC}/{number}") for number, shard in enumerate(shards)]
    assert reached == [2, 12, None]
    assert movable.reached([f"{TOPIC}/0", f"{TOPIC}/1"]) == {f"{TOPIC}/0": 2, f"{TOPIC}/1": 12}


def test_patients_belong_to_their_new_shards(movable: MovableStore):
    shards = moved_to_three(movable, filled(movable))
    assert [shard.claim_patients(["a", "b"]) for shard in shards] == [
        {"a", "b"},
        {"a"},
        {"b"},
    ]


def test_what_was_not_published_yet_is_published_by_the_heir(movable: MovableStore):
    shards = moved_to_three(movable, filled(movable))
    for shard, patient in zip(shards, (b"a", b"b"), strict=False):
        messages = [(seq, [Outgoing("alerts", patient, b"%d" % (seq - 1))]) for seq in (1, 2, 3)]
        assert list(shard.unpublished()) == messages
    assert list(shards[2].unpublished()) == []


def test_everything_of_a_new_shard_is_everything_of_its_patients(movable: MovableStore):
    shards = moved_to_three(movable, filled(movable))
    ward = Ward()
    for _ in range(3):
        ward.next_arrival("a")
    later = ward.work({"patient": "a", "t": START + 100, "spo2": 90_000})
    command = ward.command("a", START + 101, "settings", age=70)
    shards[2].commit(ward.commit(later, command))
    work = list(shards[2].work_after(0))
    readings = [piece for piece in work if isinstance(piece, StoredBatch)]
    arrivals = [arrival for piece in readings for arrival in piece.arrival.tolist()]
    assert arrivals == [1, 2, 3, 4]
    assert not isinstance(work[-1], StoredBatch)
    (piece, _) = shards[2].work_after(1)
    assert isinstance(piece, StoredBatch)
    assert piece.arrival.tolist() == [4]
    assert list(shards[0].work_after(0)) == []


def test_owners_of_before_can_write_no_more(movable: MovableStore):
    owned = filled(movable)
    moved_to_three(movable, owned)
    for shard in owned.values():
        with pytest.raises(StoreFencedError):
            shard.commit(Ward().commit(positions={"p": 1}))
        with pytest.raises(StoreFencedError):
            shard.renew()
    with pytest.raises(PartitionCountError):
        taken(movable, 0, 2)


def test_a_shard_that_was_taken_over_meanwhile_moves_nothing(movable: MovableStore):
    owned = filled(movable)
    heir = taken(movable, 1, 2)
    with pytest.raises(StoreFencedError):
        movable.move_shards(owned, ShardMove(TOPIC, [EMPTY] * 3, {"a": 2, "b": 1}))
    assert movable.spread_of(TOPIC) == Spread(2, {"a": 0, "b": 1})
    assert heir.latest_snapshot() == Snapshot(2, b"old")
    assert heir.commit(Ward().commit()) == 4
    assert owned[0].position(f"{TOPIC}/0") == 2


def test_they_may_move_again_and_their_order_goes_on(movable: MovableStore):
    shards = moved_to_three(movable, filled(movable))
    ward = Ward()
    for _ in range(3):
        ward.next_arrival("a")
    shards[2].commit(ward.commit(ward.work({"patient": "a", "t": START + 50, "spo2": 97_000})))
    owned = dict(enumerate(shards))
    movable.move_shards(owned, ShardMove(TOPIC, [EMPTY] * 4, {"a": 0, "b": 3}))
    (piece,) = taken(movable, 0, 4).work_after(0)
    assert isinstance(piece, StoredBatch)
    assert piece.arrival.tolist() == [1, 2, 3, 4]
    assert movable.spread_of(TOPIC) == Spread(4, {"a": 0, "b": 3})
