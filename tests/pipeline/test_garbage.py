import gc
from collections.abc import Iterator

import pytest

from wardline.pipeline.garbage import NEW_OBJECTS, settle


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("as_before")
def test_what_is_there_is_looked_at_no_more_and_new_circles_are_still_found():
    settle()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[0] == NEW_OBJECTS
    for _ in range(NEW_OBJECTS + 1):
        circle: list[object] = []
        circle.append(circle)
    assert gc.get_count()[0] < NEW_OBJECTS
