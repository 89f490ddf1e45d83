"""The data flow as operators see it: drawn, in sentences, in tables, and pushed."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.console.screen import expect_link, hook, scrolls_sideways
from tests.console.test_accessibility import THEMES, severe_findings, steady
from tests.console.told_ward import TOPIC, ToldWard, ToldWorker
from tests.console.wards import Ward, reading
from tests.server.watching import WAIT_S

WITHIN_MS = WAIT_S * 1000
FIRST, SECOND, RECORDS = "node-1:4711", "node-2:815", "node-1:4712"
SPILLING = """() => [...document.querySelectorAll('.flow-box')].flatMap(box => {
  const outer = box.querySelector('rect').getBBox();
  return [...box.querySelectorAll(':scope > text')].filter(text => {
    const inner = text.getBBox();
    return inner.x + inner.width > outer.x + outer.width || inner.x < outer.x;
  }).map(text => text.textContent);
})"""
"""Texts that do not fit their box."""


@pytest.fixture
def told_ward(tmp_path, browser) -> Iterator[ToldWard]:
    """Two workers of readings and one of admissions, all well. Asked for before the stations: their
    pages are closed before it stops."""
    ward = ToldWard(
        tmp_path,
        ToldWorker(FIRST, (0, 1)), ToldWorker(SECOND, (2,)),
        ToldWorker(RECORDS, (0,), topic="patient_records"),
    )  # fmt: skip
    yield ward
    ward.stop()


def opened(stations, url: str, **options) -> Page:
    page = stations.open(url, "/system", **options)
    expect_link(page, "live")
    expect(hook(page, "flow")).to_be_visible()
    return page


def box(page: Page, title: str) -> Locator:
    return hook(page, "flow").locator(".flow-box").filter(has=page.get_by_text(title, exact=True))


def test_one_engine_is_drawn_from_senders_to_screens_with_rates(stations, ward: Ward):
    page = opened(stations, ward.url)
    titles = hook(page, "flow").locator(".flow-title")
    expect(titles).to_have_text(["Senders", "Queue", "Engine", "Store", "This server", "Screens"])
    deadline_s = time.monotonic() + WAIT_S
    rate = hook(page, "flow").locator("text", has_text=re.compile(r"^[\d.]+ readings/s$"))
    while not re.match(r"(0\.[1-9]|[1-9])", rate.first.text_content() or ""):
        assert time.monotonic() < deadline_s, "no rate was pushed"
        ward.send(reading("SYS-1", heart_rate=80))
    expect(hook(page, "troubles")).to_contain_text("All is well.")
    expect(hook(page, "partitions").locator("tbody tr")).to_have_count(1)
    expect(hook(page, "workers").locator("tbody th")).to_have_text("Engine")


def test_workers_are_drawn_with_their_partitions_and_counted(told_ward: ToldWard, stations):
    page = opened(stations, told_ward.url)
    for title in (FIRST, SECOND, RECORDS, "Partition 2", "patient_records/0", "Live topic"):
        expect(box(page, title)).to_be_visible(timeout=WITHIN_MS)
    expect(box(page, FIRST)).to_contain_text("20 patients")
    flow = hook(page, "flow")
    expect(flow).to_contain_text(re.compile(r"\d readings/s"), timeout=WITHIN_MS)
    expect(flow).to_contain_text(re.compile(r"\d records/s"))
    expect(flow).to_contain_text("12 ms each")
    expect(hook(page, "partitions").locator("tbody tr")).to_have_count(4)
    expect(hook(page, "workers").locator("tbody tr")).to_have_count(3)
    expect(page.locator("[data-trouble]")).to_have_count(0)
    assert page.evaluate(SPILLING) == []


def test_what_is_in_trouble_is_marked_and_said_in_a_sentence(told_ward: ToldWard, stations):
    page = opened(stations, told_ward.url)
    expect(box(page, SECOND)).to_be_visible(timeout=WITHIN_MS)
    ill = told_ward.workers[1]
    ill.state, ill.lag = "ahead of the store", 4_200
    ill.problems = [f"{TOPIC}/2: nothing is saved: <b>the database</b> does not answer"]
    for title in (SECOND, "Partition 2", "Store"):
        expect(box(page, title)).to_have_attribute("data-trouble", "true", timeout=WITHIN_MS)
        expect(box(page, title).locator(".flow-mark")).to_be_visible()
    expect(box(page, FIRST)).not_to_have_attribute("data-trouble", "true")
    troubles = hook(page, "troubles")
    expect(troubles).to_contain_text("nothing is saved: <b>the database</b> does not answer")
    expect(troubles).to_contain_text("Partition 2 is 4,200 messages behind")
    row = hook(page, "partitions").locator("tbody tr").filter(has_text="Partition 2")
    expect(row).to_have_attribute("data-trouble", "true")
    expect(row).to_contain_text("ahead of the store")
    assert page.evaluate(SPILLING) == []


def test_a_worker_that_falls_silent_is_told_and_is_well_again_when_it_is_back(
    told_ward: ToldWard, stations
):
    page = opened(stations, told_ward.url)
    expect(box(page, FIRST)).to_be_visible(timeout=WITHIN_MS)
    silent = told_ward.workers.pop(0)
    expect(box(page, FIRST)).to_contain_text("silent", timeout=WITHIN_MS)
    expect(box(page, "Partition 0")).to_have_attribute("data-trouble", "true")
    expect(hook(page, "troubles")).to_contain_text("no worker serves partition 0, 1")
    told_ward.workers.append(silent)
    expect(hook(page, "troubles")).to_contain_text("All is well.", timeout=WITHIN_MS)
    expect(page.locator("[data-trouble]")).to_have_count(0)


def test_admissions_that_a_worker_recorded_are_pushed_to_their_page(told_ward: ToldWard, stations):
    page = stations.open(told_ward.url, "/admissions")
    expect_link(page, "live", within_s=WAIT_S)
    expect(hook(page, "kpi-admissions")).to_have_text("0")
    told_ward.admit(3)
    expect(hook(page, "kpi-admissions")).to_have_text("3", timeout=WITHIN_MS)
    expect(hook(page, "admissions").locator("tbody tr")).to_have_count(3)


def test_it_is_reached_and_read_with_keys(stations, ward: Ward):
    page = stations.open(ward.url)
    expect_link(page, "live")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/system$"))
    expect(page).to_have_title(re.compile("System"))
    expect(hook(page, "flow")).to_be_visible()
    expect(page.get_by_role("link", name="System")).to_have_attribute("aria-current", "page")
    hook(page, "partitions").locator(".table-window").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-testid=workers]') !== null")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r":\d+/$"))


def test_it_speaks_german(told_ward: ToldWard, stations):
    page = opened(stations, told_ward.url, preferences={"language": "de"})
    expect(box(page, "Bildschirme")).to_contain_text("1 von 500")
    expect(hook(page, "troubles")).to_contain_text("Alles in Ordnung.", timeout=WITHIN_MS)
    told_ward.workers[1].state = "ahead of the store"
    expect(box(page, "Partition 2")).to_contain_text("dem Speicher voraus", timeout=WITHIN_MS)
    assert page.evaluate(SPILLING) == []


@pytest.mark.parametrize("theme", THEMES)
def test_no_severe_finding_in_any_theme_with_trouble_on_it(told_ward, stations, theme):
    told_ward.workers[1].problems = ["the store is slow"]
    told_ward.workers[1].state = "ahead of the store"
    page = steady(stations, told_ward.url, "/system", theme)
    expect(box(page, SECOND)).to_have_attribute("data-trouble", "true", timeout=WITHIN_MS)
    assert severe_findings(page) == []


@pytest.mark.parametrize("size", [(360, 740), (320, 640)], ids=["360 px", "320 px"])
def test_a_small_screen_shows_it_one_below_the_other(told_ward, stations, size):
    page = opened(stations, told_ward.url, size=size, has_touch=True)
    expect(box(page, RECORDS)).to_be_visible(timeout=WITHIN_MS)
    tops = [box(page, title).bounding_box() for title in ("Senders", "Partition 0", FIRST, "Store")]
    heights = [place["y"] for place in tops if place is not None]
    assert heights == sorted(heights)
    assert len(set(heights)) == 4
    assert not scrolls_sideways(page)
    assert page.evaluate(SPILLING) == []
