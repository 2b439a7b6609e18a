"""The search: what it finds and shows, where the words are marked, and its exports."""

import json

import pytest
from lxml import html
from sqlalchemy import select

from service.review import search
from service.review.search import excerpt
from service.store.tables import Audit


def hits(response):
    """The ids of the answers found, in order."""
    page = html.fromstring(response.text)
    return [int(link.get("href").rpartition("/")[2]) for link in page.findall(".//ol/li/h2/a")]


def shown(parts):
    """An excerpt as text, with what was found in brackets."""
    return "".join(f"[{part.text}]" if part.found else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("La formación de jueces", "formacion", "La [formación] de jueces"),
        ("L'État forme ses juges", "ETAT jug", "L'[État] forme ses [juges]"),
        ("An e\u0301tude of it", "étude", "An [e\u0301tude] of it"),
        ("no word of these", "other", "no word of these"),
        ("no word was asked", "", "no word was asked"),
        ("<b>training</b>", "train", "<b>[training]</b>"),
        ("retrain them", "train", "retrain them"),
        ("snake_case", "case", "snake_[case]"),
        ("training", "!?", "training"),
    ],
)
def test_words_are_marked_as_the_search_finds_them(text, words, expected):
    assert shown(excerpt(text, words)) == expected


def test_of_a_long_text_the_piece_around_the_first_word_is_shown():
    text = "before " * 100 + "the training of judges " + "after " * 100
    found = shown(excerpt(text, "training", 80))
    assert found.startswith("… before ")
    assert "the [training] of judges after" in found
    assert found.endswith("after …")
    assert len(found) < 100


def test_a_text_without_blanks_is_cut_all_the_same():
    found = shown(excerpt("x" * 500, "", 80))
    assert found.startswith("x")
    assert len(found) < 90


def test_nothing_is_asked_before_somebody_asks(sign_in):
    page = sign_in().get("/search")
    assert page.status_code == 200
    assert not hits(page)
    assert "Type words, or choose a tag or a State" in page.text
    assert "Only the texts of the answers are searched" in page.text


def test_the_cursor_is_in_the_words_until_somebody_asks(sign_in):
    reader = sign_in("reader")
    assert "autofocus" in reader.get("/search").text
    assert "autofocus" not in reader.get("/search?words=law").text


def test_an_answer_is_shown_with_its_question_its_words_and_its_state(sign_in):
    page = sign_in("reader").get("/search?words=chancell")
    assert hits(page) == [1]
    (hit,) = html.fromstring(page.text).findall(".//ol/li")
    assert "article 5 du Protocole" in hit.find("h2").text_content()
    assert [mark.text for mark in hit.findall(".//mark")] == ["Chancellerie"]
    assert "Madagascar" in hit.text_content()
    assert hit.find("p[@class='excerpt']").get("lang") == "fr"


def test_tags_are_named_in_the_language_of_the_page(sign_in, answers_of, questionnaires, decided):
    answer = answers_of(questionnaires["GHA firearms"])[0]
    decided(answer, ("add", {"code": "legal.drafting", "stance": "requested"}), "done")
    assert hits(sign_in().get("/search?tag=legal.drafting&reviewed=true")) == [answer]
    for lang, label in (("en", "drafting/amending"), ("fr", "rédaction"), ("es", "redacción")):
        page = sign_in(lang=lang).get("/search?tag=legal.drafting&reviewed=true")
        # The type is not named beside its sub-type.
        (chip,) = html.fromstring(page.text).findall(".//ul[@class='chips']/li")
        assert label in chip.text_content().casefold()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=Chad", ["State"]),
        ("tag=none-such&words=x", ["Tag"]),
        ("named=QQQ&stance=wanted", ["Stance", "State named in the text"]),
        ("reviewed=perhaps", ["Reviewed"]),
        ("questionnaire=0", ["Questionnaire"]),
        ("words=" + "x" * 201, ["Words"]),
        ("cycle=%00", ["Reporting cycle"]),
    ],
)
def test_a_value_that_cannot_be_is_told_on_the_page(sign_in, query, names):
    page = sign_in().get(f"/search?{query}")
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")
    told = html.fromstring(page.text).find(".//p[@role='alert']").text_content()
    for name in names:
        assert f"“{name}”" in told
    assert not hits(page)


def test_many_hits_have_pages(sign_in, monkeypatch, answers_of, questionnaires):
    monkeypatch.setattr(search, "HITS", 4)
    page = sign_in().get("/search?state=MDG&page=2")
    assert hits(page) == answers_of(questionnaires["MDG tip"])[4:]
    assert "6 answers found" in page.text
    before = html.fromstring(page.text).find(".//a[@rel='prev']").get("href")
    assert before == "/search?state=MDG&page=1"


def test_what_was_found_is_exported_with_the_same_filters(sign_in):
    reader = sign_in("reader", lang="fr")
    page = reader.get("/search?words=la&language=fr")
    assert hits(page)
    links = [each.get("href") for each in html.fromstring(page.text).findall(".//section//li/a")]
    assert len(links) == 6
    for link in links:
        assert "language=fr" in link
        assert "lang=fr" in link
        assert reader.get(link).status_code == 200
    rows = [json.loads(line) for line in reader.get(links[2]).text.splitlines()]
    assert [int(row["id"]) for row in rows] == hits(page)


def test_words_that_stand_in_no_answer_together_are_not_found(sign_in):
    page = sign_in().get("/search?words=chancell+toamasina&state=")
    assert page.status_code == 200
    assert "No answer fits." in page.text


def test_a_search_leaves_a_line_in_the_audit_without_its_words(sign_in, database):
    reader = sign_in("reader")
    reader.get("/search?words=chancell")
    with database.reading() as session:
        found = session.scalars(
            select(Audit).where(Audit.actor == reader.name, Audit.action == "search")
        ).all()
    assert [each.detail for each in found] == [{"answers": ["1"]}]
