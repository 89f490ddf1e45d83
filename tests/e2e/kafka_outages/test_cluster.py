"""One of three brokers dies, and comes back, while readings keep coming."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.kafka.nursery import Nursery, wait_until
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.kafka import MISSING, Cluster, programs
from tests.postgresql import Server, url_of

pytestmark = pytest.mark.slow

SAVED_MAX_S = 15.0
"""A broker is missed after 3 s in the tests; then its partitions get other leaders."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    made = Cluster(found)
    try:
        made.start()
        yield made
    finally:
        made.remove()


def test_a_broker_of_three_dies_and_comes_back_and_nothing_is_lost(
    nursery: Nursery, cluster: Cluster, postgresql: Server, tmp_path: Path, figures: Figures
):
    stage = Stage(tmp_path, nursery, cluster.brokers, url_of(tmp_path))
    try:
        stage.worker()
        with stage.producer() as producer, stage.screens() as screens:
            screens.until_live()
            stage.until_saved(producer)
            cluster.kill(0)
            killed_s, sent = time.monotonic(), len(producer.sent)
            written_s = wait_until(lambda: len(producer.acknowledged) > sent, "readings go on")
            stage.until_saved(producer)
            screens.until_live()
            went_on_s = time.monotonic() - killed_s
            cluster.start_one(0)
            stage.until_saved(producer)
            screens.until_well()
        counts = stage.check(producer, shown_late=True)
        figures |= {"written_s": written_s, "went_on_s": went_on_s, **counts}
        assert producer.errors == 0
        assert went_on_s <= SAVED_MAX_S
    finally:
        stage.close()
