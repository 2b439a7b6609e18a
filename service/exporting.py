"""The API's exports written to files, for an office on its own machine, which needs no key."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.errors import InputError
from service.export_formats import FORMATS, Chunks, Format, Source, export
from service.records import Record
from service.store import audit
from service.store.answers import AnswerFilter
from service.store.database import Database
from service.store.exports import COLUMNS, ROWS, Subject, corpus_lines, described

What = Subject | Literal["corpus"]


def format_of(what: What, output: Path) -> Format:
    """The format that an output's ending says.

    Raises:
        InputError: there is no such format, or not of this.
    """
    known: tuple[Format, ...] = ("jsonl",) if what == "corpus" else FORMATS
    for each in known:
        if output.suffix.lower() == f".{each}":
            return each
    endings = ", ".join(f".{each}" for each in known)
    raise InputError(str(output), f"cannot hold an export of {what}; end it in {endings}")


def export_to_file(
    database: Database, what: What, output: Path, wanted: AnswerFilter, lang: Language, *, actor: str
) -> int:
    """Write an export, whole or not at all, and give the number of its rows; the audit says so before.

    Raises:
        InputError: the format is unknown, or the file cannot be written.
    """
    kind = format_of(what, output)
    source: Source = partial(corpus_lines, wanted=wanted)
    if what != "corpus":
        source = partial(ROWS[what], wanted=wanted, lang=lang)
    rows = _Counted(source)
    with database.writing() as session:
        audit.note(session, actor, "export", what, format=kind, filter=described(wanted))
    columns = () if what == "corpus" else COLUMNS[what]
    _write(output, export(database, rows, columns, kind))
    return rows.count


class _Counted:
    """A source of rows that counts those it gave."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def __call__(self, session: Session) -> Iterator[Record]:
        for row in self.source(session):
            self.count += 1
            yield row


def _write(output: Path, chunks: Chunks) -> None:
    """Write to a file that nobody else on the machine may read: it holds what States answered."""
    part = None
    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}-")
        part = Path(name)
        with closing(chunks), os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
        part.replace(output)
    except OSError as error:
        raise InputError(str(output), f"cannot be written: {error.strerror}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
