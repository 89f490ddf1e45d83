"""Several workers write to one PostgreSQL, each to shards of its own."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from tests.contracts.building import START, Ward

from wardline.pipeline.ports import (
    ShardStore,
    StoreFencedError,
    StoreInUseError,
    StoreUnavailableError,
)
from wardline.stores.relational.shards import check_epoch
from wardline.stores.relational.store import RelationalStore

TOPIC = "patient-vitals"


@pytest.fixture
def workers(url: str) -> Iterator[tuple[RelationalStore, RelationalStore]]:
    pair = RelationalStore(url, is_shared=True), RelationalStore(url, is_shared=True)
    yield pair
    for store in pair:
        store.close()


def test_workers_write_side_by_side_also_to_a_day_that_has_no_part_yet(
    workers: tuple[RelationalStore, RelationalStore],
):
    failures: list[Exception] = []

    def write(store: RelationalStore, partition: int) -> None:
        try:
            shard, ward = store.take_over(TOPIC, partition, 2, "test"), Ward()
            patient = f"patient {partition}"
            for number in range(40):
                reading = {"patient": patient, "t": START + number * 43_200_000, "spo2": 97_000}
                shard.commit(ward.commit(ward.work({**reading, "source": f"s{number}"})))
        except Exception as problem:  # noqa: BLE001 - shown by the assertion below
            failures.append(problem)

    threads = [
        threading.Thread(target=write, args=(store, place)) for place, store in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert workers[0].counts()["readings"] == 80


def test_a_shard_is_taken_over_from_somebody_who_hangs_in_the_middle_of_a_commit(
    workers: tuple[RelationalStore, RelationalStore],
):
    zombie, heir = workers
    held, ward = zombie.take_over(TOPIC, 0, 1, "zombie"), Ward()
    held.commit(ward.commit(positions={"p": 1}))
    taken: list[ShardStore] = []

    def take_over_meanwhile() -> None:
        # As a stopped process would keep its transaction open.
        with zombie._connections.writing() as connection:
            check_epoch(connection, held.shard)
            taken.append(heir.take_over(TOPIC, 0, 1, "heir"))
            assert taken[0].commit(ward.commit(positions={"p": 2})) == 2
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreUnavailableError, match="terminat"):
        take_over_meanwhile()
    with pytest.raises((StoreFencedError, StoreUnavailableError)):
        held.commit(ward.commit(positions={"p": 99}))
    with pytest.raises(StoreFencedError):
        held.commit(ward.commit(positions={"p": 99}))
    assert taken[0].position("p") == 2


@contextmanager
def answers_lost(store: RelationalStore) -> Generator[None]:
    """The server commits, and the session ends before it can say so."""

    def commit_and_leave(connection: sa.Connection) -> None:
        session = connection.connection.driver_connection
        assert session is not None
        session.commit()
        session.close()

    writer = store._connections.writer
    sa.event.listen(writer, "commit", commit_and_leave)
    try:
        yield
    finally:
        sa.event.remove(writer, "commit", commit_and_leave)


def test_a_shard_whose_renewal_was_not_answered_is_not_taken_for_somebody_elses(
    workers: tuple[RelationalStore, RelationalStore],
):
    shard, ward = workers[0].take_over(TOPIC, 0, 1, "worker"), Ward()
    shard.commit(ward.commit(positions={"p": 1}))
    for _ in range(2):
        with answers_lost(workers[0]), pytest.raises(StoreUnavailableError):
            shard.renew()
    renewed = shard.renew()
    assert renewed.commit(ward.commit(positions={"p": 2})) == 2
    with pytest.raises(StoreFencedError):
        shard.commit(ward.commit(positions={"p": 99}))


def test_a_shard_that_somebody_else_took_after_an_unanswered_renewal_is_fenced(
    workers: tuple[RelationalStore, RelationalStore],
):
    shard = workers[0].take_over(TOPIC, 0, 1, "worker")
    with answers_lost(workers[0]), pytest.raises(StoreUnavailableError):
        shard.renew()
    heir = workers[1].take_over(TOPIC, 0, 1, "heir")
    with pytest.raises(StoreFencedError):
        shard.renew()
    assert heir.commit(Ward().commit(positions={"p": 1})) == 1


def test_one_engine_for_all_and_workers_that_share_keep_each_other_out(
    workers: tuple[RelationalStore, RelationalStore], url: str
):
    workers[0].claim()
    alone = RelationalStore(url)
    with pytest.raises(StoreInUseError):
        alone.claim()
    workers[0].close()
    alone.claim()
    with pytest.raises(StoreInUseError):
        workers[1].take_over(TOPIC, 0, 1, "test")
    alone.close()
    workers[1].take_over(TOPIC, 0, 1, "test")
