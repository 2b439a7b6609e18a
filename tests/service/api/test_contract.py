"""The API keeps to its OpenAPI file, whoever asks and whatever is sent; and the file tells all."""

from contextlib import ExitStack

import jsonschema_rs
import pytest

from service.store.tables import Answer
from tests.service.api.asking import SCOPES, Asking, present

KINDS = ("sqlite", "postgresql")
TAGS = ("questionnaires", "answers", "tagging", "catalogue", "models", "exports", "webhooks", "health")


@pytest.fixture(scope="module")
def apis(open_api):
    """The API on each kind of database; opened when first asked for."""
    with ExitStack() as stack:
        opened = {}

        def on(kind):
            if kind not in opened:
                opened[kind] = stack.enter_context(open_api(kind))
            return opened[kind]

        yield on


@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_as_documented_at_the_limits_of_what_may_be_sent(apis, tag):
    asking = Asking(apis("sqlite"), "admin")
    for operation in asking.operations(tag):
        asking.at_the_limits(operation)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_as_documented_whoever_asks(apis, kind, scope):
    asking = Asking(apis(kind), scope)
    for operation in asking.operations():
        asking.at_random(operation, 4)


@pytest.fixture(scope="module")
def openapi(apis):
    return apis("sqlite").admin.get("/v1/openapi.json").json()


def operations(openapi):
    return [
        (f"{method} {path}", operation)
        for path, found in openapi["paths"].items()
        for method, operation in found.items()
    ]


def valid(openapi, schema, example):
    return jsonschema_rs.validator_for({**schema, "components": openapi["components"]}).is_valid(example)


def test_every_operation_has_a_name_a_summary_a_description_and_every_refusal(openapi):
    names = [operation["operationId"] for _, operation in operations(openapi)]
    assert len(set(names)) == len(names)
    for name, operation in operations(openapi):
        assert set(operation["tags"]) < set(TAGS), name
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        told = set(operation["responses"])
        assert told >= {"413", "500"}, name
        if "security" in operation:
            assert told >= {"401", "403", "503"}, name
        if "requestBody" in operation:
            assert told >= {"400", "408", "422"}, name
        if "{" in name:
            assert "422" in told, name


def test_every_parameter_says_what_it_is(openapi):
    for name, operation in operations(openapi):
        for each in operation.get("parameters", []):
            said = {**each, **each["schema"]}
            assert said.keys() & {"description", "examples", "enum"}, (name, each["name"])


def test_every_body_has_an_example_that_is_valid(openapi):
    for name, operation in operations(openapi):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            assert valid(openapi, content["schema"], content["example"]), (name, media_type)


def test_every_answer_has_an_example_that_is_valid(openapi):
    for name, operation in operations(openapi):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if "spreadsheetml" in media_type:  # bytes
                    continue
                assert valid(openapi, content.get("schema", {}), content["example"]), (name, status)


def test_the_examples_of_bodies_are_taken_in(apis, openapi):
    api = apis("sqlite")
    present(api, Answer)
    for name, operation in operations(openapi):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type != "application/json":
                continue
            method, path = name.split()
            path = path.replace("{answer_id}", present(api, Answer))
            found = api.admin.request(method, path, json=content["example"])
            # A decision on an answer that has no such tag is understood, and refused for that.
            assert found.status_code < 300 or "add it instead" in found.text, (name, found.text)
