"""Exports of tags and decisions, read back from their files for what decisions say."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from nlp.errors import InputError
from nlp.models import Band
from service.intake.items import LONGEST
from service.spreadsheet import CSV_ENCODING
from service.store.decisions import ACTS

Row = Mapping[str, Any]


def read_exports(files: Sequence[Path]) -> tuple[list[Row], list[Row]]:
    """Read exports of tags and of decisions, each known by its fields; give the rows of both.

    Raises:
        InputError: a file is none of them, cannot be read, or has a row with something else in a field.
    """
    tags: list[Row] = []
    decisions: list[Row] = []
    for path in files:
        for where, fields in _lines(path):
            if "taken" in fields:
                tags.append(_checked(where, fields, _TAG))
            else:
                decisions.append(_checked(where, fields, _DECISION))
    if not tags and not decisions:
        raise InputError(", ".join(map(str, files)), "holds no row; export reviewed answers first")
    return tags, decisions


def _lines(path: Path) -> Iterator[tuple[str, Row]]:
    """Give each row with what it is called in an error."""
    readers: dict[str, Callable[[Path], Iterator[tuple[int, Any]]]] = {".csv": _csv, ".jsonl": _jsonl}
    if path.suffix.lower() not in readers:
        raise InputError(str(path), f"is no export that can be read; export as {' or '.join(readers)}")
    try:
        for number, fields in readers[path.suffix.lower()](path):
            yield f"{path}, line {number}", fields
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(
            str(path), "is damaged, or no export of tags or decisions; export it again"
        ) from error


def _jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            found = json.loads(line)
            yield number, found if isinstance(found, dict) else {}


def _csv(path: Path) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(LONGEST)  # the module knows no other place for it; its own limit is 131,072
    with path.open(encoding=CSV_ENCODING, newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        for cells in reader:
            yield reader.line_num, dict(zip(header, cells, strict=False))


def _checked(where: str, fields: Row, expected: Mapping[str, Callable[[Any], Any]]) -> Row:
    """The fields that count, each of its type; a CSV file has texts alone."""
    found = {}
    for name, read in expected.items():
        if name not in fields:
            problem = f"has no {name}; give an export of tags or of decisions, as needtag export writes it"
            raise InputError(where, problem)
        try:
            found[name] = read(fields[name])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(where, f"{name} holds what no export has; export it again") from error
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _one_of(known: Sequence[str]) -> Callable[[Any], str]:
    return lambda value: known[known.index(value)]


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value in (None, "") else read(value)


def _time(value: Any) -> str:
    dt.datetime.fromisoformat(value)
    return str(value)


_BOOLS = {"yes": True, "no": False, True: True, False: False}
_bool = _BOOLS.__getitem__
_TAG: Mapping[str, Callable[[Any], Any]] = {
    "id": _text,
    "code": _text,
    "stance": _or_none(_text),
    "band": _or_none(_one_of(get_args(Band))),
    "model": _or_none(_text),
    "taken": _or_none(_bool),
    "added": _bool,
}
_DECISION: Mapping[str, Callable[[Any], Any]] = {
    "id": _text,
    "reading": int,
    "number": int,
    "act": _one_of(ACTS),
    "code": _or_none(_text),
    "stance": _or_none(_text),
    "new_stance": _or_none(_text),
    "undoes": _or_none(int),
    "by": _text,
    "at": _time,
    "carried": _bool,
    "model": _or_none(_text),
    "confidence": _or_none(float),
}
