"""The moments at which tests let a worker die."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wardline.pipeline.crash_points import POINTS, arm, reach

SOURCES = Path(__file__).resolve().parents[2] / "src" / "wardline"


@pytest.fixture
def reached() -> Iterator[list[str]]:
    found: list[str] = []
    arm(found.append)
    yield found
    arm(None)


def test_every_point_is_at_one_place_in_the_code():
    calls = [
        name
        for path in SOURCES.rglob("*.py")
        for name in re.findall(r'\breach\("(\w+)"\)', path.read_text())
    ]
    assert sorted(calls) == sorted(POINTS)


def test_whoever_armed_them_is_told_and_nobody_else(reached: list[str]):
    reach("after_poll")
    arm(None)
    reach("after_engine")
    assert reached == ["after_poll"]
