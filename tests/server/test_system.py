"""The data flow as it is answered and pushed."""

from dataclasses import replace

import pytest
from tests.server.site import TOKEN, Site
from tests.server.watching import open_socket

from wardline.pipeline.system_picture import PartitionPicture
from wardline.server.viewer import MISUNDERSTOOD


def test_the_data_flow_is_that_of_the_host_with_the_screens_of_this_server(call, ward):
    queue = PartitionPicture("", 0, "engine", "saving", 0, None, 3, 7, 0, 0.123456)
    ward.flow = replace(ward.flow, partitions=(queue,), problems=("slow",))
    answer = call.get("/api/v1/system")
    assert answer.status_code == 200
    told = answer.json()
    (partition,) = told["partitions"]
    assert (partition["lag"], partition["patients"]) == (3, 7)
    assert partition["heard_s"] == 0.123
    assert told["problems"] == ["slow"]
    assert told["server"] == {"viewers": 0, "viewers_max": 500, "messages_per_s": 0.0}


def test_it_needs_what_readings_need(guarded: Site):
    del guarded.client.headers["Authorization"]
    assert guarded.client.get("/api/v1/system").status_code == 401
    guarded.client.headers["Authorization"] = f"Bearer {TOKEN}"
    assert guarded.client.get("/api/v1/system").status_code == 200


def test_it_is_pushed_to_whoever_asked_and_to_nobody_else(site: Site):
    site.post("A", heart_rate=80)
    with site.watch() as operator, site.watch() as nurse:
        operator.say(system=True)
        told = operator.until_type("system")["system"]
        assert told["kind"] == "embedded"
        assert told["partitions"][0]["patients"] == 1
        assert told["server"]["viewers"] == 2
        kinds = {nurse.until_type("heartbeat")["type"] for _ in range(2)}
        assert kinds == {"heartbeat"}
        assert "system" not in {message["type"] for message in nurse.screen.messages}


def test_it_is_pushed_no_more_once_nobody_wants_it(site: Site):
    with site.watch() as operator:
        operator.say(system=True)
        operator.until_type("system")
        operator.say(system=False)
        operator.until_type("heartbeat")
        seen = len(operator.screen.messages)
        for _ in range(2):
            operator.until_type("heartbeat")
        rest = operator.screen.messages[seen:]
        assert "system" not in {message["type"] for message in rest}


def test_rates_are_those_of_now(site: Site):
    with site.watch() as operator:
        operator.say(system=True)
        for _ in range(3):
            site.post("A")
            message = operator.until_type("system")
        sums = message["system"]["sums"]
        assert sums["readings_per_s"] > 0
        assert sums["commits_per_s"] > 0
        assert sums["commit_lag_s"] is not None
        assert message["system"]["server"]["messages_per_s"] > 0


def test_a_store_that_takes_nothing_is_told(site: Site):
    with site.watch() as operator:
        site.post("A")
        site.store.commits_fail = site.store.reads_fail = True
        sent = {"patient_id": "A", "timestamp": 1, "heart_rate": 80}
        assert site.client.post("/api/v1/readings", json=sent).status_code == 503
        operator.say(system=True)
        told = operator.until_type("system")["system"]
        assert told["takes_commits"] is False
        assert told["partitions"][0]["state"] == "refusing"
        assert told["problems"]


@pytest.mark.parametrize("wish", [1, None, "yes", {}])
def test_a_wish_that_is_none_ends_the_connection(site: Site, wish):
    with site.watch() as watcher:
        watcher.say(system=wish)
        assert watcher.closed_with() == MISUNDERSTOOD


def test_a_viewer_that_goes_takes_its_wish_along(site: Site):
    with open_socket(site.port) as socket:
        socket.send('{"system": true}')
        while '"type":"system"' not in str(socket.recv(timeout=30)):
            pass
    with site.watch() as watcher:
        for _ in range(2):
            watcher.until_type("heartbeat")
        assert "system" not in {message["type"] for message in watcher.screen.messages}
