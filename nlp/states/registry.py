"""The States: codes, names in three languages, regional groups, M49 regions."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import pycountry

from nlp.answers import LANGUAGES, Language
from nlp.data import read_yaml
from nlp.errors import UnknownCodeError
from nlp.states import grammar

DATA = files("nlp.states") / "data"


@cache
def read_names(language: Language) -> dict[str, dict[str, str]]:
    """The rows of names.<language>.csv by code.

    Columns: `name` and `formal`, the official UN short and full names with their articles; `people`, the
    adjectives and demonyms in the masculine singular, between commas; `also`, everyday, former and
    abbreviated names, between bars. A name of two to five capitals is an abbreviation: a text must have it
    in capitals too.
    """
    lines = (DATA / f"names.{language}.csv").read_text(encoding="utf-8").splitlines()
    return {row["code"]: row for row in csv.DictReader(lines, delimiter=";")}


COUNTRIES = {country.alpha_3: country for country in pycountry.countries}
"""ISO 3166-1 by alpha-3 code."""

_GROUPS = read_yaml(DATA / "groups.yaml")

REGIONAL_GROUPS: Mapping[str, Mapping[Language, str]] = {
    code: group["names"] for code, group in _GROUPS["groups"].items()
}
"""Names of the five regional groups of the United Nations, by code and language."""

M49_REGIONS: Mapping[str, Mapping[Language, str]] = {
    code: area["names"]
    for region_code, region in _GROUPS["regions"].items()
    for code, area in ((region_code, region), *region["sub_regions"].items())
}
"""Names of the M49 regions and sub-regions, by code and language."""


@dataclass(frozen=True, slots=True)
class State:
    """A State and what sentences, lists and maps need to know of it.

    Attributes:
        code: ISO 3166-1 alpha-3.
        alpha_2: ISO 3166-1 alpha-2.
        group: code of its UN regional group, a key of REGIONAL_GROUPS.
        region: M49 code of its region, a key of M49_REGIONS.
        sub_region: M49 code of its sub-region, a key of M49_REGIONS.
        names: the official UN short name and formal name by language, each with its article.
    """

    code: str
    alpha_2: str
    group: str
    region: str
    sub_region: str
    names: Mapping[Language, tuple[str, str]] = field(repr=False, hash=False)

    def name(self, language: Language) -> str:
        """The official UN short name, as lists have it: "Algérie", "Bolivia (Plurinational State of)"."""
        return grammar.without_article(self.names[language][0], language)

    def formal_name(self, language: Language) -> str:
        """The full name: "République algérienne démocratique et populaire"."""
        return grammar.without_article(self.names[language][1], language)

    def with_article(self, language: Language) -> str:
        """The name as a sentence has it: "l'Algérie", "el Perú", "the Plurinational State of Bolivia"."""
        short, formal = self.names[language]
        return formal if "(" in short else short

    def of(self, language: Language) -> str:
        """The name after "of": "of the Niger", "de l'Algérie", "del Perú"."""
        return grammar.of(self.with_article(language), language)

    def in_(self, language: Language) -> str:
        """The name after "in": "in the Niger", "au Tchad", "en el Perú"."""
        return grammar.in_(self.with_article(language), language)


@cache
def _states() -> dict[str, State]:
    groups = {code: group for group, entry in _GROUPS["groups"].items() for code in entry["states"]}
    states = {}
    for region, entry in _GROUPS["regions"].items():
        for sub_region, area in entry["sub_regions"].items():
            for code in area["states"]:
                rows = {language: read_names(language)[code] for language in LANGUAGES}
                names = {language: (row["name"], row["formal"]) for language, row in rows.items()}
                states[code] = State(code, COUNTRIES[code].alpha_2, groups[code], region, sub_region, names)
    return dict(sorted(states.items()))


def all_states() -> tuple[State, ...]:
    """All States, by code: the UN Members, the Holy See, the State of Palestine, the Cook Islands, Niue."""
    return tuple(_states().values())


def get_state(code: str) -> State:
    """The State with this alpha-3 code.

    Raises:
        UnknownCodeError: no State has it.
    """
    try:
        return _states()[code]
    except KeyError:
        problem = "no State has this code; use ISO 3166-1 alpha-3, as in MDG"
        raise UnknownCodeError(code, problem) from None
