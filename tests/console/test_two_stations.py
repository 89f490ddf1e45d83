"""Two stations tell the same, whatever each of them looks like."""

import pytest
from playwright.sync_api import Page, expect
from tests.console.screen import expect_link, hook, tile, tiles, vital
from tests.console.wards import WELL, reading

PICTURE = """tiles => tiles.map(tile => [tile.dataset.patient, tile.dataset.bed, tile.dataset.state,
  tile.dataset.priority, ...[...tile.querySelectorAll('[data-vital]')].map(v => v.textContent)])"""


@pytest.fixture
def pair(stations, ward, feed) -> list[Page]:
    dark = stations.open(ward.url)
    light = stations.open(ward.url, size=(1280, 800), preferences={"theme": "light"})
    for page in (dark, light):
        expect_link(page, "live")
    return [dark, light]


def test_both_show_a_new_value_and_a_new_alarm(pair, ward):
    ward.admit("TWO-1", "two 1")
    ward.enter("TWO-1", "settings", profile="system_a")
    ward.send(reading("TWO-1", **{**WELL, "heart_rate": 88}))
    for page in pair:
        expect(vital(tile(page, "TWO-1"), "heart_rate")).to_have_text("88")
    ward.send(reading("TWO-1", **{**WELL, "heart_rate": 151}))
    for page in pair:
        expect(tile(page, "TWO-1")).to_have_attribute("data-state", "alarm")
        alarms = hook(page, "alarm-strip").locator("[data-alarm]")
        expect(alarms.filter(has_text="two 1")).to_have_count(1)


def test_what_one_enters_the_other_shows(pair, stations, ward):
    ward.admit("TWO-2", "two 2")
    ward.send(reading("TWO-2", heart_rate=75))
    ward.enter("TWO-2", "observations", temperature=38.1)
    for page in pair:
        expect(vital(tile(page, "TWO-2"), "temperature")).to_have_text("38.1")


def test_both_agree_on_every_tile(pair, feed):
    feed.change("PT-011", heart_rate=64)
    for page in pair:
        expect(vital(tile(page, "PT-011"), "heart_rate")).to_have_text("64")
    first, second = (tiles(page).evaluate_all(PICTURE) for page in pair)
    mine = [row for row in first if row[0] and row[0].startswith("PT-")]
    assert len(mine) == 20
    assert mine == [row for row in second if row[0] and row[0].startswith("PT-")]
