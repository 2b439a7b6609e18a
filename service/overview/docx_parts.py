"""What the DOCX of a draft needs beside its text: page, styles, numbering, footnotes and properties."""

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import cast

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.numbering import CT_Num
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from nlp.answers import Language
from service.overview.content import Emphasis, Footnote, Runs

NUMBERED, LETTERED, TABLE_TEXT, NOTE, FOOTNOTE = (
    "Numbered Paragraph",
    "Lettered Item",
    "Table Text",
    "Figure Note",
    "footnote text",
)
REFERENCE = "footnote reference"
"""Names of the styles that the document's template lacks; those in small letters are Word's own."""

FONT = "Times New Roman"
LOCALES: dict[Language, str] = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES"}
_NUMBERED_LIST, _LETTERED_LIST = 90, 91
"""Ids of the two lists; the template's own are below."""


def lay_out(document: Document, lang: Language, title: str, letters: str) -> None:
    """Give an empty document its page, styles, lists and properties.

    Args:
        document: python-docx's default one.
        lang: of the whole document.
        title: the one in its properties.
        letters: how an item is lettered, with "%1" for the letter: "%1)".
    """
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    _set_language(document, lang)
    _add_lists(document, letters)
    _set_styles(document)
    _add_page_number(document)
    properties = document.core_properties
    properties.title, properties.language = title, LOCALES[lang]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = dt.datetime.now(dt.UTC).replace(tzinfo=None)


def restart_letters(document: Document) -> int:
    """Begin a list that starts at a) again; gives its id."""
    numbering = document.part.numbering_part.element
    id_ = max(int(each.get(qn("w:numId"))) for each in numbering.findall(qn("w:num"))) + 1
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering.append(_list(id_, _LETTERED_LIST, restart))
    return id_


def _list(id_: int, form: int, more: str = "") -> CT_Num:
    """A list of a form; both by their ids."""
    xml = f'<w:num {nsdecls("w")} w:numId="{id_}"><w:abstractNumId w:val="{form}"/>{more}</w:num>'
    return cast("CT_Num", parse_xml(xml))


def add_footnotes(document: Document, notes: Sequence[Footnote]) -> None:
    """Add the part that holds the footnotes, which python-docx does not make; they count from 1."""
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{id_}"><w:p><w:r><w:{tag}/></w:r></w:p></w:footnote>'
        for id_, kind, tag in (
            (-1, "separator", "separator"),
            (0, "continuationSeparator", "continuationSeparator"),
        )
    )
    texts = "".join(_footnote(number, note.runs) for number, note in enumerate(notes, start=1))
    xml = f"<w:footnotes {nsdecls('w')}>{separators}{texts}</w:footnotes>"
    header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        (header + xml).encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    named = '<w:footnote w:id="-1"/><w:footnote w:id="0"/>'
    compatibility = document.settings.element.find(qn("w:compat"))
    compatibility.addprevious(parse_xml(f"<w:footnotePr {nsdecls('w')}>{named}</w:footnotePr>"))


def _footnote(number: int, runs: Runs) -> str:
    words = "".join(
        f"<w:r>{'<w:rPr><w:i/></w:rPr>' if isinstance(run, Emphasis) else ''}"
        f'<w:t xml:space="preserve">{escape(run if isinstance(run, str) else run.text)}</w:t></w:r>'
        for run in runs
        if not isinstance(run, Footnote)
    )
    mark = f'<w:r><w:rPr><w:rStyle w:val="{_id_of(REFERENCE)}"/></w:rPr><w:footnoteRef/></w:r>'
    style = f'<w:pPr><w:pStyle w:val="{_id_of(FOOTNOTE)}"/></w:pPr>'
    space = '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
    return f'<w:footnote w:id="{number}"><w:p>{style}{mark}{space}{words}</w:p></w:footnote>'


def _id_of(style: str) -> str:
    """The id that python-docx gives a style of a name."""
    return style.replace(" ", "")


def _set_language(document: Document, lang: Language) -> None:
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for language in defaults.findall(qn("w:lang")):
        defaults.remove(language)
    defaults.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="{LOCALES[lang]}"/>'))


def _add_lists(document: Document, letters: str) -> None:
    """Put Word's own numbering for paragraphs and for items before the lists that use it."""
    numbering = document.part.numbering_part.element
    lists = (
        (_NUMBERED_LIST, "decimal", "%1.", "NumberedParagraph", 0, 0),
        (_LETTERED_LIST, "lowerLetter", letters, "LetteredItem", 1134, 567),
    )
    for id_, form, text, style, left, hanging in lists:
        xml = (
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{id_}"><w:multiLevelType w:val="singleLevel"/>'
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="{style}"/>'
            f'<w:suff w:val="tab"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:tabs><w:tab w:val="num" w:pos="{left or 567}"/></w:tabs>'
            f'<w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl></w:abstractNum>'
        )
        numbering.insert(0, parse_xml(xml))
        numbering.append(_list(id_, id_))


def _set_styles(document: Document) -> None:
    styles = document.styles
    normal = _style(document, "Normal", size=10.5, after=6)
    normal.paragraph_format.line_spacing = 1.1
    for level, size in ((1, 14), (2, 12), (3, 10.5)):
        heading = _style(document, f"Heading {level}", size=size, after=6, before=14 - 2 * level, bold=True)
        heading.paragraph_format.left_indent = Cm(1)
        heading.paragraph_format.first_line_indent = Cm(-1)
        heading.paragraph_format.tab_stops.add_tab_stop(Cm(1))
        heading.paragraph_format.keep_with_next = True
    _style(document, "Title", size=17, after=6, bold=True)
    _style(document, "Subtitle", size=11, after=18)
    caption = _style(document, "Caption", size=10, after=4, before=8, bold=True)
    caption.paragraph_format.keep_with_next = True
    for name, list_ in ((NUMBERED, _NUMBERED_LIST), (LETTERED, _LETTERED_LIST)):
        style = _style(document, name, size=10.5, after=6)
        style.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = list_
    _style(document, TABLE_TEXT, size=8, before=1, after=2).paragraph_format.line_spacing = 1
    _style(document, NOTE, size=8, after=12, before=3)
    _style(document, FOOTNOTE, size=8.5, after=0)
    reference = styles.add_style(REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True


def _style(
    document: Document, name: str, *, size: float, after: float, before: float = 0, bold: bool = False
) -> ParagraphStyle:
    """A paragraph style of Word or, where it has none of the name, a new one, in the document's look."""
    known = name in document.styles
    style = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    if not known:
        style.base_style = document.styles["Normal"]
    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, False
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for spacing in style.element.rPr.findall(qn("w:spacing")):
        style.element.rPr.remove(spacing)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        border.getparent().remove(border)
    return style


def _add_page_number(document: Document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields
