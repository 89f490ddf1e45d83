from prometheus_client.parser import text_string_to_metric_families
from tests.server.records import reading

from wardline import __version__


def samples(call):
    text = call.get("/metrics").text
    families = text_string_to_metric_families(text)
    return [sample for family in families for sample in family.samples]


def value(call, name, **labels):
    (found,) = [s.value for s in samples(call) if s.name == name and s.labels == labels]
    return found


def test_readings_are_counted_by_what_became_of_them(call):
    call.post("/api/v1/readings", [reading("A"), reading("A"), 7, reading("B")])
    name = "wardline_ingest_messages_total"
    assert value(call, name, transport="http", result="accepted") == 2
    assert value(call, name, transport="http", result="duplicate") == 1
    assert value(call, name, transport="http", result="rejected") == 1
    assert value(call, "wardline_ingest_ack_seconds_count") == 1


def test_requests_are_counted_by_the_pattern_of_their_route(call):
    call.get("/api/v1/patients/PT-CANARY")
    call.get("/PT-CANARY")
    call("PT-CANARY", "/api/v1/patients")
    name = "wardline_http_requests_total"
    pattern = "/api/v1/patients/{patient_id}"
    assert value(call, name, method="GET", route=pattern, status="404") == 1
    assert value(call, name, method="GET", route="(no route)", status="404") == 1
    assert "CANARY" not in call.get("/metrics").text


def test_figures_of_the_host_are_counters_or_gauges_by_their_name(call, ward):
    ward.figure = {"wardline_commits_total": 12.0, "queue_rows": 3.0, "no good name": 1.0}
    families = {f.name: f for f in text_string_to_metric_families(call.get("/metrics").text)}
    assert families["wardline_commits"].type == "counter"
    assert families["wardline_queue_rows"].type == "gauge"
    assert not any("no good" in name for name in families)
    assert value(call, "wardline_commits_total") == 12


def test_the_version_is_among_the_metrics(call):
    assert value(call, "wardline_build_info", version=__version__) == 1


def test_two_servers_in_one_process_count_apart(serve):
    first, second = serve(), serve()
    first.get("/health")
    name = "wardline_http_requests_total"
    assert not any(s.labels.get("route") == "/health" for s in samples(second) if s.name == name)


def test_metrics_have_prometheus_content_type(call):
    assert call.get("/metrics").headers["content-type"].startswith("text/plain; version=")
