import itertools

import numpy as np
import pytest
from tests.simulator.wards import HOUR_MS, MINUTE_MS, START_MS, a_ward, assert_same

from wardline.model.readings import join_batches
from wardline.simulator.feed import ROWS_MAX, SimulatedFeed


class Clock:
    now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


def test_history_is_all_readings_of_the_span_in_bounded_batches():
    ward, end = a_ward(20), START_MS + HOUR_MS
    batches = list(SimulatedFeed(ward, Clock()).history(START_MS, end))
    assert max(len(batch) for batch in batches) <= ROWS_MAX
    assert len(batches) < 15
    assert_same(join_batches(batches), ward.readings(START_MS, end))


def test_batches_are_cut_between_two_moments_so_that_a_position_is_enough_to_go_on():
    ward, end = a_ward(3_000), START_MS + 12_000
    batches = list(SimulatedFeed(ward, Clock()).history(START_MS, end))
    assert len(batches) > 3
    for one, two in itertools.pairwise(batches):
        assert one.position[-1] < two.position[0]
    assert_same(join_batches(batches), ward.readings(START_MS, end))


def test_what_is_due_continues_where_history_ended():
    ward, clock = a_ward(20), Clock()
    feed = SimulatedFeed(ward, clock)
    parts = list(feed.history(START_MS, START_MS + MINUTE_MS))
    for clock.now_ms in range(START_MS + MINUTE_MS, START_MS + 2 * MINUTE_MS + 1, 333):
        parts.append(feed.poll().batch)
    assert_same(join_batches(parts), ward.readings(START_MS, feed.last_ms + 1))
    assert feed.last_ms == clock.now_ms


def test_a_reading_is_due_at_its_own_moment_and_only_once():
    feed = SimulatedFeed(a_ward(1), Clock())
    first = feed.due(START_MS)
    assert first.observed_at.tolist() == [START_MS]
    assert len(feed.due(START_MS)) == 0
    assert len(feed.due(START_MS + 999)) == 0
    assert len(feed.due(START_MS + 1_000)) == 1


def test_after_a_long_pause_the_backlog_comes_in_bounded_batches_and_nothing_is_lost():
    ward = a_ward(50)
    feed = SimulatedFeed(ward, Clock(), after_ms=START_MS + 4_999)
    end = START_MS + HOUR_MS // 4
    parts = []
    while feed.last_ms < end:
        parts.append(feed.due(end))
    assert max(len(part) for part in parts) <= ROWS_MAX
    assert_same(join_batches(parts), ward.readings(START_MS + 5_000, end + 1))


def test_a_clock_that_runs_back_gives_nothing_twice():
    feed = SimulatedFeed(a_ward(5), Clock())
    assert len(feed.due(START_MS + 5_000))
    assert len(feed.due(START_MS + 1_000)) == 0
    assert feed.last_ms == START_MS + 5_000


def test_history_from_long_before_the_start_begins_at_the_start():
    batches = list(SimulatedFeed(a_ward(5), Clock()).history(0, START_MS + 1_000))
    assert sum(len(batch) for batch in batches) == 5


@pytest.mark.parametrize("rate_hz", [0.01, 0.5, 4])
def test_any_rate_is_fed_completely(rate_hz):
    ward, end = a_ward(30, rate_hz=rate_hz), START_MS + 10 * MINUTE_MS
    batches = list(SimulatedFeed(ward, Clock()).history(START_MS, end))
    assert_same(join_batches(batches), ward.readings(START_MS, end))


def test_a_poll_names_every_row_and_refuses_none():
    clock = Clock()
    clock.now_ms += 10_000
    decoded = SimulatedFeed(a_ward(4), clock).poll()
    np.testing.assert_array_equal(decoded.rows, np.arange(len(decoded.batch)))
    assert decoded.rejections == ()
    assert decoded.batch.origin == "simulator"
