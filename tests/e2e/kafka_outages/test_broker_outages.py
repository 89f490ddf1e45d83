"""The broker goes away in every way there is, while twenty patients are watched."""

import threading
import time
from collections.abc import Callable

import pytest
from tests.e2e.kafka.nursery import wait_until
from tests.e2e.kafka_outages.outages import hung, killed, stopped
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.kafka import Server

pytestmark = pytest.mark.slow

TOLD_MAX_S = 10.0
RESUMED_MAX_S = 10.0
LINK = "no worker serves partition"


@pytest.mark.parametrize("away", [stopped, killed, hung], ids=lambda away: away.__name__)
def test_trouble_is_told_and_everything_comes_afterwards(
    stage: Stage, kafka: Server, outage_s: float, away: Callable, figures: Figures
):
    worker = stage.worker()
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        stage.until_saved(producer)
        before_mb, began_s = stage.memory_mb(worker), time.monotonic()
        with away(kafka):
            worker_told_s = stage.until_worker_tells(worker, kafka.brokers)
            screen_told_s = screens.until_told(LINK)
            threading.Event().wait(max(0.0, outage_s - (time.monotonic() - began_s)))
            after_mb = stage.memory_mb(worker)
        returned_s = time.monotonic()
        waiting = len(producer.sent)
        acknowledged_s = wait_until(
            lambda: len(producer.acknowledged) >= waiting, "what waited at the producer"
        )
        saved_s = stage.until_saved(producer)
        screens.until_well()
        screens.until_live()
        well_s = time.monotonic() - returned_s
    counts = stage.check(producer)
    figures |= {
        "worker_told_s": worker_told_s, "screen_told_s": screen_told_s,
        "acknowledged_s": acknowledged_s, "saved_s": saved_s, "well_s": well_s,
        "before_mb": before_mb, "after_mb": after_mb, "rows": len(producer.acknowledged), **counts,
    }  # fmt: skip
    assert worker_told_s <= TOLD_MAX_S
    assert screen_told_s <= TOLD_MAX_S
    assert well_s <= RESUMED_MAX_S
    assert len(producer.sent) == len(producer.acknowledged) + producer.errors
