"""Whoever reads an answer a second time sees nowhere what the first reading made of it."""

import json
from io import BytesIO

import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import select

from nlp.answers import Answer as Given
from service.intake import Questionnaire as Received
from service.store import second_readings
from service.store.answers import AnswerFilter
from service.store.questionnaires import receive
from service.store.tables import Answer
from service.store.users import get_user
from tests.service.api.test_permissions import routes_of
from tests.service.review.desk_examples import TEXT, fill

TYPE = {"code": "training", "stance": "requested"}
DATA = {"code": "data.database", "stance": "received"}
LAW = {"code": "legal.drafting", "stance": "offered"}
FIRST, NOTE = "first.reader", "Between us."
FORMATS = ("csv", "xlsx", "jsonl")
LISTS = ("/search?", "/v1/answers?", "/v1/exports/answers?", "/v1/exports/tags?", "/v1/exports/decisions?")
FILTERS = (
    "words=Togo+investigative",
    "tag=legal.drafting",
    "tag=data.database",
    "stance=offered",
    "named=KEN",
)


@pytest.fixture
def answers(database):
    return fill(database)


@pytest.fixture
def ask(database):
    def choose():
        with database.writing() as session:
            return second_readings.ask(session, AnswerFilter(), 1, "lea")

    return choose


@pytest.fixture
def begin(database):
    def take(name):
        with database.writing() as session:
            return second_readings.next_for(session, get_user(session, name)).answer_id

    return take


@pytest.fixture
def planted(answers, decided, ask):
    """An answer whose first reader wrote a note, and changed all that the model said."""
    change = ("add", LAW | {"note": NOTE}), ("reject", DATA), ("state-add", {"state": "KEN"})
    decided(answers[0], ("accept", TYPE), *change, "done", person=FIRST)
    ask()
    return answers[0]


@pytest.fixture
def blind(planted, begin, sign_in):
    """The browser of somebody who reads it a second time."""
    sam = sign_in("lead", name="sam")
    assert begin("sam") == planted
    return sam


def text_of(response):
    """What a response says, also where it is a workbook."""
    if "spreadsheet" not in response.headers.get("content-type", ""):
        return response.text
    sheet = load_workbook(BytesIO(response.content)).active
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def addresses_of(app, answer_id, questionnaire_id):
    """Every address that can be asked for, with the filters of the search."""
    known = {"{answer_id}": answer_id, "{questionnaire_id}": questionnaire_id, "{model_id}": 1}
    for method, path in routes_of(app):
        if method != "GET" or path == "/static/{name}":
            continue
        for name, value in known.items():
            path = path.replace(name, str(value))  # noqa: PLW2901 - each into the next
        yield path
    for query in ("at=2", "reading=2", "at=3&reading=1"):
        yield f"/answers/{answer_id}/history?{query}"
    yield f"/questionnaires/{questionnaire_id}?print=1"
    for query in (*FILTERS, "reviewed=true", "reviewed=false"):
        yield f"/search?{query}"
        yield f"/v1/answers?{query}"
    for subject in ("answers", "tags", "decisions"):
        yield from (f"/v1/exports/{subject}?format={kind}" for kind in FORMATS)
        yield from (f"/v1/exports/{subject}?format=jsonl&{query}" for query in FILTERS)


def telling(browser, addresses):
    """Those of the addresses that tell something of the first reading."""
    found = {address: browser.get(address) for address in addresses}
    assert not [address for address, response in found.items() if response.status_code >= 500]
    return {
        address
        for address, response in found.items()
        if NOTE in text_of(response) or FIRST in text_of(response)
    }


def questionnaire_of(browser, answer_id):
    return browser.get(f"/v1/answers/{answer_id}").json()["questionnaire"]["id"]


def test_no_address_tells_the_second_reader_anything_and_to_others_many_do(planted, blind, app, sign_in):
    other = sign_in()
    addresses = [*addresses_of(app, planted, questionnaire_of(other, planted))]
    assert telling(blind, addresses) == set()
    assert len(telling(other, addresses)) > 10


def test_to_the_second_reader_it_is_as_if_nobody_had_reviewed_it(planted, blind):
    record = blind.get("/v1/answers?reviewed=false&words=Togo+investigative").json()["items"][0]
    listed = blind.get(f"/v1/questionnaires/{record['questionnaire']['id']}/answers").json()["items"][0]
    assert record == listed
    assert (record["id"], record["status"], record["version"]) == (str(planted), "tagged", 0)
    assert record["reviewed"] is None
    assert blind.get(f"/v1/answers/{planted}").status_code == 403


@pytest.mark.parametrize(
    ("query", "sees", "other_sees"),
    [
        ("tag=legal.drafting", False, True),
        ("tag=data.database", True, False),
        ("stance=offered", False, True),
        ("stance=received", True, False),
        ("named=KEN", False, True),
        ("reviewed=true", False, True),
        ("reviewed=false&words=investigative", True, False),
    ],
)
def test_no_filter_finds_out_what_the_first_reader_found(planted, blind, sign_in, query, sees, other_sees):
    def found(browser):
        by_api = str(planted) in {each["id"] for each in browser.get(f"/v1/answers?{query}").json()["items"]}
        hits = html.fromstring(browser.get(f"/search?{query}").text).xpath("//li[@class='hit']/h2/a/@href")
        assert (f"/answers/{planted}" in hits) is by_api
        rows = browser.get(f"/v1/exports/answers?format=jsonl&{query}").text.splitlines()
        assert (str(planted) in {json.loads(row)["id"] for row in rows}) is by_api
        return by_api

    assert (found(blind), found(sign_in())) == (sees, other_sees)


def test_exports_give_the_second_reader_suggestions_alone(planted, blind):
    def rows(subject):
        lines = blind.get(f"/v1/exports/{subject}?format=jsonl").text.splitlines()
        return [row for row in map(json.loads, lines) if row["id"] == str(planted)]

    [answer] = rows("answers")
    assert (answer["status"], answer["reviewed_by"]) == ("tagged", None)
    assert {(row["taken"], row["added"]) for row in rows("tags")} == {(None, False)}
    assert rows("decisions") == []


def test_pages_show_the_second_reader_no_status(planted, blind, sign_in):
    other = sign_in()
    number = questionnaire_of(other, planted)

    def status(browser):
        page = html.fromstring(browser.get(f"/questionnaires/{number}").text)
        printed = browser.get(f"/questionnaires/{number}?print=1").text
        shown = page.get_element_by_id(f"answer-{planted}").get("class").split()
        progress = browser.get(f"/v1/questionnaires/{number}").json()
        listed = browser.get("/v1/questionnaires?status=in_review").json()["items"]
        assert (number in {each["id"] for each in listed}) is (progress["status"] == "in_review")
        queued = html.fromstring(browser.get("/?status=in_review").text).xpath("//a/@href")
        assert (f"/questionnaires/{number}" in queued) is (progress["status"] == "in_review")
        return "done" in shown, FIRST in printed, progress["progress"]["reviewed"], progress["status"]

    assert status(blind) == (False, False, 0, "tagged")
    assert status(other) == (True, True, 1, "in_review")


def test_the_team_page_counts_an_answer_once_nobody_reads_it_blind(planted, blind, decided, sign_in):
    other = sign_in()

    def counted(browser):
        return "1 answer counts." in " ".join(
            html.fromstring(browser.get("/team").text).text_content().split()
        )

    assert (counted(blind), counted(other)) == (False, False)
    decided(planted, "done", person="sam", reading=2)
    assert (counted(blind), counted(other)) == (True, True)


def test_the_second_reader_decides_nothing_in_the_first_reading(planted, blind):
    def send(version, *decisions):
        body = {"version": version, "decisions": list(decisions)}
        return blind.post(f"/v1/answers/{planted}/decisions", json=body, headers={"X-CSRF-Token": blind.csrf})

    for version in (0, 5):
        refused = send(version, {"act": "reopen"})
        assert refused.status_code == 403
        assert "version" not in refused.json()["detail"]
    number = blind.get("/v1/answers?words=Togo+investigative").json()["items"][0]["questionnaire"]["id"]
    refused = blind.submit(f"/questionnaires/{number}/reopen", answer=str(planted))
    assert refused.status_code == 403
    assert blind.submit(f"/questionnaires/{number}/reopen").status_code == 200


def test_all_is_seen_once_the_second_reading_is_done(planted, blind, decided):
    decided(planted, "done", person="sam", reading=2)
    record = blind.get(f"/v1/answers/{planted}").json()
    assert record["reviewed"]["by"] == FIRST
    assert NOTE in blind.get(f"/answers/{planted}/history").text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_carried_over_is_hidden_in_the_replaced_questionnaires_too(
    database, app, decided, ask, begin, sign_in
):
    """The second reading was asked for after the questionnaire was replaced, twice."""
    [first] = fill(database, 1, external_id="carried")
    decided(first, ("add", LAW | {"note": NOTE}), "done", person=FIRST)
    ids = [first]
    for number in range(2):
        given = (Given("q0", TEXT, "Question 0?", "en"), Given("new", f"No {number}.", None, "en"))
        with database.writing() as session:
            receive(session, Received("carried", "carried", "TGO", ("untoc",), "2", "en", given), "test")
            latest = session.scalar(select(Answer.id).order_by(Answer.id.desc()).limit(1)) - 1
        ids.append(latest)
    ask()
    sam, other = sign_in(), sign_in()
    assert begin(sam.name) == ids[-1]
    addresses = {
        address for each in ids for address in addresses_of(app, each, questionnaire_of(other, each))
    }
    addresses |= {f"{address}&replaced=true" for address in addresses if address.startswith(LISTS)}
    assert telling(sam, addresses) == set()
    for each in ids:
        assert sam.get(f"/answers/{each}").url.path == f"/second-readings/{ids[-1]}"
        assert NOTE in other.get(f"/answers/{each}/history").text
