"""Answers are searched by each filter, page after page, and shown with all that is known of them."""

import pytest
from sqlalchemy import select

from service.store.tables import Audit

REQUEST = "Madagascar sollicite une formation de ses magistrats et l'aide à la rédaction d'une loi."
OFFER = "Kenya offers training of prosecutors and judges to Spain."
NOTHING = "Néant."


def questionnaire(external_id, texts, **cover):
    answers = [{"id": f"{external_id}-{place}", "text": text} for place, text in enumerate(texts)]
    return {"external_id": external_id, "answers": answers, **cover}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(request, open_api):
    """Two questionnaires that count, one that does not; of one answer a person added, and removed."""
    with open_api(request.param) as api:
        madagascar = {"state": "MDG", "instrument": ["tip"], "language": "fr"}
        kenya = {"state": "KEN", "instrument": ["firearms", "som"], "language": "en"}
        for sent in (
            questionnaire("old", [REQUEST], cycle="1", **madagascar),
            questionnaire("mdg", [REQUEST, NOTHING], cycle="2", replaces="old", **madagascar),
            questionnaire("ken", [OFFER], **kenya),
        ):
            assert api.admin.post("/v1/questionnaires", json=sent).status_code == 202
        api.tag()
        api.ids = {each["external_id"]: each["id"] for each in search(api)}
        decisions = [
            {"act": "add", "code": "legal.drafting", "stance": "offered"},
            {"act": "add", "code": "firearms"},
            {"act": "state-add", "state": "PER"},
            {"act": "done"},
        ]
        found = decide(api, "mdg-1", 0, decisions)
        assert found.status_code == 201, found.text
        yield api


def search(api, query="", limit=50):
    found, cursor = [], ""
    while cursor is not None:
        page = api.admin.get(f"/v1/answers?limit={limit}{query}{cursor}")
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next"] and f"&cursor={page.json()['next']}"
    return found


def decide(api, name, version, decisions):
    body = {"version": version, "decisions": decisions}
    return api.admin.post(f"/v1/answers/{api.ids[name]}/decisions", json=body)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["mdg-0", "mdg-1", "ken-0"]),
        ("replaced=true", ["old-0"]),
        ("state=MDG", ["mdg-0", "mdg-1"]),
        ("region=african", ["mdg-0", "mdg-1", "ken-0"]),
        ("region=asia_pacific", []),
        ("instrument=som", ["ken-0"]),
        ("cycle=2", ["mdg-0", "mdg-1"]),
        ("language=en", ["ken-0"]),
        ("words=REDACTION", ["mdg-0"]),
        ("words=loi%20magis", ["mdg-0"]),
        ("words=edaction", []),
        ("words=100%25", []),
        ("words=_", ["mdg-0", "mdg-1", "ken-0"]),
        ("words=%C3%A9%C3%A9%00", []),
        ("reviewed=true", ["mdg-1"]),
        ("reviewed=false", ["mdg-0", "ken-0"]),
        ("tag=legal.drafting&stance=offered", ["mdg-1"]),
        ("tag=legal&stance=offered", ["mdg-1"]),
        ("tag=legal&stance=received", []),
        ("tag=firearms&reviewed=true", ["mdg-1"]),
        ("stance=offered&reviewed=true", ["mdg-1"]),
        ("stance=none&reviewed=true", []),
        ("named=PER", ["mdg-1"]),
        ("named=MDG", ["mdg-0"]),
        ("state=MDG&words=formation&reviewed=false", ["mdg-0"]),
    ],
)
def test_each_filter_lets_through_what_it_says_and_they_add_up(stored, query, found):
    assert [each["external_id"] for each in search(stored, f"&{query}")] == found


def test_a_tag_or_stance_that_is_suggested_finds_the_answer_until_a_person_has_reviewed_it(stored):
    for answer in search(stored, "&reviewed=false"):
        for tag in answer["tags"]:
            query = f"&tag={tag['code']}" + (f"&stance={tag['stance']}" if tag["stance"] else "")
            found = {each["id"] for each in search(stored, query)}
            assert (answer["id"] in found) == (tag["band"] in {"safe", "suggest"})
        for stance in answer["stances"]:
            assert answer["id"] in {each["id"] for each in search(stored, f"&stance={stance['code']}")}


@pytest.mark.parametrize(
    "name", ["words", "tag", "cycle", "region", "state", "named", "stance", "cursor", "lang"]
)
@pytest.mark.parametrize("odd", ["a%00b", "%ED%A0%80", "%FF", "%25%5C_", "9" * 30])
def test_nothing_odd_in_a_filter_breaks_anything(stored, name, odd):
    for path in ("/v1/answers", "/v1/questionnaires", "/v1/exports/answers", "/v1/questionnaires/2/answers"):
        assert stored.admin.get(f"{path}?{name}={odd}").status_code in {200, 422}


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_pages_are_complete_and_without_doubles(stored, limit):
    assert [each["external_id"] for each in search(stored, limit=limit)] == ["mdg-0", "mdg-1", "ken-0"]


@pytest.mark.parametrize(
    "query", ["tag=nothing", "state=XXX", "named=XXX", "stance=wanted", "limit=0", "limit=201", "cursor=x"]
)
def test_a_filter_that_names_nothing_is_refused(stored, query):
    assert stored.admin.get(f"/v1/answers?{query}").status_code == 422


def test_an_answer_is_shown_with_its_questionnaire_suggestions_decisions_and_review(stored):
    shown = stored.admin.get(f"/v1/answers/{stored.ids['mdg-1']}").json()
    assert shown["questionnaire"] == {
        "id": "2",
        "external_id": "mdg",
        "state": "MDG",
        "instrument": ["tip"],
        "cycle": "2",
        "language": "fr",
    }
    assert (shown["status"], shown["version"], shown["model"]["name"]) == ("reviewed", 4, "small")
    assert [each["act"] for each in shown["decisions"]] == ["add", "add", "state-add", "done"]
    assert [each["number"] for each in shown["decisions"]] == [1, 2, 3, 4]
    tags = [(each["kind"], each["code"], each["stance"]) for each in shown["reviewed"]["tags"]]
    assert tags == [
        ("instrument", "firearms", None),
        ("type", "legal", "offered"),
        ("subtype", "legal.drafting", "offered"),
    ]
    assert shown["reviewed"]["states"] == ["PER"]


def test_the_names_of_states_are_in_the_language_asked_for(stored):
    number = stored.ids["ken-0"]
    for lang, name in (("en", "Spain"), ("fr", "Espagne"), ("es", "España")):
        shown = stored.admin.get(f"/v1/answers/{number}?lang={lang}").json()
        assert [each["name"] for each in shown["states"]] == ["Kenya", name]


def test_evidence_lists_the_tags_of_the_answer_with_words_of_its_text(stored):
    for name in stored.ids:
        shown = stored.admin.get(f"/v1/answers/{stored.ids[name]}").json()
        found = stored.admin.get(f"/v1/answers/{stored.ids[name]}/evidence").json()
        tags = [(each["code"], each["stance"]) for each in shown["tags"]]
        assert [(each["code"], each["stance"]) for each in found["tags"]] == tags
        for word in (word for tag in found["tags"] for word in tag["words"]):
            assert 0 <= word["start"] < word["end"] <= len(shown["text"])


def test_the_answers_of_a_questionnaire_are_listed_in_its_order_also_once_it_is_replaced(stored):
    assert [
        each["external_id"] for each in stored.admin.get("/v1/questionnaires/2/answers").json()["items"]
    ] == ["mdg-0", "mdg-1"]
    assert [
        each["external_id"] for each in stored.admin.get("/v1/questionnaires/1/answers").json()["items"]
    ] == ["old-0"]


def test_who_read_which_answers_is_in_the_audit(stored):
    number = stored.ids["ken-0"]
    with stored.client("read") as reader:
        for path in (f"/{number}", f"/{number}/evidence", "?words=training"):
            assert reader.get(f"/v1/answers{path}").status_code == 200
    with stored.database.reading() as session:
        lines = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(3)).all()
    assert [(each.action, each.subject, each.subject_id) for each in reversed(lines)] == [
        ("read", "answer", number),
        ("read", "answer", number),
        ("search", "answer", None),
    ]
    assert lines[0].detail == {"answers": [number]}
    assert "training" not in str([each.detail for each in lines])


def test_an_answer_that_is_not_here_is_not_found(stored):
    for path in ("", "/evidence"):
        assert stored.admin.get(f"/v1/answers/999999{path}").status_code == 404
    body = {"version": 0, "decisions": [{"act": "done"}]}
    assert stored.admin.post("/v1/answers/999999/decisions", json=body).status_code == 404


def test_a_parameter_that_is_not_known_is_refused_lest_a_misspelt_filter_let_everything_through(api):
    refused = api.client("read").get("/v1/answers", params={"stat": "MDG"})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("stat: is no parameter here; there are cursor, ")
