"""axe-core on every page in every theme, and alarms for eyes that see colours differently."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect
from tests.console.feed import Feed
from tests.console.screen import expect_link, expect_live_tile, hook, picture_of, tile
from tests.console.wards import Ward

SEVERE = {"serious", "critical"}
THEMES = ("dark", "light", "contrast")
PATHS = ("/", "/patients/HIGH", "/overview")
DEFICIENCIES = ("protanopia", "deuteranopia", "tritanopia", "achromatopsia", "blurredVision")
CONTRAST_MIN = 3.0
ALARM_SHARE_MIN = 0.05
"""Share of a tile whose lightness an alarm must change; digits alone change about 1 %."""
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.fixture(scope="module")
def coloured_ward(run_ward, browser) -> Iterator[Ward]:
    """One patient of each look."""
    ward = run_ward()
    looks = ("HIGH", "MEDIUM", "NORMAL", "QUIET", "GONE")
    for number, patient_id in enumerate(looks, 1):
        ward.admit(patient_id, str(number))
    with Feed(ward, looks) as feed:
        feed.change("HIGH", heart_rate=164, spo2=78)
        feed.change("MEDIUM", systolic_bp=84)
        feed.wait_for_rounds(2)
        feed.silence("QUIET")
        ward.enter("GONE", "discharge")
        yield ward


def severe_findings(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [
        f"{finding['impact']} {finding['id']}: {node['html'][:160]} {node['failureSummary']}"
        for finding in found
        if finding["impact"] in SEVERE
        for node in finding["nodes"]
    ]


def steady(stations, url: str, path: str, theme: str, **options) -> Page:
    """A page that does not flash, so that it looks the same at every moment."""
    page = stations.open(
        url, path, preferences={"theme": theme}, reduced_motion="reduce", **options
    )
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PATHS)
def test_no_severe_finding_on_any_page(stations, coloured_ward, path, theme):
    page = steady(stations, coloured_ward.url, path, theme)
    expect_link(page, "live")
    if path == "/":
        expect(tile(page, "HIGH")).to_have_attribute("data-state", "alarm")
        expect(tile(page, "MEDIUM")).to_have_attribute("data-state", "alarm")
    assert severe_findings(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_no_severe_finding_in_the_help(stations, coloured_ward, theme):
    page = steady(stations, coloured_ward.url, "/", theme)
    expect_live_tile(page, "NORMAL")
    page.keyboard.press("?")
    expect(hook(page, "help")).to_be_visible()
    assert severe_findings(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_no_severe_finding_at_the_sign_in(stations, guarded_ward, theme):
    page = steady(stations, guarded_ward.url, "/", theme)
    expect(hook(page, "sign-in")).to_be_visible()
    assert severe_findings(page) == []


@pytest.mark.parametrize("size", [(360, 740), (3840, 2160)], ids=["phone", "wall"])
def test_no_severe_finding_on_other_screens(stations, coloured_ward, size):
    page = steady(stations, coloured_ward.url, "/", "dark", size=size)
    expect_live_tile(page, "NORMAL")
    assert severe_findings(page) == []


def test_axe_finds_what_is_wrong(stations, coloured_ward):
    page = steady(stations, coloured_ward.url, "/", "dark")
    page.evaluate("document.body.append(document.createElement('input'))")
    assert any("label" in finding for finding in severe_findings(page))


# -- colours seen differently ----------------------------------------------------------------------


def luminance(picture: Image.Image) -> np.ndarray:
    """Relative luminance (WCAG 2) of every pixel."""
    share = np.asarray(picture) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def share_of_contrast(one: Image.Image, other: Image.Image) -> float:
    """Share of the pixels whose lightness differs by a contrast of 3:1 or more."""
    first, second = luminance(one) + 0.05, luminance(other.resize(one.size)) + 0.05
    contrast = np.maximum(first, second) / np.minimum(first, second)
    return float((contrast >= CONTRAST_MIN).mean())


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_an_alarm_differs_from_a_normal_tile_by_more_than_colour(
    stations, coloured_ward, deficiency, theme, tmp_path
):
    page = steady(stations, coloured_ward.url, "/", theme)
    for patient_id in ("HIGH", "MEDIUM"):
        expect(tile(page, patient_id)).to_have_attribute("data-state", "alarm")
    browser_settings = page.context.new_cdp_session(page)
    browser_settings.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
    normal = picture_of(tile(page, "NORMAL"))
    for patient_id in ("HIGH", "MEDIUM"):
        alarm = picture_of(tile(page, patient_id))
        alarm.save(tmp_path / f"{patient_id}.png")
        assert share_of_contrast(alarm, normal) >= ALARM_SHARE_MIN


def test_marks_and_edge_tell_the_priority_without_any_colour(stations, coloured_ward):
    page = steady(stations, coloured_ward.url, "/", "dark")
    for patient_id in ("HIGH", "MEDIUM"):
        expect(tile(page, patient_id)).to_have_attribute("data-state", "alarm")
    edges = [edge_px(page, patient_id) for patient_id in ("HIGH", "MEDIUM", "NORMAL")]
    assert edges[0] > edges[2]
    assert edges[1] > edges[2]
    expect(tile(page, "HIGH")).to_contain_text("***")
    expect(tile(page, "MEDIUM")).to_contain_text(re.compile(r"(?<!\*)\*\*(?!\*)"))
    expect(tile(page, "NORMAL")).not_to_contain_text("*")


def edge_px(page: Page, patient_id: str) -> int:
    """Width of the stripe at the left edge: pixels until the tile's own ground begins."""
    picture = picture_of(tile(page, patient_id))
    colours = picture.getcolors(picture.width * picture.height)
    assert colours is not None
    ground = max(colours)[1]
    row = [picture.getpixel((x, picture.height // 3)) for x in range(picture.width)]
    return row.index(ground)


def test_a_high_alarm_flashes_slower_than_three_times_a_second(stations, coloured_ward):
    page = stations.open(coloured_ward.url)
    expect(tile(page, "HIGH")).to_have_attribute("data-state", "alarm")
    animations = """() => document.getAnimations().filter(a => a.effect.getTiming().iterations > 3)
      .map(a => a.effect.getTiming().duration)"""
    durations_ms = page.evaluate(animations)
    assert durations_ms
    assert min(durations_ms) >= 1000 / 2.8
    quiet = steady(stations, coloured_ward.url, "/", "dark")
    expect(tile(quiet, "HIGH")).to_have_attribute("data-state", "alarm")
    assert quiet.evaluate(animations) == []
