"""A ward with a token: who does not know it sees nothing."""

import pytest
from playwright.sync_api import Page, expect
from tests.console.screen import expect_link, hook, tile
from tests.console.wards import TOKEN

REFUSED = (
    r"Failed to load resource: the server responded with a status of 40[13]",
    r"WebSocket connection to '.*' failed",
)
KEPT = """() => [location.href, document.cookie, JSON.stringify({...localStorage}),
  JSON.stringify({...sessionStorage})].join(' ')"""


@pytest.fixture
def page(stations, guarded_ward) -> Page:
    return stations.open(guarded_ward.url)


def sign_in(page: Page, token: str) -> None:
    form = hook(page, "sign-in")
    form.locator("input[type=password]").fill(token)
    form.locator("button[type=submit]").click()


def test_without_the_token_there_is_only_the_sign_in(page):
    expect(hook(page, "sign-in")).to_be_visible()
    expect(page.locator("[data-state]")).to_have_count(0)
    expect(hook(page, "sign-out")).to_be_hidden()
    assert "PT-001" not in page.content()


def test_a_wrong_token_is_refused_and_the_right_one_opens_the_ward(stations, page):
    stations.allow(*REFUSED)
    sign_in(page, "not-the-token")
    expect(hook(page, "sign-in").get_by_role("alert")).not_to_be_empty()
    expect(page.locator("[data-state]")).to_have_count(0)
    sign_in(page, TOKEN)
    expect(tile(page, "PT-001")).to_be_visible()
    expect_link(page, "live")
    assert TOKEN not in page.evaluate(KEPT)
    page.reload()
    expect(tile(page, "PT-002")).to_be_visible()


def test_a_link_to_a_patient_survives_the_sign_in(stations, guarded_ward):
    page = stations.open(guarded_ward.url, "/patients/PT-002")
    sign_in(page, TOKEN)
    expect(hook(page, "patient-id")).to_have_text("PT-002")


def test_signing_out_ends_every_tab_of_this_person(stations, page, guarded_ward):
    stations.allow(*REFUSED)
    sign_in(page, TOKEN)
    expect(tile(page, "PT-001")).to_be_visible()
    other = stations.open_beside(page.context, guarded_ward.url)
    expect(tile(other, "PT-001")).to_be_visible()
    hook(page, "sign-out").click()
    expect(hook(page, "sign-in")).to_be_visible()
    expect(hook(other, "sign-in")).to_be_visible()
    expect(other.locator("[data-state]")).to_have_count(0)
    page.reload()
    expect(hook(page, "sign-in")).to_be_visible()


def test_a_ward_without_a_token_has_no_sign_in_or_out(stations, ward, feed):
    page = stations.open(ward.url)
    expect_link(page, "live")
    expect(hook(page, "sign-in")).to_have_count(0)
    expect(hook(page, "sign-out")).to_be_hidden()
