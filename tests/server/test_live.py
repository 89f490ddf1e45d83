"""The live feed over real sockets, a real engine and a real store."""

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.site import Site, now
from tests.server.watching import WAIT_S

from wardline.pipeline.hub import LiveUpdate

MEMBERS = {
    "patient_id", "ward", "bed", "admission_id", "age", "gender", "condition", "profile",
    "spo2_scale", "limits", "last_reading_at", "clock_skew_s", "vitals", "inputs", "conditions",
    "scores", "trend",
}  # fmt: skip


def test_the_snapshot_holds_every_patient_as_the_latest_values_do(site: Site):
    site.post("A", heart_rate=72.5, spo2=78, temperature=36.6)
    site.post("B", respiratory_rate=14)
    site.client.post(
        "/api/v1/patients/C/admission",
        json={"actor": "K", "admission_id": "a-1", "ward": "ICU", "bed": "4"},
    )
    with site.watch() as watcher:
        (snapshot,) = watcher.screen.messages
        latest = site.client.get("/api/v1/vitals/latest").json()["patients"]
        assert snapshot["beds"] == [{"ward": "ICU", "bed": "4"}]
        assert [p["patient_id"] for p in snapshot["patients"]] == ["A", "B", "C"]
        for shown, known in zip(snapshot["patients"], latest, strict=True):
            assert set(shown) == MEMBERS
            for member in ("ward", "bed", "last_reading_at", "clock_skew_s", "scores"):
                assert shown[member] == known[member]
            for name, vital in shown["vitals"].items():
                extra = {"unit": None, "age_s": None}
                assert vital | extra | {"usual": 0} == known["vitals"][name] | extra | {"usual": 0}
            assert [c["rule"] for c in shown["conditions"]] == [
                c["rule"] for c in known["conditions"]
            ]


def test_a_reading_reaches_a_viewer_with_only_what_changed(site: Site):
    site.post(heart_rate=80, spo2=97)
    with site.watch() as watcher:
        at = site.post(spo2=96)
        assert at
        message = watcher.until_type("values")
        (patient,) = message["patients"]
        assert set(patient) == {"patient_id", "last_reading_at", "vitals", "inputs"}
        assert list(patient["vitals"]) == ["spo2"]
        assert patient["vitals"]["spo2"]["value"] == 96


def test_transitions_are_seen_once_also_across_a_lost_connection(site: Site):
    with site.watch() as watcher:
        site.alarm()
        watcher.until_known(lambda screen: len(screen.transitions) == len(site.stored()))
        seen, seq = watcher.screen.transitions, watcher.screen.seq
    site.alarm("q")
    with site.watch() as watcher:
        site.alarm("r")
        watcher.until_known(lambda screen: "r" in dict(screen.transitions))
        watcher.say(resume=seq)
        assert watcher.until_type("resumed")["complete"]
        watcher.until_known(lambda s: len(s.transitions) + len(seen) == len(site.stored()))
        assert sorted(seen + watcher.screen.transitions) == site.stored()
        rows = [row for row in watcher.screen.found if row["type"] == "transition"]
        assert {row["patient_id"] for row in rows if row.get("replayed")} == {"q"}
        assert len({row["seq"] for row in rows}) == len(rows)


def test_transitions_are_seen_also_across_a_restart_and_numbers_grow(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/ward.db"
    first = Site(url)
    with first.watch() as watcher:
        first.alarm("p")
        watcher.until_known(lambda screen: len(screen.transitions) == len(first.stored()))
        seq = watcher.screen.seq
    first.alarm("q")
    first.stop()
    second = Site(url)
    try:
        with second.watch() as watcher:
            assert watcher.screen.messages[0]["seq"] > seq
            watcher.until_known(lambda screen: {"p", "q"} <= set(screen.patients))
            watcher.say(resume=seq)
            assert watcher.until_type("resumed")["complete"]
            assert {key for key in second.stored() if key[0] == "q"} <= set(
                watcher.screen.transitions
            )
            for row in watcher.screen.found:
                assert row["replayed"]
                assert {"patient_seq", "rule", "state", "onset"} <= set(row)
    finally:
        second.stop()


def test_who_missed_more_than_is_kept_is_told_so_and_shown_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wardline.server.missed.ROWS_MAX", 2)
    monkeypatch.setattr("wardline.server.missed.PAGE_ROWS", 2)
    site.alarm("p")
    site.alarm("q")
    with site.watch() as watcher:
        watcher.say(resume=0)
        assert not watcher.until_type("resumed")["complete"]
        kinds = [kind for kind in watcher.screen.kinds() if kind not in {"values", "heartbeat"}]
        assert kinds == ["snapshot", "transition", "transition", "snapshot", "resumed"]


def test_a_store_that_cannot_be_read_makes_resuming_incomplete_and_nothing_worse(site: Site):
    with site.watch() as watcher:
        site.store.reads_fail = True
        watcher.say(resume=0)
        assert not watcher.until_type("resumed")["complete"]
        watcher.until_type("heartbeat")


def test_a_number_that_is_still_to_come_is_no_complete_answer(site: Site):
    with site.watch() as watcher:
        watcher.say(resume=2**53 - 1)
        assert not watcher.until_type("resumed")["complete"]


def test_watch_chooses_whose_scores_windows_and_anomalies_come(site: Site):
    with site.watch() as watcher, site.watch() as other:
        watcher.say(watch=["B"])
        other.say(watch=[])
        for viewer in (watcher, other):
            viewer.say(resume=viewer.screen.seq)
            viewer.until_type("resumed")
        found = tuple(
            (kind, name, f'"patient_id":"{name}"}}')
            for kind in ("score", "window", "anomaly", "transition")
            for name in ("A", "B")
        )
        site.host.live.hub.publish(LiveUpdate(now(), {}, found))
        for viewer in (watcher, other):
            viewer.until(lambda m: m["type"] == "transition" and m["patient_id"] == "B")
        told = [(row["type"], row["patient_id"]) for row in watcher.screen.found]
        both = [("transition", "A"), ("transition", "B")]
        assert told == [("score", "B"), ("window", "B"), ("anomaly", "B"), *both]
        assert [(row["type"], row["patient_id"]) for row in other.screen.found] == both


def test_heartbeats_tell_time_engine_and_figures(site: Site):
    site.post()
    with site.watch() as watcher:
        message = watcher.until(
            lambda m: m["type"] == "heartbeat" and m["figures"] and m["figures"]["readings_total"]
        )
        assert message["problems"] == []
        assert message["engine_at"] <= message["now"]
        assert message["figures"]["readings_total"] == 1
        assert set(message["figures"]) == {
            "readings_total", "readings_per_s", "anomalous_share", "alarms_per_hour", "since",
        }  # fmt: skip


def test_heartbeats_tell_of_a_store_in_trouble_until_it_is_over(site: Site):
    with site.watch() as watcher:
        watcher.until(lambda m: m["type"] == "heartbeat" and not m["problems"])
        site.store.commits_fail = True
        sent = {"patient_id": "p", "timestamp": now(), "heart_rate": 80}
        assert site.client.post("/api/v1/readings", json=sent).status_code == 503
        told = watcher.until(lambda m: m["type"] == "heartbeat" and m["problems"])
        assert "takes nothing" in told["problems"][0]
        site.store.commits_fail = False
        watcher.until(lambda m: m["type"] == "heartbeat" and not m["problems"])


def seconds(message: dict[str, Any], member: str) -> float:
    return datetime.fromisoformat(message[member]).timestamp()


def test_heartbeats_go_on_while_the_engine_hangs_and_its_time_stands_still(site: Site):
    site.post()
    with site.watch() as watcher:
        with site.host._loop.lock:
            stalled = [watcher.until_type("heartbeat") for _ in range(4)]
            with site.watch() as late:
                late.until_type("heartbeat")
            assert site.client.get("/healthz").status_code == 200
            assert site.client.get("/api/v1/vitals/latest", timeout=WAIT_S).status_code == 200
        assert seconds(stalled[-1], "engine_at") - seconds(stalled[-2], "engine_at") < 0.1
        assert seconds(stalled[-1], "now") - seconds(stalled[-2], "now") > 0.5
        site.post("q")
        watcher.until_known(lambda screen: "q" in screen.patients)


def test_a_server_that_stops_says_1012(site: Site):
    with site.watch() as watcher:
        site.server.stop()
        assert watcher.closed_with() == 1012


def test_metrics_count_the_viewers_that_watch_now(site: Site):
    with site.watch():
        metrics = httpx.get(f"{site.server.url}/metrics").text
    assert "\nwardline_live_viewers 1.0\n" in metrics
