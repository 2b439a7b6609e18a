"""Who may do what: every route is closed but to those that this page names."""

import datetime as dt
import itertools
import re
import time

import pytest
from starlette.routing import Match

from service.api import dependencies
from service.store.keys import SCOPES, revoke_key, rotate_key

EVERYBODY = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/v1/openapi.json")}
SENDERS, READERS = {"intake", "admin"}, {"read", "review", "admin"}
# A route that is not here fails the test: think of who may use it.
ALLOWED = {
    ("POST", "/v1/questionnaires"): SENDERS,
    ("GET", "/v1/questionnaires"): SENDERS | READERS,
    ("GET", "/v1/questionnaires/{questionnaire_id}"): SENDERS | READERS,
    ("DELETE", "/v1/questionnaires/{questionnaire_id}"): {"admin"},
    ("GET", "/v1/questionnaires/{questionnaire_id}/answers"): READERS,
    ("GET", "/v1/answers"): READERS,
    ("GET", "/v1/answers/{answer_id}"): READERS,
    ("GET", "/v1/answers/{answer_id}/evidence"): READERS,
    ("POST", "/v1/answers/{answer_id}/decisions"): {"review", "admin"},
    ("POST", "/v1/tag"): SENDERS,
    ("GET", "/v1/taxonomy"): SENDERS | READERS,
    ("GET", "/v1/states"): SENDERS | READERS,
    ("GET", "/v1/models"): READERS,
    ("POST", "/v1/models"): {"admin"},
    ("POST", "/v1/models/{model_id}/activate"): {"admin"},
    ("GET", "/v1/exports/corpus"): {"admin"},
    ("GET", "/v1/exports/{subject}"): READERS,
    ("POST", "/v1/webhooks"): {"admin"},
    ("GET", "/v1/webhooks"): {"admin"},
    ("DELETE", "/v1/webhooks/{webhook_id}"): {"admin"},
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): {"admin"},
    ("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/send"): {"admin"},
    ("GET", "/metrics"): READERS,
}
BODIES = {
    "/v1/questionnaires": {"external_id": "other", "answers": [{"id": "1", "text": "Néant."}]},
    "/v1/answers/{answer_id}/decisions": {"version": 0, "decisions": [{"act": "done"}]},
    "/v1/tag": {"answers": [{"id": "1", "text": "Néant."}]},
    "/v1/models": {"name": "dummy"},
    "/v1/webhooks": {"url": "https://archive.example.org", "events": ["questionnaire.tagged"]},
}
# Of the pages, which are for people who have signed in, those that come before that.
BEFORE_SIGNING_IN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/{token}"),
    ("POST", "/sign-in/{token}"),
    ("POST", "/language"),
    ("GET", "/static/{name}"),
}


def routes_of(app):
    """Every method and path that the app serves, found in its routes and not in its own description."""
    found, pending = set(), list(app.router.routes)
    while pending:
        route = pending.pop()
        if included := getattr(route, "original_router", None):
            pending.extend(included.routes)
        else:
            found |= {(method, route.path) for method in getattr(route, "methods", ()) - {"HEAD"}}
    return found


@pytest.fixture(scope="module")
def guarded(open_api):
    with open_api("sqlite", model="dummy") as api:
        yield api


def ask(client, method, path, headers=None):
    filled = path.replace("{subject}", "answers")
    filled = re.sub(r"{\w+_id}", "1", filled)
    body = {"json": BODIES[path]} if method == "POST" and path in BODIES else {}
    return client.request(method, filled, headers=headers, **body)


def test_every_route_of_the_app_is_on_this_page_and_in_the_openapi_file(guarded):
    described = {
        (method.upper(), path)
        for path, operations in guarded.app.openapi()["paths"].items()
        for method in operations
    }
    assert described == {*ALLOWED, *EVERYBODY} - {("GET", "/v1/openapi.json")}
    for method, path in described:
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in guarded.app.routes)
    served = {each for each in routes_of(guarded.app) if each[1].startswith("/v1")}
    assert served <= {*ALLOWED, *EVERYBODY}


def test_every_page_sends_whoever_has_not_signed_in_to_the_sign_in_whatever_key_they_have(guarded):
    pages = routes_of(guarded.app) - {*ALLOWED, *EVERYBODY} - BEFORE_SIGNING_IN
    with guarded.client() as stranger, guarded.client("admin") as key:
        for client, (method, path) in itertools.product((stranger, key), pages):
            filled = re.sub(r"{\w+}", "1", path)
            found = client.request(method, filled, follow_redirects=False)
            assert found.status_code == 303, (method, path)
            assert found.headers["location"].startswith("/sign-in"), (method, path)


@pytest.mark.parametrize(("method", "path"), ALLOWED)
def test_without_a_valid_key_a_route_is_closed(guarded, method, path):
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    _, expired = guarded.key("admin", expires_at=ended)
    name, revoked = guarded.key("admin")
    with guarded.database.writing() as session:
        revoke_key(session, name, actor="test")
    given = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer no-key"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Authorization": expired},
        {"Authorization": f"Bearer {expired}"},
        {"Authorization": f"Bearer {revoked}"},
    ]
    with guarded.client() as client:
        for headers in given:
            refused = ask(client, method, path, headers)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer"), headers
            assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("method", "path"), ALLOWED)
def test_a_key_opens_what_its_scope_is_for_and_nothing_else(guarded, method, path, scope):
    with guarded.client(scope) as client:
        found = ask(client, method, path)
    if scope in ALLOWED[method, path]:
        assert found.status_code in {200, 201, 202, 204, 404, 409}
    else:
        assert found.status_code == 403
        assert found.json()["detail"].endswith(("scope admin", "scope intake", "scope read", "scope review"))


@pytest.mark.parametrize(("method", "path"), sorted(EVERYBODY))
def test_what_watches_over_the_service_and_the_openapi_file_need_no_key(guarded, method, path):
    with guarded.client() as client:
        assert ask(client, method, path).status_code == 200


def test_scopes_add_up(guarded):
    with guarded.client("intake", "read") as client:
        assert client.post("/v1/tag", json=BODIES["/v1/tag"]).status_code == 200
        assert client.get("/v1/answers").status_code == 200
        assert client.get("/v1/exports/corpus").status_code == 403


def test_a_rotated_key_opens_the_same_and_the_old_one_does_until_its_hours_are_over(guarded):
    name, old = guarded.key("read")
    with guarded.database.writing() as session:
        new = rotate_key(session, name, hours=1, actor="test")
    with guarded.client() as client:
        for each in (old, new):
            assert ask(client, "GET", "/v1/answers", {"Authorization": f"Bearer {each}"}).status_code == 200
        with guarded.database.writing() as session:
            newest = rotate_key(session, name, hours=0, actor="test")
        time.sleep(dependencies.KEY_SECONDS)
        found = [
            ask(client, "GET", "/v1/answers", {"Authorization": f"Bearer {each}"}).status_code
            for each in (old, new, newest)
        ]
    assert found == [401, 401, 200]


def test_a_key_written_in_ever_new_ways_fills_no_memory(guarded):
    _, key = guarded.key("read")
    with guarded.client() as client:
        client.app.state.keys_seen.clear()
        for blanks in range(1, 8):
            sent = {"Authorization": f"Bearer{' ' * blanks}{key}"}
            assert ask(client, "GET", "/v1/models", sent).status_code == 200
        assert len(client.app.state.keys_seen) == 1
        assert key not in str(client.app.state.keys_seen)


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"x" * 100, "headers": {"Content-Type": "text/plain"}},
        {"files": {"file": ("a.csv", b"id,text\n1,Guinea")}},
        {"json": {"unknown": True}},
    ],
)
def test_the_body_of_whoever_has_no_right_is_not_read(guarded, monkeypatch, sent):
    monkeypatch.setattr("service.api.submissions.read_questionnaires", None)
    with guarded.client() as stranger, guarded.client("read") as reader:
        assert stranger.post("/v1/questionnaires", **sent).status_code == 401
        assert reader.post("/v1/questionnaires", **sent).status_code == 403


def test_wrong_filters_of_whoever_has_no_key_are_not_looked_at(guarded):
    with guarded.client() as stranger, guarded.client("intake") as sender:
        for path in ("/v1/answers?region=nowhere", "/v1/answers?limit=x", "/v1/exports/answers?tag=none"):
            assert stranger.get(path).status_code == 401
            assert sender.get(path).status_code == 403


def test_a_key_is_told_in_no_answer_and_kept_as_a_hash_alone(guarded):
    name, secret = guarded.key("read")
    with guarded.client() as client:
        found = client.post("/v1/tag", json=BODIES["/v1/tag"], headers={"Authorization": f"Bearer {secret}"})
    assert found.status_code == 403
    assert name in found.json()["detail"]
    assert secret not in found.text
    guarded.database.dispose()
    assert not any(secret.encode() in each.read_bytes() for each in guarded.settings.home.glob("needtag.db*"))
