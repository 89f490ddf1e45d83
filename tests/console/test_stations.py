"""The watch over stations itself: what no page may do is noticed when one does it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.console.browser import Stations


@pytest.fixture
def watched(browser) -> Iterator[Stations]:
    stations = Stations(browser)
    yield stations
    stations.close()


@pytest.fixture
def page(watched, ward) -> Page:
    return watched.open(ward.url)


@pytest.mark.parametrize(
    ("deed", "told"), [
        ("console.error('oh')", "error: oh"),
        ("console.warn('hm')", "warning: hm"),
        ("setTimeout(() => { throw Error('lost') })", "uncaught: "),
        ("alert('look')", "a dialog: look"),
        ("new WebSocket('ws://elsewhere.example/')", "error: Connecting to 'ws://elsewhere."),
        ("new Image().src = 'http://elsewhere.example/a'", "asked another host: http://elsewhere."),
        ("fetch('/not-there')", "error: Failed to load resource: the server responded"),
    ],
)  # fmt: skip
def test_a_page_that_misbehaves_is_noticed(watched, page, deed, told):
    page.evaluate(f"() => {{ {deed} }}")
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 300))")
    assert [text for text in watched.complaints if text.startswith(told)]


def test_a_page_that_behaves_is_not(watched, page):
    page.evaluate("console.log('all is well')")
    page.evaluate("fetch('/health')")
    assert watched.complaints == []


def test_what_a_test_provokes_is_no_complaint(watched, page):
    watched.allow("^error: oh")
    page.evaluate("console.error('oh')")
    page.evaluate("console.error('no')")
    assert [text.partition(" (")[0] for text in watched.complaints] == ["error: no"]
