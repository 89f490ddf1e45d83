"""A worker that has read as far ahead of its store as it may."""

import threading
from collections.abc import Callable

import pytest
from tests.e2e.kafka.nursery import wait_until
from tests.e2e.kafka_outages.outages import hung, stopped
from tests.e2e.kafka_outages.stage import PARTITIONS, Figures, Stage
from tests.postgresql import Server

pytestmark = pytest.mark.slow

AHEAD_MAX, PENDING_MAX = 400, 300
BATCH = 100
STOPS = "reading stops until the store answers"
FLAT_S = 5.0
GROWTH_MAX_MB = 5.0
RESUMED_MAX_S = 10.0


@pytest.mark.parametrize("away", [stopped, hung], ids=lambda away: away.__name__)
def test_reading_stops_there_and_goes_on_when_the_store_is_back(
    stage: Stage, postgresql: Server, away: Callable, figures: Figures
):
    worker = stage.worker(
        run_ahead_rows_max=AHEAD_MAX, rows_pending_max=PENDING_MAX, messages_per_poll=BATCH
    )
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        stage.until_saved(producer)
        with away(postgresql):
            wait_until(lambda: worker.said().count(STOPS) == PARTITIONS, STOPS)
            ahead, before_mb = (
                stage.figure(worker, "wardline_run_ahead_rows"),
                stage.memory_mb(worker),
            )
            threading.Event().wait(FLAT_S)
            after_mb = stage.memory_mb(worker)
            assert stage.figure(worker, "wardline_run_ahead_rows") == ahead
        saved_s = stage.until_saved(producer)
        screens.until_well()
        screens.until_live()
    figures |= {
        "saved_s": saved_s, "ahead": ahead, "before_mb": before_mb, "after_mb": after_mb,
        **stage.check(producer),
    }  # fmt: skip
    # What was not written yet counts, and a poll is taken wholly.
    assert PARTITIONS * AHEAD_MAX < ahead <= PARTITIONS * (AHEAD_MAX + PENDING_MAX + 2 * BATCH)
    assert after_mb - before_mb < GROWTH_MAX_MB
    assert saved_s <= RESUMED_MAX_S
