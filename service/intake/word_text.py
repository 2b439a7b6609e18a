"""The text of a Word paragraph, as Word shows it once all tracked changes are accepted."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from lxml.etree import _Element as Element

from service.intake.blocks import Line, asks
from service.intake.ticks import TICKED, UNTICKED, wingding
from service.intake.word_styles import Styles
from service.intake.word_xml import attribute, child, is_placeholder, local, switch

Notes = Mapping[tuple[str, str | None], str]

# Deleted or moved text, the properties of things, comments' and fields' code, and pronunciation guides.
_SILENT = {
    "del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "instrText", "delText", "delInstrText",
    "rt", "ffData",
}  # fmt: skip
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}", "ptab": "\t"}


@dataclass(slots=True)
class Paragraph:
    """A paragraph on its way to be a Line.

    Attributes:
        spans: (text, bold) in order.
        boxes: the contents of the text boxes anchored in it.
        notes: the texts of the footnotes and endnotes that it refers to.
    """

    heading: bool
    dropped: bool
    listed: str
    mark_deleted: bool
    spans: list[tuple[str, bool]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Yield the line, its notes after it; two where a bold question runs on into its answer."""
        if self.dropped:
            return
        spans = [
            (bold, "".join(text for text, _ in group))
            for bold, group in groupby(self._fused(), key=lambda s: s[1])
        ]
        texts = [text for _, text in spans]
        ending = "".join(f"\n{note}" for note in self.notes if note)
        if len(spans) > 1 and spans[0][0] and not self.heading:
            question = Line(texts[0].strip(), strong=True, listed=self.listed)
            if asks(question) or question.text.endswith(":"):
                yield question
                yield Line("".join(texts[1:]).strip() + ending)
                return
        strong = self.heading or (len(spans) == 1 and spans[0][0])
        yield Line("".join(texts).strip() + ending, strong, self.heading, self.listed)

    def _fused(self) -> Iterator[tuple[str, bool]]:
        """Yield the spans, white space and stray punctuation as bold as what stands before it."""
        bold = next((bold for text, bold in self.spans if text.strip()), False)
        for text, own in self.spans:
            bold = own if any(sign.isalnum() or sign in "☒☐" for sign in text) else bold
            yield text, bold


def paragraph_of(element: Element, styles: Styles, notes: Notes) -> Paragraph:
    """Read a w:p element."""
    properties = child(element, "pPr")
    style = attribute(child(properties, "pStyle"), "val")
    paragraph = Paragraph(
        heading=styles.is_heading(style),
        dropped=styles.is_dropped(style),
        listed=styles.listing(properties, style),
        mark_deleted=child(child(properties, "rPr"), "del") is not None,
    )
    _Runs(paragraph, styles, notes, bold=styles.is_bold(style)).read(element)
    return paragraph


class _Runs:
    """Collects the spans of one paragraph, going through whatever wraps its runs."""

    def __init__(self, paragraph: Paragraph, styles: Styles, notes: Notes, *, bold: bool) -> None:
        self.paragraph = paragraph
        self.styles = styles
        self.notes = notes
        self.bold = bold
        self.special: dict[str, Callable[[Element], None]] = {
            "r": self._run,
            "t": lambda element: self._add(element.text or ""),
            "br": lambda element: self._add("" if attribute(element, "type") in {"page", "column"} else "\n"),
            "sym": self._symbol,
            "sdt": self._control,
            "fldChar": self._field,
            "footnoteReference": lambda element: self._note("footnote", element),
            "endnoteReference": lambda element: self._note("endnote", element),
            "AlternateContent": self._alternatives,
            "txbxContent": self.paragraph.boxes.append,
        }

    def read(self, element: Element) -> None:
        """Collect what an element holds."""
        for inner in element:
            name = local(inner)
            if name in self.special:
                self.special[name](inner)
            elif name in _SIGNS:
                self._add(_SIGNS[name])
            elif name and name not in _SILENT:
                self.read(inner)

    def _add(self, text: str) -> None:
        self.paragraph.spans.append((text, self.bold))

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        if switch(properties, "vanish"):
            return
        before = self.bold
        bold = switch(properties, "b")
        if bold is None:
            bold = before or self.styles.is_bold(attribute(child(properties, "rStyle"), "val"))
        self.bold = bold
        self.read(run)
        self.bold = before

    def _alternatives(self, element: Element) -> None:
        for first in element[:1]:  # the others say the same for older programs
            self.read(first)

    def _symbol(self, symbol: Element) -> None:
        code = (attribute(symbol, "char") or "").upper()
        if (attribute(symbol, "font") or "").startswith("Wingdings"):
            self._add(wingding(int(code, 16)) if re.fullmatch(r"[0-9A-F]{2,4}", code) else "")
        elif re.fullmatch(r"2[0-9A-F]{3}", code):  # punctuation, arrows and signs such as U+2612
            self._add(chr(int(code, 16)))

    def _control(self, control: Element) -> None:
        """Read a content control: a tick box by its state, a placeholder as nothing."""
        properties = child(control, "sdtPr")
        box = child(properties, "checkbox")
        content = child(control, "sdtContent")
        if box is not None:
            self._add(TICKED if switch(box, "checked") else UNTICKED)
        elif content is not None and not is_placeholder(control):
            self.read(content)

    def _field(self, mark: Element) -> None:
        """Read what a legacy form field shows by its data alone; the text of a text field stands in runs."""
        data = child(mark, "ffData")
        box, choices = child(data, "checkBox"), child(data, "ddList")
        if box is not None:
            checked = switch(box, "checked")
            self._add(TICKED if (switch(box, "default") if checked is None else checked) else UNTICKED)
        elif choices is not None:
            entries = [attribute(entry, "val") or "" for entry in choices if local(entry) == "listEntry"]
            chosen = (
                attribute(child(choices, "result"), "val")
                or attribute(child(choices, "default"), "val")
                or "0"
            )
            self._add(entries[int(chosen)] if chosen.isdigit() and int(chosen) < len(entries) else "")

    def _note(self, kind: str, reference: Element) -> None:
        self.paragraph.notes.append(self.notes.get((kind, attribute(reference, "id")), ""))
