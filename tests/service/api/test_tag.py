"""Answers tagged at once get the bytes that the command line writes, in their order, and are not stored."""

import json
from pathlib import Path

import pytest

from service.api.given import MOST_TAGGED
from service.intake import SUFFIXES, read_answers
from service.store.tables import Answer, Audit, Question

FILES = sorted(Path("examples").resolve().iterdir())
# The register holds what a note says of States, and no answer of theirs.
EXAMPLES = [each for each in FILES if each.suffix in SUFFIXES and not each.match("register-*")]


@pytest.fixture(scope="module")
def tagging(open_api):
    with open_api("sqlite", model="default") as api:
        yield api


def tag(api, answers, query=""):
    found = api.admin.post(f"/v1/tag{query}", json={"answers": answers})
    assert found.status_code == 200, found.text
    return found


def items_of(content):
    """The bytes of each item, cut out of the body and not written anew."""
    text, items = content.decode().removeprefix('{"items":['), []
    assert text.endswith("]}")
    while text != "]}":
        _, end = json.JSONDecoder().raw_decode(text)
        items.append(text[:end])
        text = text[end:].removeprefix(",")
    return items


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.suffix[1:] + each.stem[0])
def test_the_api_gives_the_bytes_that_the_command_writes(tagging, needtag, tmp_path, path, lang):
    output = tmp_path / "tagged.jsonl"
    code, _, errors = needtag("tag", path, "--output", output, "--lang", lang)
    assert code == 0, errors
    answers = [
        {"id": each.id, "text": each.text, "question": each.question, "language": each.language}
        for each in read_answers(path, columns={})
    ]
    items = []
    for start in range(0, len(answers), MOST_TAGGED):
        items += items_of(tag(tagging, answers[start : start + MOST_TAGGED], f"?lang={lang}").content)
    assert [f"{each}\n" for each in items] == output.read_text(encoding="utf-8").splitlines(keepends=True)


def test_as_many_answers_as_are_allowed_come_back_in_their_order_and_one_more_is_refused(sqlite_api):
    answers = [{"id": f"{number}", "text": f"Néant {number}."} for number in range(MOST_TAGGED)]
    found = tag(sqlite_api, answers).json()["items"]
    assert [(each["id"], each["text"]) for each in found] == [(each["id"], each["text"]) for each in answers]
    refused = sqlite_api.admin.post("/v1/tag", json={"answers": [*answers, answers[0]]})
    assert refused.status_code == 422


def test_nothing_is_stored(sqlite_api):
    audit = sqlite_api.rows(Audit)
    tag(sqlite_api, [{"id": "1", "text": "Kenya requests training.", "question": "What is needed?"}])
    assert sqlite_api.rows(Answer) + sqlite_api.rows(Question) == []
    assert sqlite_api.rows(Audit) == audit


def test_an_answer_that_breaks_the_model_has_its_error_in_its_place_without_its_text(sqlite_api, monkeypatch):
    from nlp.models.linear import LinearModel

    score = LinearModel.score

    def breaks(self, texts):
        if any("kestrel" in text for text, _ in texts):
            raise ValueError(f"cannot score {texts}")
        return score(self, texts)

    monkeypatch.setattr(LinearModel, "score", breaks)
    texts = ["Kenya requests training.", "a kestrel", "Néant."]
    found = tag(sqlite_api, [{"id": str(place), "text": text} for place, text in enumerate(texts)])
    first, broken, last = found.json()["items"]
    assert (first["id"], last["id"]) == ("0", "2")
    assert broken["id"] == "1"
    assert broken["error"]["detail"] == "1: the model failed on it (ValueError)"
    assert "kestrel" not in found.text


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "1"},
        {"id": "", "text": "x"},
        {"id": "1", "text": 7},
        {"id": "1", "text": "nul \0"},
        {"id": "1", "text": "\ud83d"},
        {"id": "1", "text": "x", "state": "KEN"},
    ],
)
def test_what_is_no_answer_is_refused(sqlite_api, answer):
    content = json.dumps({"answers": [answer]})
    refused = sqlite_api.admin.post("/v1/tag", content=content, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith("answers[0]")
