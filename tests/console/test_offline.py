"""The console is complete in itself: one server, nothing from anywhere else, nothing loosened."""

import pytest
from playwright.sync_api import expect
from tests.console.screen import expect_link, expect_live_tile, hook, tile, vital

PATHS = ("/", "/patients/PT-003", "/overview")
FONTS = """() => document.fonts.ready.then(fonts =>
  [...fonts].filter(font => font.status === 'loaded').map(font => font.family))"""


def test_a_tour_of_every_page_asks_only_its_own_server(stations, ward, feed):
    page = stations.open(ward.url)
    expect_live_tile(page, "PT-003")
    tile(page, "PT-003").click()
    expect(vital(page, "heart_rate").first).to_have_text("75")
    page.get_by_role("link", name="Overview").click()
    expect(hook(page, "risk-table").locator("tbody tr").first).to_be_visible()
    page.keyboard.press("?")
    expect(hook(page, "help")).to_be_visible()
    assert {request.url.split("/")[2] for request in stations.requests} == {ward.url.split("/")[2]}
    failed = [r.url for r in stations.requests if (answer := r.response()) and answer.status >= 400]
    assert failed == []
    assert [r.url for r in stations.requests if r.failure] == []


def test_the_face_of_the_numbers_comes_from_the_server(stations, ward, feed):
    page = stations.open(ward.url)
    expect_live_tile(page, "PT-001")
    assert page.evaluate(FONTS) != []
    assert any(request.resource_type == "font" for request in stations.requests)


@pytest.mark.parametrize("path", PATHS)
def test_the_page_may_run_only_its_own_scripts_and_styles(stations, ward, feed, path):
    page = stations.open(ward.url, path)
    expect_link(page, "live")
    document = next(r for r in stations.requests if r.resource_type == "document")
    answer = document.response()
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(rules.get("script-src", []))
    assert rules["frame-ancestors"] == ["'none'"]
    assert answer.headers["cache-control"] in {"no-store", "no-cache"}


@pytest.mark.parametrize("kept", ["{", "[]", "null", '{"theme":"<b>","language":7}', "x" * 9999])
def test_broken_preferences_are_the_same_as_none(stations, ward, feed, kept):
    page = stations.open(ward.url)
    page.evaluate("kept => localStorage.setItem('wardline.preferences', kept)", kept)
    page.reload()
    expect_live_tile(page, "PT-001")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_nothing_about_patients_is_kept_in_the_browser(stations, ward, feed):
    page = stations.open(ward.url)
    expect_live_tile(page, "PT-003")
    tile(page, "PT-003").click()
    expect(hook(page, "patient-id")).to_have_text("PT-003")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "PT-" not in kept
    assert page.evaluate("indexedDB.databases().then(found => found.length)") == 0
    assert page.evaluate("caches.keys().then(keys => keys.length)") == 0
