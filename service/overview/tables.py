"""The rows of an export, read back from JSON Lines, CSV or XLSX, with the types that JSON Lines have."""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from nlp.errors import InputError
from service.intake.csv_files import read_csv
from service.intake.encodings import numbered_lines, text_of
from service.intake.items import LONGEST, Cover, Items
from service.intake.kinds import check_content, ending_of, shown
from service.intake.process import read_apart
from service.intake.table import NoHeaderError
from service.store.exports import COLUMNS

Row = tuple[str, Mapping[str, Any]]
"""What it is called in an error, and its fields."""

_NO_EXPORT = "is no export that can be counted; give one of tags, answers or corpus, or a register"
# The readers of tables ask for a column of texts; here it is the ids, which every row has.
_NAMES = {name for names in (COLUMNS["answers"], COLUMNS["tags"]) for name in names}
_COLUMNS = {"text": "id", "words": "text"} | {name: name for name in _NAMES - {"id", "text"}}
_TRUTHS = {"yes": True, "no": False, "": None}


def read_table(path: Path) -> Generator[Row, None, None]:
    """Yield the rows of a file, each as it is read; to be closed after use, as a process may stand behind it.

    Raises:
        InputError: the file or a row of it cannot be read, and which.
    """
    name = shown(path)
    try:
        for where, fields in _rows(path):
            yield f"{name}, {where}", fields
    except NoHeaderError as error:
        raise InputError(name, _NO_EXPORT) from error
    except InputError as error:
        place = f"{name}, {error.concerns}" if error.concerns else name
        raise InputError(place, error.problem) from error
    except OSError as error:
        problem = f"cannot be opened ({error.strerror}); check its place and your rights"
        raise InputError(name, problem) from error


def _rows(path: Path) -> Iterator[Row]:
    ending = ending_of(path)
    if ending not in _READERS:
        raise InputError("", f"{_NO_EXPORT}, ending in {', '.join(_READERS)}")
    with path.open("rb") as stream:
        check_content(stream, ending)
        stream.seek(0)
        yield from _READERS[ending](stream)


def _json_rows(stream: BinaryIO) -> Iterator[Row]:
    with text_of(stream) as text:
        for number, line in numbered_lines(text):
            where = f"line {number}"
            if line is None:
                raise InputError(where, f"is longer than {LONGEST:,} characters; leave that answer out")
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError):
                fields = None
            if not isinstance(fields, dict):
                raise InputError(where, "is no JSON object; write one object a line")
            yield where, fields


def _cells(items: Items) -> Iterator[Row]:
    with closing(items):
        for item in items:
            if isinstance(item, InputError):
                raise item
            if not isinstance(item, Cover):
                yield (
                    item.where,
                    {
                        _COLUMNS.get(field, field): _typed(field, str(cell))
                        for field, cell in item.fields.items()
                    },
                )


def _typed(field: str, cell: str) -> Any:
    """What JSON Lines hold where a cell of the export holds a text."""
    match field:
        case "instruments" | "stances" | "tags" | "states":
            return cell.split("; ") if cell else []
        case "passages":
            return cell.split("\n") if cell else []
        case "taken" | "added":
            return _TRUTHS.get(cell, cell)
    return cell or None


_READERS: Mapping[str, Callable[[BinaryIO], Iterator[Row]]] = {
    ".jsonl": _json_rows,
    ".csv": lambda stream: _cells(read_csv(stream, _COLUMNS)),
    ".xlsx": lambda stream: _cells(read_apart(stream, ".xlsx", _COLUMNS)),
}
