"""The types, sub-types and instruments: their codes, labels and meanings, as taxonomy.yaml states them.

Codes live for ever. One that is no longer used stays in the file as retired: it is never offered again,
and whoever asks for it is told what to use.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import yaml

from nlp.answers import LANGUAGES, Language
from nlp.data import parse_yaml
from nlp.errors import InputError, RetiredCodeError, UnknownCodeError

Kind = Literal["type", "subtype", "instrument"]
Texts = Mapping[Language, str]

_SHORT_LENGTH = 30
_SECTIONS: dict[str, Kind] = {"types": "type", "subtypes": "subtype", "instruments": "instrument"}
_REQUIRED = {"code", "label", "definition"}
_OPTIONAL = frozenset({"short", "not", "instrument", "retired"})
_WORD = "[a-z]+(?:-[a-z]+)*"
_CODE_PATTERNS: dict[Kind, str] = {"type": _WORD, "subtype": rf"{_WORD}\.{_WORD}", "instrument": _WORD}


@dataclass(frozen=True, slots=True)
class Retirement:
    """Since which version of the taxonomy a code is out of use, and which code to use instead, if any."""

    since: str
    use: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A type, a sub-type or an instrument.

    Attributes:
        code: its name for ever; a sub-type's is its type's, a dot, its own.
        kind: "type", "subtype" or "instrument".
        labels: the official wording, by language.
        shorts: at most 30 characters, for narrow columns, by language.
        definitions: what it means, by language.
        nots: what it is easily taken for and is not, by language; empty where nothing is.
        instrument: code of the only instrument that the entry belongs to.
        retired: set where the code is out of use.
    """

    code: str
    kind: Kind
    labels: Texts = field(hash=False)
    shorts: Texts = field(hash=False)
    definitions: Texts = field(hash=False)
    nots: Texts = field(hash=False)
    instrument: str | None = None
    retired: Retirement | None = None

    @property
    def parent(self) -> str | None:
        """The code of a sub-type's type; None for types and instruments."""
        return self.code.partition(".")[0] if self.kind == "subtype" else None

    def label(self, lang: Language) -> str:
        """Give the official label in one language."""
        return self.labels[lang]

    def short(self, lang: Language) -> str:
        """Give the label for narrow columns in one language."""
        return self.shorts[lang]


@dataclass(frozen=True)
class Taxonomy:
    """Every code that may be put on an answer, in the file's order; retired ones are kept apart."""

    version: str
    types: tuple[Entry, ...]
    subtypes: tuple[Entry, ...]
    instruments: tuple[Entry, ...]
    retired: tuple[Entry, ...] = ()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The types, then the sub-types: the order of labels in every model."""
        return tuple(entry.code for entry in (*self.types, *self.subtypes))

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {entry.code: entry for entry in (*self.types, *self.subtypes, *self.instruments)}

    def get(self, code: str) -> Entry:
        """Find the entry of a code in use.

        Raises:
            RetiredCodeError: the code is out of use; names its replacement.
            UnknownCodeError: there was never such a code; names the nearest ones.
        """
        if code in self._entries:
            return self._entries[code]
        for entry in self.retired:
            if entry.code == code and entry.retired:
                advice = f"use {entry.retired.use}" if entry.retired.use else "nothing takes its place"
                raise RetiredCodeError(code, f"was retired in taxonomy {entry.retired.since}; {advice}")
        near = get_close_matches(code, self._entries)
        advice = f"the nearest: {', '.join(near)}" if near else "run 'needtag taxonomy' for all codes"
        raise UnknownCodeError(code, f"is no code of taxonomy {self.version}; {advice}")

    def type_of(self, code: str) -> str:
        """Give the type of a sub-type; a type is its own.

        Raises:
            UnknownCodeError: the code is an instrument's, or nobody's.
            RetiredCodeError: the code is out of use.
        """
        entry = self.get(code)
        if entry.kind == "instrument":
            raise UnknownCodeError(code, "is an instrument and has no type; give a type or a sub-type")
        return entry.parent or entry.code

    def subtypes_of(self, type_code: str) -> tuple[Entry, ...]:
        """Give the sub-types of a type, in order.

        Raises:
            UnknownCodeError: the code is not a type's.
            RetiredCodeError: the code is out of use.
        """
        if self.get(type_code).kind != "type":
            raise UnknownCodeError(type_code, "is not a type; give one of the types")
        return tuple(entry for entry in self.subtypes if entry.parent == type_code)


@cache
def load_taxonomy() -> Taxonomy:
    """Read the taxonomy that comes with needtag."""
    return parse_taxonomy(files("nlp").joinpath("taxonomy.yaml").read_text(encoding="utf-8"))


def parse_taxonomy(text: str) -> Taxonomy:
    """Read a taxonomy from YAML, written as taxonomy.yaml is.

    Raises:
        InputError: names the entry and what is wrong with it.
    """
    try:
        raw = parse_yaml(text)
    except yaml.YAMLError as error:
        raise InputError("taxonomy", f"is not valid YAML: {' '.join(str(error).split())}") from None
    sections = _mapping("taxonomy", raw, {"version", *_SECTIONS})
    entries = [
        _entry(kind, item)
        for section, kind in _SECTIONS.items()
        for item in _list(f"taxonomy, {section}", sections[section])
    ]
    _check_references(entries)
    in_use = [entry for entry in entries if not entry.retired]
    return Taxonomy(
        version=_version("taxonomy", sections["version"]),
        types=tuple(entry for entry in in_use if entry.kind == "type"),
        subtypes=tuple(entry for entry in in_use if entry.kind == "subtype"),
        instruments=tuple(entry for entry in in_use if entry.kind == "instrument"),
        retired=tuple(entry for entry in entries if entry.retired),
    )


def _entry(kind: Kind, item: object) -> Entry:
    code = item.get("code") if isinstance(item, dict) else item
    concerns = f"taxonomy, {kind} {code}"
    fields = _mapping(concerns, item, _REQUIRED, _OPTIONAL)
    if not isinstance(code, str) or not re.fullmatch(_CODE_PATTERNS[kind], code):
        form = "type.name" if kind == "subtype" else "name"
        raise InputError(concerns, f"write the code as {form}, in small letters and hyphens")
    labels = _texts(f"{concerns}, label", fields["label"])
    return Entry(
        code=code,
        kind=kind,
        labels=labels,
        shorts=_shorts(f"{concerns}, short", fields.get("short", labels)),
        definitions=_texts(f"{concerns}, definition", fields["definition"]),
        nots=_texts(f"{concerns}, not", fields["not"]) if "not" in fields else {},
        instrument=fields.get("instrument"),
        retired=_retirement(f"{concerns}, retired", fields["retired"]) if "retired" in fields else None,
    )


def _shorts(concerns: str, item: object) -> Texts:
    shorts = _texts(concerns, item)
    for language, short in shorts.items():
        if len(short) > _SHORT_LENGTH:
            raise InputError(concerns, f"give at most {_SHORT_LENGTH} characters in {language}")
    return shorts


def _retirement(concerns: str, item: object) -> Retirement:
    fields = _mapping(concerns, item, {"since", "use"})
    return Retirement(since=_version(concerns, fields["since"]), use=fields["use"])


def _texts(concerns: str, item: object) -> Texts:
    fields = _mapping(concerns, item, set(LANGUAGES))
    for language in LANGUAGES:
        if not isinstance(fields[language], str) or not fields[language].strip():
            raise InputError(concerns, f"write the text in {language}")
    return {language: fields[language] for language in LANGUAGES}


def _version(concerns: str, item: object) -> str:
    if not isinstance(item, str):  # unquoted, YAML would read 1.10 as 1.1
        raise InputError(concerns, "put the version in quotes")
    return item


def _list(concerns: str, item: object) -> list[object]:
    if not isinstance(item, list):
        raise InputError(concerns, "must be a list of entries")
    return item


def _mapping(
    concerns: str, item: object, required: set[str], optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InputError(concerns, f"must have the keys {', '.join(sorted(required))}")
    if missing := sorted(required - item.keys()):
        raise InputError(concerns, f"lacks {', '.join(missing)}")
    if unknown := sorted(map(str, item.keys() - required - optional)):
        raise InputError(concerns, f"has keys that mean nothing here: {', '.join(unknown)}")
    return item


def _check_references(entries: list[Entry]) -> None:
    codes = [entry.code for entry in entries]
    in_use = [(entry.code, entry.kind) for entry in entries if not entry.retired]
    for entry in entries:
        concerns = f"taxonomy, {entry.kind} {entry.code}"
        if codes.count(entry.code) > 1:
            raise InputError(concerns, "give each code one entry; a retired code is not used again")
        if entry.parent and not entry.retired and (entry.parent, "type") not in in_use:
            raise InputError(concerns, f"{entry.parent} is no type in use")
        if entry.instrument is not None and (entry.instrument, "instrument") not in in_use:
            raise InputError(concerns, f"{entry.instrument} is no instrument in use")
        if entry.retired and entry.retired.use is not None and (entry.retired.use, entry.kind) not in in_use:
            raise InputError(concerns, f"{entry.retired.use} is no {entry.kind} in use to take its place")
