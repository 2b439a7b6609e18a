"""What DOCX and PDF pages consist of, before anybody knows which of it is an answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph.

    Attributes:
        text: its words; line breaks that its writer set are kept.
        strong: all of it is bold or a heading.
        heading: it is a heading by its style or size.
        listed: "number" or "bullet" where the program puts that before it, else "".
    """

    text: str
    strong: bool = False
    heading: bool = False
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its blocks, the columns it spans, whether it goes on from the cell above."""

    blocks: tuple["Block", ...]
    span: int = 1
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a row may have fewer cells than the table has columns."""

    rows: tuple[tuple[Cell, ...], ...]


Block = Line | Table


@dataclass(slots=True)
class Pair:
    """A question and the lines of its answer.

    Attributes:
        question: empty where nobody knows it.
        lines: of the answer.
        sure: it surely is a question, so that without lines it is an empty answer.
        known: other fields of the answer, by field name.
    """

    question: str = ""
    lines: list[str] = field(default_factory=list)
    sure: bool = True
    known: dict[str, str] = field(default_factory=dict)


_NUMBERED = re.compile(
    r"\s*(?:(?:question|pregunta|q)\.?\s*\d{1,3}[.):]?|\d{1,3}(?:\.\d{1,3})+[.)]?|\d{1,3}[.)]|\(?[a-z]\))\s+\S",
    re.IGNORECASE,
)
_ENDS_ASKING = re.compile(r"\?[\s*»\"]*(?:\([^()]*\)\s*)?$")


def is_numbered(line: Line) -> bool:
    """Tell whether a number or letter stands before the line, typed or put by the program."""
    return line.listed == "number" or _NUMBERED.match(line.text) is not None


def ends_asking(line: Line) -> bool:
    """Tell whether the line ends with a question mark; a note in brackets may follow it."""
    return _ENDS_ASKING.search(line.text) is not None


def asks(line: Line) -> bool:
    """Tell whether a strong line is surely a question and no heading."""
    return ends_asking(line) or (is_numbered(line) and not line.heading)


def answer_line(line: Line) -> str:
    """Return the line as text of an answer, with the bullet that the program puts before it."""
    return f"• {line.text}" if line.listed == "bullet" else line.text


def lines_of(cell: Cell) -> Iterator[Line]:
    """Yield the lines of a cell; a row of a table inside it is one line."""
    for block in cell.blocks:
        if isinstance(block, Line):
            yield block
        else:
            for row in block.rows:
                yield Line(joined(row))


def joined(row: tuple[Cell, ...]) -> str:
    """Return the texts of a row's cells, with tabs between them."""
    return "\t".join(text for cell in row if (text := text_of(cell)))


def text_of(cell: Cell) -> str:
    """Return the text of a cell, a line each paragraph."""
    return "\n".join(text for line in lines_of(cell) if (text := answer_line(line).strip()))
