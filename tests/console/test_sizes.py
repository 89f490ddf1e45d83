"""From a phone to a wall: what must fit, fits, and numbers stay readable."""

import pytest
from playwright.sync_api import Page, expect
from tests.console.feed import Feed
from tests.console.screen import NUMBER, expect_link, scrolls_sideways, vital
from tests.console.wards import Ward, reading

DESKTOP, WALL = (1920, 1080), (3840, 2160)
PHONE, NARROW = (360, 740), (320, 640)
EDGE_PX = 1
PAGES = ("/", "/patients/PT-003", "/overview")

OUTSIDE = """([selector, edge]) => [...document.querySelectorAll(selector)].filter(element => {
  const box = element.getBoundingClientRect();
  return box.left < -edge || box.top < -edge || box.width === 0
    || box.right > innerWidth + edge || box.bottom > innerHeight + edge;
}).map(element => element.getAttribute('aria-label') ?? element.textContent)"""
"""Names of the elements that are not entirely inside the window."""

SPILLING = """edge => [...document.querySelectorAll('[data-state] [data-vital]')].filter(value => {
  const outer = value.closest('[data-state]').getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(value);
  const box = range.getBoundingClientRect();
  return box.left < outer.left - edge || box.right > outer.right + edge
    || box.top < outer.top - edge || box.bottom > outer.bottom + edge;
}).map(value => `${value.closest('[data-state]').dataset.patient} ${value.dataset.vital}`)"""
"""Numbers that are cut off by their tile."""

OVERLAPPING = """() => {
  const boxes = [...document.querySelectorAll('[data-state]')].map(e => e.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.filter((a, i) => boxes.slice(i + 1).some(b => meet(a, b))).length;
}"""


def full_ward(run_ward, count: int) -> Ward:
    """Everybody has values; two have long numbers and an alarm, one bed is empty."""
    ward = run_ward()
    patient_ids = ward.fill(count)
    ward.enter("PT-004", "settings", profile="system_a")
    with Feed(ward, patient_ids) as feed:
        feed.change("PT-004", heart_rate=188, systolic_bp=201, diastolic_bp=118, temperature=40.1)
        feed.wait_for_rounds(2)
    ward.enter("PT-005", "discharge")
    return ward


@pytest.fixture(scope="module")
def ward_of_20(run_ward, browser) -> Ward:
    return full_ward(run_ward, 20)


@pytest.fixture(scope="module")
def ward_of_100(run_ward, browser) -> Ward:
    return full_ward(run_ward, 100)


@pytest.fixture(params=[20, 100])
def ward_of_any_size(request: pytest.FixtureRequest) -> tuple[int, Ward]:
    return request.param, request.getfixturevalue(f"ward_of_{request.param}")


def expect_tiles(page: Page, count: int) -> None:
    expect_link(page, "live")
    expect(page.locator("[data-state]")).to_have_count(count)
    expect(vital(page, "temperature").filter(has_text=NUMBER)).to_have_count(count - 1)


def expect_no_scrolling(page: Page) -> None:
    assert not scrolls_sideways(page)
    height, visible = page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.clientHeight]"
    )
    assert height <= visible
    assert page.evaluate(OUTSIDE, ["[data-state]", EDGE_PX]) == []


def heart_rate_px(page: Page) -> float:
    value = vital(page, "heart_rate").first
    return value.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")


@pytest.mark.parametrize("size", [DESKTOP, WALL], ids=["desktop", "wall"])
def test_all_beds_are_on_the_screen_without_scrolling(stations, ward_of_any_size, size):
    count, ward = ward_of_any_size
    page = stations.open(ward.url, size=size)
    expect_tiles(page, count)
    expect_no_scrolling(page)
    assert page.evaluate(SPILLING, EDGE_PX) == []
    assert page.evaluate(OVERLAPPING) == 0


@pytest.mark.parametrize(("beds", "size", "least_px"), [
    (20, DESKTOP, 40), (100, DESKTOP, 16), (20, WALL, 80), (100, WALL, 32),
])  # fmt: skip
def test_numbers_are_as_large_as_the_screen_allows(stations, request, beds, size, least_px):
    ward = request.getfixturevalue(f"ward_of_{beds}")
    page = stations.open(ward.url, size=size)
    expect_tiles(page, beds)
    assert heart_rate_px(page) >= least_px


def test_a_tile_stays_where_it_is_when_an_alarm_comes(stations, ward_of_20):
    page = stations.open(ward_of_20.url)
    expect_tiles(page, 20)
    places = "tiles => tiles.map(t => [t.dataset.bed, JSON.stringify(t.getBoundingClientRect())])"
    before = page.locator("[data-state]").evaluate_all(places)
    ward_of_20.enter("PT-009", "settings", profile="system_a")
    ward_of_20.send(reading("PT-009", heart_rate=171))
    expect(page.locator("[data-patient=PT-009][data-state=alarm]")).to_be_visible()
    assert page.locator("[data-state]").evaluate_all(places) == before


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["360 px", "320 px"])
def test_a_small_screen_never_scrolls_sideways(stations, ward_of_20, size, path):
    page = stations.open(ward_of_20.url, path, size=size, has_touch=True)
    expect_link(page, "live")
    expect(vital(page, "heart_rate").or_(page.locator("[data-testid=risk-table] td")).first) \
        .to_be_visible()  # fmt: skip
    assert not scrolls_sideways(page)
    assert page.evaluate(SPILLING, EDGE_PX) == []


ENDS_WITH_ITS_FOOT = """([shown_px, edge_px]) => {
    const foot = document.querySelector(".frame-footer").getBoundingClientRect();
    const end_px = Math.max(foot.bottom + scrollY, shown_px) + edge_px;
    return document.documentElement.scrollHeight <= end_px;
}"""
"""Once everything is loaded: charts come later than the tables around them."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_ends_where_its_foot_ends(stations, simulated_ward, path):
    page = stations.open(simulated_ward.url, path)
    expect_link(page, "live")
    expect(page.locator("main table tbody tr, [data-state]").first).to_be_attached()
    page.wait_for_function(ENDS_WITH_ITS_FOOT, arg=[DESKTOP[1], EDGE_PX])


def test_text_twice_as_large_still_fits_the_width(stations, ward_of_20):
    """WCAG 1.4.4 and 1.4.10: 200 % of a 1280 px window is a window of 640 px."""
    for path in PAGES:
        page = stations.open(ward_of_20.url, path, size=(640, 512), device_scale_factor=2)
        expect_link(page, "live")
        assert not scrolls_sideways(page)
