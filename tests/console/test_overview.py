"""The whole ward at a glance: figures, risks and what is unusual."""

import csv
import io
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.console.screen import expect_link, expect_patient_page, hook

PATIENT_COUNT = 20


@pytest.fixture
def page(stations, simulated_ward) -> Page:
    page = stations.open(simulated_ward.url, "/overview")
    expect_link(page, "live")
    return page


def figure(within: Page, name: str) -> float:
    shown = hook(within, name)
    expect(shown).to_have_text(re.compile(r"\d"))
    return float(re.sub(r"[^\d.]", "", shown.inner_text()))


def table(page: Page, name: str) -> Locator:
    return hook(page, name).locator("tbody tr")


def test_figures_are_there_and_grow(page):
    first = figure(page, "kpi-readings")
    assert first > 0
    expect(hook(page, "kpi-readings")).not_to_have_text(hook(page, "kpi-readings").inner_text())
    assert figure(page, "kpi-readings") > first
    assert figure(page, "kpi-alert-rate") >= 0
    assert 0 <= figure(page, "kpi-critical") <= PATIENT_COUNT


def test_the_rate_is_what_the_ward_sends(page):
    page.wait_for_function(
        """() => {
          const text = document.querySelector('[data-testid=kpi-rate]').textContent;
          const rate = parseFloat(text.replace(/[^\\d.]/g, ''));
          return rate >= 10 && rate <= 30;
        }""",
        timeout=20_000,
    )


def test_every_patient_has_a_row_of_risks_that_leads_to_the_patient(page):
    rows = table(page, "risk-table")
    expect(rows).to_have_count(PATIENT_COUNT)
    patient_ids = rows.evaluate_all("rows => rows.map(row => row.dataset.patient)")
    assert set(patient_ids) == {f"PT-{number:03d}" for number in range(1, PATIENT_COUNT + 1)}
    rows.first.get_by_role("link").first.click()
    expect_patient_page(page, patient_ids[0])


def test_every_patient_is_in_one_band_of_news2(page):
    bands = hook(page, "news2-bands").locator("[data-band]")
    expect(bands.first).to_be_visible()
    counts = hook(page, "news2-bands").locator("[data-count]").all_inner_texts()
    assert sum(int(count) for count in counts) == PATIENT_COUNT


def test_anomalies_are_told_with_patient_vital_sign_and_size(page):
    rows = table(page, "anomalies")
    expect(rows.first).to_be_visible()
    expect(rows.first).to_contain_text(re.compile(r"PT-\d{3}"))


@pytest.mark.parametrize("name", ["risk-table", "anomalies"])
def test_a_table_can_be_taken_along_as_csv(page, name, tmp_path):
    expect(table(page, name).first).to_be_visible()
    with page.expect_download() as download:
        hook(hook(page, name), "csv").click()
    path = tmp_path / "table.csv"
    download.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows
    assert all(row["patient_id"].startswith("PT-") for row in rows)


def test_the_simulators_truth_is_shown_when_asked_for(stations, simulated_ward):
    _, truth = simulated_ward.get("/api/v1/truth?limit=1")
    patient_id = truth["rows"][0]["patient_id"]
    page = stations.open(simulated_ward.url, f"/patients/{patient_id}")
    expect(hook(page, "truth")).to_be_hidden()
    hook(page, "truth-toggle").click()
    expect(hook(page, "truth")).to_be_visible()
    expect(hook(page, "truth")).to_contain_text(truth["rows"][0]["name"].replace("_", " "))
