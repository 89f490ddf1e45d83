"""The server's application over a host in memory."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.caller import Caller
from tests.server.ward import FixedClock, Ward

from wardline.server.app import close_app, create_app
from wardline.server.settings import ServerSettings


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def serve(ward: Ward, runner: asyncio.Runner) -> Iterator[Any]:
    """Make a caller of an application with given settings."""
    apps: list[Any] = []

    def make(**settings: Any) -> Caller:
        app = create_app(ward, ServerSettings(**settings), clock=FixedClock())
        apps.append(app)
        return Caller(app, runner)

    yield make
    for app in apps:
        close_app(app)


@pytest.fixture
def call(serve: Any) -> Caller:
    return serve()
