"""Text PDF: words by their places on the page to lines, paragraphs and tables."""

from io import BytesIO
from typing import Any, BinaryIO

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import PdfminerException

from nlp.errors import InputError
from service.intake.blocks import Block, Cell, Line, Table
from service.intake.form import form_items
from service.intake.items import Items
from service.intake.pdf_fields import filled_in
from service.intake.pdf_lines import PrintedLine, Word, paragraphs, printed_lines, without_running
from service.intake.table import Columns
from service.intake.ticks import wingding

Page = pdfplumber.page.Page
PageBlock = PrintedLine | Table


def read_pdf(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the cover and the answers of a PDF with text."""
    try:
        with pdfplumber.open(BytesIO(stream.read())) as document:
            pages = [_page(page) for page in document.pages]
    except PdfminerException as error:
        cause = error.args[0] if error.args else None
        raise InputError("", _problem(cause)) from error
    except PDFException as error:
        raise InputError("", _problem(error)) from error
    _check_text(pages)
    yield from form_items(_blocks(without_running(pages)), columns)


def _problem(cause: object) -> str:
    if isinstance(cause, PDFPasswordIncorrect):
        return "is locked by a password; send it without"
    return "is a damaged PDF; save it again"


def _page(page: Page) -> list[PageBlock]:
    """Return the lines and tables of a page from top to bottom."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1 or len(table.rows[0].cells) > 1]
    words = _words(page)
    placed: list[tuple[float, PageBlock]] = [(table.bbox[1], _table(table, words)) for table in tables]
    outside = [word for word in words if not any(_inside(word, table.bbox) for table in tables)]
    placed += [(line.top, line) for line in printed_lines(outside, page.height)]
    page.close()
    return [block for _, block in sorted(placed, key=lambda pair: pair[0])]


def _words(page: Page) -> list[Word]:
    words = [as_shown(word) for word in page.extract_words(extra_attrs=["fontname", "size"])]
    return [*words, *(word for annotation in page.annots for word in filled_in(annotation))]


def as_shown(word: Word) -> Word:
    """Return a word; where it is a sign of a font of signs, the tick box or the bullet that it shows."""
    is_wingding = "Wingdings" in (word["fontname"] or "")
    if len(word["text"]) > 1 or not (is_wingding or "\uf000" <= word["text"] <= "\uf0ff"):
        return word
    box = wingding(ord(word["text"])) if is_wingding else ""
    return {**word, "text": box or "•"}


def _inside(word: Word, box: tuple[float, float, float, float]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _table(table: Any, words: list[Word]) -> Table:
    return Table(tuple(_row(row.cells, words) for row in table.rows))


def _row(boxes: list[tuple[float, float, float, float] | None], words: list[Word]) -> tuple[Cell, ...]:
    """Return the cells of a row; a missing box belongs to the cell on its left."""
    cells: list[Cell] = []
    for box in boxes:
        if box is None and cells:
            cells[-1] = Cell(cells[-1].blocks, span=cells[-1].span + 1)
        elif box is None:
            cells.append(Cell((), continued=True))
        else:
            lines = printed_lines([word for word in words if _inside(word, box)], height=0)
            cells.append(Cell(tuple(paragraphs(lines))))
    return tuple(cells)


def _check_text(pages: list[list[PageBlock]]) -> None:
    texts = [
        block.text if isinstance(block, PrintedLine) else _table_text(block)
        for page in pages
        for block in page
    ]
    text = " ".join(texts)
    if not text.strip():
        raise InputError(
            "", "holds no text (a scan, perhaps); send the text, or let a program recognise it first (OCR)"
        )
    if text.count("(cid:") * 20 > len(text):
        raise InputError(
            "", "holds text in fonts that do not tell their letters; save it again from its source"
        )


def _table_text(table: Table) -> str:
    cells = (cell for row in table.rows for cell in row)
    return " ".join(block.text for cell in cells for block in cell.blocks if isinstance(block, Line))


def _blocks(pages: list[list[PageBlock]]) -> list[Block]:
    """Join lines to paragraphs, over page breaks too."""
    blocks: list[Block] = []
    lines: list[PrintedLine] = []
    for page in pages:
        for block in page:
            if isinstance(block, PrintedLine):
                lines.append(block)
            else:
                blocks += [*paragraphs(lines), block]
                lines = []
    return [*blocks, *paragraphs(lines)]
