"""The pictures of the documentation, taken of the real thing.

Written to docs/pictures only with WARDLINE_PICTURES=1, so that a test run changes no file.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.console.screen import NUMBER, expect_link, hook, picture_of, tiles, vital

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WARD_SIZE, PATIENT_SIZE = (1920, 1080), (1600, 1000)
NUMBERS_MIN = 15
"""Of twenty heart rates; simulated monitors may fall silent."""
COLOURS_MIN = 100
"""An empty page has fewer."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return PICTURES if os.environ.get("WARDLINE_PICTURES") == "1" else tmp_path


def take(page: Page, path: Path, size: tuple[int, int]) -> None:
    page.evaluate("document.fonts.ready")
    picture = picture_of(page)
    assert picture.size == size
    colours = picture.getcolors(size[0] * size[1])
    assert colours is not None
    assert len(colours) >= COLOURS_MIN
    picture.save(path, optimize=True)


def test_the_ward(stations, simulated_ward, folder):
    page = stations.open(simulated_ward.url, size=WARD_SIZE, reduced_motion="reduce")
    expect_link(page, "live")
    expect(tiles(page)).to_have_count(20)
    numbers = vital(page, "heart_rate").filter(has_text=NUMBER)
    expect(numbers.nth(NUMBERS_MIN - 1)).to_be_visible()
    take(page, folder / "ward.png", WARD_SIZE)


def test_the_patient_with_most_to_tell(stations, simulated_ward, folder):
    _, latest = simulated_ward.get("/api/v1/vitals/latest")
    patient_id = max(latest["patients"], key=lambda p: len(p.get("conditions", [])))["patient_id"]
    page = stations.open(
        simulated_ward.url, f"/patients/{patient_id}", PATIENT_SIZE, {"theme": "light"}
    )
    expect_link(page, "live")
    expect(hook(page, "trends").locator("canvas").nth(3)).to_be_visible()
    expect(hook(page, "news2-total")).to_have_text(re.compile(r"\d"))
    expect(hook(page, "readings").locator("tbody tr")).to_have_count(20)
    take(page, folder / "patient.png", PATIENT_SIZE)
