"""Questionnaires are taken in once, shown as understood, listed, replaced, and deleted without a trace."""

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.api.logs import JsonLines
from service.intake import SUFFIXES, read_questionnaires
from service.store.tables import Answer, Audit, Base, Questionnaire

FILES = sorted(Path("examples").resolve().iterdir())
# The register holds what a note says of States, and no answer of theirs.
EXAMPLES = [each for each in FILES if each.suffix in SUFFIXES and not each.match("register-*")]
TEXT = "Madagascar sollicite une formation de ses magistrats."
MARKER = "Zanzibarite kestrels audit the moonlit quarry"


def questionnaire(external_id="2008-MDG-tip-2", **changed):
    answers = [
        {"id": "q12", "question": "De quoi avez-vous besoin ?", "text": TEXT},
        {"id": "q13", "text": "Néant."},
    ]
    cover = {"state": "MDG", "instrument": ["tip"], "cycle": "2", "language": "fr"}
    return {"external_id": external_id, **cover, "answers": answers, **changed}


def send(api, *arguments, headers=None, **changed):
    return api.admin.post("/v1/questionnaires", json=questionnaire(*arguments, **changed), headers=headers)


def send_file(api, name, content, query="", **fields):
    sent = {"files": {"file": (name, content)}, "data": fields}
    return api.admin.post(f"/v1/questionnaires{query}", **sent)


def count(api, table):
    with api.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def follow(api, query=""):
    """Every item of a list, page after page."""
    found, cursor = [], ""
    while cursor is not None:
        page = api.admin.get(f"/v1/questionnaires?limit=2{query}{cursor}").json()
        found += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    return found


def test_what_is_sent_is_taken_in_and_says_where_it_is(api):
    found = send(api)
    assert found.status_code == 202
    assert found.json() == {"id": "1", "status": "received"}
    shown = api.admin.get(found.headers["location"]).json()
    received_at = shown.pop("received_at")
    assert received_at.endswith("+00:00")
    assert shown == {
        "id": "1",
        "external_id": "2008-MDG-tip-2",
        "status": "received",
        "progress": {"answers": 2, "tagged": 0, "failed": 0, "reviewed": 0},
        "replaces": None,
        "replaced_by": None,
        "state": "MDG",
        "instrument": ["tip"],
        "cycle": "2",
        "language": "fr",
    }


def test_the_same_sent_again_gets_the_same_answer_and_is_stored_once(api):
    first, again = send(api), send(api)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        first.status_code,
        first.json(),
        first.headers["location"],
    )
    assert count(api, Questionnaire) == 1
    assert count(api, Answer) == 2


def test_other_content_with_the_same_external_id_is_refused_and_told_how_to_replace(api):
    send(api)
    refused = send(api, cycle="3")
    assert refused.status_code == 409
    assert '"replaces": "2008-MDG-tip-2"' in refused.json()["detail"]
    assert count(api, Questionnaire) == 1


def test_a_later_one_replaces_an_earlier_one_which_stays(api):
    send(api)
    later = send(api, "second", replaces="2008-MDG-tip-2", cycle="3").json()["id"]
    first = api.admin.get("/v1/questionnaires/1").json()
    assert (first["replaced_by"], first["external_id"]) == (later, "2008-MDG-tip-2")
    assert api.admin.get(f"/v1/questionnaires/{later}").json()["replaces"] == "1"
    assert [each["id"] for each in follow(api)] == [later]
    assert [each["id"] for each in follow(api, "&replaced=true")] == ["1"]


def test_what_was_replaced_cannot_be_replaced_again_and_the_refusal_names_the_latest(api):
    send(api)
    send(api, "second", replaces="2008-MDG-tip-2", cycle="3")
    refused = send(api, "third", replaces="2008-MDG-tip-2", cycle="4")
    assert refused.status_code == 409
    assert '"replaces": "second"' in refused.json()["detail"]


def test_what_is_not_here_cannot_be_replaced(api):
    refused = send(api, replaces="nothing")
    assert refused.status_code == 404
    assert "nothing" in refused.json()["detail"]
    assert count(api, Questionnaire) == 0


def test_an_idempotency_key_makes_a_repeat_harmless_and_is_good_for_one_content(api):
    headers = {"Idempotency-Key": "a key"}
    first = send(api, headers=headers)
    assert send(api, headers=headers).json() == first.json()
    refused = send(api, cycle="3", headers=headers)
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["detail"]
    assert count(api, Questionnaire) == 1


def test_an_idempotency_key_is_its_senders_own(api):
    headers = {"Idempotency-Key": "a key"}
    send(api, headers=headers)
    with api.client("intake") as other:
        found = other.post("/v1/questionnaires", json=questionnaire("other"), headers=headers)
    assert found.status_code == 202
    assert found.json()["id"] == "2"


def test_a_repeat_after_the_questionnaire_was_deleted_is_refused(api):
    headers = {"Idempotency-Key": "a key"}
    api.admin.delete(f"/v1/questionnaires/{send(api, headers=headers).json()['id']}")
    assert send(api, headers=headers).status_code == 409
    assert count(api, Questionnaire) == 0


def test_a_dry_run_shows_what_would_become_of_it_and_stores_nothing(api):
    send(api)
    before = {table.name: api.rows(table) for table in Base.metadata.sorted_tables}
    outcomes = []
    for changed in ({}, {"cycle": "3"}, {"cycle": "3", "replaces": "2008-MDG-tip-2"}, {"external_id": "new"}):
        found = api.admin.post("/v1/questionnaires?dry_run=true", json={**questionnaire(), **changed})
        assert found.status_code == 200
        (shown,) = found.json()["questionnaires"]
        outcomes.append(shown["outcome"])
        assert [each["text"] for each in shown["answers"]] == [TEXT, "Néant."]
    assert outcomes == ["repeat", "conflict", "replace", "store"]
    assert {table.name: api.rows(table) for table in Base.metadata.sorted_tables} == before


def test_a_dry_run_of_a_file_shows_which_column_is_what_and_what_was_not_understood(sqlite_api):
    content = b"id;Avis;Couleur\nq1;Formation des juges;bleu\n"
    found = send_file(sqlite_api, "needs.csv", content, "?dry_run=true", column="text=Avis").json()
    (shown,) = found["questionnaires"]
    assert {each["name"]: each["field"] for each in shown["columns"]} == {
        "id": "id",
        "Avis": "text",
        "Couleur": None,
    }
    assert [each["id"] for each in shown["answers"]] == ["q1"]
    assert found["dry_run"] is True
    assert count(sqlite_api, Questionnaire) == 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.suffix[1:] + each.stem[0])
def test_each_kind_of_file_is_read_as_the_command_line_reads_it(sqlite_api, path):
    expected = [each for each in read_questionnaires(path, columns={}) if not isinstance(each, Exception)]
    found = send_file(sqlite_api, path.name, path.read_bytes())
    assert found.status_code == 202, found.text
    assert [each["external_id"] for each in found.json()["items"]] == [each.external_id for each in expected]
    for item, sent in zip(found.json()["items"], expected, strict=True):
        shown = sqlite_api.admin.get(f"/v1/questionnaires/{item['id']}").json()
        assert (shown["state"], shown["instrument"]) == (sent.state, list(sent.instrument))
        answers = sqlite_api.admin.get(f"/v1/questionnaires/{item['id']}/answers?limit=200").json()["items"]
        stored = [(each["external_id"], each["question"], each["text"]) for each in answers]
        assert stored == [(each.id, each.question, each.text) for each in sent.answers]


def test_of_a_file_with_bad_rows_the_rest_is_stored_and_each_bad_row_is_told(api):
    lines = [
        {"id": "1", "text": TEXT},
        {"id": "1", "text": "the same id again"},
        {"id": "3"},
        {"id": "4", "text": "Néant."},
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    found = send_file(api, "needs.jsonl", content)
    assert found.status_code == 202
    body = found.json()
    assert len(body["errors"]) == 2
    assert all(each["concerns"].startswith("needs.jsonl") and each["problem"] for each in body["errors"])
    answers = api.admin.get(f"/v1/questionnaires/{body['items'][0]['id']}/answers").json()["items"]
    assert [each["external_id"] for each in answers] == ["1", "4"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("needs.csv", b"", 422),
        ("needs.xlsx", b"no workbook", 422),
        ("needs.exe", b"MZ", 422),
        ("", b"x", 422),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_reason(sqlite_api, name, content, status):
    refused = send_file(sqlite_api, name, content)
    assert refused.status_code == status
    assert refused.json()["detail"]
    assert "/tmp" not in refused.text


@pytest.mark.parametrize(
    "odd", ["a\0b", "\ufffe", "\x85", "x" * 5000], ids=["NUL", "no character", "NEL", "long"]
)
@pytest.mark.parametrize(
    "where",
    ["external_id", "replaces", "state", "instrument", "cycle", "language", "column", "name", "text", "id"],
)
def test_nothing_odd_in_a_form_or_file_breaks_anything(api, where, odd):
    row = {"id": "1", "text": TEXT} | ({where: odd} if where in {"text", "id"} else {})
    fields = {} if where in {"text", "id", "name"} else {where: f"text={odd}" if where == "column" else odd}
    name = f"{odd}.jsonl" if where == "name" else "needs.jsonl"
    found = send_file(api, name, json.dumps(row).encode(), **fields)
    assert found.status_code in {202, 400, 404, 422}, found.text
    assert api.admin.get("/v1/questionnaires").status_code == 200
    assert api.admin.get("/v1/answers").status_code == 200


def test_of_a_file_of_questionnaires_one_that_cannot_be_stored_is_told_and_the_others_are_stored(api):
    send(api, "taken")
    rows = [questionnaire("x" * 500), questionnaire("taken", cycle="3"), questionnaire("good")]
    found = send_file(api, "needs.json", json.dumps(rows).encode())
    assert found.status_code == 202, found.text
    assert [each["external_id"] for each in found.json()["items"]] == ["good"]
    assert len(found.json()["errors"]) == 2


def test_a_body_of_another_kind_is_refused(sqlite_api):
    headers = {"Content-Type": "text/plain"}
    assert sqlite_api.admin.post("/v1/questionnaires", content=TEXT, headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"external_id": "nul \0"}, "external_id"),
        ({"cycle": "\ud83d"}, "body"),
        ({"answers": []}, "answers"),
        ({"answers": [{"id": "1", "text": "nul \0"}]}, "answers[0].text"),
        ({"answers": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]}, "answers"),
        ({"state": "madagascar"}, "state"),
        ({"colour": "blue"}, "colour"),
        ({"replaces": "x" * 201}, "replaces"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_the_field_named(api, changed, field):
    content = json.dumps({**questionnaire(), **changed})
    headers = {"Content-Type": "application/json"}
    refused = api.admin.post("/v1/questionnaires", content=content, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
    assert count(api, Questionnaire) == 0


def test_a_state_that_is_none_is_refused(api):
    refused = send(api, state="XXX")
    assert refused.status_code == 422
    assert "XXX" in refused.json()["detail"]


def test_the_list_is_complete_without_doubles_whatever_comes_in_meanwhile(api):
    for number in range(5):
        send(api, f"q{number}")
    page = api.admin.get("/v1/questionnaires?limit=2").json()
    assert [each["external_id"] for each in page["items"]] == ["q4", "q3"]
    send(api, "q5")
    rest = follow(api, f"&cursor={page['next']}")
    assert [each["external_id"] for each in rest] == ["q2", "q1", "q0"]
    assert [each["external_id"] for each in follow(api)] == ["q5", "q4", "q3", "q2", "q1", "q0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=KEN", ["kenya"]),
        ("region=african", ["kenya", "2008-MDG-tip-2"]),
        ("region=202", ["kenya", "2008-MDG-tip-2"]),
        ("region=150", ["france"]),
        ("instrument=firearms", ["france"]),
        ("instrument=tip", ["france", "2008-MDG-tip-2"]),
        ("cycle=3", ["france"]),
        ("language=fr", ["2008-MDG-tip-2"]),
        ("language=none", ["france"]),
        ("status=received", ["france", "kenya"]),
        ("status=in_review", ["2008-MDG-tip-2"]),
        ("status=reviewed", []),
        ("state=MDG&status=in_review&instrument=tip", ["2008-MDG-tip-2"]),
        ("state=MDG&language=en", []),
    ],
)
def test_each_filter_lets_through_what_it_says_and_they_add_up(listed, query, found):
    assert [each["external_id"] for each in follow(listed, f"&{query}")] == found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def listed(request, open_api):
    """Three questionnaires, of which one is tagged and being reviewed."""
    with open_api(request.param) as api:
        send(api)
        api.tag()
        answer = api.admin.get("/v1/answers").json()["items"][0]
        done = {"version": 0, "decisions": [{"act": "done"}]}
        assert api.admin.post(f"/v1/answers/{answer['id']}/decisions", json=done).status_code == 201
        send(api, "kenya", state="KEN", instrument=[], language="en")
        send(api, "france", state="FRA", instrument=["tip", "firearms"], cycle="3", language=None)
        yield api


@pytest.mark.parametrize(
    "query", ["state=XXX", "region=nowhere", "instrument=none", "status=lost", "cursor=0"]
)
def test_a_filter_that_names_nothing_is_refused(listed, query):
    assert listed.admin.get(f"/v1/questionnaires?{query}").status_code == 422


@pytest.mark.parametrize("given", ["0", "-1", "x", "9" * 19, "1" * 400, "1%00", "%F0%9F%98%80"])
def test_what_is_no_id_is_refused_and_an_id_that_nothing_has_is_not_found(listed, given):
    assert listed.admin.get(f"/v1/questionnaires/{given}").status_code == 422
    assert listed.admin.get(f"/v1/questionnaires/{'9' * 18}").status_code == 404
    assert listed.admin.delete(f"/v1/questionnaires/{'9' * 18}").status_code == 404


def test_status_and_progress_follow_the_work_and_the_review(api):
    number = send(api).json()["id"]

    def shown():
        found = api.admin.get(f"/v1/questionnaires/{number}").json()
        return found["status"], found["progress"]["tagged"], found["progress"]["reviewed"]

    assert shown() == ("received", 0, 0)
    assert api.tag() == 2
    assert shown() == ("tagged", 2, 0)
    ids = [each["id"] for each in api.admin.get(f"/v1/questionnaires/{number}/answers").json()["items"]]
    done = {"version": 0, "decisions": [{"act": "done"}]}
    for reviewed, answer in enumerate(ids, start=1):
        api.admin.post(f"/v1/answers/{answer}/decisions", json=done)
        assert shown() == ("in_review" if reviewed < 2 else "reviewed", 2, reviewed)


def test_after_a_delete_what_was_replaced_counts_again(api):
    send(api)
    later = send(api, "second", replaces="2008-MDG-tip-2", cycle="3").json()["id"]
    assert api.admin.delete(f"/v1/questionnaires/{later}").status_code == 204
    assert api.admin.get("/v1/questionnaires/1").json()["replaced_by"] is None
    assert [each["id"] for each in follow(api)] == ["1"]


def test_what_is_deleted_between_two_others_leaves_them_one_after_the_other(api):
    for cycle in "123":
        assert send(api, replaces=None if cycle == "1" else "2008-MDG-tip-2", cycle=cycle).status_code == 202
    assert api.admin.delete("/v1/questionnaires/2").status_code == 204
    assert api.admin.get("/v1/questionnaires/1").json()["replaced_by"] == "3"
    assert api.admin.get("/v1/questionnaires/3").json()["replaces"] == "1"
    assert [each["id"] for each in follow(api)] == ["3"]
    assert api.admin.delete("/v1/questionnaires/3").status_code == 204
    assert [each["id"] for each in follow(api)] == ["1"]


def test_what_was_replaced_does_not_count_beside_a_later_one_of_the_same_name(api):
    send(api)
    send(api, "renamed", replaces="2008-MDG-tip-2", cycle="2")
    assert send(api, cycle="3").status_code == 202
    assert api.admin.delete("/v1/questionnaires/2").status_code == 204
    assert [each["id"] for each in follow(api)] == ["3"]
    assert api.admin.get("/v1/questionnaires/1").json()["replaced_by"] == "3"
    assert api.admin.delete("/v1/questionnaires/3").status_code == 204
    assert [each["id"] for each in follow(api)] == ["1"]


def test_a_deleted_questionnaire_leaves_an_audit_line_and_not_a_word_of_it_anywhere(api, capsys):
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        _live_and_die(api)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    logged = capsys.readouterr()
    assert '"route": "/v1/questionnaires' in logged.err
    assert MARKER not in logged.err + logged.out
    for table in Base.metadata.sorted_tables:
        rows = api.rows(table)
        assert not any(MARKER in each or "kestrels" in each for each in rows), table.name
    with api.database.reading() as session:
        purged = session.scalars(select(Audit).where(Audit.action == "purge")).all()
    assert [(each.subject, each.subject_id, each.detail["answers"]) for each in purged] == [
        ("questionnaire", "1", 2)
    ]
    if api.database.is_sqlite:
        for file in api.settings.home.glob("needtag.db*"):
            assert b"kestrels" not in file.read_bytes(), file.name
    for path in ("answers", "tags", "decisions", "corpus"):
        assert MARKER not in api.admin.get(f"/v1/exports/{path}?format=jsonl").text


def _live_and_die(api):
    """A questionnaire that holds the marker wherever it can: tagged, searched, exported, deleted."""
    text = f"{MARKER}: we request training of judges and prosecutors."
    answers = [{"id": "q1", "question": MARKER, "text": text}, {"id": "q2", "text": text}]
    number = send(api, "marked", answers=answers, language="en").json()["id"]
    api.tag()
    answer = api.admin.get("/v1/answers?words=kestrels").json()["items"][0]
    decisions = [
        {"act": "add", "code": "legal", "stance": "requested", "note": MARKER},
        {"act": "done"},
    ]
    written = api.admin.post(
        f"/v1/answers/{answer['id']}/decisions", json={"version": 0, "decisions": decisions}
    )
    assert written.status_code == 201
    api.admin.get(f"/v1/answers/{answer['id']}/evidence")
    api.admin.post("/v1/tag", json={"answers": [{"id": "1", "text": text}]})
    for path in ("answers", "corpus"):
        assert MARKER in api.admin.get(f"/v1/exports/{path}?format=jsonl").text
    assert api.admin.delete(f"/v1/questionnaires/{number}").status_code == 204
    assert api.admin.get(f"/v1/answers/{answer['id']}").status_code == 404
