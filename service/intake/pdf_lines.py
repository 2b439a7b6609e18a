"""Printed words to lines and paragraphs; what runs along the tops and bottoms of pages goes."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, TypeVar

from service.intake.blocks import Line, ends_asking, is_numbered
from service.intake.fields import labelled
from service.intake.ticks import has_box

_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|página|pág\.?|p\.?)\s*)?\d{1,4}\s*(?:(?:/|of|de|sur)\s*\d{1,4})?\W*", re.IGNORECASE
)
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[•·▪●○◦–—*☐☒☑✓✔□-]|\[[ xX]?\])\s*\S")
_BULLET_SIGN = re.compile(r"\s*[•▪●○◦]\s*")

Word = Mapping[str, Any]
"""A word as pdfplumber gives it: "text", "x0", "x1", "top", "bottom" (points), "fontname", "size"."""

_MARGIN = 0.12  # of the page's height, at the top and at the bottom
_SHARE = 0.4  # of the pages have what runs along them: even and odd pages may differ, and the first from both


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as printed: its text, its place in points, and how it looks.

    Attributes:
        page_height: 0 inside a cell, which nothing runs along.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    page_height: float

    @property
    def in_margin(self) -> bool:
        """Whether it stands where headers and footers do."""
        margin = _MARGIN * self.page_height
        return self.bottom < margin or self.top > self.page_height - margin


def printed_lines(words: Sequence[Word], height: float) -> list[PrintedLine]:
    """Return the lines that words make, from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w["top"] + w["bottom"]) / 2, w["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if rows and middle < rows[-1][0]["bottom"] and middle > rows[-1][0]["top"]:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_line(sorted(row, key=lambda w: w["x0"]), height) for row in rows]


def _line(words: list[Word], height: float) -> PrintedLine:
    # Neither a bullet nor a number says how a line looks: programs put them in a font of their own.
    lettered = [word for word in words if any(sign.isalpha() for sign in word["text"])] or words
    return PrintedLine(
        text=" ".join(word["text"] for word in words),
        x0=words[0]["x0"],
        x1=words[-1]["x1"],
        top=min(word["top"] for word in words),
        bottom=max(word["bottom"] for word in words),
        size=median(word["size"] for word in lettered),
        bold=all(_BOLD.search(word["fontname"] or "") for word in lettered),
        page_height=height,
    )


Other = TypeVar("Other")


def without_running(pages: Sequence[Sequence[PrintedLine | Other]]) -> list[list[PrintedLine | Other]]:
    """Return the pages without page numbers and without what many of them have at one place in a margin."""
    seen = Counter(
        place
        for page in pages
        for place in {_place(line) for line in page if isinstance(line, PrintedLine) and line.in_margin}
    )
    running = {place for place, times in seen.items() if times > 1 and times >= _SHARE * len(pages)}
    return [
        [block for block in page if not (isinstance(block, PrintedLine) and _runs(block, running))]
        for page in pages
    ]


def _runs(line: PrintedLine, running: Collection[tuple[str, int]]) -> bool:
    return line.in_margin and (_place(line) in running or _PAGE_NUMBER.fullmatch(line.text) is not None)


def _place(line: PrintedLine) -> tuple[str, int]:
    """Return a line's text without numbers, and its place: "Yes." may begin two pages and run along none."""
    return re.sub(r"\d+", "#", line.text).strip(), round(line.top)


def paragraphs(lines: Sequence[PrintedLine]) -> Iterator[Line]:
    """Yield the paragraphs that lines make; the break after a hyphen stays, other wraps become spaces."""
    if not lines:
        return
    usual = median(line.size for line in lines)
    right = max(line.x1 for line in lines)
    gaps = [b.top - a.top for a, b in pairwise(lines) if 0 < b.top - a.top < 3 * usual]
    step = min(gaps, default=0)
    paragraph = [lines[0]]
    for line in lines[1:]:
        if _begins(paragraph, line, step, right):
            yield _paragraph(paragraph, usual)
            paragraph = []
        paragraph.append(line)
    yield _paragraph(paragraph, usual)


def _begins(paragraph: list[PrintedLine], line: PrintedLine, step: float, right: float) -> bool:
    """Tell whether a line begins a paragraph of its own after the lines of another."""
    above = paragraph[-1]
    ended = above.text.rstrip().endswith((".", "?", "!", ":", ";"))
    looks_other = above.bold != line.bold or abs(above.size - line.size) > 1
    if looks_other or _BULLET.match(line.text) or labelled(line.text):
        return True
    if line.top < above.top:  # next page
        return ended or not line.text[:1].islower()
    asked = ends_asking(Line(above.text)) and (line.bold or is_numbered(Line(paragraph[0].text)))
    short = above.x1 < right - 0.25 * (right - above.x0)
    ended = ended or has_box(above.text) or labelled(paragraph[0].text) is not None
    indented = line.x0 > above.x0 + 8
    numbered = is_numbered(Line(line.text)) and not line.text[:1].islower()
    wide = line.top - above.top > 1.35 * step
    return asked or numbered or wide or (ended and (short or indented))


def _paragraph(lines: list[PrintedLine], usual: float) -> Line:
    text = lines[0].text
    for line in lines[1:]:
        text += ("\n" if text.endswith(("-", "\N{HYPHEN}", "\N{SOFT HYPHEN}")) else " ") + line.text
    heading = lines[0].size > usual + 1.5
    bullet = _BULLET_SIGN.match(text)
    text = text[bullet.end() :] if bullet else text
    return Line(text, heading or lines[0].bold, heading, "bullet" if bullet else "")
