"""One browser for all tests of the console, and wards for it to look at."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.console.browser import NO_BROWSER, Stations, chromium_path, driver_node, launch
from tests.console.feed import Feed
from tests.console.wards import TOKEN, Ward

PATIENCE_MS = 15_000
"""How long a test waits where the time itself is not what it tests."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip(NO_BROWSER)
    expect.set_options(timeout=PATIENCE_MS)
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", driver_node())
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


@pytest.fixture
def stations(browser: Browser) -> Iterator[Stations]:
    """Opens pages; in the end none of them may have complained or asked another host."""
    stations = Stations(browser)
    yield stations
    stations.close()
    assert stations.complaints == []


@pytest.fixture(scope="session")
def run_ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ward]]:
    """Starts a ward with the given arguments of `wardline up`; all end with the session."""
    wards: list[Ward] = []

    def run(*arguments: str, token: str | None = None) -> Ward:
        wards.append(Ward(tmp_path_factory.mktemp("ward"), *arguments, token=token))
        return wards[-1]

    yield run
    for ward in wards:
        ward.end()


@pytest.fixture(scope="session")
def ward(browser: Browser, run_ward: Callable[..., Ward]) -> Ward:
    """The common ward: PT-001 to PT-020 are well. Tests bring their own patients besides."""
    ward = run_ward()
    ward.fill(20)
    return ward


@pytest.fixture(scope="session")
def feed(ward: Ward) -> Iterator[Feed]:
    """The monitors of the common ward."""
    with Feed(ward, [f"PT-{number:03d}" for number in range(1, 21)]) as feed:
        feed.wait_for_rounds(1)
        yield feed


@pytest.fixture(scope="session")
def simulated_ward(browser: Browser, run_ward: Callable[..., Ward]) -> Ward:
    """What a first user sees: twenty simulated patients with two hours behind them."""
    return run_ward("--patients", "20", "--seed", "42", "--history", "2h")


@pytest.fixture(scope="session")
def guarded_ward(browser: Browser, run_ward: Callable[..., Ward]) -> Ward:
    """A ward that asks for a token."""
    ward = run_ward(token=TOKEN)
    ward.fill(2)
    return ward
