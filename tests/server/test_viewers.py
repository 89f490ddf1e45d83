"""Viewers of a server whose host is a stand-in: what they cost, and how they come and go."""

import pytest
from tests.server.records import reading
from tests.server.ward import NOW, FixedClock, Ward
from tests.server.watching import Watcher

from wardline.pipeline.hub import TRANSITION, LiveUpdate
from wardline.server.app import create_app
from wardline.server.context import context_of
from wardline.server.missed import MARGIN_MS, Missed
from wardline.server.run import RunningServer
from wardline.server.settings import ServerSettings


@pytest.fixture
def server(ward: Ward):
    settings = ServerSettings(port=0)
    running = RunningServer(create_app(ward, settings, clock=FixedClock()), settings)
    yield running
    running.stop()


def found(number: int, patient: str = "p") -> tuple[str, str, str]:
    return TRANSITION, patient, f'"patient_id":"{patient}","patient_seq":{number}}}'


def stored(number: int, at: int = NOW, patient: str = "p") -> tuple[object, ...]:
    names = "heart_rate_high", "active", "high", "physiological", "heart_rate"
    return (patient, number, at, *names, 150_000, 120_000, "it is high", at)


def test_heartbeats_come_without_news_and_hold_what_the_host_says(ward: Ward, server):
    ward.trouble = ["the store is full"]
    ward.engine_time = NOW - 7_000
    with Watcher(server.port) as watcher:
        first, second = watcher.until_type("heartbeat"), watcher.until_type("heartbeat")
    assert first == second == {
        "type": "heartbeat", "seq": NOW * 1000, "now": "2026-01-01T00:00:00.000Z",
        "engine_at": "2025-12-31T23:59:53.000Z", "problems": ["the store is full"],
        "figures": None,
    }  # fmt: skip


def test_the_first_viewer_has_everyone_drawn(ward: Ward, server, call):
    call.post("/api/v1/readings", [reading("A"), reading("B")])
    with Watcher(server.port) as watcher:
        assert list(watcher.screen.patients) == ["A", "B"]


def test_a_viewer_that_left_is_forgotten(ward: Ward, server):
    viewers = context_of(server._app).viewers
    with Watcher(server.port) as stays:
        with Watcher(server.port):
            assert len(viewers) == 2
        stays.until(lambda message: len(viewers) == 1)
        assert ward.live._viewers == 1


def test_a_viewer_for_whom_too_much_waits_is_cut_off_with_4408(
    ward: Ward, server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wardline.pipeline.hub.TRANSITIONS_MAX", 10_000)
    with Watcher(server.port) as watcher:
        watcher.until_type("heartbeat")
        rows = tuple(found(number) for number in range(20_001))
        ward.live.hub.publish(LiveUpdate(NOW, {}, rows))
        assert watcher.closed_with() == 4408


def test_what_is_replayed_ends_where_the_viewer_began(ward: Ward, server):
    ward.live.hub.publish(LiveUpdate(NOW, {}, (found(1),)))
    with Watcher(server.port) as watcher:
        ward.live.hub.publish(LiveUpdate(NOW, {}, (found(2),)))
        watcher.until_type("transition")
        watcher.say(resume=NOW * 1000)
        watcher.until_type("resumed")
        watcher.say(resume=watcher.screen.seq)
        watcher.until_type("resumed")
    assert watcher.screen.transitions == [("p", 2), ("p", 1)]
    assert watcher.screen.found[1]["replayed"]


def test_what_is_found_while_the_store_is_read_is_sent_before_the_new_snapshot(ward: Ward, server):
    def page(query, limit, after=None):
        ward.live.hub.publish(LiveUpdate(NOW, {}, (found(7),)))
        return kept(query, limit, after)

    kept, ward.store.page = ward.store.page, page
    ward.store.tables["transitions"] = [stored(number) for number in range(1, 10_005)]
    with Watcher(server.port) as watcher:
        watcher.say(resume=0)
        assert not watcher.until_type("resumed")["complete"]
    replayed = [row["patient_seq"] for row in watcher.screen.found if row.get("replayed")]
    assert replayed == list(range(5, 10_005))
    live = [row["patient_seq"] for row in watcher.screen.found if "replayed" not in row]
    assert live == [7, 7]
    assert watcher.screen.kinds().count("snapshot") == 2


def test_the_store_is_read_from_a_minute_before_so_that_nothing_is_left_out(ward: Ward):
    ward.store.tables["transitions"] = [stored(1, NOW - MARGIN_MS - 1), stored(2, NOW - MARGIN_MS)]
    texts, is_complete = Missed(ward).since(NOW * 1000 + 999)
    assert is_complete
    assert len(texts) == 1
    assert '"patient_seq":2' in texts[0]
