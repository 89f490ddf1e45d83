"""How soon a station shows the ward, and what it takes over the wire for it."""

import re
from datetime import UTC, datetime, time

from playwright.sync_api import expect
from tests.console.screen import expect_link, hook, tile, vital

FIRST_PICTURE_MAX_MS = 2_000
CODE_BYTES_MAX = 250_000
BED_COUNT = 20
CLOCK_OFF_MAX_S = 2.5

SHOWN_AT_MS = """count => {
  const values = [...document.querySelectorAll('[data-state] [data-vital=heart_rate]')];
  const shown = values.filter(value => /^\\d+$/.test(value.textContent));
  return shown.length >= count && performance.now();
}"""


def test_the_ward_is_on_the_screen_within_two_seconds(stations, ward, feed):
    stations.open(ward.url).close()
    page = stations.open(ward.url)
    shown_at_ms = page.wait_for_function(SHOWN_AT_MS, arg=BED_COUNT).json_value()
    assert shown_at_ms <= FIRST_PICTURE_MAX_MS


def test_script_and_style_are_small_on_the_wire(stations, ward, feed):
    page = stations.open(ward.url)
    expect_link(page, "live")
    code = [r for r in stations.requests if r.resource_type in {"script", "stylesheet"}]
    assert {r.resource_type for r in code} == {"script", "stylesheet"}
    assert sum(r.sizes()["responseBodySize"] for r in code) <= CODE_BYTES_MAX


def test_a_tile_shows_who_lies_where_and_every_vital_sign(stations, ward, feed):
    page = stations.open(ward.url)
    bed = tile(page, "PT-007")
    expect(bed).to_have_attribute("data-bed", "7")
    expect(bed).to_have_attribute("data-ward", "ICU-1")
    expect(bed).to_have_attribute("data-state", "normal")
    expect(bed).to_contain_text("PT-007")
    shown = {
        "heart_rate": "75", "spo2": "97", "respiratory_rate": "16",
        "systolic_bp": "122", "diastolic_bp": "78", "temperature": "36.8",
    }  # fmt: skip
    for name, text in shown.items():
        expect(vital(bed, name)).to_have_text(text)
    expect(hook(bed, "news2-tile")).to_have_text("0")


def test_the_clock_is_the_servers_whatever_the_stations_own_says(stations, ward, feed):
    page = stations.open(ward.url)
    page.clock.set_fixed_time("2001-01-01T00:00:00Z")
    clock = hook(page, "server-clock")
    expect(clock).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    for _ in range(2):
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
        assert seconds_apart(clock.inner_text()) <= CLOCK_OFF_MAX_S


def seconds_apart(shown: str) -> float:
    """How far a time of day lies from now, over midnight too."""
    now = datetime.now(UTC)
    at = datetime.combine(now.date(), time.fromisoformat(shown), UTC)
    apart_s = abs((now - at).total_seconds())
    return min(apart_s, 86_400 - apart_s)
