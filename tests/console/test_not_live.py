"""What a station shows when the server, or the way to it, is gone: never old values as new ones."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.console.browser import OFF_LINE, Stations
from tests.console.feed import Feed
from tests.console.link import Link
from tests.console.screen import expect_link, expect_live_tile, hook, tile, vital
from tests.console.wards import WELL, Ward, reading

pytestmark = pytest.mark.slow

LOST_MAX_S = 5.0
SLOW_MAX_S = 4.0
SEEN_MAX_S = 15.0
"""How long a test waits for what the page itself notes the time of."""
BACK_MAX_S = 10.0
GREY_SPREAD_MAX = 40
"""How far the channels of a colour (0 to 255) may lie apart if it counts as grey."""

NOTE_CHANGES = """() => {
  const html = document.documentElement;
  window.linkChanges = {};
  const note = () => { window.linkChanges[html.dataset.link] ??= Date.now() };
  new MutationObserver(note).observe(html, { attributes: true, attributeFilter: ['data-link'] });
}"""

LOOK_OF_VALUE = """element => {
  const isGreyed = e => e && (/grayscale\\(1\\)/.test(getComputedStyle(e).filter)
    || isGreyed(e.parentElement));
  const channels = getComputedStyle(element).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const spread = Math.max(...channels) - Math.min(...channels);
  return isGreyed(element) ? 0 : spread;
}"""


@pytest.fixture
def own_ward(run_ward, browser) -> Iterator[Ward]:
    """A ward of three that may be killed."""
    ward = run_ward()
    ward.fill(3)
    yield ward
    ward.end()


@pytest.fixture
def own_feed(own_ward: Ward) -> Iterator[Feed]:
    with Feed(own_ward, ["PT-001", "PT-002", "PT-003"]) as feed:
        feed.wait_for_rounds(1)
        yield feed


def note_changes(*pages: Page) -> None:
    """From now on each page keeps the time at which it first had another state."""
    for page in pages:
        page.evaluate(NOTE_CHANGES)


def changed_at(page: Page, state: str) -> float:
    """When a page first had this state, in seconds of this machine's clock."""
    return page.evaluate("state => window.linkChanges[state]", state) / 1000


def colour_spread(value: Locator) -> float:
    return value.evaluate(LOOK_OF_VALUE)


def expect_not_live(page: Page, value: Locator) -> None:
    expect(hook(page, "not-live")).to_be_visible()
    expect(hook(page, "not-live")).to_contain_text(re.compile(r"NOT LIVE.*\d\d:\d\d:\d\d"))
    hatching = hook(page, "hatching")
    expect(hatching).to_be_visible()
    image = hatching.evaluate("element => getComputedStyle(element).backgroundImage")
    assert image.startswith("repeating-linear-gradient")
    assert colour_spread(value) <= GREY_SPREAD_MAX


def expect_all(pages: list[Page], state: str, within_s: float) -> None:
    """All of them within the same time."""
    until = time.monotonic() + within_s
    for page in pages:
        expect_link(page, state, max(until - time.monotonic(), 0.001))


def test_a_killed_server_is_not_live_everywhere_and_comes_back_by_itself(
    stations: Stations, own_ward: Ward, own_feed: Feed
):
    stations.allow(*OFF_LINE)
    ward_page = stations.open(own_ward.url)
    patient_page = stations.open(own_ward.url, "/patients/PT-001")
    overview = stations.open(own_ward.url, "/overview")
    pages = [ward_page, patient_page, overview]
    value = vital(tile(ward_page, "PT-001"), "heart_rate")
    expect_live_tile(ward_page, "PT-001")
    expect_all(pages, "live", BACK_MAX_S)
    assert colour_spread(value) > GREY_SPREAD_MAX
    expect(hook(ward_page, "not-live")).to_be_hidden()

    note_changes(*pages)
    killed_at = time.time()
    own_ward.kill()
    expect_all(pages, "lost", SEEN_MAX_S)
    for page in pages:
        assert changed_at(page, "lost") - killed_at <= LOST_MAX_S
    expect_not_live(ward_page, value)
    expect(hook(patient_page, "not-live")).to_be_visible()
    expect(hook(overview, "not-live")).to_be_visible()

    own_feed.change("PT-001", heart_rate=91)
    own_ward.start()
    expect_all(pages, "live", BACK_MAX_S)
    expect(value).to_have_text("91")
    expect(hook(ward_page, "not-live")).to_be_hidden()
    expect(hook(ward_page, "hatching")).to_be_hidden()
    assert colour_spread(value) > GREY_SPREAD_MAX


def test_a_server_that_hangs_is_slow_then_not_live(
    stations: Stations, own_ward: Ward, own_feed: Feed
):
    stations.allow(*OFF_LINE)
    page = stations.open(own_ward.url)
    expect_live_tile(page, "PT-001")
    note_changes(page)
    frozen_at = time.time()
    own_ward.freeze()
    try:
        expect_link(page, "lost", SEEN_MAX_S)
        assert changed_at(page, "slow") - frozen_at <= SLOW_MAX_S
        assert changed_at(page, "lost") - frozen_at <= LOST_MAX_S
        expect_not_live(page, vital(tile(page, "PT-001"), "heart_rate"))
    finally:
        own_ward.thaw()
    expect_link(page, "live", BACK_MAX_S)
    expect(hook(page, "not-live")).to_be_hidden()


def test_a_network_that_was_cut_is_found_again_without_a_reload(
    stations: Stations, own_ward: Ward, own_feed: Feed
):
    stations.allow(*OFF_LINE)
    with Link(own_ward.port) as link:
        page = stations.open(link.url)
        expect_live_tile(page, "PT-001")
        page.evaluate("window.samePage = true")
        link.cut()
        expect_link(page, "lost", SEEN_MAX_S)
        own_feed.change("PT-002", heart_rate=66)
        link.mend()
        expect_link(page, "live", BACK_MAX_S)
        expect(vital(tile(page, "PT-002"), "heart_rate")).to_have_text("66")
        assert page.evaluate("window.samePage")


def test_transitions_missed_while_cut_off_are_shown_after_a_restart(
    stations: Stations, own_ward: Ward
):
    stations.allow(*OFF_LINE)
    own_ward.send(reading("PT-001", **WELL))
    with Link(own_ward.port) as link:
        ward_page = stations.open(link.url)
        page = stations.open(link.url, "/patients/PT-001")
        expect_live_tile(ward_page, "PT-001")
        expect(vital(page, "systolic_bp").first).to_have_text("122")
        rows = hook(page, "transitions").locator("tbody tr")
        expect(rows).to_have_count(0)

        link.cut()
        expect_link(page, "lost", SEEN_MAX_S)
        own_ward.kill()
        own_ward.start()
        own_ward.send(reading("PT-001", systolic_bp=84, bp_method="cuff"))
        own_ward.send(reading("PT-001", systolic_bp=118, bp_method="cuff"))
        own_ward.send(reading("PT-002", systolic_bp=84, bp_method="cuff"))
        link.mend()
        expect_link(page, "live", BACK_MAX_S)

        low = hook(page, "transitions").locator("tbody tr[data-rule=systolic_bp_low]")
        expect(low.locator("xpath=self::*[@data-to='active']")).to_have_count(1)
        expect(low.locator("xpath=self::*[@data-to='clearing']")).to_have_count(1)
        expect(tile(ward_page, "PT-002")).to_have_attribute("data-state", "alarm")
        strip = hook(ward_page, "alarm-strip").locator("[data-alarm=systolic_bp_low]")
        expect(strip.filter(has_text=re.compile(r"84 < 90"))).to_have_count(1)
