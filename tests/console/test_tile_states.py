"""Every state of a tile, made by real readings in real time.

All patients begin at once, so that the slowest state (no signal, after 30 s) sets the time.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.console.feed import Feed
from tests.console.screen import expect_patient_page, hook, tile, tile_of_bed, vital
from tests.console.wards import WELL, Ward, reading

pytestmark = pytest.mark.slow

NO_SIGNAL_MAX_MS = 36_000
STALE_MAX_MS = 20_000
ALARM_MAX_MS = 20_000
CLEARED_MAX_MS = 15_000
AT_ONCE_MAX_MS = 5_000
PATIENTS = ("WELL", "LOW-SPO2", "HIGH-RATE", "PROBE-OFF", "SILENT", "LEAVES", "RECOVERS", "RETURNS")


@pytest.fixture(scope="module")
def states_ward(run_ward, browser) -> Ward:
    return run_ward()


@pytest.fixture(scope="module")
def bedside(states_ward: Ward) -> Iterator[Feed]:
    """Everybody is well for a moment; then each gets the state of its name."""
    for number, patient_id in enumerate(PATIENTS, 1):
        states_ward.admit(patient_id, f"S{number}")
    with Feed(states_ward, PATIENTS) as feed:
        feed.wait_for_rounds(2)
        feed.change("LOW-SPO2", spo2=85)
        feed.change("HIGH-RATE", heart_rate=160)
        feed.change("PROBE-OFF", spo2=None)
        feed.change("RECOVERS", heart_rate=160)
        for patient_id in ("SILENT", "LEAVES", "RETURNS"):
            feed.silence(patient_id)
        states_ward.enter("LEAVES", "discharge")
        yield feed


@pytest.fixture
def page(stations, states_ward: Ward, bedside: Feed) -> Page:
    return stations.open(states_ward.url)


def expect_state(page: Page, patient_id: str, state: str, within_ms: float = 15_000) -> None:
    expect(tile(page, patient_id)).to_have_attribute("data-state", state, timeout=within_ms)


def test_a_patient_who_is_well_has_a_normal_tile_without_marks(page):
    expect_state(page, "WELL", "normal")
    expect(tile(page, "WELL")).not_to_contain_text("*")
    expect(tile(page, "WELL")).to_have_accessible_name(re.compile(r"^Bed S1, patient WELL\b"))


def test_a_low_saturation_becomes_a_medium_alarm_with_value_and_limit(page):
    expect_state(page, "LOW-SPO2", "alarm", ALARM_MAX_MS)
    bed = tile(page, "LOW-SPO2")
    expect(bed).to_have_attribute("data-priority", "medium")
    expect(bed).to_contain_text(re.compile(r"(?<!\*)\*\* .*85 < 90"))
    alarm = hook(page, "alarm-strip").locator("[data-alarm=spo2_low]")
    expect(alarm).to_contain_text(re.compile(r"\*\* .*85 < 90"))


def test_an_extreme_heart_rate_becomes_a_high_alarm_first_in_the_strip(page):
    expect_state(page, "HIGH-RATE", "alarm", ALARM_MAX_MS)
    bed = tile(page, "HIGH-RATE")
    expect(bed).to_have_attribute("data-priority", "high")
    expect(bed).to_contain_text(re.compile(r"\*\*\* .*160 > 150"))
    expect(bed).to_have_accessible_name(re.compile(r"^Bed S3, patient HIGH-RATE\b.*160"))
    expect_state(page, "LOW-SPO2", "alarm", ALARM_MAX_MS)
    priorities = (
        hook(page, "alarm-strip")
        .locator("[data-alarm]")
        .evaluate_all("alarms => alarms.map(alarm => alarm.dataset.priority)")
    )
    assert priorities[0] == "high"
    assert priorities == sorted(priorities, key=("high", "medium", "low").index)


def test_a_vital_sign_that_stops_makes_a_stale_tile_without_its_number(page):
    expect_state(page, "PROBE-OFF", "stale", STALE_MAX_MS)
    bed = tile(page, "PROBE-OFF")
    expect(vital(bed, "spo2")).to_have_text("--")
    expect(vital(bed, "heart_rate")).to_have_text("75")
    expect(bed).to_contain_text("SpO")


def test_a_monitor_that_stops_makes_a_tile_without_signal_or_numbers(page):
    expect_state(page, "SILENT", "no-signal", NO_SIGNAL_MAX_MS)
    bed = tile(page, "SILENT")
    expect(bed).to_contain_text("No signal")
    expect(vital(bed, "heart_rate")).to_have_text("--")
    expect(vital(bed, "spo2")).to_have_text("--")


def test_a_patient_who_was_discharged_leaves_an_empty_bed(page):
    bed = tile_of_bed(page, "S6")
    expect(bed).to_have_attribute("data-state", "empty")
    expect(bed).to_have_accessible_name(re.compile(r"^Bed S6, empty"))
    expect(tile(page, "LEAVES")).to_have_count(0)
    expect(vital(bed, "heart_rate")).to_have_count(0)


def test_an_alarm_ends_when_the_patient_is_well_again(page, bedside):
    expect_state(page, "RECOVERS", "alarm", ALARM_MAX_MS)
    bedside.change("RECOVERS", **WELL)
    expect_state(page, "RECOVERS", "normal", CLEARED_MAX_MS)
    expect(tile(page, "RECOVERS")).not_to_contain_text("*")


def test_a_monitor_that_sends_again_is_normal_at_once(page, states_ward, bedside):
    expect_state(page, "RETURNS", "no-signal", NO_SIGNAL_MAX_MS)
    states_ward.send(reading("RETURNS", **WELL))
    expect_state(page, "RETURNS", "normal", AT_ONCE_MAX_MS)
    expect(vital(tile(page, "RETURNS"), "heart_rate")).to_have_text("75")


def test_the_strip_tells_each_alarm_once_and_opens_the_patient(page):
    expect_state(page, "HIGH-RATE", "alarm", ALARM_MAX_MS)
    alarm = hook(page, "alarm-strip").locator("[data-alarm=heart_rate_extreme_high]")
    mine = alarm.filter(has_text="S3")
    expect(mine).to_have_count(1)
    mine.click()
    expect_patient_page(page, "HIGH-RATE")
