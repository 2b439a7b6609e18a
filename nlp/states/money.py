"""Tells money from States: "US dollars", "francs suisses", "dólares de los Estados Unidos", "US$"."""

from functools import cache

from babel.numbers import get_currency_name, get_territory_currencies

from nlp.answers import LANGUAGES
from nlp.states.registry import COUNTRIES
from nlp.states.scene import Candidate, Scene, rules
from nlp.states.words import fold


def is_currency(scene: Scene, candidate: Candidate) -> bool:
    """Whether the candidate is part of a currency's name."""
    if candidate.first in scene.words.hyphened:  # "franco-malien"
        return False
    before = scene.before(candidate)
    counted = before[-1:].isdigit() or before in ("en", "mil")
    if counted and scene.key(candidate) in rules()["currency_demonyms"]:
        return True
    beside = (scene.words.at(scene.head(candidate.first)), scene.after(candidate))
    return any(_is_money(word, candidate) for word in beside)


def _is_money(word: str, candidate: Candidate) -> bool:
    """Whether the word beside the candidate is its money: "francs suisses", but not "dollars du Japon"."""
    if word in rules()["currencies"]:
        people = candidate.form.kind == "people"
        return people or not word.isalpha() or word in _own_currencies(candidate.form.code)
    return word in rules()["homonymous_currencies"] and word in _own_currencies(candidate.form.code)


@cache
def _own_currencies(code: str) -> frozenset[str]:
    """The words of the names, in three languages, of the currencies that a State pays in."""
    names = (
        get_currency_name(currency, count, language)
        for currency in get_territory_currencies(COUNTRIES[code].alpha_2)
        for count in (1, 2)
        for language in LANGUAGES
    )
    return frozenset(fold(word) for name in names for word in name.split())
