"""Values on the screen follow what devices send, at once and without asking."""

import re
import time

import pytest
from playwright.sync_api import expect
from tests.console.screen import expect_link, expect_live_tile, hook, tile, vital
from tests.console.wards import WELL, reading

VALUE_TRIALS = 20
ALARM_TRIALS = 20
SHOWN_MAX_S = 1.0
OUTLIERS_MAX = 1
"""95 of 100: whatever else this machine does may hold up one."""
LIVE_AGE_MAX_S = 3


@pytest.fixture
def page(stations, ward, feed):
    page = stations.open(ward.url)
    expect_link(page, "live")
    expect_live_tile(page, "PT-001")
    return page


def test_values_change_in_place_without_reload_or_request(stations, page, ward, feed):
    ward.admit("LIVE-1", "live 1")
    ward.send(reading("LIVE-1", **WELL))
    value = vital(tile(page, "LIVE-1"), "heart_rate")
    expect(value).to_have_text("75")
    value.evaluate("element => { window.sameElement = element }")
    asked = len(stations.requests)
    for heart_rate in (81, 82, 83, 104):
        ward.send(reading("LIVE-1", **{**WELL, "heart_rate": heart_rate}))
        expect(value).to_have_text(str(heart_rate))
    feed.wait_for_rounds(3)
    assert value.evaluate("element => element === window.sameElement")
    assert [request.url for request in stations.requests[asked:]] == []


def test_a_value_is_on_the_screen_within_a_second_of_its_being_kept(page, ward):
    value = vital(tile(page, "LIVE-2"), "heart_rate")
    ward.admit("LIVE-2", "live 2")
    took_s = []
    for trial in range(VALUE_TRIALS):
        ward.send(reading("LIVE-2", heart_rate=60 + trial))
        kept_at = time.monotonic()
        expect(value).to_have_text(str(60 + trial))
        took_s.append(time.monotonic() - kept_at)
    assert sorted(took_s)[-1 - OUTLIERS_MAX] <= SHOWN_MAX_S


def test_an_alarm_is_on_the_screen_within_a_second_of_its_coming(page, ward):
    ward.admit("LIVE-3", "live 3")
    ward.enter("LIVE-3", "settings", profile="system_a")
    ward.send(reading("LIVE-3", heart_rate=80))
    bed = tile(page, "LIVE-3")
    expect(bed).to_have_attribute("data-state", "normal")
    took_s = []
    for trial in range(ALARM_TRIALS):
        is_alarm = trial % 2 == 0
        ward.send(reading("LIVE-3", heart_rate=150 if is_alarm else 80))
        kept_at = time.monotonic()
        expect(bed).to_have_attribute("data-state", "alarm" if is_alarm else "normal")
        took_s.append(time.monotonic() - kept_at)
    assert sorted(took_s)[-1 - OUTLIERS_MAX] <= SHOWN_MAX_S


def test_the_age_of_a_value_stays_small_while_it_is_sent_and_grows_when_not(page, ward, feed):
    age = vital(tile(page, "PT-002"), "heart_rate").get_attribute("data-age")
    assert age is not None
    assert int(age) <= LIVE_AGE_MAX_S
    ward.admit("LIVE-4", "live 4")
    ward.send(reading("LIVE-4", heart_rate=70))
    expect(vital(tile(page, "LIVE-4"), "heart_rate")).to_have_attribute(
        "data-age", re.compile(r"^([5-9]|1\d)$"), timeout=12_000
    )


def test_a_patient_without_a_bed_has_a_tile_after_the_beds(page, ward):
    ward.send(reading("LIVE-5", **WELL))
    expect_live_tile(page, "LIVE-5")
    beds = page.locator("[data-state][data-patient]").evaluate_all(
        "tiles => tiles.map(tile => [tile.dataset.patient, tile.dataset.bed])"
    )
    place = [patient for patient, _ in beds].index("LIVE-5")
    assert [bed for _, bed in beds[place:] if bed] == []
    assert place >= 20


def test_filters_leave_only_what_was_asked_for(page, ward):
    ward.admit("LIVE-6", "live 6", ward="Step-down & care")
    ward.send(reading("LIVE-6", **WELL))
    hook(page, "ward-filter").select_option("Step-down & care")
    expect(tile(page, "LIVE-6")).to_be_visible()
    expect(tile(page, "PT-001")).to_be_hidden()
    hook(page, "ward-filter").select_option("")
    expect(tile(page, "PT-001")).to_be_visible()
    hook(page, "state-filter").select_option("empty")
    expect(tile(page, "PT-001")).to_be_hidden()
    hook(page, "state-filter").select_option("normal")
    expect(tile(page, "PT-001")).to_be_visible()
