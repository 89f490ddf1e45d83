"""The pictures of the documentation, taken of the real thing.

Written to docs/pictures only with WARDLINE_PICTURES=1, so that a test run changes no file; then the
picture of the ward also waits until one of its monitors has lost a vital sign by itself.
"""

import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.console.browser import Stations
from tests.console.screen import NUMBER, expect_link, hook, picture_of, tile, tiles, vital
from tests.console.wards import Ward

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
IS_KEPT = os.environ.get("WARDLINE_PICTURES") == "1"
WARD_SIZE, PATIENT_SIZE = (1920, 1080), (1600, 1000)
NUMBERS_MIN = 15
"""Of twenty heart rates; simulated monitors may fall silent."""
COLOURS_MIN = 100
"""An empty page has fewer."""
PALETTE_COLOURS = 256
STALE_MAX_MS = 900_000
ALARM_MAX_MS = 60_000
A_WHILE = re.compile(r"· (00:[2-5]|0[1-9]:)")
"""An alarm that has just begun flashes; one of twenty seconds tells more."""
BYTES_MAX = 400_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return PICTURES if IS_KEPT else tmp_path


@pytest.fixture
def ward_page(stations: Stations, simulated_ward: Ward) -> Page:
    page = stations.open(simulated_ward.url, size=WARD_SIZE, reduced_motion="reduce")
    expect_link(page, "live")
    expect(tiles(page)).to_have_count(20)
    numbers = vital(page, "heart_rate").filter(has_text=NUMBER)
    expect(numbers.nth(NUMBERS_MIN - 1)).to_be_visible(timeout=ALARM_MAX_MS)
    if IS_KEPT:
        stale = page.locator("[data-state=stale], [data-state=no-signal]").first
        expect(stale).to_be_visible(timeout=STALE_MAX_MS)
    return page


def test_the_ward_and_a_patient_with_alarms(stations, simulated_ward, ward_page, folder):
    fast, low = let_alarm(simulated_ward)
    for patient_id, priority in ((fast, "high"), (low, "medium")):
        bed = tile(ward_page, patient_id)
        expect(bed).to_have_attribute("data-priority", priority, timeout=ALARM_MAX_MS)
        if IS_KEPT:
            expect(bed).to_contain_text(A_WHILE, timeout=ALARM_MAX_MS)
    take(ward_page, folder / "ward.png", WARD_SIZE)

    path = f"/patients/{fast}"
    page = stations.open(simulated_ward.url, path, PATIENT_SIZE, {"theme": "light"})
    expect_link(page, "live")
    expect(hook(page, "trends").locator("canvas").nth(3)).to_be_visible()
    expect(hook(page, "news2-total")).to_have_text(re.compile(r"\d"))
    expect(hook(page, "readings").locator("tbody tr")).to_have_count(20)
    expect(hook(page, "conditions").locator("[data-rule]").first).to_be_visible()
    take(page, folder / "patient.png", PATIENT_SIZE)


def let_alarm(ward: Ward) -> tuple[str, str]:
    """Patients with an alarm of high and of medium priority: limits are close to their values."""
    fast, heart_rate = extreme(ward, "heart_rate", 1)
    low, spo2 = extreme(ward, "spo2", -1, besides=fast)
    limit(ward, fast, "heart_rate_extreme_high", heart_rate - 6)
    limit(ward, low, "spo2_low", spo2 + 2)
    return fast, low


def extreme(ward: Ward, name: str, sign: int, besides: str = "") -> tuple[str, float]:
    """Who has most (sign 1) or least (-1) of a vital sign that is live, and how much."""
    _, latest = ward.get("/api/v1/vitals/latest")
    values = {
        patient["patient_id"]: patient["vitals"][name]["value"]
        for patient in latest["patients"]
        if patient["patient_id"] != besides
        and patient["vitals"][name]["state"] == "live"
        and not any(condition["priority"] != "low" for condition in patient["conditions"])
    }
    patient_id = max(values, key=lambda patient_id: sign * values[patient_id])
    return patient_id, values[patient_id]


def limit(ward: Ward, patient_id: str, rule: str, value: float) -> None:
    ward.enter(patient_id, "settings", limits={rule: {"limit": value, "delay_s": 0}})


def take(page: Page, path: Path, size: tuple[int, int]) -> None:
    page.evaluate("document.fonts.ready")
    picture = picture_of(page)
    assert picture.size == size
    colours = picture.getcolors(size[0] * size[1])
    assert colours is not None
    assert len(colours) >= COLOURS_MIN
    small = picture.quantize(PALETTE_COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    assert path.stat().st_size <= BYTES_MAX
