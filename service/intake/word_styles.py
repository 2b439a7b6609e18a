"""What the styles and the numbering of a Word document say of a paragraph or a run."""

import re
from functools import cached_property

from lxml.etree import _Element as Element

from service.intake.word_xml import attribute, child, local, switch

_HEADING = re.compile(r"heading|titre|título|überschrift", re.IGNORECASE)
_DROPPED = re.compile(r"(?:toc|table of|header|footer)\b", re.IGNORECASE)


class Styles:
    """The styles.xml and numbering.xml of a document."""

    def __init__(self, styles: Element, numbering: Element) -> None:
        self._styles = {attribute(style, "styleId"): style for style in styles if local(style) == "style"}
        self._numbering = numbering

    def is_heading(self, style: str | None) -> bool:
        """Tell whether a style is a heading; Word's built-in names are English in every language."""
        return _HEADING.match(self._name(style)) is not None

    def is_dropped(self, style: str | None) -> bool:
        """Tell whether a paragraph style is of a table of contents, a header or a footer."""
        return _DROPPED.match(self._name(style)) is not None

    def is_bold(self, style: str | None) -> bool:
        """Tell whether a style, or one that it is based on, is bold."""
        for step in self._chain(style):
            bold = switch(child(step, "rPr"), "b")
            if bold is not None:
                return bold
        return False

    def listing(self, properties: Element | None, style: str | None) -> str:
        """Return "number", "bullet" or "": what numbering puts before a paragraph."""
        for holder in (properties, *(child(step, "pPr") for step in self._chain(style))):
            numbering = child(holder, "numPr")
            if numbering is not None:
                number = attribute(child(numbering, "numId"), "val")
                level = attribute(child(numbering, "ilvl"), "val") or "0"
                return self._formats.get((number, level), "") if number != "0" else ""
        return ""

    def _name(self, style: str | None) -> str:
        found = self._styles.get(style)
        return (attribute(child(found, "name"), "val") if found is not None else None) or style or ""

    def _chain(self, style: str | None) -> list[Element]:
        chain: list[Element] = []
        while style in self._styles and self._styles[style] not in chain:
            chain.append(self._styles[style])
            style = attribute(child(chain[-1], "basedOn"), "val")
        return chain

    @cached_property
    def _formats(self) -> dict[tuple[str | None, str], str]:
        abstract = {
            (attribute(one, "abstractNumId"), attribute(level, "ilvl") or "0"): attribute(
                child(level, "numFmt"), "val"
            )
            for one in self._numbering
            if local(one) == "abstractNum"
            for level in one
            if local(level) == "lvl"
        }
        return {
            (attribute(number, "numId"), level): {"bullet": "bullet", "none": ""}.get(kind or "", "number")
            for number in self._numbering
            if local(number) == "num"
            for (name, level), kind in abstract.items()
            if name == attribute(child(number, "abstractNumId"), "val")
        }
