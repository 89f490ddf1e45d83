"""The queue in front of the engine."""

import pytest
from tests.pipeline.building import START, HandClock

from wardline.pipeline.inbox import Inbox
from wardline.pipeline.ports import BusyError


def test_items_come_out_in_order_with_the_time_they_came_in():
    clock = HandClock()
    inbox = Inbox[str](clock, rows_max=10, items_max=10)
    inbox.put("a", 1)
    clock.now += 5
    inbox.put("b", 2)
    taken, now = inbox.take(100, 0)
    assert [(arrived.item, arrived.at) for arrived in taken] == [("a", START), ("b", START + 5)]
    assert now == START + 5
    assert inbox.rows == 0


def test_a_queue_that_is_full_of_rows_or_items_says_busy_and_takes_nothing():
    inbox = Inbox[str](HandClock(), rows_max=10, items_max=2)
    inbox.put("a", 6)
    with pytest.raises(BusyError):
        inbox.put("b", 5)
    inbox.put("b", 4)
    with pytest.raises(BusyError):
        inbox.put("c", 0)
    assert len(inbox) == 2


def test_an_empty_queue_takes_an_item_of_any_size():
    inbox = Inbox[str](HandClock(), rows_max=10, items_max=2)
    inbox.put("huge", 50)
    assert len(inbox.take(10, 0)[0]) == 1


def test_the_time_given_is_never_past_an_item_still_to_come():
    clock = HandClock()
    inbox = Inbox[str](clock, rows_max=100, items_max=100)
    inbox.put("a", 8)
    clock.now += 1
    inbox.put("b", 8)
    clock.now += 1_000
    taken, now = inbox.take(10, 0)
    assert ([arrived.item for arrived in taken], now) == (["a"], START + 1)


def test_a_closed_queue_refuses_what_is_new_and_gives_what_is_inside():
    inbox = Inbox[str](HandClock(), rows_max=10, items_max=10)
    inbox.put("a", 1)
    inbox.close()
    with pytest.raises(BusyError):
        inbox.put("b", 1)
    assert [arrived.item for arrived in inbox.take(10, 5)[0]] == ["a"]
