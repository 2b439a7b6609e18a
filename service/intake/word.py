"""DOCX: the package's parts, and its body as blocks with the text that Word would show and print."""

import zipfile
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import BinaryIO

from lxml import etree
from lxml.etree import _Element as Element

from nlp.errors import InputError
from service.intake.blocks import Block, Cell, Line, Table
from service.intake.form import form_items
from service.intake.items import Items
from service.intake.packages import check_package
from service.intake.table import Columns
from service.intake.word_styles import Styles
from service.intake.word_text import Paragraph, paragraph_of
from service.intake.word_xml import attribute, child, is_placeholder, local

_WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"}


def read_docx(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the cover and the answers of a Word document."""
    with check_package(stream, "document") as package:
        yield from form_items(Document(package).blocks(), columns)


class Document:
    """A Word document; headers and footers are parts of their own, which nobody opens."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.main = self._target("_rels/.rels", "/officeDocument") or "word/document.xml"
        relations = join(dirname(self.main), "_rels", self.main.rsplit("/", 1)[-1] + ".rels")
        self.styles = Styles(
            self._part(self._target(relations, "/styles")), self._part(self._target(relations, "/numbering"))
        )
        self.notes: dict[tuple[str, str | None], str] = {}
        self.notes = {
            (kind, attribute(note, "id")): "\n".join(line.text for line in self._lines_in(note)).strip()
            for kind in ("footnote", "endnote")
            for note in self._part(self._target(relations, f"/{kind}s"))
            if not attribute(note, "type")  # separators have one
        }

    def blocks(self) -> list[Block]:
        """Return the paragraphs and tables of the body."""
        root = self._part(self.main)
        body = child(root, "body")
        if body is None:
            raise InputError("", "has no body of text; save it again as .docx")
        return list(self._blocks(body))

    def _part(self, name: str | None) -> Element:
        if name is None:
            return etree.Element("none")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self.package.read(name), parser)

    def _target(self, relations: str, ending: str) -> str | None:
        """Return the name of the part that a relation of a type with this ending points to, or None."""
        if relations not in self.package.namelist():
            return None
        for relation in self._part(relations):
            if relation.get("Type", "").endswith(ending) and relation.get("TargetMode") != "External":
                folder = dirname(dirname(relations))
                name = normpath(join("/", folder, relation.get("Target", ""))).lstrip("/")
                return name if name in self.package.namelist() else None
        return None

    def _lines_in(self, element: Element) -> Iterator[Line]:
        return (block for block in self._blocks(element) if isinstance(block, Line))

    def _blocks(self, element: Element) -> Iterator[Block]:
        open_paragraph: Paragraph | None = None
        for inner in _content(element, {"p", "tbl"}):
            if local(inner) == "tbl":
                yield from self._paragraph(open_paragraph)
                open_paragraph = None
                yield Table(tuple(self._rows(inner)))
                continue
            paragraph = paragraph_of(inner, self.styles, self.notes)
            if open_paragraph:
                paragraph.spans[:0] = open_paragraph.spans
                paragraph.boxes[:0] = open_paragraph.boxes
                paragraph.notes[:0] = open_paragraph.notes
            # A deleted paragraph mark joins the paragraph to the next.
            open_paragraph = paragraph if paragraph.mark_deleted else None
            if not open_paragraph:
                yield from self._paragraph(paragraph)
        yield from self._paragraph(open_paragraph)

    def _paragraph(self, paragraph: Paragraph | None) -> Iterator[Block]:
        if paragraph:
            yield from paragraph.lines()
            for box in paragraph.boxes:
                yield from self._blocks(box)

    def _rows(self, table: Element) -> Iterator[tuple[Cell, ...]]:
        for row in _content(table, {"tr"}):
            if child(child(row, "trPr"), "del") is None:
                yield tuple(self._cell(cell) for cell in _content(row, {"tc"}))

    def _cell(self, cell: Element) -> Cell:
        properties = child(cell, "tcPr")
        merge = child(properties, "vMerge")
        continued = merge is not None and attribute(merge, "val") in {None, "continue"}
        span = attribute(child(properties, "gridSpan"), "val") or "1"
        deleted = child(properties, "cellDel") is not None
        blocks = () if continued or deleted or _in_placeholder(cell) else tuple(self._blocks(cell))
        return Cell(blocks, span=min(int(span), 64) if span.isdigit() else 1, continued=continued)


def _content(element: Element, wanted: set[str]) -> Iterator[Element]:
    """Yield the wanted elements right inside, or inside content controls and accepted insertions."""
    for inner in element:
        name = local(inner)
        if name in wanted:
            yield inner
        elif name == "AlternateContent":
            for first in inner[:1]:
                yield from _content(first, wanted)
        elif name in _WRAPPERS and not (is_placeholder(inner) and "p" in wanted):
            yield from _content(inner, wanted)


def _in_placeholder(cell: Element) -> bool:
    content = cell.getparent()
    return local(content) == "sdtContent" and is_placeholder(content.getparent())
