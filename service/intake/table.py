"""Rows of cells, from whatever file, to records: the header found, what stands above it understood."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from nlp.errors import InputError
from service.intake.fields import COVER_FIELDS, field_of, is_yes, labelled, plain
from service.intake.items import LONGEST, Cover, Items, Record

Columns = Mapping[str, str]
"""The name that a file gives to the column of a field, by field name; empty where headers do."""

Row = tuple[str, Sequence[str] | InputError]
"""Where the row stands, and its cells, or what is wrong with it."""

_SEARCHED = 25  # rows in which a header may stand


class FromAbove(str):
    """The text of a merged cell, in a row below its first: it says a row's State, but is no second answer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Header:
    """The row of column names.

    Attributes:
        index: its place among the rows searched.
        fields: column number by field name; "text" is among them.
        width: number of columns.
        names: its cells.
        more: the numbers of further columns of answers, such as comments beside them.
    """

    index: int
    fields: Mapping[str, int]
    width: int
    names: Sequence[str]
    more: tuple[int, ...] = ()


def find_header(rows: Sequence[Sequence[str]], columns: Columns) -> Header | None:
    """Return the row that names most fields, the answer's among them; the first of several, or None."""
    best: Header | None = None
    for index, cells in enumerate(rows[:_SEARCHED]):
        fields = _fields(cells, columns)
        if "text" in fields and (best is None or len(fields) > len(best.fields)):
            width = max(n for n, cell in enumerate(cells, start=1) if cell.strip())
            more = [
                n for n, cell in enumerate(cells) if field_of(cell) == "text" and n not in fields.values()
            ]
            best = Header(index, fields, width, cells, () if "text" in columns else tuple(more))
    return best


def _fields(cells: Sequence[str], columns: Columns) -> dict[str, int]:
    given = {plain(name): field for field, name in columns.items()}
    names = [plain(cell[:200]) for cell in cells]
    found = {given[name]: n for n, name in reversed(list(enumerate(names))) if name in given}
    for n, cell in enumerate(cells):
        field = field_of(cell)
        is_option = names[n] == "no" and any(map(is_yes, names))  # no column of numbers
        if field and field not in columns and names[n] not in given and not is_option:
            found.setdefault(field, n)
    return found


def read_rows(rows: Iterator[Row], columns: Columns) -> Items:
    """Yield the records of a table.

    Raises:
        NoHeaderError: no row names a column of answers; holds the cover that the rows make.
    """
    first = list(islice(rows, _SEARCHED))
    cells = [[] if isinstance(row, InputError) else row for _, row in first]
    header = find_header(cells, columns)
    if header is None:
        broken = next((row for _, row in first if isinstance(row, InputError)), None)
        if broken:
            raise InputError("", f"has no column of answers that can be read: {broken}")
        raise NoHeaderError(cover_of(cells), seen=[cell for row in cells[:1] for cell in row if cell.strip()])
    yield replace(cover_of(cells[: header.index]), columns=_understood(header))
    for where, row in chain(first[header.index + 1 :], rows):
        if isinstance(row, InputError):
            yield row
        elif any(cell.strip() for cell in row if not isinstance(cell, FromAbove)):
            yield _record(where, row, header)


def _understood(header: Header) -> tuple[tuple[str, str | None], ...]:
    """Tell which field each named column holds."""
    fields: dict[int, str] = dict.fromkeys(header.more, "text") | {
        n: name for name, n in header.fields.items()
    }
    return tuple((name.strip()[:200], fields.get(n)) for n, name in enumerate(header.names) if name.strip())


class NoHeaderError(InputError):
    """A table without a row of column names that has a column of answers."""

    def __init__(self, cover: Cover, seen: Sequence[str]) -> None:
        shown = ", ".join(repr(cell[:40]) for cell in seen[:8]) or "nothing"
        super().__init__(
            "",
            "has no column of answers; head it with a name such as text, réponse or respuesta, "
            f"or say which column it is (the first row holds {shown})",
        )
        self.cover = cover


def cover_of(rows: Sequence[Sequence[str]]) -> Cover:
    """Return what the rows above a table say: "label | value", "label: value", or bare lines."""
    fields: dict[str, str] = {}
    lines: list[str] = []
    for row in rows:
        filled = [cell.strip() for cell in row if cell.strip()]
        pairs = [(field_of(filled[0]), filled[1])] if len(filled) == 2 else []
        pairs += [found for cell in filled if (found := labelled(cell))]
        known = [(field, value) for field, value in pairs if field in COVER_FIELDS]
        for field, value in known:
            fields.setdefault(str(field), value)
        if not known:
            lines += filled
    return Cover("title", fields, tuple(line for line in lines if len(line) <= 300)[:20])


def _record(where: str, row: Sequence[str], header: Header) -> Record | InputError:
    beyond = sum(1 for cell in row[header.width :] if cell.strip())
    if beyond:
        problem = (
            f"has {header.width + beyond} cells under {header.width} headers; "
            "put a text that holds the separator in quotes"
        )
        return InputError(where, problem)
    fields = {
        field: str(row[n])
        for field, n in header.fields.items()
        if n < len(row) and (field in COVER_FIELDS or not isinstance(row[n], FromAbove))
    }
    further = [str(row[n]) for n in header.more if n < len(row) and not isinstance(row[n], FromAbove)]
    fields["text"] = "\n".join(filter(str.strip, [fields.get("text", ""), *further]))
    if any(len(value) > LONGEST for value in fields.values()):
        return InputError(where, f"a cell is longer than {LONGEST:,} characters; part it over several rows")
    return Record(where, fields)
