"""Alerts and dashboard ask for metrics that there are, with labels that they have."""

import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from prometheus_client import Histogram
from tests.deploy.manifests import ROOT, alerts, dashboard, expressions

from wardline.server.measures import Measures

OF_WORKERS = {
    "wardline_worker_lag_messages": {"partition"},
    "wardline_worker_partitions": set[str](),
    "wardline_commit_lag_seconds": {"partition"},
    "wardline_commit_seconds": set[str](),
    "wardline_dead_letters_total": set[str](),
    "wardline_run_ahead_rows": set[str](),
    "wardline_outbox_pending": set[str](),
}
"""What a worker counts, with labels."""
OF_PROMETHEUS = {"instance", "job"}
SEVERITIES = {"none", "warning", "critical"}
KEYS = {"alert", "expr", "for", "labels", "annotations"}


def known() -> dict[str, set[str]]:
    """Metric -> its labels: of the server, of the host, of workers."""
    metrics = dict(OF_WORKERS)
    for metric in Measures(dict).registry.collect():
        labels = {name for sample in metric.samples for name in sample.labels}
        metrics[metric.name] = labels
    for measure in vars(Measures(dict)).values():
        if hasattr(measure, "_labelnames"):
            metrics |= {name: set(measure._labelnames) for name in endings(measure)}
    return {name: set() for name in figures()} | metrics


def figures() -> set[str]:
    """Names that hosts tell as they are, without labels; the server's own have endings."""
    sources = [path for path in (ROOT / "src").rglob("*.py") if path.name != "measures.py"]
    return {name for path in sources for name in re.findall(r'"(wardline_\w+)"', path.read_text())}


def endings(measure: Any) -> list[str]:
    """The names under which one measure is told."""
    name = measure._name
    if isinstance(measure, Histogram):
        return [f"{name}_bucket", f"{name}_sum", f"{name}_count"]
    return [f"{name}_total" if measure._type == "counter" else name]


def metrics_of(expression: str) -> set[str]:
    return set(re.findall(r"\bwardline_\w+", expression))


def labels_of(expression: str) -> set[str]:
    """What it groups by and what it selects."""
    grouped = re.findall(r"\b(?:by|without) \(([^)]*)\)", expression)
    selected = re.findall(r"[{,]\s*(\w+)\s*[=!]", expression)
    return {name.strip() for names in grouped for name in names.split(",")} | set(selected)


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_asked_for_is_there_with_its_labels(expression: str):
    metrics = metrics_of(expression)
    assert metrics - set(known()) == set()
    labels = {label for metric in metrics for label in known()[metric]}
    assert labels_of(expression) - labels - OF_PROMETHEUS - {"le"} == set()


def test_the_search_for_metrics_knows_those_of_server_and_host():
    assert {"wardline_build_info", "wardline_ready", "wardline_live_viewers"} <= set(known())
    assert known()["wardline_http_requests_total"] == {"method", "route", "status"}
    assert "wardline_ingest_ack_seconds_bucket" in known()


def test_every_alert_has_a_name_of_its_own_a_severity_and_a_sentence():
    names = Counter(rule["alert"] for rule in alerts())
    assert set(names.values()) == {1}
    for rule in alerts():
        assert set(rule) <= KEYS
        assert rule["labels"]["severity"] in SEVERITIES
        assert rule["annotations"]["summary"]
        assert re.fullmatch(r"\d+[sm]", rule.get("for", "1m"))


def test_one_alert_always_fires_so_that_silence_is_noticed():
    assert [rule["expr"] for rule in alerts() if rule["labels"]["severity"] == "none"] == [
        "vector(1)"
    ]


def test_panels_of_the_dashboard_lie_beside_each_other():
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not any(overlap(a, b) for a, b in combinations(places, 2))


def overlap(a: dict[str, int], b: dict[str, int]) -> bool:
    is_beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    is_below = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
    return not (is_beside or is_below)


def test_the_dashboard_asks_which_prometheus():
    sources = {panel["datasource"]["uid"] for panel in dashboard()["panels"]}
    assert sources == {"${datasource}"}
    assert [entry["name"] for entry in dashboard()["templating"]["list"]] == ["datasource"]
