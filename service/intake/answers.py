"""From what a reader found to answers: ids given, States, instruments and languages understood."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.answers import Answer
from nlp.errors import InputError
from service.intake.fields import instruments_in, instruments_of, language_of
from service.intake.items import Cover, Items, Record
from service.intake.kinds import shown

LONGEST_NAME = 2_000
"""Characters of a State's name that are looked at: more than any cell that stands for one has."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a cover says of the answers under it, understood.

    Attributes:
        external_id, replaces: as in `Questionnaire`; None outside one.
        state, instruments, cycle, language: as in `Answer`.
        several: whether the file may hold other questionnaires, whose answers may have the same ids.
        columns: as in `Questionnaire`.
    """

    external_id: str | None = None
    replaces: str | None = None
    state: str | None = None
    instruments: tuple[str, ...] = ()
    cycle: str | None = None
    language: str | None = None
    several: bool = False
    columns: tuple[tuple[str, str | None], ...] = ()


Entry = tuple[Heading, Answer]


class Understanding:
    """Turns the items of one file into entries, in order."""

    def __init__(self, path: Path) -> None:
        self.path = shown(path)
        self.name = shown(path.name)
        self.heading = Heading()
        self.rows = 0
        self.seen: set[str] = set()

    def entries(self, items: Items) -> Iterator[Entry | InputError]:
        """Yield an entry or an error for every row, and errors of covers between them.

        Raises:
            InputError: the file cannot be read (on).
        """
        for item in items:
            if isinstance(item, Cover):
                yield from self._head(item)
                continue
            if isinstance(item, InputError) and not item.concerns:
                raise item
            self.rows += 1
            try:
                yield self.heading, self._answer(item)
            except InputError as error:
                yield self._placed(error, self._id(item))

    def _placed(self, error: InputError, row: str | None = None) -> InputError:
        concerns = ", ".join(filter(None, (self.path, error.concerns)))
        return InputError(concerns, error.problem, id=error.id or row)

    def _head(self, cover: Cover) -> Iterator[InputError]:
        heading = Heading(several=bool(cover.fields.get("several")), columns=cover.columns)
        for name, value in cover.fields.items():
            try:
                heading = replace(heading, **meaning(name, value, cover.where))
            except InputError as error:
                yield self._placed(error)
        if "state" not in cover.fields:
            found = (_state_code(line) for line in cover.lines)
            heading = replace(heading, state=next(filter(None, found), None))
        if "instrument" not in cover.fields:
            heading = replace(heading, instruments=instruments_in(" \n ".join(cover.lines))[0])
        if heading.several and heading.external_id is None:
            heading = replace(heading, external_id=f"{self.name}#{self.rows + 1}")
        self.heading = heading

    def _answer(self, item: Record | InputError) -> Answer:
        if isinstance(item, InputError):
            raise item
        values: dict[str, Any] = {
            name: getattr(self.heading, name) for name in ("state", "instruments", "cycle", "language")
        }
        for name, value in item.fields.items():
            values |= {k: v for k, v in meaning(name, value, item.where).items() if v}
        values["id"] = self._id(item)
        if values["id"] in self.seen:
            problem = f"{values['id'][:100]!r} has come before in this file; give each answer its own"
            raise InputError(f"{item.where}, id", problem)
        self.seen.add(values["id"])
        return Answer(**({"text": ""} | values))

    def _id(self, item: Record | InputError) -> str:
        """Give the id that a row states, or else its place in the file."""
        stated = item.fields.get("id") if isinstance(item, Record) else None
        if isinstance(stated, bool) or not isinstance(stated, str | int) or not str(stated).strip():
            return f"{self.name}#{self.rows}"
        own = str(stated).strip().encode("utf-8", "replace").decode()
        return f"{self.heading.external_id}/{own}" if self.heading.several else own


def meaning(name: str, value: object, where: str) -> dict[str, Any]:
    """Return the value of a field as `Answer` or `Heading` holds it, by the name that it has there."""
    place = f"{where}, {name}".removeprefix(", ")
    match name:
        case "several":
            return {}
        case "instrument":
            return {"instruments": _instruments(value, place)}
        case "text":
            return {"text": _text(value, place)}
        case "state":
            return {"state": _state(_text(value, place).strip(), place)}
        case "language":
            return {"language": language_of(_text(value, place))}
    return {name: _text(value, place).strip() or None}


def _text(value: object, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(place, "is no text; write it as a string")
    text = str(value)
    if "\0" in text:
        raise InputError(place, "holds NUL characters; remove them")
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InputError(place, "holds bytes that are no text in its encoding; save the file as UTF-8")
    return text


def _instruments(value: object, place: str) -> tuple[str, ...]:
    names = [_text(name, place) for name in (value if isinstance(value, list) else [value])]
    try:
        return instruments_of(names)
    except ValueError as error:
        hint = "write untoc, tip, som or firearms, or the name of the Convention or a Protocol"
        raise InputError(place, f"{str(error)[:100]!r} is no instrument; {hint}") from error


def _state(name: str, place: str) -> str | None:
    if not name:
        return None
    # What is too long for a State stays so when it is cut, and is not kept whole by the cache.
    code = _state_code(name[:LONGEST_NAME])
    if code is None:
        raise InputError(place, f"{name[:100]!r} is no State; write its name or its three-letter ISO code")
    return code


@lru_cache(maxsize=1024)
def _state_code(name: str) -> str | None:
    from nlp.states import find_state  # heavy, and most files name no State

    state = find_state(name)
    return state.code if state else None
