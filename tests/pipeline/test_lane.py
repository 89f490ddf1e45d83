"""One thread that does what may wait."""

import threading

import pytest
from tests.pipeline.waiting import WAIT_S, until

from wardline.pipeline.lane import Lane


def test_tasks_are_done_one_after_the_other_elsewhere():
    lane, done = Lane("test-lane"), []
    futures = [lane.do(lambda n=n: done.append((n, threading.get_ident())) or n) for n in range(50)]
    assert [future.result(WAIT_S) for future in futures] == list(range(50))
    assert [number for number, _ in done] == list(range(50))
    assert {thread for _, thread in done} == {done[0][1]} != {threading.get_ident()}
    assert lane.close(WAIT_S)


def test_what_a_task_raises_is_for_whoever_asked_and_the_next_one_is_done():
    lane = Lane("test-lane")

    def fail() -> None:
        raise KeyError("gone")

    failed, next_one = lane.do(fail), lane.do(lambda: "done")
    with pytest.raises(KeyError, match="gone"):
        failed.result(WAIT_S)
    assert next_one.result(WAIT_S) == "done"
    assert lane.close(WAIT_S)


def test_it_rings_when_a_task_has_ended_and_tells_how_long_the_one_under_way_takes():
    lane, gate = Lane("test-lane"), threading.Event()
    assert lane.busy_s() == 0.0
    lane.do(lambda: gate.wait(WAIT_S))
    until(lambda: lane.busy_s() > 0.01)
    assert not lane.rang.is_set()
    gate.set()
    assert lane.rang.wait(WAIT_S)
    assert lane.busy_s() == 0.0
    assert lane.close(WAIT_S)


def test_closing_ends_after_what_is_queued_or_says_that_it_takes_too_long():
    lane, gate, done = Lane("test-lane"), threading.Event(), []
    lane.do(lambda: gate.wait(WAIT_S))
    lane.do(lambda: done.append(1))
    assert not lane.close(0.01)
    assert done == []
    gate.set()
    assert lane.close(WAIT_S)
    assert done == [1]
