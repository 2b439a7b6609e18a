"""Exports as files: rows read from the database, given as chunks of CSV, XLSX or JSON Lines.

Whoever takes the chunks must close the generator, also where they stop early: it holds a connection, or a
temporary file. A fault is raised from it; what came before is then no whole file.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from service.errors import UnavailableError
from service.records import Record, to_line
from service.spreadsheet import CSV_ENCODING, Row, csv_lines, write_xlsx
from service.store.database import Database

Format = Literal["csv", "xlsx", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
Source = Callable[[Session], Iterator[Record]]
Chunks = Generator[bytes, None, None]

MOST_AT_ONCE = 2
"""Exports of one process at the same time: each keeps a connection, however slow its client is.

A workbook in the making also keeps one of the threads that all requests are served by.
"""

CHUNK = 1 << 16
"""Bytes, about."""

_TURNS = BoundedSemaphore(MOST_AT_ONCE)
_WIDE = {"question", "text", "label", "passages", "note"}


def export(database: Database, rows: Source, columns: Sequence[str], kind: Format) -> Chunks:
    """Give an export in chunks, all of it as the database was at the first one.

    JSON Lines and CSV are given as they are read. XLSX, whose parts refer to each other, is written to a
    temporary file without a name first.

    Args:
        database: where the rows are.
        rows: reads them, in a session that ends with the export.
        columns: the fields of a row, in order, which make the header of CSV and XLSX.
        kind: the format.

    Raises:
        UnavailableError: at the first chunk, if too many exports are under way.
    """
    with _turn():
        if kind == "xlsx":
            yield from _workbook(database, rows, columns)
            return
        with database.reading() as session:
            if kind == "csv":
                yield from _gathered(csv_lines(_table(rows(session), columns)), CSV_ENCODING)
            else:
                yield from _gathered(map(to_line, rows(session)), "utf-8")


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(blocking=False):
        problem = f"must wait, {MOST_AT_ONCE} others are under way; try again later"
        raise UnavailableError("the export", problem)
    try:
        yield
    finally:
        _TURNS.release()


def _gathered(lines: Iterable[str], encoding: str) -> Chunks:
    """Join lines to chunks: a line for itself would cost more to send than to read."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(waiting).encode(encoding)
            # Only the first chunk begins with the byte order mark.
            waiting, size, encoding = [], 0, "utf-8"
    yield "".join(waiting).encode(encoding)


def _workbook(database: Database, rows: Source, columns: Sequence[str]) -> Chunks:
    from openpyxl.utils import get_column_letter

    wide = [get_column_letter(place) for place, name in enumerate(columns, 1) if name in _WIDE]
    with TemporaryFile() as file:
        with database.reading() as session:
            write_xlsx(_table(rows(session), columns), file, title="export", wide=wide)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _table(rows: Iterable[Record], columns: Sequence[str]) -> Iterator[Row]:
    yield columns
    for row in rows:
        yield [_flat(name, row[name]) for name in columns]


def _flat(name: str, value: Any) -> str | float:
    """A value as it stands in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ("\n" if name == "passages" else "; ").join(value)
        case str() | int() | float():
            return value
    raise TypeError(f"{name} is a {type(value).__name__}, and fits in no cell")
