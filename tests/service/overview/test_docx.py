"""The note as DOCX: what Word knows of it - headings, numbers, captions, footnotes, pictures and tables."""

import io
import zipfile

import docx
import lxml.etree
import pytest
from docx.oxml.ns import qn

from nlp.answers import LANGUAGES
from service.overview.charts import charts, picture
from service.overview.content import Footnote, plain_text
from service.overview.docx import to_docx, write_docx
from service.overview.figures import draw
from service.overview.overview import Source, make_overview
from service.overview.writer import Writer
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
def written(request):
    """The language, the draft and the file."""
    return request.param, draft_of_register(request.param), to_docx(of_register(), request.param)


@pytest.fixture(scope="module")
def document(written):
    return docx.Document(io.BytesIO(written[2]))


def of_style(document, name):
    return [each for each in document.paragraphs if each.style.name == name]


def test_headings_paragraphs_and_items_have_styles_of_their_own(written, document):
    _, draft, _ = written
    for level in (1, 2, 3):
        expected = [f"{each.mark}.\t{each.text}" for each in blocks(draft, Heading) if each.level == level]
        assert [each.text for each in of_style(document, f"Heading {level}")] == expected
    numbered = blocks(draft, Paragraph)
    assert [each.text for each in of_style(document, "Numbered Paragraph")] == [
        plain_text(each.runs) for each in numbered
    ]
    items = [plain_text(item) for each in numbered for item in each.items]
    assert [each.text for each in of_style(document, "Lettered Item")] == items


def test_word_itself_numbers_paragraphs_and_starts_letters_again(document):
    style = document.styles["Numbered Paragraph"].element
    assert style.pPr.numPr.numId.val
    lists = {each._p.pPr.numPr.numId.val for each in of_style(document, "Lettered Item")}
    assert len(lists) == 2


def test_figures_and_tables_have_captions_and_words_for_those_who_do_not_see_them(written, document):
    _, draft, _ = written
    shown = [each for each in draft.blocks if isinstance(each, Picture | Table)]
    captions = [each.text for each in of_style(document, "Caption")]
    assert captions == [f"{each.caption}\n{each.title}" for each in shown]
    pictures = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert pictures == [each.alternative for each in blocks(draft, Picture)]
    for table, block in zip(document.tables, blocks(draft, Table), strict=True):
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == block.title
        assert [cell.text for cell in table.rows[0].cells] == list(block.header)
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert len(table.rows) == len(block.rows) + 1


def test_footnotes_are_word_s_own(written):
    _, draft, content = written
    notes = [
        plain_text(run.runs)
        for block in blocks(draft, Paragraph)
        for run in block.runs
        if isinstance(run, Footnote)
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        footnotes = lxml.etree.fromstring(file.read("word/footnotes.xml"))
        text = lxml.etree.fromstring(file.read("word/document.xml"))
    found = {
        each.get(qn("w:id")): "".join(each.itertext()).strip()
        for each in footnotes
        if not each.get(qn("w:type"))
    }
    assert list(found.values()) == notes
    assert [each.get(qn("w:id")) for each in text.iter(qn("w:footnoteReference"))] == list(found)


def test_footnotes_look_as_word_s_do(written):
    _, _, content = written
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        footnotes = lxml.etree.fromstring(file.read("word/footnotes.xml"))
        styles = lxml.etree.fromstring(file.read("word/styles.xml"))
    names = {each.get(qn("w:styleId")): each.find(qn("w:name")).get(qn("w:val")) for each in styles[2:]}
    used = {each.get(qn("w:val")) for kind in ("p", "r") for each in footnotes.iter(qn(f"w:{kind}Style"))}
    assert {names[each] for each in used} == {"footnote text", "footnote reference"}


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\x1b", "\ufffe"])
def test_signs_that_no_xml_may_hold_break_no_document_and_no_figure(sign):
    source = Source(f"tags{sign}.jsonl", f"cy{sign}cle", tuple(asked("TCD", "legal")))
    overview = make_overview(source)
    document = docx.Document(io.BytesIO(to_docx(overview, "en", [f"sc{sign}ope"])))
    words = "\n".join(each.text for each in document.paragraphs)
    assert all(each in words for each in ("tags\ufffd.jsonl", "cy\ufffdcle", "sc\ufffdope"))
    for chart in charts(overview, "en"):
        lxml.etree.fromstring(draw(chart, "en", "svg", picture(chart, Writer(overview, "en")).alternative))


def test_the_document_says_its_language_and_title_and_nobody_s_name(written, document):
    lang, draft, _ = written
    properties = document.core_properties
    assert properties.title == draft.title
    assert properties.language[:2] == lang
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:val"))[:2] == lang


def test_without_anything_to_count_it_opens_all_the_same(tmp_path):
    write_docx(make_overview(Source("tags.jsonl", None, ())), "en", tmp_path / "note.docx")
    assert not docx.Document(str(tmp_path / "note.docx")).inline_shapes
