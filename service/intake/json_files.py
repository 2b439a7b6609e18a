"""JSON and JSON Lines: answers as objects, or questionnaires that hold them."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, BinaryIO

from nlp.errors import InputError
from service.intake.encodings import numbered_lines, text_of
from service.intake.fields import COVER_FIELDS, field_of
from service.intake.items import LONGEST, Cover, Item, Items, Record
from service.intake.table import Columns

_QUESTIONNAIRE = ("external_id", "replaces")
_TOO_MUCH = "that is nested too deep or has a number that is too long; write plain objects"


def read_json_lines(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the answers of a file with one object a line, read line by line."""
    with text_of(stream) as text:
        filled = ((n, line) for n, line in numbered_lines(text) if line is None or line.strip())
        for place, (number, line) in enumerate(filled):
            where = f"line {number}"
            if line is None:
                yield InputError(where, f"is longer than {LONGEST:,} characters; write one answer a line")
            elif place == 0 and line.strip() in {"[", "{", "[{"}:
                raise InputError("", "is JSON, not JSON Lines; give it the ending .json")
            else:
                yield from _parsed(where, line, columns)


def _parsed(where: str, line: str, columns: Columns) -> Items:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        yield InputError(where, f"is no JSON ({error.msg}, column {error.colno}); write one object a line")
    except (ValueError, RecursionError):
        yield InputError(where, f"is JSON {_TOO_MUCH}")
    else:
        yield from _items(where, found, columns, several=True)


def read_json(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the answers of a JSON file: one object or a list, each an answer or a questionnaire.

    Raises:
        InputError: the file as a whole is no such JSON.
    """
    content = stream.read()
    try:
        found = json.loads(content.decode(json.detect_encoding(content)))
    except UnicodeDecodeError as error:
        raise InputError("", f"is not valid UTF-8 (byte {error.start:,}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        hint = "; if it holds one object a line, give it the ending .jsonl" * (error.msg == "Extra data")
        raise InputError(
            "", f"is no JSON ({error.msg}, line {error.lineno}){hint or '; send it whole'}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError("", f"is JSON {_TOO_MUCH}") from error
    if isinstance(found, list):
        for number, one in enumerate(found, start=1):
            yield from _items(f"item {number}", one, columns, several=True)
    else:
        yield from _items("", found, columns, several=False)


def _items(where: str, found: Any, columns: Columns, *, several: bool) -> Items:
    if not isinstance(found, Mapping):
        yield InputError(where, 'is no object; write {"id": ..., "text": ...}')
    elif "answers" not in found:
        yield Cover(where, {})  # what the questionnaire before it said does not hold for it
        yield _record(where or "item 1", found, columns)
    elif not isinstance(found["answers"], list):
        yield InputError(where, 'its answers are no list; write "answers": [{"id": ..., "text": ...}]')
    else:
        yield _cover(where, found, several=several)
        for number, one in zip(count(1), found["answers"], strict=False):
            inside = f"{where}, answer {number}".removeprefix(", ")
            if isinstance(one, Mapping):
                yield _record(inside, one, columns)
            else:
                yield InputError(inside, 'is no object; write {"id": ..., "text": ...}')


def _cover(where: str, found: Mapping[str, Any], *, several: bool) -> Cover:
    fields = {
        name: _flat(found[name]) for name in (*_QUESTIONNAIRE, *COVER_FIELDS) if found.get(name) is not None
    }
    return Cover(where, fields | {"several": several})


def _record(where: str, found: Mapping[str, Any], columns: Columns) -> Item:
    given = {name: field for field, name in columns.items()}
    fields: dict[str, Any] = {}
    for name, value in found.items():
        field = given.get(name) or field_of(name)
        if field and value is not None:
            fields.setdefault(field, _flat(value))
    if "text" not in fields and not any(_is_text(name, given) for name in found):
        return InputError(where, 'has no text; name the answer\'s text "text"')
    if any(isinstance(value, str) and len(value) > LONGEST for value in fields.values()):
        return InputError(where, f"is longer than {LONGEST:,} characters; part the answer")
    return Record(where, {"text": ""} | fields)


def _flat(value: Any) -> Any:
    """Return a value that a field may have; an empty object, which none may, in place of a nested one."""
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if texts or isinstance(value, str | int | float) else {}


def _is_text(name: str, given: Mapping[str, str]) -> bool:
    return (given.get(name) or field_of(name)) == "text"
