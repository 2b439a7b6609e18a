"""Every refusal is problem+json, says what to do, and tells nothing that it should not."""

import http.client
import json
import logging
from contextlib import closing

import pytest

import nlp.errors
import service.errors
from nlp.errors import NeedtagError
from service.api.problems import MEDIA_TYPE, STATUS, problem


def problem_of(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"]
    return body


@pytest.mark.parametrize(
    ("thing", "status", "detail"),
    [
        ("input", 422, "row 3: has no text"),
        ("unauthorized", 401, "the key: is not known here; ask for another"),
        ("forbidden", 403, "the key: has no scope review"),
        ("missing", 404, "answer 7: is not there, or no longer"),
        ("conflict", 409, "decision 2: is there already; read the answer again"),
        ("model", 503, "model x: is damaged"),
        ("schema", 503, "the database: is older; run needtag db upgrade"),
        ("unavailable", 503, "the service: is full"),
    ],
)
def test_an_error_on_purpose_is_told_in_its_own_sentence(shelled, thing, status, detail):
    body = problem_of(shelled.get(f"/v1/things/{thing}"), status)
    assert (body["detail"], body["concerns"]) == (detail, detail.partition(":")[0])


def test_every_kind_of_error_has_a_status():
    kinds = {
        each
        for module in (nlp.errors, service.errors)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, NeedtagError)
    }
    assert kinds == set(STATUS)


def test_who_comes_without_key_is_told_which_kind_is_wanted(shelled):
    assert shelled.get("/v1/things/unauthorized").headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("thing", ["unavailable", "locked", "pool", "model"])
def test_what_may_work_later_says_when_to_try_again(shelled, thing):
    assert int(shelled.get(f"/v1/things/{thing}").headers["retry-after"]) > 0


@pytest.mark.parametrize("thing", ["locked", "pool"])
def test_a_database_that_does_not_answer_is_told_without_the_statement(shelled, caplog, secret, thing):
    body = problem_of(shelled.get(f"/v1/things/{thing}"), 503)
    assert "INSERT" not in body["detail"]
    assert "does not answer" in caplog.text
    assert secret not in body["detail"] + caplog.text + str([each.__dict__ for each in caplog.records])


@pytest.mark.parametrize(
    ("thing", "kind"), [("fault", "ValueError"), ("integrity", "IntegrityError"), ("group", "KeyError")]
)
def test_a_fault_tells_nothing_and_is_logged_with_its_frames_alone(shelled, caplog, secret, thing, kind):
    answer = shelled.get(f"/v1/things/{thing}")
    body = problem_of(answer, 500)
    assert set(body) == {"type", "title", "status", "detail"}
    assert answer.headers["x-request-id"]
    assert "default-src" in answer.headers["content-security-policy"]
    (line,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert kind in line.traceback
    assert "in thing" in line.traceback
    assert secret not in body["detail"] + caplog.text + str([each.__dict__ for each in caplog.records])


def test_an_answer_that_breaks_off_is_logged_without_its_text(listening, caplog, secret):
    connection = http.client.HTTPConnection("127.0.0.1", listening())
    with closing(connection):
        connection.request("GET", "/stream")
        answer = connection.getresponse()
        assert answer.status == 200
        with closing(answer), pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert "fault" in caplog.messages
    assert secret not in caplog.text + str([each.__dict__ for each in caplog.records])


def test_wrong_fields_are_named_and_their_values_are_not_repeated(shelled, secret):
    pieces = {"answers": [{"id": secret, "text": None}, {"id": 2, "text": "x"}], "more": secret}
    answer = shelled.post("/v1/things", json=pieces)
    body = problem_of(answer, 422)
    assert [each["field"] for each in body["errors"]] == ["answers[0].id", "answers[0].text", "more"]
    assert body["detail"].startswith("answers[0].id: Input should be a valid integer")
    assert secret not in answer.text


def test_neither_a_wrong_kind_is_repeated_nor_is_pydantics_own_word_before_a_sentence(shelled, secret):
    pieces = {"answers": [], "filter": {"kind": secret}, "count": 3}
    answer = shelled.post("/v1/things", json=pieces)
    told = {each["field"]: each["problem"] for each in problem_of(answer, 422)["errors"]}
    assert told == {"filter": "Input should be one of 'listed', 'named'", "count": "must be even"}
    assert secret not in answer.text


def test_a_wrong_parameter_is_named(shelled):
    body = problem_of(shelled.get("/v1/things/7?limit=11"), 422)
    assert body["errors"] == [{"field": "limit", "problem": "Input should be less than or equal to 10"}]


def test_of_thousands_of_wrong_fields_the_first_are_named(shelled):
    body = problem_of(shelled.post("/v1/things", json={"answers": [{"id": 1}] * 2000}), 422)
    assert len(body["errors"]) == 50
    assert body["detail"].endswith("; and 1995 more")


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [
        (b'{"answers": [', 422, "body: is no JSON at character 13"),
        (b"", 422, "body: Field required"),
        (b"\xff\xfe{", 400, "There was an error parsing the body"),
        (b"[" * 100_000, 400, "There was an error parsing the body"),
    ],
)
def test_a_body_that_is_no_json_is_refused(shelled, content, status, detail):
    answer = shelled.post("/v1/things", content=content, headers={"Content-Type": "application/json"})
    assert problem_of(answer, status)["detail"] == detail


def test_half_a_surrogate_pair_breaks_no_answer(shelled):
    assert json.loads(problem(404, "\ud800: is not there").body)["detail"] == "?: is not there"
    wrong = b'{"answers": [], "\\ud800": 1}'
    answer = shelled.post("/v1/things", content=wrong, headers={"Content-Type": "application/json"})
    assert problem_of(answer, 422)["errors"]


def test_an_unknown_address_is_a_problem(shelled):
    assert problem_of(shelled.get("/v1/nothing"), 404)["detail"] == "there is nothing at this address"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "BREW"])
def test_a_method_that_is_not_taken_is_refused_with_all_that_are(shelled, method):
    answer = shelled.request(method, "/v1/things")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["content-type"] == MEDIA_TYPE


def test_any_status_can_be_told():
    body = json.loads(problem(418).body)
    assert (body["title"], body["status"]) == ("I'm a Teapot", 418)


def test_openapi_has_problems_in_place_of_fastapis_errors(shelled):
    text = shelled.get("/openapi.json").text
    assert "HTTPValidationError" not in text
    assert "ValidationError" not in text
    schema = json.loads(text)
    assert {"Problem", "FieldProblem"} <= set(schema["components"]["schemas"])
    told = schema["paths"]["/v1/things/{id}"]["get"]["responses"]
    assert set(told) == {"200", "401", "404", "413", "422", "429", "500"}
    assert "WWW-Authenticate" in told["401"]["headers"]
    for status in set(told) - {"200"}:
        (media_type,) = told[status]["content"]
        assert media_type == MEDIA_TYPE
        assert told[status]["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert told[status]["content"][MEDIA_TYPE]["example"]["status"] == int(status)


def test_openapi_says_where_a_body_may_be_refused_and_where_no_rate_is_limited(shelled):
    paths = shelled.app.openapi()["paths"]
    assert {"400", "408"} <= set(paths["/v1/things"]["post"]["responses"])
    assert "429" not in paths["/healthz"]["get"]["responses"]
    assert shelled.app.openapi() is shelled.app.openapi()
