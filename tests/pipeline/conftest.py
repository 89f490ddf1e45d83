"""What tests of workers and of wards far from them share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pipeline.live_topic import LiveTopic

from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RelationalStore]:
    """One that several workers write, each its shards."""
    opened = RelationalStore(f"sqlite:///{tmp_path}/ward.db", is_shared=True)
    yield opened
    opened.close()


@pytest.fixture
def live() -> LiveTopic:
    """On which workers tell of what they see."""
    return LiveTopic()
