"""The note as HTML: by itself, in order, readable without seeing it, and with nothing from elsewhere."""

import lxml.html
import pytest

from nlp.answers import LANGUAGES
from service.overview.content import plain_text
from service.overview.html import render_body, write_html
from service.overview.overview import Source, make_overview
from tests.service.overview.drafts import (
    Heading,
    Paragraph,
    Picture,
    Table,
    asked,
    blocks,
    draft_of_register,
    of_register,
)


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, tmp_path_factory):
    """The language and the page."""
    path = tmp_path_factory.mktemp("html") / "overview.html"
    write_html(of_register(), request.param, path)
    return request.param, lxml.html.fromstring(path.read_text(encoding="utf-8"))


def test_it_has_all_of_the_draft_in_order(page):
    lang, html = page
    draft = draft_of_register(lang)
    assert html.get("lang") == lang
    assert html.findtext(".//h1") == draft.title
    headings = [(each.tag, each.text) for each in html.iter("h2", "h3", "h4")]
    assert headings == [
        (f"h{each.level + 1}", f"{each.mark}. {each.text}") for each in blocks(draft, Heading)
    ]
    shown = [each.xpath("string(p)") for each in html.find_class("paragraph")]
    for text, block in zip(shown, blocks(draft, Paragraph), strict=True):
        assert text.startswith(f"{block.number}. {plain_text(block.runs)[:20]}")
    rows = [len(each.xpath("tbody/tr")) for each in html.iter("table")]
    assert rows == [len(each.rows) for each in blocks(draft, Table)]


def test_figures_are_beside_it_with_words_for_those_who_do_not_see_them(page):
    lang, html = page
    images = [(each.get("src"), each.get("alt")) for each in html.iter("img")]
    assert images == [
        (f"figures/{each.name}.svg", each.alternative) for each in blocks(draft_of_register(lang), Picture)
    ]


def test_it_runs_nothing_and_fetches_nothing(page):
    _, html = page
    assert not list(html.iter("script", "link", "iframe"))
    assert all(each.startswith("#") for each in html.xpath("//@href"))


def test_every_link_within_it_leads_somewhere(page):
    _, html = page
    ids = html.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {each[1:] for each in html.xpath("//@href")} <= set(ids)


def test_every_number_with_answers_leads_to_them():
    draft = draft_of_register("en")
    body = render_body(
        draft, "en", lambda behind: f"/x?{behind.key}" if behind.answers else None, lambda _: ""
    )
    found = lxml.html.fromstring(body).xpath("//a[@class='count']/@href")
    assert found == [f"/x?{each.key}" for each in draft.behind() if each.answers]


def test_names_from_elsewhere_are_only_text(tmp_path):
    source = Source("<b>tags</b>.jsonl", "<i>2</i>", tuple(asked("TCD", "legal")))
    write_html(make_overview(source), "en", tmp_path / "note.html")
    text = (tmp_path / "note.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;tags" in text
    assert "<i>" not in text
