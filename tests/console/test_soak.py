"""A station that runs for long does not grow. WARDLINE_SOAK_S says for how long; 35 s unless told.

Everything a station keeps is bounded, so the limit is the same for a minute and for a shift.
`--log-cli-level INFO` tells the heap every minute.
"""

import logging
import os
import random

import pytest
from playwright.sync_api import CDPSession, Page, expect
from tests.console.feed import Feed
from tests.console.screen import expect_link, tile, vital
from tests.console.wards import Ward

pytestmark = pytest.mark.slow
logger = logging.getLogger(__name__)

BED_COUNT = 200
SOAK_S = int(os.environ.get("WARDLINE_SOAK_S", "35"))
WARM_UP_ROUNDS = 15
HEAP_GROWTH_MAX_BYTES = 4_000_000
NODE_GROWTH_MAX = 2_000
LISTENER_GROWTH_MAX = 200
CHANGE_EVERY_ROUNDS = 5
LOOK_EVERY_ROUNDS = 60


@pytest.fixture
def wide_ward(run_ward, browser) -> Ward:
    ward = run_ward()
    ward.fill(BED_COUNT)
    return ward


def heap_bytes(session: CDPSession) -> int:
    """What is still held after everything else was collected."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"]


def dom_counts(session: CDPSession) -> dict[str, int]:
    return session.send("Memory.getDOMCounters")


def let_values_wander(feed: Feed, rounds: int) -> None:
    """New values for everybody every few seconds, alarms among them."""
    drawn = random.Random(rounds)
    for _ in range(rounds // CHANGE_EVERY_ROUNDS):
        for number in range(1, BED_COUNT + 1):
            feed.change(
                f"PT-{number:03d}", heart_rate=drawn.randint(60, 130), spo2=drawn.randint(86, 99)
            )
        feed.wait_for_rounds(CHANGE_EVERY_ROUNDS)


def expect_still_live(page: Page, feed: Feed) -> None:
    expect_link(page, "live")
    feed.change("PT-200", heart_rate=99)
    expect(vital(tile(page, "PT-200"), "heart_rate")).to_have_text("99")


def test_a_station_with_200_beds_does_not_grow(stations, wide_ward):
    patient_ids = [f"PT-{number:03d}" for number in range(1, BED_COUNT + 1)]
    with Feed(wide_ward, patient_ids) as feed:
        page = stations.open(wide_ward.url)
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        let_values_wander(feed, WARM_UP_ROUNDS)
        heap, counts = heap_bytes(session), dom_counts(session)
        for soaked in range(WARM_UP_ROUNDS, SOAK_S, LOOK_EVERY_ROUNDS):
            logger.info(
                "after %d rounds: %d bytes, %s", soaked, heap_bytes(session), dom_counts(session)
            )
            let_values_wander(feed, min(LOOK_EVERY_ROUNDS, SOAK_S - soaked))
        expect_still_live(page, feed)
        growth, after = heap_bytes(session) - heap, dom_counts(session)
    logger.info("grown by %d bytes; %s", growth, after)
    assert growth <= HEAP_GROWTH_MAX_BYTES
    assert after["nodes"] - counts["nodes"] <= NODE_GROWTH_MAX
    assert after["jsEventListeners"] - counts["jsEventListeners"] <= LISTENER_GROWTH_MAX


def test_going_to_patients_and_back_leaves_nothing_behind(stations, ward, feed):
    page = stations.open(ward.url)
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    visit(page, 5)
    heap, counts = heap_bytes(session), dom_counts(session)
    visit(page, 20)
    assert heap_bytes(session) - heap <= HEAP_GROWTH_MAX_BYTES
    after = dom_counts(session)
    assert after["nodes"] - counts["nodes"] <= NODE_GROWTH_MAX
    assert after["jsEventListeners"] - counts["jsEventListeners"] <= LISTENER_GROWTH_MAX


def visit(page: Page, count: int) -> None:
    for _ in range(count):
        tile(page, "PT-002").click()
        expect(vital(page, "heart_rate").first).to_have_text("75")
        page.keyboard.press("Escape")
        expect(tile(page, "PT-002")).to_be_visible()
