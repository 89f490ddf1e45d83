"""What a worker counts, for Prometheus and for operators."""

import time
from dataclasses import replace
from pathlib import Path

from tests.pipeline.sharding import QUICK, START, Hand, reading
from tests.pipeline.topics import Topic

from wardline.pipeline.shard_slot import TOLD_S
from wardline.stores.relational.store import RelationalStore

LAG = 'wardline_commit_lag_seconds{{partition="{}"}}'
AN_HOUR_S = 3_600.0
WANTED = {
    "wardline_readings_total", "wardline_readings_accepted_total",
    "wardline_readings_duplicate_total", "wardline_readings_rejected_total",
    "wardline_values_rejected_total", "wardline_values_late_total", "wardline_dead_letters_total",
    "wardline_commits_total", "wardline_commit_seconds_total", "wardline_commits_failed_total",
    "wardline_run_ahead_rows", "wardline_worker_partitions", "wardline_engine_heartbeat_seconds",
    "wardline_sources_skewed",
}  # fmt: skip
"""Asked for by alerts and dashboard, besides those of a partition."""


def worker(folder: Path, topic: Topic) -> Hand:
    hand = Hand(topic, RelationalStore(f"sqlite:///{folder}/ward.db", is_shared=True))
    hand.open(0, 1)
    return hand


def test_a_worker_counts_everything_that_alerts_and_dashboard_ask_for(tmp_path: Path):
    hand = worker(tmp_path, Topic())
    assert set(hand.host.figures()) >= WANTED


def test_the_age_of_the_oldest_reading_of_the_newest_commit_is_told(tmp_path: Path):
    topic = Topic()
    hour_ago_ms = int((time.time() - AN_HOUR_S) * 1000)
    topic.add(0, reading("p", START, heart_rate=80), hour_ago_ms)
    topic.add(0, reading("p", START + 1_000, heart_rate=81), hour_ago_ms + 1_800_000)
    hand = worker(tmp_path, topic)
    assert LAG.format(0) not in hand.host.figures()
    hand.drain()
    figures = hand.host.figures()
    assert AN_HOUR_S <= figures[LAG.format(0)] < AN_HOUR_S + 120
    assert LAG.format(1) not in figures


def test_a_commit_of_new_readings_is_as_young_as_they_are(tmp_path: Path):
    topic = Topic()
    topic.add(0, reading("p", START, heart_rate=80), START)
    hand = worker(tmp_path, topic)
    hand.drain()
    topic.add(0, reading("p", START + 1_000, heart_rate=81), time.time_ns() // 1_000_000)
    hand.drain()
    assert hand.host.figures()[LAG.format(0)] < 120


def test_what_was_committed_stays_counted_when_a_partition_goes(tmp_path: Path):
    topic = Topic()
    for partition in range(2):
        topic.add(partition, reading(f"p{partition}", START, heart_rate=80), START)
    hand = worker(tmp_path, topic)
    hand.drain()
    before = hand.host.figures()
    assert before["wardline_commits_total"] >= 2
    hand.reader.revoke(0)
    after = hand.host.figures()
    for name in ("wardline_commits_total", "wardline_commit_seconds_total"):
        assert after[name] >= before[name]
    assert after["wardline_worker_partitions"] == 1


def test_a_partition_that_waits_for_a_slow_store_says_so(tmp_path: Path):
    topic = Topic()
    hand = Hand(
        topic, RelationalStore(f"sqlite:///{tmp_path}/ward.db", is_shared=True),
        replace(QUICK, slow_s=-TOLD_S, commit_every_s=AN_HOUR_S, rows_per_commit=1_000),
    )  # fmt: skip
    hand.open(0)
    slot = hand.host.slots[0]
    assert slot.state_word == "saving"
    topic.add(0, reading("p", START, heart_rate=80), START)
    hand.until(lambda: slot.state_word == "waiting for the store")
    assert "nothing was saved lately" in slot.problem()
