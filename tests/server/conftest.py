"""The server's application over a host in memory."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.caller import Caller
from tests.server.site import TOKEN, Site
from tests.server.ward import FixedClock, Ward

from wardline.server.app import close_app, create_app
from wardline.server.settings import ServerSettings

CONSOLE_FILES = {
    "index.html": b"<!doctype html><title>console</title>",
    "index.html.br": b"page in br",
    "icon.svg": b"<svg/>",
    "ward.webmanifest": b"{}",
    "picture.png": b"\x89PNG",
    "assets/main-1a2b.js": b"let plain",
    "assets/main-1a2b.js.br": b"in br",
    "assets/main-1a2b.js.gz": b"in gz",
    "assets/main-3c4d.css": b"p{}",
    "assets/inter-5e6f.woff2": b"wOF2",
    "assets/words-7a8b.json": b"{}",
    "assets/run.sh": b"never served",
}
NO_CONSOLE = Path(__file__).parent / "nowhere"


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def serve(ward: Ward, runner: asyncio.Runner) -> Iterator[Any]:
    """Make a caller of an application with given settings; without a console unless given one."""
    apps: list[Any] = []

    def make(console_folder: Path = NO_CONSOLE, **settings: Any) -> Caller:
        app = create_app(
            ward, ServerSettings(**settings), clock=FixedClock(), console_folder=console_folder
        )
        apps.append(app)
        return Caller(app, runner)

    yield make
    for app in apps:
        close_app(app)


@pytest.fixture
def call(serve: Any) -> Caller:
    return serve()


@pytest.fixture
def console(tmp_path: Path) -> Path:
    """A folder as the build of the console leaves it."""
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    for name, content in CONSOLE_FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site("sqlite://")
    yield running
    running.stop()


@pytest.fixture
def guarded() -> Iterator[Site]:
    running = Site("sqlite://", token=TOKEN)
    yield running
    running.stop()
