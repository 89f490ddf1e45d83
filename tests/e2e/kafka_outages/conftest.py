"""Real workers, a real server, a real broker and a real database for every outage."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.kafka.nursery import Nursery
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.kafka import Server as KafkaServer
from tests.postgresql import Server as PostgresqlServer
from tests.postgresql import url_of

OUTAGE = "WARDLINE_OUTAGE_S"
FIGURES = "WARDLINE_OUTAGE_FIGURES"
"""A file that gets a line for every test: what was measured."""


@pytest.fixture(scope="session")
def outage_s() -> float:
    """How long servers are away: 60 s make the figures of the documentation."""
    return float(os.environ.get(OUTAGE, "8"))


@pytest.fixture(scope="package")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    started = Nursery(tmp_path_factory.mktemp("workers"))
    yield started
    started.close()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    found: Figures = {}
    yield found
    file = os.environ.get(FIGURES)
    if file is not None:
        rounded = {name: round(figure, 2) for name, figure in found.items()}
        with Path(file).open("a") as lines:
            lines.write(f"{request.node.name} {json.dumps(rounded)}\n")


@pytest.fixture
def stage(
    nursery: Nursery, kafka: KafkaServer, postgresql: PostgresqlServer, tmp_path: Path
) -> Iterator[Stage]:
    made = Stage(tmp_path, nursery, kafka.brokers, url_of(tmp_path))
    yield made
    made.close()
