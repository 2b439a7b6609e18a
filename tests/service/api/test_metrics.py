"""Requests are counted by template, and figures are read when they are asked for."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.api.metrics import Metrics


def samples(metrics):
    return {
        (each.name, *sorted(each.labels.items())): each.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for each in family.samples
    }


def counted(metrics, method, route, status):
    labels = [("method", method), ("route", route), ("status", status)]
    found = samples(metrics)
    return found.get(("needtag_requests_total", *labels)), found.get(
        ("needtag_request_seconds_count", *labels)
    )


def test_requests_are_counted_by_the_template_of_their_route(shelled):
    for id_ in ("7", "8", "fault"):
        shelled.get(f"/v1/things/{id_}")
    shelled.get("/v1/nothing")
    metrics = shelled.app.state.metrics
    assert counted(metrics, "GET", "/v1/things/{id}", "200") == (2, 2)
    assert counted(metrics, "GET", "/v1/things/{id}", "500") == (1, 1)
    assert counted(metrics, "GET", "unmatched", "404") == (1, 1)


def test_what_a_limit_refuses_is_counted(shelled_with):
    client = shelled_with(requests_per_minute=1)
    for _ in range(3):
        client.get("/v1/things")
    assert counted(client.app.state.metrics, "GET", "unmatched", "429") == (2, 2)


def test_figures_are_read_at_each_scrape():
    waiting = [0]
    metrics = Metrics(lambda: {"answers_waiting": waiting[0]})
    waiting[0] = 5
    assert samples(metrics)[("needtag_answers_waiting",)] == 5
    waiting[0] = 6
    assert samples(metrics)[("needtag_answers_waiting",)] == 6


def test_figures_are_not_read_before_they_are_asked_for():
    def unreadable():
        raise RuntimeError

    metrics = Metrics(unreadable)
    with pytest.raises(RuntimeError):
        metrics.render()


def test_two_apps_count_for_themselves(shelled_with):
    first, second = shelled_with(), shelled_with()
    first.get("/healthz")
    assert counted(first.app.state.metrics, "GET", "/healthz", "200") == (1, 1)
    assert counted(second.app.state.metrics, "GET", "/healthz", "200") == (None, None)
