"""CSV: separators and encodings as offices save them; a bad row costs no other row."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from nlp.errors import InputError
from service.intake.encodings import numbered_lines, text_of
from service.intake.items import LONGEST, Items
from service.intake.table import Columns, Row, find_header, read_rows

SEPARATORS = (",", ";", "\t", "|")
_NONE = "\x1f"  # "unit separator": what a table of one column is parted by
_SAMPLE = 40  # lines
# Characters read again in all: quotes can be so broken that every line costs LONGEST.
_MOST_AGAIN = 100 * LONGEST


def read_csv(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the records of a CSV file, read line by line."""
    csv.field_size_limit(LONGEST)  # the module knows no other place for it; its own limit is 131,072
    with text_of(stream) as text:
        lines = numbered_lines(text)
        sample = list(islice(lines, _SAMPLE))
        separator = _separator([line for _, line in sample if line], columns)
        yield from read_rows(_rows(_Lines(chain(sample, lines)), separator), columns)


def _separator(sample: list[str], columns: Columns) -> str:
    """Return the separator that makes the header which names most fields, then has most columns."""
    best, most = _NONE, (0, 1)
    for separator in SEPARATORS:
        try:
            header = find_header(list(csv.reader(sample, delimiter=separator)), columns)
        except csv.Error:
            continue
        if header and (len(header.fields), header.width) > most and header.width > 1:
            best, most = separator, (len(header.fields), header.width)
    return best


class _Lines:
    """The lines of a file, of which those of a broken record can be taken again."""

    def __init__(self, numbered: Iterator[tuple[int, str | None]]) -> None:
        self.numbered = numbered
        self.again: list[tuple[int, str | None]] = []
        self.taken: list[tuple[int, str | None]] = []
        self.length = 0
        self.given_back = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = self.again.pop() if self.again else next(self.numbered)
        self.taken.append((number, line))
        self.length += len(line or "")
        if line is None or self.length > LONGEST:
            raise csv.Error(f"longer than {LONGEST:,} characters")
        return line

    def begin(self) -> None:
        self.taken.clear()
        self.length = 0

    def back_up(self) -> None:
        """Give back all lines of the record but its first, which is at fault."""
        self.again.extend(reversed(self.taken[1:]))
        self.given_back += self.length
        if self.given_back > _MOST_AGAIN:
            raise InputError("", f"has too many broken quotes up to line {self.taken[0][0]}; save it again")


def _rows(lines: _Lines, separator: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            where = f"line {lines.taken[0][0]}"
            problem = str(error).replace("\t", "tab")  # what parts the cells is quoted there
            yield where, InputError(where, f"is no row of CSV ({problem}); check its quotes")
            lines.back_up()
            reader = csv.reader(lines, delimiter=separator, strict=True)
            continue
        yield f"line {lines.taken[0][0]}", cells
