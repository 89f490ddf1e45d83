"""Admissions: counted, spread out, listed, and pushed as they come."""

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.codecs.admitted import record
from tests.console.browser import OFF_LINE
from tests.console.screen import (
    expect_link,
    expect_patient_page,
    hook,
    scrolls_sideways,
    tile_of_bed,
)
from tests.console.test_accessibility import THEMES, severe_findings, steady
from tests.console.wards import Ward, now_ms

HIGH: dict[str, Any] = {"oxygen_saturation": 85, "heart_rate": 118, "respiratory_rate": 28}
MEDIUM: dict[str, Any] = {"oxygen_saturation": 93}
HOSTILE = '<img src=x onerror="window.broken=1">'


@pytest.fixture
def admitting(run_ward) -> Ward:
    """A ward of its own with 60 admissions: 40 low, 15 medium, 5 high."""
    ward = run_ward()
    admit(ward, *(numbered(n) for n in range(60)))
    return ward


def numbered(number: int, **changed: Any) -> dict[str, Any]:
    risk = HIGH if number % 12 == 11 else MEDIUM if number % 4 == 3 else {}
    place = {
        "patient_id": f"P-{number:03d}", "admission_id": f"ADM-{number:03d}",
        "age": 30 + number % 3,
        "timestamp": now_ms() - 600_000 + number * 1_000, "hospital_location": f"East {number}",
        "department": "ICU" if number % 3 == 0 else "Cardiology",
    }  # fmt: skip
    return record(**(place | risk | changed))


def admit(ward: Ward, *records: dict[str, Any]) -> None:
    status, answer = ward.post("/api/v1/admissions", list(records))
    assert (status, answer["accepted"]) == (200, len(records)), answer


def rows(page: Page) -> Locator:
    return hook(page, "admissions").locator("tbody tr")


def choose(page: Page, risk: str) -> None:
    hook(page, "risk-filter").locator(f"input[value={risk}]").check()


def opened(stations, ward: Ward, **options: Any) -> Page:
    page = stations.open(ward.url, "/admissions", **options)
    expect_link(page, "live")
    expect(rows(page).first).to_be_visible()
    return page


def test_numbers_distributions_and_means_are_those_of_all_admissions(stations, admitting):
    page = opened(stations, admitting)
    expect(hook(page, "kpi-patients")).to_have_text("60")
    expect(hook(page, "kpi-admissions")).to_have_text("60")
    expect(hook(page, "kpi-high-risk")).to_have_text("5")
    expect(hook(page, "kpi-oxygen")).to_have_text("5")
    expect(hook(page, "kpi-age")).to_have_text("31.0")
    counts = {
        name: hook(page, name).locator("[data-count]").evaluate_all(
            "found => found.map(each => Number(each.dataset.count))"
        )
        for name in ("departments", "risk_levels", "diagnoses", "admission_types")
    }  # fmt: skip
    assert counts == {
        "departments": [40, 20], "risk_levels": [45, 10, 5], "diagnoses": [60],
        "admission_types": [0, 0, 60, 0],
    }  # fmt: skip
    means = hook(page, "average-vitals")
    expect(means.locator("[data-average=temperature_celsius]")).to_contain_text("37.0")
    expect(means.locator("[data-average=systolic_bp]")).to_contain_text("120.0")


def test_the_newest_come_first_coloured_by_risk_and_lead_to_their_patients(stations, admitting):
    page = opened(stations, admitting)
    expect(rows(page)).to_have_count(50)
    expect(rows(page).first).to_have_attribute("data-risk", "High")
    expect(rows(page).first).to_contain_text("P-059")
    colours = {
        risk: page.locator(f"tbody tr[data-risk={risk}]").first.evaluate(
            "row => getComputedStyle(row).boxShadow"
        )
        for risk in ("Low", "Medium", "High")
    }
    assert len(set(colours.values())) == 3
    rows(page).first.get_by_role("link").click()
    expect_patient_page(page, "P-059")


def test_what_comes_is_pushed_without_loading_anything_anew(stations, admitting):
    page = opened(stations, admitting)
    page.evaluate("window.isTheSame = true")
    admit(admitting, numbered(60, department="Oncology", patient_name=HOSTILE, **HIGH))
    expect(hook(page, "kpi-admissions")).to_have_text("61")
    expect(hook(page, "kpi-high-risk")).to_have_text("6")
    expect(rows(page).first).to_contain_text("P-060")
    expect(rows(page).first).to_contain_text(HOSTILE)
    expect(hook(page, "departments")).to_contain_text("Oncology")
    assert page.evaluate("window.isTheSame === true && !('broken' in window)")


def test_only_one_risk_level_and_more_records_can_be_chosen(stations, admitting):
    page = opened(stations, admitting)
    choose(page, "High")
    expect(rows(page)).to_have_count(5)
    admit(admitting, numbered(60), numbered(61, **HIGH))
    expect(rows(page)).to_have_count(6)
    expect(rows(page).first).to_contain_text("P-061")
    choose(page, "all")
    expect(rows(page)).to_have_count(50)
    hook(page, "limit").select_option("100")
    expect(rows(page)).to_have_count(62)


def test_an_admission_puts_its_patient_into_the_bed_on_the_ward(stations, admitting):
    page = opened(stations, admitting)
    page.get_by_role("link", name="Ward", exact=True).click()
    expect(tile_of_bed(page, "East 7")).to_contain_text("P-007")
    admit(admitting, numbered(7, timestamp=now_ms(), status="Discharged"))
    expect(tile_of_bed(page, "East 7")).to_have_attribute("data-state", "empty")


def test_the_page_is_found_again_after_the_server_was_away(stations, admitting):
    stations.allow(*OFF_LINE)
    page = opened(stations, admitting)
    admitting.end()
    expect_link(page, "lost")
    admitting.start()
    admit(admitting, numbered(60))
    expect_link(page, "live")
    expect(hook(page, "kpi-admissions")).to_have_text("61")
    expect(rows(page).first).to_contain_text("P-060")


def test_everything_can_be_done_with_keys(stations, admitting):
    page = stations.open(admitting.url)
    expect_link(page, "live")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("/admissions$"))
    expect(page).to_have_title(re.compile("Admissions"))
    expect(rows(page)).to_have_count(50)
    hook(page, "risk-filter").locator("input:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(hook(page, "risk-filter").locator("input[value=Low]")).to_be_checked()
    expect(rows(page)).to_have_count(45)
    page.keyboard.press("Tab")
    expect(hook(page, "limit")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('table-window')")


def test_it_speaks_german(stations, admitting):
    page = opened(stations, admitting, preferences={"language": "de"})
    expect(page).to_have_title(re.compile("Aufnahmen"))
    expect(hook(page, "kpi-age")).to_have_text("31,0")
    expect(hook(page, "risk_levels")).to_contain_text("hoch")
    expect(rows(page).first).to_contain_text("aufgenommen")


def test_the_records_can_be_taken_along_as_csv(stations, admitting, tmp_path):
    page = opened(stations, admitting)
    with page.expect_download() as download:
        hook(page, "csv").click()
    path = tmp_path / "admissions.csv"
    download.value.save_as(path)
    found = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [row["admission_id"] for row in found] == [f"ADM-{n:03d}" for n in range(59, 9, -1)]


def test_without_admissions_it_says_so(stations, ward):
    page = stations.open(ward.url, "/admissions")
    expect_link(page, "live")
    expect(hook(page, "kpi-admissions")).to_have_text("0")
    expect(hook(page, "kpi-age")).to_have_text("--")
    expect(hook(page, "admissions")).to_contain_text("None yet.")


@pytest.mark.parametrize("theme", THEMES)
def test_no_severe_finding_in_any_theme(stations, admitting, theme):
    page = steady(stations, admitting.url, "/admissions", theme)
    expect(rows(page)).to_have_count(50)
    assert severe_findings(page) == []


@pytest.mark.parametrize("size", [(360, 740), (320, 640)], ids=["360 px", "320 px"])
def test_a_small_screen_never_scrolls_sideways(stations, admitting, size):
    page = opened(stations, admitting, size=size, has_touch=True)
    expect(hook(page, "average-vitals")).to_be_visible()
    assert not scrolls_sideways(page)
    assert severe_findings(page) == []
