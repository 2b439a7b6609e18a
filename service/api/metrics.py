"""Figures of a running service for Prometheus."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Around what is promised of reads (150 ms) and of tagging one answer (300 ms); exports take longest.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.6, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Requests by method, route and status, and what is counted at the moment of asking.

    Args:
        gauges: figures by name, such as `answers_waiting`; read at each scrape, in the scrape's thread.
    """

    def __init__(self, gauges: Callable[[], Mapping[str, float]] = dict) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("needtag_requests", "Requests served.", labels, registry=self.registry)
        self._seconds = Histogram(
            "needtag_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            labels,
            buckets=_BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_Gauges(gauges))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is its template, so that no id makes a series of its own."""
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route, status).observe(seconds)

    def render(self) -> bytes:
        """Everything in Prometheus' text format, which is `MEDIA_TYPE`."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(self, gauges: Callable[[], Mapping[str, float]]) -> None:
        self._gauges = gauges

    def describe(self) -> list[Metric]:
        """Nothing: the registry would else read the gauges when it is made."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Each figure as it is now."""
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"needtag_{name}", name.replace("_", " ").capitalize() + ".", value)
