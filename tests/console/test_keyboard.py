"""Everything without a mouse."""

import pytest
from playwright.sync_api import Page, expect
from tests.console.screen import expect_live_tile, expect_patient_page, hook, tile

TAB_STOPS_MIN = 5
TAB_STOPS_MAX = 60

FOCUS = """() => {
  const element = document.activeElement;
  const look = getComputedStyle(element);
  const hasOutline = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  const box = element.getBoundingClientRect();
  return {
    where: element.outerHTML.slice(0, 120),
    isBody: element === document.body,
    isTile: 'state' in element.dataset,
    isVisible: hasOutline || look.boxShadow !== 'none',
    isOnScreen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""


@pytest.fixture
def page(stations, ward, feed) -> Page:
    page = stations.open(ward.url)
    expect_live_tile(page, "PT-020")
    return page


def focused_patient(page: Page) -> str | None:
    return page.evaluate("document.activeElement.dataset.patient ?? null")


def test_slash_finds_a_patient_enter_opens_and_escape_returns(page):
    page.keyboard.press("/")
    expect(hook(page, "finder")).to_be_focused()
    page.keyboard.type("PT-013")
    page.keyboard.press("Enter")
    expect_patient_page(page, "PT-013")
    expect(hook(page, "patient-id")).to_have_text("PT-013")
    page.keyboard.press("Escape")
    expect(tile(page, "PT-013")).to_be_focused()
    assert page.url.endswith("/")


def test_the_finder_takes_every_key_as_text_and_says_when_nobody_is_found(page):
    page.keyboard.press("/")
    page.keyboard.type("/?x")
    expect(hook(page, "finder")).to_have_value("/?x")
    expect(hook(page, "finder-empty")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("/")
    page.keyboard.press("Escape")
    expect(hook(page, "finder")).to_have_value("")
    expect(hook(page, "help")).to_be_hidden()


def test_arrows_move_between_tiles_as_they_lie_and_enter_opens(page):
    tile(page, "PT-001").focus()
    page.keyboard.press("ArrowRight")
    assert focused_patient(page) == "PT-002"
    page.keyboard.press("ArrowDown")
    below = page.locator(":focus")
    upper, lower = tile(page, "PT-002").bounding_box(), below.bounding_box()
    assert upper is not None
    assert lower is not None
    assert lower["y"] >= upper["y"] + upper["height"]
    assert abs(lower["x"] - upper["x"]) < upper["width"] / 2
    page.keyboard.press("ArrowUp")
    assert focused_patient(page) == "PT-002"
    page.keyboard.press("ArrowLeft")
    assert focused_patient(page) == "PT-001"
    page.keyboard.press("Enter")
    expect_patient_page(page, "PT-001")


def test_home_goes_to_the_first_tile_and_only_one_tile_is_a_tab_stop(page):
    tile(page, "PT-009").focus()
    page.keyboard.press("Home")
    assert focused_patient(page) == page.locator("[data-state]").first.get_attribute("data-patient")
    assert page.locator("[data-state][tabindex='0']").count() == 1


def test_question_mark_shows_the_keys_and_escape_gives_focus_back(page):
    tile(page, "PT-004").focus()
    page.keyboard.press("?")
    overlay = hook(page, "help")
    expect(overlay).to_be_visible()
    expect(overlay).to_have_role("dialog")
    expect(overlay).to_contain_text("/")
    assert overlay.evaluate("help => help.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()
    expect(tile(page, "PT-004")).to_be_focused()


@pytest.mark.parametrize(("path", "theme"), [
    ("/", "dark"), ("/", "light"), ("/", "contrast"),
    ("/patients/PT-001", "light"), ("/overview", "contrast"),
])  # fmt: skip
def test_focus_can_be_seen_at_every_stop_of_the_tab_key(stations, ward, feed, path, theme):
    page = stations.open(ward.url, path, preferences={"theme": theme})
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    stops = []
    for _ in range(TAB_STOPS_MAX):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["isBody"]:
            break
        stops.append(focus)
    assert len(stops) >= TAB_STOPS_MIN
    assert [stop["where"] for stop in stops if not stop["isVisible"]] == []
    assert [stop["where"] for stop in stops if not stop["isOnScreen"]] == []
    assert sum(stop["isTile"] for stop in stops) == (1 if path == "/" else 0)


def test_the_back_button_returns_to_the_ward(page):
    tile(page, "PT-002").click()
    expect(hook(page, "patient-id")).to_have_text("PT-002")
    page.go_back()
    expect_live_tile(page, "PT-002")
    page.go_forward()
    expect(hook(page, "patient-id")).to_have_text("PT-002")
