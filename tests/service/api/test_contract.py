"""The API keeps to its OpenAPI file, whoever asks and whatever is sent; and the file tells all."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from sqlalchemy import func, select

from service.store.tables import Answer, ModelVersion, Questionnaire

KINDS = ("sqlite", "postgresql")
SCOPES = {"intake": ["intake"], "read": ["read"], "review": ["review"], "admin": ["admin"], "no key": []}
TAGS = ("questionnaires", "answers", "tagging", "catalogue", "models", "exports", "health")
TABLES = {"questionnaire_id": Questionnaire, "answer_id": Answer, "model_id": ModelVersion}
# What a valid request may meet: no right, or something that is not stored, or stored already; and 422 where
# what it means is known only by looking, such as whether there is a code, or whether a file can be read.
MET = ["2xx", "401", "403", "404", "409", "422"]


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


@dataclass
class Asking:
    """Somebody with a scope, in front of the API and its OpenAPI file."""

    api: Any
    scope: str

    def __post_init__(self):
        secret = SCOPES[self.scope] and self.api.key(*SCOPES[self.scope])[1]
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.schema = schemathesis.openapi.from_asgi("/v1/openapi.json", self.api.app)
        # Who asks is said by the headers.
        self.schema.config.generation.with_security_parameters = False
        self.schema.config.checks.positive_data_acceptance.expected_statuses = MET

    def operations(self, tag=None):
        schema = self.schema.include(tag=tag) if tag else self.schema
        return [each.ok() for each in schema.get_all_operations()]

    def at_the_limits(self, operation):
        """Requests with each parameter at, and just beyond, what it may be; and with each method."""
        generation = self.schema.config.generation
        for case in self.schema.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=generation
        ):
            self.check(case)

    def at_random(self, operation, examples):
        """Requests of all kinds, right and wrong."""
        kinds = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @hypothesis_settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(kinds))
        def send(case):
            self.check(case)

        send()

    def check(self, case):
        """Send a request; every check of schemathesis is made on what comes back."""
        for name, value in (case.path_parameters or {}).items():
            # Half of the ids are of something that is there.
            if name in TABLES and re.fullmatch("[1-9][0-9]{0,17}", str(value)) and int(value) % 2:
                case.path_parameters[name] = present(self.api, TABLES[name])
        case.call_and_validate(headers=self.headers)


def present(api, table):
    """The id of something that is stored."""
    with api.database.reading() as session:
        found = session.scalar(select(func.max(table.id)))
    if found is None:
        answers = [{"id": "1", "text": "Madagascar sollicite une formation de ses magistrats."}]
        sent = {"external_id": "present", "state": "MDG", "answers": answers}
        assert api.admin.post("/v1/questionnaires", json=sent).status_code == 202
        api.tag()
        return present(api, table)
    return str(found)


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


@pytest.mark.soak
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_as_documented_whoever_asks_and_for_long(apis, kind, scope):
    asking = Asking(apis(kind), scope)
    for operation in asking.operations():
        asking.at_the_limits(operation)
        asking.at_random(operation, 30)


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
