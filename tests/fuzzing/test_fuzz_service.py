"""Whatever is sent to the API and the pages, and whatever the answers there say, nothing ends in a fault."""

import itertools
import re
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import strategies as st

import service.review
from service.intake import SUFFIXES
from service.store.users import ROLES, add_user
from tests.fuzzing.hostile_texts import STORABLE, TEXTS
from tests.fuzzing.mutations import changed, drawn
from tests.service.api.asking import SCOPES, Asking
from tests.service.api.test_permissions import routes_of
from tests.service.review.conftest import Browser

KINDS = ("sqlite", "postgresql")
HOSTILE = (
    "Kenya needs <script>alert(1)</script> training.", "=1+1", "{{ 7*7 }}", "\ufffe\uffff\x01\x1b[31m",
    "a" * 5_000, "\u202eKenya \u2066asks\u0301\u0301 for \U0001f600 judges.\r\n\u2028", "' OR 1=1 --",
    "%s %n", "]]>", "\u0301",
)  # fmt: skip
TEMPLATES = Path(service.review.__file__).parent / "templates"
NAMES = sorted(
    {name for page in TEMPLATES.glob("*.j2") for name in re.findall(r'name="([\w-]+)"', page.read_text())}
    | {"page", "at", "after", "key", "print", "next"}
)
"""Of the fields that the pages' forms have."""

IDS = st.sampled_from(("1", "2", "3", "9", "0", "-1", "1.5", "9" * 30, "..", "small", "admin")) | TEXTS
VALUES = st.sampled_from(
    (
        "",
        "1",
        "-1",
        "2147483648",
        "9" * 30,
        "true",
        "KEN",
        "en",
        "training",
        "requested",
        "tip",
        "done",
        "//x",
        "\0",
    )
) | TEXTS.map(lambda text: text[:2_000])
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4)


def quoted(text):
    return quote(text[:500].encode("utf-8", "surrogatepass"), safe="")


@pytest.fixture(scope="module")
def opened(open_api):
    """The API on each kind of database, with answers that say what breaks programs."""
    with ExitStack() as stack:
        apis = {}

        def on(kind):
            if kind not in apis:
                apis[kind] = stack.enter_context(open_api(kind))
                fill(apis[kind])
            return apis[kind]

        yield on


def fill(api):
    """Store hostile answers and have half of them reviewed."""
    given = [{"id": f"{n} {text[:20]}", "question": text, "text": text} for n, text in enumerate(HOSTILE)]
    for number, state in enumerate(("KEN", "TGO", None)):
        sent = {
            "external_id": f"{HOSTILE[number]}",
            "state": state,
            "cycle": HOSTILE[number],
            "answers": given,
        }
        assert api.admin.post("/v1/questionnaires", json=sent).status_code == 202
    api.tag()
    for answer in api.admin.get("/v1/answers").json()["items"][::2]:
        tag = {"act": "add", "code": "training", "stance": "requested"}
        decisions = {"version": answer["version"], "decisions": [tag, {"act": "done"}]}
        found = api.admin.post(f"/v1/answers/{answer['id']}/decisions", json=decisions)
        assert found.status_code == 201, found.text


def assert_no_fault(response):
    assert response.status_code < 500, response.text[:500]
    if response.headers.get("content-type", "").startswith("text/html"):
        assert "<script>alert" not in response.text


@pytest.mark.soak
@pytest.mark.parametrize("tried", ["many"], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_as_documented_whoever_asks_and_for_long(opened, tried, kind):
    api = opened(kind)
    askers = {scope: Asking(api, scope) for scope in SCOPES}
    operations = askers["admin"].operations()
    for operation in operations:
        cases = st.tuples(st.sampled_from(sorted(SCOPES)), askers["admin"].drawn(operation))
        tried(
            f"{kind} {operation.method.upper()} {operation.path}",
            cases,
            lambda case: askers[case[0]].check(case[1]),
            seconds=60 / len(operations),
            few=1,
        )


@pytest.mark.parametrize("kind", KINDS)
def test_any_file_may_be_sent(opened, tried, kind):
    api = opened(kind)
    files = st.one_of([st.tuples(st.just(ending), drawn(ending)) for ending in SUFFIXES])
    names = st.sampled_from(("a", "../a", "C:\\a", "é", "=1", "")) | STORABLE.map(lambda text: text[:100])

    def check(case):
        (ending, change), name, fields = case
        content = changed(ending, change)
        sent = {name: value.replace("\0", "") for name, value in fields}
        file = {"file": (f"{name}{ending}", content)}
        assert_no_fault(api.admin.post("/v1/questionnaires", files=file, data=sent))

    said = st.sampled_from(("external_id", "replaces", "state", "instrument", "cycle", "language", "column"))
    fields = st.lists(st.tuples(said, STORABLE.map(lambda text: text[:500])), max_size=2)
    tried(f"{kind} files sent", st.tuples(files, names, fields), check, seconds=25, few=2)


@pytest.mark.parametrize("kind", KINDS)
def test_any_query_and_any_form_is_answered(opened, tried, kind):
    api = opened(kind)
    routes = sorted(each for each in routes_of(api.app) if not each[1].startswith("/v1"))
    numbers = itertools.count()

    def check(case):
        role, (method, path), ids, fields = case
        remaining = iter(ids)
        address = re.sub(r"\{[^}]*\}", lambda _: quoted(next(remaining)) or "1", path)
        query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in fields)
        with Browser(api.app, raise_server_exceptions=False, follow_redirects=False) as browser:
            if role != "nobody":
                name = f"{role}{next(numbers)}"
                with api.database.writing() as session:
                    add_user(session, name, role=role, languages=["en"], password=None, actor="test")
                browser.enter(name, api.database)
            if method == "GET":
                assert_no_fault(browser.get(f"{address}?{query}"))
            else:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                sent = f"csrf={browser.csrf}&{query}"
                assert_no_fault(browser.request(method, address, content=sent, headers=form))

    cases = st.tuples(
        st.sampled_from((*ROLES, "nobody")),
        st.sampled_from(routes),
        st.lists(IDS, min_size=3, max_size=3),
        FIELDS,
    )
    tried(f"{kind} pages", cases, check, seconds=30, few=8)
