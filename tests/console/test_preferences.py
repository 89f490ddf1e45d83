"""Theme, language and units, as each station likes them."""

import re

import pytest
from playwright.sync_api import expect
from tests.console.screen import expect_live_tile, tile, vital


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_the_theme_that_was_chosen_is_shown(stations, ward, feed, theme):
    page = stations.open(ward.url, preferences={"theme": theme})
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    light = sum(int(channel) for channel in re.findall(r"\d+", ground)[:3]) / 3
    assert (light > 200) == (theme == "light")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_systems_theme_follows_the_system(stations, ward, feed, scheme):
    page = stations.open(ward.url, preferences={"theme": "system"}, color_scheme=scheme)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)


def test_other_units_change_the_numbers(stations, ward, feed):
    page = stations.open(ward.url, preferences={"temperature": "F", "pressure": "kPa"})
    expect_live_tile(page, "PT-016")
    bed = tile(page, "PT-016")
    expect(vital(bed, "temperature")).to_have_text("98.2")
    expect(vital(bed, "systolic_bp")).to_have_text("16.3")
    expect(vital(bed, "diastolic_bp")).to_have_text("10.4")


def test_german_is_german(stations, ward, feed):
    page = stations.open(ward.url, preferences={"language": "de"})
    expect_live_tile(page, "PT-001")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(tile(page, "PT-001")).to_have_accessible_name(re.compile(r"^Bett 1, Patient.* PT-001\b"))


def test_a_german_browser_is_spoken_to_in_german(stations, ward, feed):
    page = stations.open(ward.url, locale="de-AT")
    expect(page.locator("html")).to_have_attribute("lang", "de")
