"""Every answer has the headers that keep browsers from harm, and none that lets other sites in."""

import pytest

from service.api.headers import HEADERS


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/things/7", "/v1/nothing", "/v1/things/fault", "/openapi.json"]
)
def test_every_answer_has_them(shelled, path):
    headers = shelled.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_a_route_keeps_what_it_sets_itself(shelled):
    headers = shelled.get("/page").headers
    assert headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert headers["cache-control"] == "no-store"


def test_no_other_site_may_read_anything(shelled):
    origin = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    for answer in (shelled.get("/healthz", headers=origin), shelled.options("/v1/things", headers=origin)):
        assert not [name for name in answer.headers if name.startswith("access-control")]
