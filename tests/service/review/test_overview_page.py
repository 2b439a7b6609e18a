"""The overview's page: the draft, and behind each of its numbers exactly the answers that were counted."""

import datetime as dt
import io
import re

import docx
import pytest
from lxml import html
from sqlalchemy import select

from nlp.answers import LANGUAGES
from nlp.taxonomy import load_taxonomy
from service.review import overview
from service.store.tables import Answer, Audit, SecondReading
from tests.service.overview.test_draft import rows_behind
from tests.service.overview.test_overview_database import TAGS, rows_of

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
STANCES = ("requested", "requested", "offered", "requested", "received")


@pytest.fixture
def reviewed(database, decided):
    """Most answers, each done with two sub-types of its own; gives their ids."""
    subtypes = [each.code for each in load_taxonomy().subtypes]
    with database.reading() as session:
        ids = list(session.scalars(select(Answer.id).order_by(Answer.id)))
    done = [each for each in ids if each % 5]
    for id_ in done:
        stance = STANCES[id_ % len(STANCES)]
        tags = [{"code": subtypes[place % len(subtypes)], "stance": stance} for place in (id_, id_ * 3 + 1)]
        decided(id_, *(("add", each) for each in tags), "done")
    return done


@pytest.fixture
def reader(sign_in):
    return sign_in("reader", lang="fr")


def links(response):
    """Where the numbers of the draft lead, once each."""
    assert response.status_code == 200, response.text
    return list(dict.fromkeys(html.fromstring(response.text).xpath("//a[@class='count']/@href")))


def listed(browser, address):
    """The ids of the answers that an address lists on all its pages, in order."""
    ids = []
    while address:
        response = browser.get(address)
        assert response.status_code == 200, response.text
        page = html.fromstring(response.text)
        ids += [each.rpartition("/")[2] for each in page.xpath("//li[@class='hit']/h2/a/@href")]
        following = page.xpath("//nav[contains(@class, 'pages')]/a[@rel='next']/@href")
        address = following[0] if following else None
    return ids


def test_the_link_of_each_number_opens_exactly_the_answers_behind_it(reader, reviewed, database):
    found = links(reader.get("/overview"))
    to_answers = [each for each in found if each.startswith("/overview/answers?")]
    assert len(to_answers) > 60
    rows = rows_of(database, TAGS)
    checked = 0
    for address in to_answers:
        key = re.search(r"key=([^&]+)", address)[1].replace("%2F", "/")
        expected = rows_behind(key, rows)
        if expected is not None:
            assert sorted(listed(reader, address)) == sorted({str(row.answer_id) for row in expected}), key
            checked += 1
    assert checked > 100


def test_the_numbers_of_the_introduction_lead_to_the_lists_of_the_pages(reader, reviewed, database):
    page = reader.get("/overview")
    assert {"/", "/search?replaced=false", "/search?replaced=false&reviewed=true"} <= set(links(page))
    assert sorted(map(int, listed(reader, "/search?replaced=false&reviewed=true"))) == reviewed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_written_in_the_language_of_whoever_looks(lang, sign_in, reviewed):
    browser = sign_in("reader", lang=lang)
    page = html.fromstring(browser.get("/overview").text)
    title = {"en": "I. Introduction", "fr": "I. Introduction", "es": "I. Introducción"}[lang]
    assert page.findtext(".//h2") == title
    words = {"en": "Requests", "fr": "Demandes", "es": "Solicitudes"}[lang]
    assert words in {each.text for each in page.iter("th")}


def test_it_begins_with_links_to_its_parts(reader, reviewed):
    page = html.fromstring(reader.get("/overview").text)
    [contents] = page.find_class("contents")
    links = [each.get("href") for each in contents.iter("a")]
    assert links[0] == "#section-I"
    assert all(page.get_element_by_id(each[1:]) is not None for each in links)


def test_its_figures_are_pictures_with_words(reader, reviewed):
    images = html.fromstring(reader.get("/overview?unit=answers").text).xpath("//figure/img")
    assert len(images) == 3
    for each in images:
        assert each.get("alt")
        figure = reader.get(each.get("src"))
        assert figure.headers["content-type"] == "image/svg+xml"
        assert "réponse" in figure.text
    assert reader.get("/overview/figures/figure-9.svg").status_code == 404


def test_filters_restrict_all_of_it_and_stay_in_every_link(reader, reviewed, database):
    page = reader.get("/overview?instrument=tip&cycle=2&unit=answers")
    assert "Champ limité à" in page.text
    for address in links(page):
        assert "instrument=tip" in address
        assert "cycle=2" in address
    inside = {str(row.answer_id) for row in rows_of(database, TAGS) if row.cycle == "2"}
    [total] = [each for each in links(page) if each.endswith("key=requested%2Ftotal")]
    assert "unit=answers" in total
    assert 0 < len(listed(reader, total)) < len(reviewed)
    assert set(listed(reader, total)) <= inside


def test_a_filter_that_cannot_be_read_is_named_and_nothing_is_counted(reader, reviewed):
    page = reader.get("/overview?region=atlantis")
    assert page.status_code == 422
    assert "Région" in page.text
    assert not html.fromstring(page.text).xpath("//article")


def test_the_download_is_the_same_note(reader, reviewed, database):
    response = reader.get("/overview/draft.docx?unit=answers")
    assert response.headers["content-disposition"] == 'attachment; filename="needtag-overview.docx"'
    document = docx.Document(io.BytesIO(response.content))
    numbered = [each.text for each in document.paragraphs if each.style.name == "Numbered Paragraph"]
    shown = html.fromstring(reader.get("/overview?unit=answers").text).find_class("paragraph")
    assert len(numbered) == len(shown)
    assert numbered[-1] in shown[-1].text_content()
    with database.reading() as session:
        line = session.scalars(select(Audit).where(Audit.subject == "overview")).one()
    assert (line.actor, line.action, line.detail["format"]) == (reader.name, "export", "docx")


def test_what_is_read_behind_a_number_is_in_the_audit(reader, reviewed, database):
    [total] = [each for each in links(reader.get("/overview")) if each.endswith("requested%2Ftotal")]
    page = html.fromstring(reader.get(total).text)
    ids = [each.rpartition("/")[2] for each in page.xpath("//li[@class='hit']/h2/a/@href")]
    with database.reading() as session:
        line = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert (line.actor, line.detail["answers"]) == (reader.name, ids)


def test_a_number_that_is_no_more_is_refused_in_words(reader, reviewed):
    assert reader.get("/overview/answers?key=requested/types/nonsense").status_code == 404
    assert reader.get("/overview/answers").status_code == 404


def test_before_any_review_it_says_that_nothing_was_counted(reader):
    page = reader.get("/overview")
    assert "Aucune demande d’assistance n’a été comptée." in page.text
    assert not html.fromstring(page.text).xpath("//figure")


def test_who_reads_an_answer_a_second_time_sees_nothing_of_the_first(sign_in, reviewed, database):
    person, other = sign_in("reviewer", name="sam"), sign_in("reviewer", name="omar")
    with database.writing() as session:
        session.add(SecondReading(answer_id=reviewed[0], reader="sam", asked_by="lena", asked_at=NOW))
    assert f">{len(reviewed)}</a> have been reviewed" in other.get("/overview").text
    page = person.get("/overview")
    assert f">{len(reviewed) - 1}</a> have been reviewed" in page.text
    assert "that you are to read a second time" in page.text
    for address in links(page):
        if "requested%2Ftotal" in address or "requested%2Ftypes" in address:
            assert str(reviewed[0]) not in listed(person, address)


def test_nobody_sees_it_without_signing_in(visitor):
    for path in ("", "/answers", "/figures/figure-1.svg", "/draft.docx"):
        response = visitor.get(f"/overview{path}", follow_redirects=False)
        assert response.headers["location"].startswith("/sign-in?next=/overview")


def test_what_took_long_is_kept_for_a_while_and_what_did_not_is_computed_anew(monkeypatch):
    made = iter(range(10))
    remembered = overview.Remembered()
    assert [remembered.get("a", lambda: next(made)) for _ in range(2)] == [0, 1]
    monkeypatch.setattr(overview, "LONG", -1.0)
    assert [remembered.get("a", lambda: next(made)) for _ in range(2)] == [2, 2]
    assert remembered.get("b", lambda: next(made)) == 3


def test_rates_stand_with_their_list_and_not_where_only_a_region_is_looked_at(reviewed, reader):
    assert "Status of Treaties" in reader.get("/overview?lang=en").text
    assert "Status of Treaties" not in reader.get("/overview?lang=en&region=african").text
