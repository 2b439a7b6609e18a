"""Every way of writing a State's name: short, full, inverted, former, abbreviated, and its adjectives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from babel import Locale

from nlp.answers import LANGUAGES, Language
from nlp.states.grammar import inflect, without_article
from nlp.states.registry import COUNTRIES, read_names
from nlp.states.words import fold, split_words

Kind = Literal["name", "abbreviation", "people"]
WordTuple = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A way of naming a State: its code, and whether it is a name, letters in capitals, or an adjective."""

    code: str
    kind: Kind


_INVERTED = re.compile(r"(.+) \((.+)\)")
_ABBREVIATION = re.compile(r"[A-Z]{2,5}")
_FRENCH_ENDING = re.compile(r"(?:ais|ois|ien|een|ain|on|e|)$")
_OTHER_SPELLINGS = {
    "and": ("&",),
    "et": ("&",),
    "y": ("&",),
    "saint": ("st", "st ."),
    "sainte": ("ste", "ste .", "st"),
    "islands": ("is .",),
    "republic": ("rep .",),
    "republique": ("rep .",),
    "republica": ("rep .",),
    "democratic": ("dem .",),
    "democratique": ("dem .",),
    "democratica": ("dem .",),
}


@cache
def state_forms() -> dict[WordTuple, Form]:
    """All forms of all States by their folded words. A name comes before an adjective spelt the same."""
    forms: dict[WordTuple, Form] = {}
    for language in LANGUAGES:
        forms |= people_forms(language)
    for language in LANGUAGES:
        forms |= state_names(language)
    return forms


def state_names(language: Language) -> dict[WordTuple, Form]:
    """The names of States in one language: full, short, inverted, former, abbreviated."""
    forms: dict[WordTuple, Form] = {}
    for code, row in read_names(language).items():
        for name in _names(code, row, language):
            kind: Kind = "abbreviation" if _ABBREVIATION.fullmatch(name) else "name"
            forms |= dict.fromkeys(_spellings(name), Form(code, kind))
    return forms


def people_forms(language: Language) -> dict[WordTuple, Form]:
    """The adjectives and demonyms of States in one language, in all genders and numbers."""
    forms: dict[WordTuple, Form] = {}
    for code, row in read_names(language).items():
        for word in filter(None, row["people"].split(", ")):
            for inflected in inflect(word, language):
                forms |= dict.fromkeys(_respelled(tuple(split_words(inflected).folded)), Form(code, "people"))
    return forms


def _names(code: str, row: dict[str, str], language: Language) -> list[str]:
    """A State's names in one language, after Babel and pycountry first and our own table last."""
    country = COUNTRIES[code]
    names = [Locale(language).territories[country.alpha_2]]
    if language == "en":
        names += [getattr(country, key, country.name) for key in ("name", "common_name", "official_name")]
    names += [without_article(row[column], language) for column in ("name", "formal")]
    names.append(_INVERTED.sub(r"\1", names[-2]))
    return names + [name for name in row["also"].split("|") if name]


def compound_forms() -> dict[WordTuple, Form]:
    """First halves of compounds, which French makes from its adjectives: "algéro-" of "algérien"."""
    return {
        (_FRENCH_ENDING.sub("o", fold(word), count=1),): Form(code, "people")
        for code, row in read_names("fr").items()
        for word in row["people"].split(", ")
        if word.isalpha()
    }


def territory_names() -> Iterator[WordTuple]:
    """The names of countries and areas of ISO 3166-1 that are no States, in the three languages."""
    for code in COUNTRIES.keys() - read_names("en").keys():
        country = COUNTRIES[code]
        yield from _spellings(country.name)
        yield from _spellings(getattr(country, "official_name", country.name))
        for language in LANGUAGES:
            yield from _spellings(Locale(language).territories[country.alpha_2])


def _spellings(name: str) -> Iterator[WordTuple]:
    names = [name]
    if inverted := _INVERTED.fullmatch(name):
        short, rest = inverted.groups()
        names.append(f"{short}, {rest}")
    for variant in names:
        yield from _respelled(tuple(split_words(variant).folded))
        dotted = _ABBREVIATION.sub(lambda letters: ".".join(letters[0]), variant)
        if dotted != variant:
            yield from _respelled(tuple(split_words(_ABBREVIATION.sub(_dotted, variant)).folded))
            yield tuple(split_words(dotted).folded)


def _dotted(letters: re.Match[str]) -> str:
    return "".join(f"{letter}." for letter in letters[0])


def _respelled(words: WordTuple) -> Iterator[WordTuple]:
    """The words as they are, with "&" for "and", "St." for "Saint", and "peoples" for "people's"."""
    choices = [(word, *_OTHER_SPELLINGS.get(word, ())) for word in words]
    for chosen in product(*choices):
        yield tuple(" ".join(chosen).split())
    if "people" in words:
        yield tuple(" ".join(words).replace("people s", "peoples").split())
