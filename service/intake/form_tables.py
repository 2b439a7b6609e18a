"""Tables of a form: rows of question and answer, of a cover, of tick boxes, or of an answer's own table."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.intake.blocks import Block, Cell, Line, Pair, asks, joined, lines_of, text_of
from service.intake.fields import COVER_FIELDS, field_of, is_cover_label
from service.intake.table import Columns, Header, find_header
from service.intake.ticks import is_box, is_mark

_NUMBER_ALONE = re.compile(r"(?:q\.?\s?)?\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]+)[.)]*", re.IGNORECASE)

Row = tuple[Cell, ...]
Part = Line | Pair


def parts_of(blocks: Iterable[Block], columns: Columns) -> Iterator[Part]:
    """Yield lines as they are and tables as the lines and pairs that they hold."""
    header: Header | None = None
    width = 0
    for block in blocks:
        if isinstance(block, Line):
            header = None
            yield block
            continue
        rows = [row for row in block.rows if any(text_of(cell) or cell.continued for cell in row)]
        own = _header(rows, columns)
        # A table that goes on over a page comes in two, the second without a header.
        header = own or (header if width == _width(rows) else None)
        width = _width(rows)
        if own:
            yield from (Line(joined(row)) for row in rows[: own.index])
            rows = rows[own.index + 1 :]
        yield from _under_header(rows, header, columns) if header else _without_header(rows, columns)


def _width(rows: list[Row]) -> int:
    return max((sum(cell.span for cell in row) for row in rows), default=0)


def _header(rows: list[Row], columns: Columns) -> Header | None:
    header = find_header([_texts(row) for row in rows[:2]], columns)
    return header if header and len(header.fields) > 1 else None


def _texts(row: Row) -> list[str]:
    """Return the cells' texts by column: a cell that spans several stands in its first."""
    return [text for cell in row for text in [text_of(cell), *[""] * (cell.span - 1)]]


def _under_header(rows: list[Row], header: Header, columns: Columns) -> Iterator[Part]:
    pair: Pair | None = None
    for row in rows:
        if len(row) == 1:
            yield from _whole_row(row[0], columns, among_pairs=True)
            continue
        cells = dict(zip(header.fields, (_at(row, n) for n in header.fields.values()), strict=True))
        texts = {name: text_of(cell) for name, cell in cells.items() if cell and name != "text"}
        text, question = _answer(row, header), texts.pop("question", "")
        if pair and _goes_on(pair, question, text, cells.get("text")):
            continue
        pair = Pair(question, text.split("\n"), known={k: v for k, v in texts.items() if v})
        yield pair


def _answer(row: Row, header: Header) -> str:
    """Return the answer's text with what the columns without a field say right of the question.

    A column that is ticked says its name, such as "Yes".
    """
    fields = {n: field for field, n in header.fields.items()}
    first = header.fields.get("question", header.fields["text"])
    lines = []
    for n, name in enumerate(header.names):
        cell = _at(row, n)
        if cell and (fields.get(n) == "text" or (n > first and n not in fields)):
            text = text_of(cell)
            lines.append(name if is_mark(text) and n not in fields else text)
    return "\n".join(filter(None, lines))


def _at(row: Row, column: int) -> Cell | None:
    start = 0
    for cell in row:
        if start <= column < start + cell.span:
            return cell if start == column else None
        start += cell.span
    return None


def _goes_on(pair: Pair, question: str, text: str, cell: Cell | None) -> bool:
    """Add to the pair above what a row without a question or answer of its own adds to it."""
    if cell and cell.continued:
        pair.question = f"{pair.question} {question}".strip()
        return True
    if not question and pair.question:
        pair.lines += [text] if text else []
        return True
    return False


def _whole_row(cell: Cell, columns: Columns, *, among_pairs: bool) -> Iterator[Part]:
    """Yield what a row of one cell holds; short, between rows of two cells, it is a heading."""
    text = text_of(cell)
    if among_pairs and "\n" not in text and len(text.split()) <= 15 and not text.endswith("."):
        yield Line(text, strong=True, heading=True)
    else:
        yield from parts_of(cell.blocks, columns)


def _tick_table(rows: list[Row]) -> list[Part]:
    """Return the pairs of a table of ticks alone: a question each row, an option each column; or nothing."""
    names, *below = [[text_of(cell) for cell in row] for row in rows]
    first = 2 if all(len(row) == 1 or _NUMBER_ALONE.fullmatch(row[0]) for row in below) else 1
    asked = [row for row in below if len(row) > 1]
    marks = [mark for row in asked for mark in row[first:] if mark]
    fits = len(names) > first + 1 and all(len(row) == len(names) for row in asked)
    if not (fits and marks and all(is_mark(mark) or is_box(mark) for mark in marks)):
        return []
    return [
        Line(row[0], strong=True, heading=True)
        if len(row) == 1
        else Pair(" ".join(row[:first]), [n for n, mark in zip(names, row, strict=True) if is_mark(mark)])
        for row in below
    ]


def _without_header(rows: list[Row], columns: Columns) -> Iterator[Part]:
    if ticks := _tick_table(rows) if rows else []:
        yield from ticks
        return
    rows = [half for row in _without_numbers(rows) for half in _cover_halves(row)]
    labels = [row[0] for row in rows if len(row) == 2 and text_of(row[0])]
    has_cover = any(field_of(text_of(label)) in COVER_FIELDS for label in labels)
    others = [label for label in labels if not _is_of_cover(text_of(label))]
    sure = sum(_may_ask(label) for label in others) * 2 >= len(others)
    pair: Pair | None = None
    for row in rows:
        if len(row) == 1:
            yield from _whole_row(row[0], columns, among_pairs=bool(labels) and pair is not None)
            continue
        found = _row(row, sure=sure, has_cover=has_cover and pair is None)
        if isinstance(found, Pair):
            if pair and _goes_on(pair, found.question, "\n".join(found.lines), row[1]):
                continue
            pair = found
        yield found


def _cover_halves(row: Row) -> list[Row]:
    """Part a row of a cover that reads "label, value, label, value"."""
    labels = [text_of(cell) for cell in row[::2]]
    if len(row) < 4 or len(row) % 2 or not all(map(_is_of_cover, labels)):
        return [row]
    return [row[n : n + 2] for n in range(0, len(row), 2)]


def _is_of_cover(label: str) -> bool:
    return field_of(label) in COVER_FIELDS or is_cover_label(label)


def _without_numbers(rows: list[Row]) -> Iterator[Row]:
    """Yield the rows without cells of numbers alone, one of which may go on over several rows."""
    numbered = False
    for row in rows:
        if len(row) > 2 and numbered and row[0].continued:
            yield row[1:]
        else:
            numbered = len(row) > 2 and _NUMBER_ALONE.fullmatch(text_of(row[0])) is not None
            yield _without_number(row)


def _without_number(row: Row) -> Row:
    """Put a number that has a cell of its own before the question beside it."""
    number = text_of(row[0])
    if len(row) < 3 or not _NUMBER_ALONE.fullmatch(number):
        return row
    first, *others = row[1].blocks or (Line(""),)
    if not isinstance(first, Line):
        return row[1:]
    numbered = replace(first, text=f"{number} {first.text}")
    return (replace(row[1], blocks=(numbered, *others)), *row[2:])


def _row(row: Row, *, sure: bool, has_cover: bool) -> Part:
    left, right = text_of(row[0]), text_of(row[-1])
    if len(row) > 2:
        return Line(joined(row))
    if is_box(left) or is_box(right):
        return Line(f"{left} {right}")
    on_cover = has_cover and (is_cover_label(left) or not _may_ask(row[0]))
    if field_of(left) in COVER_FIELDS or on_cover:
        return Line(f"{left.rstrip(' :')}: {right}")
    return Pair(left, right.split("\n"), sure=sure)


def _may_ask(cell: Cell) -> bool:
    lines = list(lines_of(cell))
    return len(text_of(cell).split()) >= 4 or any(asks(line) for line in lines)
