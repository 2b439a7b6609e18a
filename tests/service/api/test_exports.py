"""/v1/exports over HTTP: who may, what comes, and that what is broken off is seen to be."""

import csv
import io
import json
import socket
import threading
import time

import httpx
import openpyxl
import pytest
import uvicorn
from sqlalchemy import select
from starlette.testclient import TestClient

from corpus.line import labelled_answer
from nlp.answers import Answer
from nlp.models import load_model
from nlp.tagging import Tagger
from service.api import exports as api
from service.api.app import create_app
from service.export_formats import MEDIA_TYPES, MOST_AT_ONCE
from service.intake import Questionnaire as Submission
from service.store import exports, tables
from service.store.decisions import Wish, decide
from service.store.keys import SCOPES, add_key
from service.store.models import activate, register
from service.store.questionnaires import receive
from service.store.work import write

ANSWERS = (Answer("q1", "We need training of judges."), Answer("q2", "=SUM(A1)"))


@pytest.fixture
def filled(database):
    """A questionnaire of two answers, tagged, the first one reviewed."""
    tagger = Tagger(load_model("dummy"))
    with database.writing() as session:
        version = register(session, tagger.model)
        activate(session, version, "test")
        receive(session, Submission("ken-2", None, "KEN", ("tip",), "2", "en", ANSWERS), "test")
        ids = list(session.scalars(select(tables.Answer.id).order_by(tables.Answer.id)))
        write(session, version.id, list(zip(ids, tagger.tag_all(ANSWERS), strict=True)))
        wishes = [Wish("add", "training", "requested"), Wish("done")]
        decide(session, ids[0], 0, wishes, "rita", may_reopen=False)
    return database


@pytest.fixture
def headers(filled):
    """The header of a key, by its scope."""
    with filled.writing() as session:
        keys = {scope: add_key(session, scope, [scope], expires_at=None, actor="test") for scope in SCOPES}
    return {scope: {"Authorization": f"Bearer {key}"} for scope, key in keys.items()}


@pytest.fixture
def app(filled, settings):
    return create_app(settings, filled)


@pytest.fixture
def client(app):
    with TestClient(app) as inside:
        yield inside


@pytest.fixture
def address(app):
    """The same app under a real server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join()


def audited(database):
    with database.reading() as session:
        wanted = select(tables.Audit).where(tables.Audit.action == "export").order_by(tables.Audit.id)
        return list(session.scalars(wanted))


@pytest.mark.parametrize("subject", exports.COLUMNS)
@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_every_export_comes_in_every_format(client, headers, subject, kind):
    found = client.get(f"/v1/exports/{subject}?format={kind}", headers=headers["read"])
    assert found.status_code == 200
    assert found.headers["Content-Type"].split(";")[0] == MEDIA_TYPES[kind]
    assert found.headers["Content-Disposition"] == f'attachment; filename="needtag-{subject}.{kind}"'
    if kind == "jsonl":
        rows = [tuple(json.loads(line)) for line in found.text.splitlines()]
        assert set(rows) == {exports.COLUMNS[subject]}
    elif kind == "csv":
        rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"), newline="")))
        assert tuple(rows[0]) == exports.COLUMNS[subject]
    else:
        rows = openpyxl.load_workbook(io.BytesIO(found.content)).active.iter_rows(values_only=True)
        assert next(rows) == exports.COLUMNS[subject]


def test_csv_and_english_labels_are_what_comes_unasked(client, headers):
    found = client.get("/v1/exports/tags", headers=headers["read"]).content.decode("utf-8-sig")
    assert "Training" in found
    french = client.get("/v1/exports/tags?lang=fr", headers=headers["read"]).content.decode("utf-8-sig")
    assert "Formation" in french


def test_no_formula_comes_from_an_answer(client, headers):
    assert "'=SUM(A1)" in client.get("/v1/exports/answers", headers=headers["read"]).text


def test_the_corpus_is_for_admins(client, headers):
    path = "/v1/exports/corpus"
    assert {scope: client.get(path, headers=headers[scope]).status_code for scope in SCOPES} == {
        "intake": 403,
        "read": 403,
        "review": 403,
        "admin": 200,
    }
    line = json.loads(client.get(path, headers=headers["admin"]).text)
    assert labelled_answer(line).tags == {("requested", "training")}
    assert client.get(f"{path}?format=csv", headers=headers["admin"]).status_code == 422


@pytest.mark.parametrize(
    ("path", "scope", "status"),
    [
        ("answers", None, 401),
        ("corpus", None, 401),
        ("answers", "intake", 403),
        ("answers?format=pdf", "read", 422),
        ("answers?tag=unheard-of", "read", 422),
        ("audit", "read", 422),
    ],
)
def test_what_is_refused_is_told_as_a_problem_and_not_audited(client, headers, filled, path, scope, status):
    found = client.get(f"/v1/exports/{path}", headers=headers.get(scope))
    assert (found.status_code, found.headers["Content-Type"]) == (status, "application/problem+json")
    assert audited(filled) == []


def test_the_audit_has_one_line_an_export_without_the_words_searched(client, headers, filled):
    query = {"words": "judges", "state": "KEN", "format": "jsonl"}
    found = client.get("/v1/exports/answers", params=query, headers=headers["read"])
    assert found.text.count("\n") == 1
    [line] = audited(filled)
    assert (line.actor, line.subject) == ("key read", "answers")
    assert line.detail == {
        "format": "jsonl",
        "filter": {"state": "KEN", "replaced": False, "words": "used"},
    }


def test_the_openapi_file_tells_of_formats_and_refusals(client):
    paths = client.get("/v1/openapi.json").json()["paths"]
    told = paths["/v1/exports/{subject}"]["get"]["responses"]
    assert set(told["200"]["content"]) == set(MEDIA_TYPES.values())
    assert {"401", "403", "422", "429", "500", "503"} <= set(told)
    corpus = paths["/v1/exports/corpus"]["get"]["responses"]
    assert set(corpus["200"]["content"]) == {"application/jsonl"}


def test_a_fault_before_the_first_byte_is_told(client, headers, monkeypatch):
    def broken(*_, **__):
        raise ValueError("fault")
        yield

    monkeypatch.setitem(exports.ROWS, "answers", broken)
    for kind in MEDIA_TYPES:
        assert client.get(f"/v1/exports/answers?format={kind}", headers=headers["read"]).status_code == 500


def test_a_fault_in_the_middle_breaks_the_connection_off(address, headers, monkeypatch):
    def broken(*_, **__):
        yield from [{"id": "x" * 100_000}] * 3
        raise ValueError("fault")

    monkeypatch.setitem(exports.ROWS, "answers", broken)
    url = f"http://{address[0]}:{address[1]}/v1/exports/answers?format=jsonl"
    with httpx.stream("GET", url, headers=headers["read"]) as found:
        assert found.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            found.read()


def endless(*_, **__):
    while True:
        yield {"id": "x" * 1000}


def connect(address, headers):
    """Ask for an export and read no more than its beginning."""
    connection = socket.create_connection(address)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET /v1/exports/answers?format=jsonl HTTP/1.1\r\nHost: test\r\n{head}\r\n"
    connection.sendall(request.encode())
    assert b"200 OK" in connection.recv(1000)
    return connection


def status_when_free(url, headers):
    """Ask again as long as others are in the way."""
    for _ in range(500):
        found = httpx.get(url, headers=headers)
        if found.status_code != 503:
            break
        time.sleep(0.02)
    return found.status_code


def test_a_client_that_goes_away_gives_back_what_it_held(address, headers, monkeypatch):
    url = f"http://{address[0]}:{address[1]}/v1/exports/tags"
    monkeypatch.setitem(exports.ROWS, "answers", endless)
    waiting = [connect(address, headers["read"]) for _ in range(MOST_AT_ONCE)]
    refused = httpx.get(url, headers=headers["read"])
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    for connection in waiting:
        connection.close()
    assert status_when_free(url, headers["read"]) == 200


def test_a_client_that_does_not_read_on_is_not_waited_for_for_ever(address, headers, monkeypatch):
    url = f"http://{address[0]}:{address[1]}/v1/exports/tags"
    monkeypatch.setattr(api, "MOST_SECONDS", 0.1)
    monkeypatch.setitem(exports.ROWS, "answers", endless)
    waiting = [connect(address, headers["read"]) for _ in range(MOST_AT_ONCE)]
    assert status_when_free(url, headers["read"]) == 200
    for connection in waiting:
        connection.close()
