"""States' names in sentences and lists: articles, prepositions, order, commas, gender and number."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from nlp.answers import Language
from nlp.data import read_yaml
from nlp.states import get_state, grammar

Form = Literal["name", "article", "of", "to", "in"]
Agreement = Literal["m", "f", "mp", "fp"]

_AND = {"en": "and", "fr": "et", "es": "y"}
_SPANISH_I = re.compile(r"h?[ií](?![aeoáéó])", re.IGNORECASE)
_FEMININE_ARTICLES = ("la ", "las ")
_PLURAL_ARTICLES = ("les ", "los ", "las ")
_SHOWN = {"fr": ("le ", "la "), "es": ("el ", "la ", "los ", "las ")}
_FEMININE_ENDING = {"fr": "e", "es": "a"}


@cache
def _names() -> dict[str, Any]:
    return dict(read_yaml(files("service.overview") / "data" / "names.yaml"))


def name_in(code: str, lang: Language) -> str:
    """The official UN short name as lists have it: "Bolivie (État plurinational de)"; of "EU" as well.

    Raises:
        UnknownCodeError: neither a State nor the European Union has the code.
    """
    others = _names()["others"]
    if code in others:
        return grammar.without_article(others[code][lang], lang)
    return get_state(code).name(lang)


def with_article(code: str, lang: Language) -> str:
    """The name as a sentence has it: "les Comores", "el Perú", "the Plurinational State of Bolivia".

    Raises:
        UnknownCodeError: neither a State nor the European Union has the code.
    """
    own = _names()["others"].get(code, {}).get(lang) or _names()["articles"][lang].get(code)
    return str(own) if own else get_state(code).with_article(lang)


def of_state(code: str, lang: Language) -> str:
    """The name after "of": "of the Niger", "des Comores", "d'El Salvador", "del Perú"."""
    return grammar.of(with_article(code, lang), lang)


def in_state(code: str, lang: Language) -> str:
    """The name after "in": "in the Niger", "aux Comores", "en Chine", "en el Perú"."""
    return grammar.in_(with_article(code, lang), lang)


def to_state(code: str, lang: Language) -> str:
    """The name after "to", as of aid that is given: "to the Niger", "au Bénin", "à la Chine", "al Perú"."""
    name = with_article(code, lang)
    if lang == "en":
        return f"to {name}"
    contractions = {"le ": "au ", "les ": "aux "} if lang == "fr" else {"el ": "al "}
    for article, contracted in contractions.items():
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"à {name}" if lang == "fr" else f"a {name}"


_FORMS = {"name": name_in, "article": with_article, "of": of_state, "to": to_state, "in": in_state}


def sort_states(codes: Iterable[str], lang: Language) -> list[str]:
    """The codes, each once, in the order of their names in UN lists of that language.

    French lists go letter by letter ("République démocratique du Congo, République de Moldova",
    "Sainte-Lucie, Saint-Kitts-et-Nevis"), the others word by word ("San Vicente, Santa Lucía"). Accents
    count for nothing, nor do hyphens and brackets.
    """
    return sorted(set(codes), key=lambda code: (_sort_key(name_in(code, lang), lang), code))


def _sort_key(name: str, lang: Language) -> tuple[str, ...]:
    marked = unicodedata.normalize("NFD", name.casefold())
    words = re.findall(r"[a-z]+", "".join(letter for letter in marked if not unicodedata.combining(letter)))
    return ("".join(words),) if lang == "fr" else tuple(words)


def listed(codes: Iterable[str], lang: Language, form: Form = "name") -> str:
    """The States in order, with commas and "and": "Albanie, Algérie et Tchad"; "" of none.

    Args:
        codes: in any order; one that comes twice is named once.
        lang: language of the document.
        form: as the list has it ("name"), or each as a sentence has it: "article" ("l'Algérie et le Tchad"),
            "of" ("de l'Algérie et du Tchad"), "to" ("à l'Algérie et au Tchad") or "in" ("en Algérie et
            au Tchad").
    """
    return joined([_FORMS[form](code, lang) for code in sort_states(codes, lang)], lang)


def joined(items: Sequence[str], lang: Language) -> str:
    """The items with commas and "and" as UN documents have them: no comma before "and".

    English sets one all the same where one of the last two items has an "and" of its own. Spanish "y" is "e"
    before the sound of i: "Honduras e Indonesia", but "el Japón y la India".
    """
    if len(items) < 2:
        return "".join(items)
    *first, last = items
    conjunction = "e" if lang == "es" and _SPANISH_I.match(last) else _AND[lang]
    unclear = lang == "en" and len(items) > 2 and any(" and " in item for item in items[-2:])
    return f"{', '.join(first)}{',' if unclear else ''} {conjunction} {last}"


def agreement(codes: Iterable[str], lang: Language) -> Agreement:
    """How a verb, pronoun or participle agrees with these States as its subject.

    "m" or "f" for one State with a singular name, "mp" or "fp" for one with a plural name ("les Comores",
    "los Estados Unidos") or for several. English has no genders, and one State is always singular there
    ("the Philippines has"): "m" and "mp" alone.
    """
    states = set(codes)
    plural = len(states) > 1 or any(_is_plural(code, lang) for code in states)
    feminine = lang != "en" and bool(states) and all(_is_feminine(code, lang) for code in states)
    if feminine:
        return "fp" if plural else "f"
    return "mp" if plural else "m"


def _is_plural(code: str, lang: Language) -> bool:
    return with_article(code, lang).startswith(_PLURAL_ARTICLES)


def _is_feminine(code: str, lang: Language) -> bool:
    if code in _names()["feminine"][lang] or code in _names()["masculine"][lang]:
        return code in _names()["feminine"][lang]
    name = with_article(code, lang)
    if name.startswith(_SHOWN[lang]):
        return name.startswith(_FEMININE_ARTICLES)
    first_word = re.split(r"[ -]", grammar.without_article(name, lang))[0]
    return not _is_plural(code, lang) and first_word.endswith(_FEMININE_ENDING[lang])


def capitalized(text: str) -> str:
    """The text with its first letter as at the start of a sentence: "L'Algérie et le Tchad"."""
    return text[:1].upper() + text[1:]
