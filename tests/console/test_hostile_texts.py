"""Ids, wards, beds and conditions that try to be something else than text."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from tests.console.feed import Feed
from tests.console.screen import (
    expect_link,
    expect_live_tile,
    expect_patient_page,
    hook,
    scrolls_sideways,
    tile,
    vital,
)
from tests.console.wards import WELL, Ward

HOSTILE = {
    "script": "<script>window.broken=1</script>",
    "image": "<img src=/broken onerror=window.broken=1>",
    "svg": '"><svg/onload=window.broken=1>',
    "quotes": """O'Neil "the" `cat` \\ end""",
    "template": "{{constructor.constructor('window.broken=1')()}}${7*7}",
    "address": "javascript:window.broken=1//",
    "up": "../../overview?x=1#y",
    "dots": "..",
    "percent": "100%41%2F%00 50% %",
    "right to left": "\u202eabc\u2066def\u2069",
    "arabic": "مريض 7",
    "emoji": "👩\u200d⚕️ 🛏️ 12",
    "long": "W" * 128,
    "spaces": " PT  7 ",
    "statement": "'; DROP TABLE readings;--",
    "prototype": "__proto__",
    "constructor": "constructor",
    "formula": '=HYPERLINK("http://evil.invalid")',
    "entity": "&lt;b&gt;&amp;",
}
SAME_TEXT = "(tile, text) => tile.textContent.includes(text)"


@pytest.fixture(scope="module")
def hostile_ward(run_ward, browser) -> Iterator[Ward]:
    ward = run_ward()
    for text in HOSTILE.values():
        ward.admit(text, bed=text, ward=text)
    with Feed(ward, HOSTILE.values()) as feed:
        for text in HOSTILE.values():
            feed.change(text, **WELL, condition=text)
        feed.change(HOSTILE["image"], heart_rate=160)
        feed.wait_for_rounds(2)
        yield ward


@pytest.fixture
def page(stations, hostile_ward: Ward) -> Iterator[Page]:
    page = stations.open(hostile_ward.url)
    expect_link(page, "live")
    yield page
    assert page.evaluate("'broken' in window") is False
    assert page.locator("img[src*=broken], svg[onload], #console script").count() == 0


def open_patient(page: Page, text: str) -> None:
    tile(page, text).click()
    expect(hook(page, "patient-id")).to_be_visible()
    assert hook(page, "patient-id").text_content() == text


def test_the_ward_shows_them_as_text_in_tile_name_and_filter(page):
    for text in HOSTILE.values():
        expect_live_tile(page, text)
        bed = tile(page, text)
        assert bed.get_attribute("data-bed") == text
        assert bed.get_attribute("data-ward") == text
        assert bed.evaluate(SAME_TEXT, text)
    values = (
        hook(page, "ward-filter")
        .locator("option")
        .evaluate_all("options => options.map(option => option.value)")
    )
    assert set(values) == {"", *HOSTILE.values()}
    assert not scrolls_sideways(page)


def test_the_patient_page_shows_them_as_text_and_works_by_reload(page):
    for text in HOSTILE.values():
        expect_live_tile(page, text)
        open_patient(page, text)
        expect(vital(page, "spo2").first).to_have_text("97")
        page.reload()
        expect(vital(page, "spo2").first).to_have_text("97")
        assert hook(page, "patient-id").text_content() == text
        assert hook(page, "patient").evaluate(SAME_TEXT, text)
        assert not scrolls_sideways(page)
        expect(hook(page, "readings").locator("tbody tr").first).to_be_visible()
        assert page.evaluate("'broken' in window") is False
        page.keyboard.press("Escape")


def test_the_finder_finds_them(page):
    for text in HOSTILE.values():
        expect_live_tile(page, text)
        hook(page, "finder").fill(text)
        hook(page, "finder").press("Enter")
        expect(hook(page, "patient-id")).to_be_visible()
        assert hook(page, "patient-id").text_content() == text
        page.keyboard.press("Escape")


def test_the_overview_shows_them_as_text(stations, page, hostile_ward):
    overview = stations.open(hostile_ward.url, "/overview")
    for text in HOSTILE.values():
        row = hook(overview, "risk-table").locator("tbody tr").filter(has_text=text.strip())
        expect(row.first).to_be_visible()
    assert overview.evaluate("'broken' in window") is False
    assert not scrolls_sideways(overview)


def test_an_alarm_of_such_a_patient_is_text_in_the_strip(page):
    text = HOSTILE["image"]
    expect(tile(page, text)).to_have_attribute("data-state", "alarm", timeout=12_000)
    alarm = hook(page, "alarm-strip").locator("[data-alarm]").first
    expect(alarm).to_contain_text(text)
    alarm.click()
    expect_patient_page(page, text)


def test_an_address_that_is_no_address_is_answered_calmly(stations, hostile_ward):
    page = stations.open(hostile_ward.url, "/patients/%3Cscript%3Ewindow.broken%3D1")
    expect(hook(page, "unknown-patient")).to_be_visible()
    assert page.evaluate("'broken' in window") is False


@pytest.mark.parametrize("text", ["long", "script", "right to left"])
def test_on_a_phone_they_break_no_line(stations, hostile_ward, text):
    path = f"/patients/{quote(HOSTILE[text], safe='')}"
    page = stations.open(hostile_ward.url, path, size=(360, 740))
    expect(vital(page, "spo2").first).to_have_text("97")
    assert not scrolls_sideways(page)
    page.goto(hostile_ward.url)
    expect_live_tile(page, HOSTILE[text])
    assert not scrolls_sideways(page)
