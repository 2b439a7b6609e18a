"""Models are made known, one is active; another one tags anew what nobody reviewed, and touches no more."""

import pytest

from service.store.tables import Mention, Suggestion, Tagging

TEXTS = [
    "Kenya requests training of prosecutors and the drafting of a law on firearms.",
    "Le Mali sollicite une formation de ses magistrats et des équipements.",
]


@pytest.fixture
def filled(api):
    answers = [{"id": str(place), "text": text} for place, text in enumerate(TEXTS)]
    api.admin.post("/v1/questionnaires", json={"external_id": "q", "answers": answers})
    api.tag()
    return api


def shown(api):
    return [each["model"] and each["model"]["name"] for each in api.admin.get("/v1/answers").json()["items"]]


def test_a_model_is_made_known_once_and_is_not_active_before_it_is_made_so(api):
    first, again = (api.admin.post("/v1/models", json={"name": "other"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["active"] is False
    listed = api.admin.get("/v1/models").json()["items"]
    assert [(each["name"], each["active"]) for each in listed] == [("other", False), ("small", True)]


@pytest.mark.parametrize("name", ["nothing", "..", "a/b", "", "a\0", "x" * 200, "auto_configure"])
def test_what_is_no_model_here_cannot_be_made_known(sqlite_api, name):
    assert sqlite_api.admin.post("/v1/models", json={"name": name}).status_code in {404, 422}


def test_a_model_that_is_not_known_cannot_be_made_active(api):
    assert api.admin.post("/v1/models/99/activate").status_code == 404


def test_another_model_tags_anew_and_earlier_suggestions_stay_as_they_were(filled):
    kept = {table: filled.rows(table) for table in (Tagging, Suggestion, Mention)}
    filled.activate("other")
    assert filled.tag() == len(TEXTS)
    assert shown(filled) == ["other", "other"]
    for table, rows in kept.items():
        assert filled.rows(table)[: len(rows)] == rows
    assert len(filled.rows(Tagging)) == 2 * len(TEXTS)


def test_what_is_reviewed_is_not_tagged_anew_and_keeps_what_its_reviewer_saw(filled):
    answer = filled.admin.get("/v1/answers").json()["items"][0]["id"]
    body = {"version": 0, "decisions": [{"act": "done"}]}
    filled.admin.post(f"/v1/answers/{answer}/decisions", json=body)
    filled.activate("other")
    assert filled.tag() == 1
    assert shown(filled) == ["small", "other"]
    body = {"version": 1, "decisions": [{"act": "reopen"}]}
    filled.admin.post(f"/v1/answers/{answer}/decisions", json=body)
    assert filled.tag() == 1
    assert shown(filled) == ["other", "other"]


def test_going_back_to_an_earlier_model_tags_nothing_twice(filled):
    small = next(each["id"] for each in filled.admin.get("/v1/models").json()["items"])
    filled.activate("other")
    filled.tag()
    assert filled.admin.post(f"/v1/models/{small}/activate").json()["active"] is True
    assert filled.tag() == 0
    assert shown(filled) == ["small", "small"]


def test_the_suggestions_of_before_are_shown_until_the_other_model_has_been_there(filled):
    filled.activate("other")
    assert shown(filled) == ["small", "small"]
    assert filled.admin.get("/v1/questionnaires/1").json()["status"] == "received"


def test_without_an_active_model_the_service_is_not_ready_and_says_what_to_do(open_api):
    with open_api("sqlite", model=None) as api, api.client("intake") as sender:
        refused = sender.get("/readyz")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        body = {"answers": [{"id": "1", "text": "Néant."}]}
        assert sender.post("/v1/tag", json=body).status_code == 503
        assert sender.get("/healthz").status_code == 200
        sent = {"external_id": "q", **body}
        assert sender.post("/v1/questionnaires", json=sent).status_code == 202
        assert api.tag() == 0
        api.activate("dummy")
        assert api.tag() == 1
        assert sender.get("/readyz").json() == {"status": "ready", "model": "dummy", "version": "0"}
