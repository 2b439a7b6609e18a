"""Which field a column or a cover label means, and what its value means; the words are in fields.yaml."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from nlp.answers import Language
from nlp.data import read_yaml

FIELDS = ("id", "text", "question", "language", "state", "instrument", "cycle")
"""What a file can say of an answer."""

COVER_FIELDS = frozenset({"state", "instrument", "cycle", "language"})
"""Fields that hold for a whole questionnaire."""

_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# Takes back nothing that it has matched: runs of spaces would else cost their length cubed.
_LABELLED = re.compile(r"([^:\t\n]{2,80}+)(?:\s*+:|\s*?\t)\s*+(.+)", re.DOTALL)


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml(files("service.intake") / "fields.yaml")
    return words


def plain(text: str) -> str:
    """Return text without case, accents, punctuation and repeated spaces, to compare words by."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())


@cache
def _lookup(part: str) -> dict[str, str]:
    return {plain(word): meaning for meaning, words in _words()[part].items() for word in words}


def field_of(header: str) -> str | None:
    """Name the field that a header or a cover label means, in any of the languages, or None."""
    if len(header) > 200:
        return None
    bare = _ASIDE.sub(" ", header)
    for spelling in (bare, *re.split(r"[/|\n]", bare)):
        if found := _lookup("headers").get(plain(spelling)):
            return found
    return None


def labelled(text: str) -> tuple[str, str] | None:
    """Return the cover field and its value where text reads "label: value", or None."""
    match = _LABELLED.match(text.strip())
    field = field_of(match[1]) if match else None
    return (field, match[2]) if match and field in COVER_FIELDS else None


def is_cover_label(text: str) -> bool:
    """Tell whether a label is of a cover but of no field: a date, an address, the person to contact."""
    return plain(text).partition(" ")[0] in {plain(word) for word in _words()["cover_labels"]}


def is_yes(name: str) -> bool:
    """Tell whether a column is one to tick for "yes", so that the column "No" is its counterpart."""
    return plain(name) in {plain(word) for word in _words()["ticked_for_yes"]}


def language_of(name: str) -> Language | None:
    """Return the language that a code or a name means, or None for any that needtag does not read."""
    return cast("Language | None", _lookup("languages").get(plain(name.partition("-")[0])))


@cache
def _instrument_names() -> tuple[Mapping[str, str], re.Pattern[str]]:
    names = _lookup("instruments") | {plain(words): "" for words in _words()["other_names"]}
    by_length = sorted(names, key=len, reverse=True)
    return names, re.compile(rf"\b(?:{'|'.join(map(re.escape, by_length))})\b")


def instruments_in(text: str) -> tuple[tuple[str, ...], str]:
    """Return the codes of the instruments that text names, and the words that name none."""
    names, pattern = _instrument_names()
    words = plain(text)
    codes = dict.fromkeys(code for name in pattern.findall(words) for code in names[name].split())
    between = _words()["between"]
    rest = [word for word in pattern.sub(" ", words).split() if word not in between]
    return tuple(codes), " ".join(rest)


def instruments_of(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the instruments named in a value of the field "instrument".

    Args:
        names: one text that may name several, or a list of texts.

    Raises:
        ValueError: a name that no instrument has.
    """
    codes: dict[str, None] = {}
    for name in [names] if isinstance(names, str) else names:
        found, rest = instruments_in(str(name))
        if rest or (not found and plain(str(name))):
            raise ValueError(rest or str(name))
        codes |= dict.fromkeys(found)
    return tuple(codes)


@cache
def _prompts() -> frozenset[str]:
    return frozenset(plain(words) for words in _words()["prompts"])


def is_prompt(text: str) -> bool:
    """Tell whether text is what a form field shows until it is filled in."""
    return len(text) < 100 and plain(text) in _prompts()


@cache
def answer_mark() -> re.Pattern[str]:
    """Return the pattern of "Answer:" and the like, which may open an answer and is no part of it."""
    return re.compile(rf"\s*(?:{'|'.join(_words()['answer_marks'])})\s*:\s*", re.IGNORECASE)
