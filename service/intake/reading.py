"""Opens a file of any known kind and yields its answers; a file that cannot be read yields one error."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from nlp.answers import Answer
from nlp.errors import InputError
from service.intake.answers import Entry, Understanding
from service.intake.csv_files import read_csv
from service.intake.items import Items
from service.intake.json_files import read_json_lines
from service.intake.kinds import check_content, ending_of, shown
from service.intake.process import read_apart
from service.intake.table import Columns
from service.intake.text import read_text


def read_answers(path: Path, *, columns: Mapping[str, str] | None = None) -> Iterator[Answer | InputError]:
    """Yield the answers of a file, in its order, each as soon as it is read.

    An answer without an id is called `file#n`, n counting the file's rows from 1. Where a file may hold
    several questionnaires, `external_id/` stands before the ids of their answers.

    Args:
        path: a file with one of SUFFIXES.
        columns: the column (or JSON name) that holds a field, by field name ("text", "state", ...), where the
            file's own names are not recognised.

    Yields:
        an InputError in place of every row that cannot be read, and beside the answers for a cover whose
        State or instrument is unknown; one, at the end, where the file cannot be read (on). Raises none.
    """
    for entry in read_entries(path, columns or {}):
        yield entry if isinstance(entry, InputError) else entry[1]


def read_entries(path: Path, columns: Columns) -> Iterator[Entry | InputError]:
    """Yield each answer with the heading that it stands under, its id unique under that heading."""
    understanding = Understanding(path)
    try:
        ending = ending_of(path)
        with path.open("rb") as stream, closing(_items(stream, ending, columns)) as items:
            yield from understanding.entries(items)
        if not understanding.rows:
            problem = "holds no answers; see whether it is the right file"
            yield InputError(shown(path), problem)
    except InputError as error:
        yield InputError(shown(path), error.problem)
    except OSError as error:
        yield InputError(shown(path), f"cannot be opened ({error.strerror}); check its place and your rights")


def _items(stream: BinaryIO, ending: str, columns: Columns) -> Items:
    check_content(stream, ending)
    stream.seek(0)
    match ending:
        case ".txt":
            return read_text(stream)
        case ".csv" | ".tsv":
            return read_csv(stream, columns)
        case ".jsonl":
            return read_json_lines(stream, columns)
    return read_apart(stream, ending, columns)
