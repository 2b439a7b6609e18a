"""What lies around all routes, in its order."""

from collections.abc import Callable, Mapping
from functools import cache

from fastapi import FastAPI

from service.api import problems
from service.api.headers import SecurityHeaders
from service.api.limits import UNLIMITED, BodyLimit, RateLimit
from service.api.logs import RequestLog
from service.api.metrics import Metrics
from service.settings import Settings


def install_shell(
    app: FastAPI, settings: Settings, gauges: Callable[[], Mapping[str, float]] = dict
) -> Metrics:
    """Lay logs, headers, limits and problems around an app, and complete its OpenAPI.

    Args:
        app: before it serves.
        settings: for the limits.
        gauges: figures for the metrics, read at each scrape.

    Returns:
        What counts the requests; its `render` is what a route for /metrics gives.
    """
    metrics = Metrics(gauges)
    problems.install(app)
    # The last one is outermost: also what a limit or a fault answers is logged, counted and has the headers.
    app.add_middleware(BodyLimit, size=int(settings.body_megabytes * 1e6), seconds=settings.request_seconds)
    app.add_middleware(RateLimit, per_minute=settings.requests_per_minute)
    app.add_middleware(problems.Faults)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, count=metrics.count)
    # FastAPI's own way to change its OpenAPI is to put another function there.
    describe = app.openapi
    app.openapi = cache(lambda: problems.document(describe(), unlimited=UNLIMITED))  # type: ignore[method-assign]
    return metrics
