"""Somebody in front of the API, who asks what its OpenAPI file says and checks each answer against it."""

import itertools
import re
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from sqlalchemy import func, select

from service.store.tables import Answer, Delivery, ModelVersion, Questionnaire, Webhook

SCOPES = {"intake": ["intake"], "read": ["read"], "review": ["review"], "admin": ["admin"], "no key": []}
TABLES = {
    "questionnaire_id": Questionnaire,
    "answer_id": Answer,
    "model_id": ModelVersion,
    "webhook_id": Webhook,
    "delivery_id": Delivery,
}
# What a valid request may meet: no right, something that is not stored, or stored already, too large; and
# 422 where what it means is known only by looking, such as whether there is a code, or a file can be read.
MET = ["2xx", "401", "403", "404", "409", "413", "422"]
# What one that is not valid meets: it is too large before it is read.
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
_NUMBERS = itertools.count(1)


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
        self.schema.config.checks.negative_data_rejection.expected_statuses = REFUSED

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

    def drawn(self, operation):
        """A strategy of requests of all kinds, right and wrong."""
        return st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])

    def at_random(self, operation, examples):
        """A few such requests, always the same."""

        @hypothesis_settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.drawn(operation))
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
        webhook = {"url": "https://archive.example.org", "events": ["questionnaire.tagged"]}
        assert api.admin.post("/v1/webhooks", json=webhook).status_code == 201
        answers = [{"id": "1", "text": "Madagascar sollicite une formation de ses magistrats."}]
        sent = {"external_id": f"present {next(_NUMBERS)}", "state": "MDG", "answers": answers}
        assert api.admin.post("/v1/questionnaires", json=sent).status_code == 202
        api.tag()
        return present(api, table)
    return str(found)
