"""What the server counts about itself, and /metrics. No label ever names a patient."""

import re
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from wardline import __version__
from wardline.pipeline.ports import Acknowledgement

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PREFIX = "wardline_"
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_PARTITION = re.compile(r'(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)\{partition="(?P<partition>\d+)"\}\Z')


class Measures:
    """The server's own counters, in a registry of their own."""

    def __init__(self, figures: Callable[[], dict[str, float]]):
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wardline_http_requests", "Requests answered",
            ("method", "route", "status"), registry=self.registry,
        )  # fmt: skip
        self.request_seconds = Histogram(
            "wardline_http_request_seconds", "Time from request to answer",
            ("route",), registry=self.registry, buckets=SECONDS,
        )  # fmt: skip
        self.items = Counter(
            "wardline_ingest_messages", "Readings received, by what became of them",
            ("transport", "result"), registry=self.registry,
        )  # fmt: skip
        self.acknowledge_seconds = Histogram(
            "wardline_ingest_ack_seconds", "From a complete body until its readings were durable",
            registry=self.registry, buckets=SECONDS,
        )  # fmt: skip
        self.refused_tokens = Counter(
            "wardline_auth_failures", "Requests without the right token", registry=self.registry
        )
        self.viewers = Gauge(
            "wardline_live_viewers", "Screens that watch the live feed", registry=self.registry
        )
        self.registry.register(_Figures(figures))

    def watch_viewers(self, count: Callable[[], int]) -> None:
        """Learn how many viewers there are by asking."""
        self.viewers.set_function(count)

    def observe(self, method: str, route: str, status: int, duration_s: float) -> None:
        """One answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.request_seconds.labels(route).observe(duration_s)

    def acknowledged(self, result: Acknowledgement, duration_s: float) -> None:
        """One durable submission."""
        for word, count in (
            ("accepted", result.accepted),
            ("duplicate", result.duplicates),
            ("rejected", len(result.rejected)),
        ):
            self.items.labels("http", word).inc(count)
        self.acknowledge_seconds.observe(duration_s)

    def text(self) -> tuple[bytes, str]:
        """(everything in Prometheus' text format, its content type)."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _Figures(Collector):
    """The host's figures: names ending in _total are counters, all others gauges."""

    def __init__(self, figures: Callable[[], dict[str, float]]):
        self._figures = figures

    def describe(self) -> list[Metric]:
        """Nothing is known before the host is asked."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now; a name that is no metric name is left out.

        `name{partition="0"}` is one of several figures of that name.
        """
        build = GaugeMetricFamily("wardline_build_info", "This version", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        labelled: dict[str, GaugeMetricFamily] = {}
        for name, value in sorted(self._figures().items()):
            full = name if name.startswith(PREFIX) else PREFIX + name
            part = _PARTITION.match(full)
            if part is not None:
                family = labelled.setdefault(part["name"], _partitioned(part["name"]))
                family.add_metric([part["partition"]], value)
            elif _NAME.match(full):
                yield _family(full, value)
        yield from labelled.values()


def _partitioned(name: str) -> GaugeMetricFamily:
    text = f"By partition: {name.removeprefix(PREFIX).replace('_', ' ')}"
    return GaugeMetricFamily(name, text, labels=["partition"])


def _family(name: str, value: float) -> Metric:
    text = f"Of the running host: {name.removeprefix(PREFIX).replace('_', ' ')}"
    if name.endswith("_total"):
        return CounterMetricFamily(name, text, value=value)
    return GaugeMetricFamily(name, text, value=value)
