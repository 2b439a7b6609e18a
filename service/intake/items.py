"""What a reader finds in a file, before anybody has checked that it makes an answer."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from nlp.errors import InputError

LONGEST = 1_000_000
"""Characters that a line, a paragraph, a cell or an answer may have; more is an error of that row."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What holds for all records after it, until the next cover.

    Attributes:
        where: its place in the file, for messages.
        fields: values by field name, as the file spells them.
        lines: other lines of a cover page, where a State or an instrument may stand without a label.
        columns: (name, field) pairs of the table under it; the field is None where no answer has it.
    """

    where: str
    fields: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    columns: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One row, object or pair of question and answer: values by field name, as the file spells them."""

    where: str
    fields: Mapping[str, Any]


Item = Cover | Record | InputError
"""An InputError concerns a place within the file ("line 3"), or the whole file where that is empty."""

Items = Generator[Item, None, None]
"""To be closed after use: a file or a process may stand behind it."""


def to_line(item: Item) -> str:
    """Write an item as one line of JSON, for the pipe between two processes."""
    if isinstance(item, InputError):
        return json.dumps({"where": item.concerns, "problem": item.problem})
    if isinstance(item, Cover):
        cover = {"cover": dict(item.fields), "lines": item.lines, "columns": item.columns}
        return json.dumps({"where": item.where} | cover)
    return json.dumps({"where": item.where, "record": dict(item.fields)})


def from_line(line: bytes) -> Item:
    """Read back what `to_line` wrote."""
    found = json.loads(line)
    if "problem" in found:
        return InputError(found["where"], found["problem"])
    if "cover" in found:
        columns = tuple((name, field) for name, field in found["columns"])
        return Cover(found["where"], found["cover"], tuple(found["lines"]), columns)
    return Record(found["where"], found["record"])
