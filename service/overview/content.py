"""The drafted note as plain data: what stands in it and where, whoever writes it to a file or a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a number of the draft.

    Attributes:
        key: the number's name in one draft; the same key has the same number and answers.
        number: the number itself, whatever words the text has for it.
        answers: ids of the answers that were counted; none where the number is given, or is no count of them.
    """

    key: str
    number: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that state a number, or name the States that were counted."""

    text: str
    behind: Behind


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words in italics."""

    text: str


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note whose number stands in the text; it has none itself."""

    runs: tuple["Run", ...]


Run = str | Linked | Emphasis | Footnote
Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1, 2 or 3; `mark` is its number: "I", "A" or "1"."""

    level: int
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A numbered paragraph, maybe with items a), b), c) at its end."""

    number: int
    runs: Runs
    items: tuple[Runs, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure; `name` is its file's without the suffix, `alternative` says in words what it shows."""

    name: str
    caption: str
    title: str
    alternative: str
    note: str


RowKind = Literal["group", "plain", "total"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: that of a group stands above the plain ones under it."""

    kind: RowKind
    cells: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header; `widths` are the columns' parts of the page, `note` stands below."""

    caption: str
    title: str
    header: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    note: str

    def is_numeric(self, column: int) -> bool:
        """Whether a column, from 0, holds numbers and nothing else."""
        texts = [plain_text(row.cells[column]) for row in self.rows if row.cells[column]]
        return column > 0 and all(text[:1] in "0123456789" and not _LETTER.search(text) for text in texts)


Block = Heading | Paragraph | Picture | Table


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole note in one language."""

    lang: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]

    def behind(self) -> Iterator[Behind]:
        """What stands behind each number of the draft, in the order of reading."""
        for block in self.blocks:
            for run in _runs(block):
                if isinstance(run, Linked):
                    yield run.behind


def _runs(block: Block) -> Iterator[Run]:
    if isinstance(block, Paragraph):
        for runs in (block.runs, *block.items):
            yield from runs
    elif isinstance(block, Table):
        for row in block.rows:
            for cell in row.cells:
                yield from cell


def plain_text(runs: Runs) -> str:
    """The words of runs, without footnotes."""
    return "".join(run if isinstance(run, str) else run.text for run in runs if not isinstance(run, Footnote))
