"""Everything of one patient, and what nurses enter."""

import csv
import io
import random
import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect
from tests.console.feed import Feed
from tests.console.screen import expect_link, hook, opened, picture_of, vital
from tests.console.wards import ACTOR, WELL, Ward, now_ms, reading

SICK = {
    "heart_rate": 135, "spo2": 93, "respiratory_rate": 26, "systolic_bp": 88, "diastolic_bp": 51,
    "bp_method": "cuff", "temperature": 38.6, "on_oxygen": False, "consciousness": "A",
}  # fmt: skip
POINTS = {
    "respiratory_rate": 3, "spo2": 2, "on_oxygen": 0, "systolic_bp": 3, "heart_rate": 3,
    "consciousness": 0, "temperature": 1,
}  # fmt: skip
OTHER_SCORES = ("mews", "qsofa", "sirs", "shock_index", "risk_a", "risk_b")
CONTEXT_MAX_MS = 20_000
"""Age and condition of a reading are no reason to look at a patient at once."""
MONITORED = {"heart_rate": 75, "spo2": 97, "respiratory_rate": 16}
"""What a monitor gives by itself; the rest is charted."""
HISTORY_S = 600
SERIES_PIXELS_MIN = 100
COLOUR_SPREAD_MIN = 60
REFUSED = r"Failed to load resource: the server responded with a status of 422"


def history(patient_id: str) -> list[dict]:
    """One reading every second of the last ten minutes."""
    drawn = random.Random(7)
    now = now_ms()
    return [
        reading(patient_id, now - 1000 * age_s, **{
            **WELL, "heart_rate": 80 + drawn.randint(-9, 9), "spo2": 96 + drawn.randint(-2, 2),
        })
        for age_s in range(HISTORY_S, 0, -1)
    ]  # fmt: skip


def patient_page(stations, ward: Ward, patient_id: str) -> Page:
    page = stations.open(ward.url, f"/patients/{patient_id}")
    expect_link(page, "live")
    return page


def rows(page: Page, table: str) -> Locator:
    return hook(page, table).locator("tbody tr")


def fill(form: Locator, **values: str) -> None:
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def submit(form: Locator) -> None:
    form.locator("button[type=submit]").click()


def test_it_says_who_where_and_every_present_value(stations, ward):
    ward.admit("PAGE-1", "page 1")
    ward.send(reading("PAGE-1", **SICK, patient_age=78, gender="F", condition="Sepsis"))
    page = patient_page(stations, ward, "PAGE-1")
    for name in ("heart_rate", "spo2", "respiratory_rate", "systolic_bp", "diastolic_bp"):
        expect(vital(page, name).first).to_have_text(str(SICK[name]))
    expect(vital(page, "temperature").first).to_have_text("38.6")
    heading = hook(page, "patient")
    for text in ("PAGE-1", "page 1", "78", "Sepsis"):
        expect(heading).to_contain_text(text, timeout=CONTEXT_MAX_MS)
    expect(page).to_have_title(re.compile("page 1|PAGE-1"))


def test_news2_is_shown_with_the_points_of_every_part(stations, ward):
    ward.send(reading("PAGE-2", **SICK))
    page = patient_page(stations, ward, "PAGE-2")
    expect(hook(page, "news2-total")).to_have_text("12")
    for name, points in POINTS.items():
        part = hook(page, "news2").locator(f"[data-part={name}]")
        expect(part.locator("[data-points]").or_(part.locator("xpath=self::*[@data-points]"))) \
            .to_have_attribute("data-points", str(points))  # fmt: skip
    expect(hook(page, "news2")).to_contain_text("high")
    for name in OTHER_SCORES:
        expect(hook(page, "scores").locator(f"[data-score={name}]")).to_be_visible()


def test_a_partial_news2_is_no_total(stations, ward):
    ward.send(reading("PAGE-3", heart_rate=135, spo2=97, respiratory_rate=16))
    page = patient_page(stations, ward, "PAGE-3")
    expect(hook(page, "news2-total")).to_have_text(re.compile(r"^≥\s?3$"))
    expect(hook(page, "news2")).to_contain_text(re.compile(r"3\s?/\s?7"))


def test_trends_are_drawn_for_every_range_and_told_as_a_table(stations, ward):
    ward.admit("PAGE-4", "page 4")
    ward.send(*history("PAGE-4"), reading("PAGE-4", **WELL))
    page = patient_page(stations, ward, "PAGE-4")
    canvases = hook(page, "trends").locator("canvas")
    expect(canvases.nth(3)).to_be_visible()
    for name in ("15 min", "4 h", "24 h", "1 h"):
        button = hook(page, "range").get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    expect(hook(page, "range").locator("[aria-pressed=true]")).to_have_count(1)
    assert coloured_pixels(canvases.first) >= SERIES_PIXELS_MIN
    told = hook(page, "trends").locator("table tbody tr")
    assert told.count() >= HISTORY_S // 60 - 2


def test_a_patient_without_readings_has_empty_trends(stations, ward):
    ward.admit("PAGE-5", "page 5")
    page = patient_page(stations, ward, "PAGE-5")
    expect(hook(page, "trends")).to_be_visible()
    canvas = hook(page, "trends").locator("canvas").first
    assert canvas.count() == 0 or coloured_pixels(canvas) < SERIES_PIXELS_MIN


def coloured_pixels(canvas: Locator) -> int:
    pixels = np.asarray(picture_of(canvas)).astype(int)
    return int((np.ptp(pixels, axis=2) >= COLOUR_SPREAD_MIN).sum())


def test_the_last_twenty_readings_are_shown_newest_first_and_go_on(stations, ward):
    now = now_ms()
    ward.send(*(reading("PAGE-6", now - 1000 * age_s, heart_rate=100 + age_s)
                for age_s in range(30, 0, -1)))  # fmt: skip
    page = patient_page(stations, ward, "PAGE-6")
    expect(rows(page, "readings")).to_have_count(20)
    shown = rows(page, "readings").locator("[data-column=heart_rate]")
    assert shown.all_inner_texts() == [str(100 + age_s) for age_s in range(1, 21)]
    asked = len(stations.requests)
    ward.send(reading("PAGE-6", heart_rate=77))
    expect(shown.first).to_have_text("77")
    expect(rows(page, "readings")).to_have_count(20)
    assert len(stations.requests) == asked


def test_readings_can_be_taken_along_as_csv(stations, ward, tmp_path: Path):
    now = now_ms()
    ward.send(*(reading("PAGE-7", now - 1000 * age_s, heart_rate=90 + age_s) for age_s in (3, 2)))
    page = patient_page(stations, ward, "PAGE-7")
    expect(rows(page, "readings")).to_have_count(2)
    with page.expect_download() as download:
        hook(hook(page, "readings"), "csv").click()
    assert download.value.suggested_filename.endswith(".csv")
    download.value.save_as(tmp_path / "readings.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "readings.csv").read_text("utf-8-sig"))))
    assert sorted(float(row["heart_rate"]) for row in table) == [92, 93]


def test_a_charted_observation_comes_back_on_the_page(stations, ward):
    ward.send(reading("PAGE-8", **MONITORED))
    page = patient_page(stations, ward, "PAGE-8")
    expect(hook(page, "news2-total")).to_have_text(re.compile(r"^≥\s?0$"))
    form = opened(page, "chart-form")
    fill(form, actor=ACTOR, temperature="38.4", systolic_bp="104", diastolic_bp="61",
         consciousness="V", on_oxygen="true")  # fmt: skip
    submit(form)
    expect(form.get_by_role("status")).not_to_be_empty()
    expect(form.locator("[name=temperature]")).to_have_value("")
    expect(form.locator("[name=actor]")).to_have_value(ACTOR)
    expect(vital(page, "temperature").first).to_have_text("38.4")
    expect(vital(page, "systolic_bp").first).to_have_text("104")
    expect(hook(page, "news2-total")).to_have_text("7")
    first = rows(page, "readings").first
    expect(first.locator("[data-column=temperature]")).to_have_text("38.4")


def test_charting_what_a_monitor_measures_says_that_the_monitor_counts(stations, ward):
    ward.send(reading("PAGE-13", **WELL))
    page = patient_page(stations, ward, "PAGE-13")
    expect(vital(page, "temperature").first).to_have_text("36.8")
    form = opened(page, "chart-form")
    fill(form, actor=ACTOR, temperature="38.4")
    submit(form)
    expect(form.get_by_role("status")).to_contain_text("A monitor measures Temp now")
    expect(vital(page, "temperature").first).to_have_text("36.8")


def test_an_observation_that_is_refused_says_why_and_keeps_what_was_typed(stations, ward):
    stations.allow(REFUSED)
    ward.send(reading("PAGE-9", **WELL))
    page = patient_page(stations, ward, "PAGE-9")
    form = opened(page, "chart-form")
    fill(form, actor=ACTOR)
    submit(form)
    invalid = form.locator(":invalid")
    expect(form.get_by_role("alert").or_(invalid).first).to_be_visible()
    expect(form.locator("[name=actor]")).to_have_value(ACTOR)


def test_a_limit_set_in_the_form_alarms_and_a_limit_beyond_the_other_is_refused(stations, ward):
    stations.allow(REFUSED)
    ward.admit("PAGE-10", "page 10")
    ward.send(reading("PAGE-10", **WELL))
    page = patient_page(stations, ward, "PAGE-10")
    form = opened(page, "limits-form")
    expect(form.locator("[name=systolic_bp_high]")).to_have_value("160")
    fill(form, actor=ACTOR, systolic_bp_high="118")
    submit(form)
    expect(form.get_by_role("status")).not_to_be_empty()
    alarm = hook(page, "conditions").locator("[data-rule=systolic_bp_high]")
    expect(alarm).to_contain_text(re.compile(r"122 > 118"))
    happened = hook(page, "transitions").locator("tbody tr[data-rule=systolic_bp_high]")
    expect(happened.first).to_have_attribute("data-to", "active")
    fill(form, systolic_bp_high="80")
    submit(form)
    expect(form.get_by_role("alert")).to_contain_text("systolic_bp")
    expect(hook(page, "conditions").locator("[data-rule=systolic_bp_high]")).to_be_visible()


def test_conditions_come_and_go_and_every_transition_is_told_once(stations, ward):
    ward.enter("PAGE-11", "settings", profile="system_a")
    ward.send(reading("PAGE-11", heart_rate=80))
    page = patient_page(stations, ward, "PAGE-11")
    for heart_rate in (150, 80, 151, 81):
        ward.send(reading("PAGE-11", heart_rate=heart_rate))
    told = hook(page, "transitions").locator("tbody tr[data-rule=heart_rate_high]")
    expect(told).to_have_count(4)
    states = told.evaluate_all("rows => rows.map(row => row.dataset.to)")
    assert states == ["normal", "active", "normal", "active"]
    expect(hook(page, "conditions").locator("[data-rule]")).to_have_count(0)
    page.reload()
    expect(told).to_have_count(4)


def test_scores_follow_what_is_measured(stations, ward):
    with Feed(ward, ["PAGE-12"]) as own:
        own.wait_for_rounds(1)
        page = patient_page(stations, ward, "PAGE-12")
        expect(hook(page, "news2-total")).to_have_text("0")
        own.change("PAGE-12", **SICK)
        expect(hook(page, "news2-total")).to_have_text("12")


def test_a_patient_nobody_knows_is_said_to_be_unknown(stations, ward):
    page = stations.open(ward.url, "/patients/NOBODY")
    expect(hook(page, "unknown-patient")).to_be_visible()
