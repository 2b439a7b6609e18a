"""Writes the draft as DOCX, with the styles, numbering, captions and footnotes of Word."""

import io
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from nlp.answers import Language
from service.overview.charts import charts
from service.overview.content import Draft, Emphasis, Footnote, Heading, Paragraph, Picture, Row, Runs, Table
from service.overview.docx_parts import (
    LETTERED,
    NOTE,
    NUMBERED,
    REFERENCE,
    TABLE_TEXT,
    add_footnotes,
    lay_out,
    restart_letters,
)
from service.overview.draft import make_draft
from service.overview.figures import draw
from service.overview.overview import Overview
from service.overview.phrases import Phrases

TEXT_WIDTH = Cm(16.6)
_INDENT = Cm(0.3)


def write_docx(overview: Overview, lang: Language, path: Path, scope: Sequence[str] = ()) -> None:
    """Write the drafted note, its figures and tables in it; see `make_draft` for `scope`."""
    path.write_bytes(to_docx(overview, lang, scope))


def to_docx(overview: Overview, lang: Language, scope: Sequence[str] = ()) -> bytes:
    """The drafted note as a DOCX file."""
    draft = make_draft(overview, lang, scope)
    writer = _Writer(draft, lang)
    alternatives = {block.name: block.alternative for block in draft.blocks if isinstance(block, Picture)}
    if alternatives:
        writer.drawn = {
            chart.name: draw(chart, lang, "png", alternatives[chart.name], bare=True)
            for chart in charts(overview, lang)
        }
    written = io.BytesIO()
    writer.write().save(written)
    return written.getvalue()


class _Writer:
    """A document as far as it is written; `drawn` are the figures as PNG, by name."""

    def __init__(self, draft: Draft, lang: Language) -> None:
        self.draft = draft
        self.drawn: dict[str, bytes] = {}
        self.document: Document = docx.Document()
        self.notes: list[Footnote] = []
        lay_out(self.document, lang, draft.title, Phrases(lang).text("list_letter", letter="%1"))

    def write(self) -> Document:
        """Write all of it."""
        self.document.add_paragraph(self.draft.title, style="Title")
        self.document.add_paragraph(self.draft.subtitle, style="Subtitle")
        for block in self.draft.blocks:
            match block:
                case Heading(level, mark, text):
                    self.document.add_paragraph(f"{mark}.\t{text}", style=f"Heading {level}")
                case Paragraph():
                    self.paragraph(block)
                case Picture():
                    self.picture(block)
                case Table():
                    self.table(block)
        add_footnotes(self.document, self.notes)
        return self.document

    def paragraph(self, block: Paragraph) -> None:
        """A paragraph that Word numbers, and its items, which it letters."""
        opening = self.document.add_paragraph(style=NUMBERED)
        opening.paragraph_format.keep_with_next = bool(block.items)
        self.add_runs(opening, block.runs)
        list_ = restart_letters(self.document) if block.items else 0
        for item in block.items:
            paragraph = self.document.add_paragraph(style=LETTERED)
            properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no lists
            properties.get_or_add_numPr().get_or_add_ilvl().val = 0
            properties.get_or_add_numPr().get_or_add_numId().val = list_
            self.add_runs(paragraph, item)

    def picture(self, block: Picture) -> None:
        """A figure under its caption, with what it shows in words, and its note."""
        self.caption(block.caption, block.title)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(self.drawn[block.name]), width=TEXT_WIDTH)
        described = shape._inline.docPr  # noqa: SLF001 - python-docx sets no alternative text
        described.set("descr", block.alternative)
        described.set("title", block.title)
        self.document.add_paragraph(block.note, style=NOTE)

    def table(self, block: Table) -> None:
        """A table under its caption; its header comes again on each page."""
        self.caption(block.caption, block.title)
        table = self.document.add_table(rows=0, cols=len(block.header), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        self.describe(table, block.title)
        widths = [Emu(int(TEXT_WIDTH * width / sum(block.widths))) for width in block.widths]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        numeric = {place for place in range(len(widths)) if block.is_numeric(place)}
        self.row(table, Row("group", tuple((text,) for text in block.header)), widths, numeric)
        _property(table.rows[0], "tblHeader")
        for row in block.rows:
            self.row(table, row, widths, numeric)
        self.document.add_paragraph(block.note, style=NOTE)

    def row(self, table: WordTable, row: Row, widths: Sequence[Emu], numeric: AbstractSet[int]) -> None:
        """A row that stays on one page; a heading that is alone in its row goes over all columns."""
        added: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx left it untyped
        _property(added, "cantSplit")
        cells = list(zip(added.cells, row.cells, widths, strict=True))
        if not any(row.cells[1:]):
            added.cells[0].merge(added.cells[-1])
            cells = cells[:1]
        for place, (cell, runs, width) in enumerate(cells):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.style = TABLE_TEXT
            paragraph.paragraph_format.keep_with_next = row.kind == "group"
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if place in numeric else None
            self.add_runs(paragraph, runs, bold=row.kind != "plain")
            if row.kind != "plain":
                _shade(cell)

    def caption(self, caption: str, title: str) -> None:
        """A caption above a figure or a table."""
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{caption}").add_break()
        paragraph.add_run(title)

    def describe(self, table: WordTable, title: str) -> None:
        """Say to those who do not see it what a table is."""
        properties = table._tbl.tblPr  # noqa: SLF001 - python-docx sets no alternative text
        caption = parse_xml(f"<w:tblCaption {nsdecls('w')}/>")
        caption.set(qn("w:val"), title)
        properties.append(caption)

    def add_runs(self, paragraph: WordParagraph, runs: Runs, *, bold: bool = False) -> None:
        """Write runs at the end of a paragraph."""
        for run in runs:
            if isinstance(run, Footnote):
                self.notes.append(run)
                mark = paragraph.add_run(style=REFERENCE)
                reference = f'<w:footnoteReference {nsdecls("w")} w:id="{len(self.notes)}"/>'
                mark._r.append(parse_xml(reference))  # noqa: SLF001 - python-docx has no footnotes
            else:
                added = paragraph.add_run(run if isinstance(run, str) else run.text)
                added.italic = True if isinstance(run, Emphasis) else None
                added.bold = bold or None


def _property(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:{name} {nsdecls('w')}/>"))  # noqa: SLF001 - python-docx lacks it


def _shade(cell: _Cell) -> None:
    shading = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="EDEDED"/>'
    cell._tc.get_or_add_tcPr().append(parse_xml(shading))  # noqa: SLF001 - python-docx lacks it
