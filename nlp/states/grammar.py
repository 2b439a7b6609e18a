"""The grammar that State names need: articles, prepositions, genders and numbers in three languages."""

import re

from nlp.answers import Language

_ARTICLE = {
    "en": re.compile(r"the "),
    "fr": re.compile(r"(?:le|la|les) |l'"),
    "es": re.compile(r"(?:el|la|los|las) "),
}
# French says "à la Barbade" of small islands, "en Haïti" of a few names without an article, and "dans" where
# the name is a description.
_FRENCH_IN = {
    "la Barbade": "à la Barbade",
    "la Dominique": "à la Dominique",
    "la Grenade": "à la Grenade",
    "la Trinité-et-Tobago": "à la Trinité-et-Tobago",
    "Haïti": "en Haïti",
    "Israël": "en Israël",
    "Oman": "en Oman",
    "El Salvador": "en El Salvador",
    "l'État de Palestine": "dans l'État de Palestine",
    "l'État plurinational de Bolivie": "dans l'État plurinational de Bolivie",
    "les États fédérés de Micronésie": "dans les États fédérés de Micronésie",
}
_VOWEL = re.compile(r"[aeiouâéèêîôhœ]", re.IGNORECASE)


def without_article(name: str, language: Language) -> str:
    """The name without its article: "Algérie" from "l'Algérie"; "El Salvador" has none."""
    article = _ARTICLE[language].match(name)
    return name[article.end() :] if article else name


def of(name: str, language: Language) -> str:
    """The name, given with its article, after "of": "of the Niger", "du Tchad", "del Perú"."""
    if language == "en":
        return f"of {name}"
    if language == "es":
        return f"del {name[3:]}" if name.startswith("el ") else f"de {name}"
    for article, contracted in (("le ", "du "), ("les ", "des ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    bare = without_article(name, "fr") == name
    return f"d'{name}" if bare and _VOWEL.match(name) else f"de {name}"


def in_(name: str, language: Language) -> str:
    """The name, given with its article, after "in": "in the Niger", "au Tchad", "en el Perú"."""
    if language == "en":
        return f"in {name}"
    if language == "es":
        return f"en {name}"
    if name in _FRENCH_IN:
        return _FRENCH_IN[name]
    for article, contracted in (("le ", "au "), ("les ", "aux "), ("la ", "en "), ("l'", "en ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"à {name}"


def inflect(word: str, language: Language) -> set[str]:
    """The genders and numbers of an adjective or demonym, given as the masculine singular.

    Some forms that nobody uses ("suissee") are made as well; they match nothing.
    """
    if language == "en":
        return {word, f"{word}s"}
    if language == "fr":
        feminine = word + ("ne" if word.endswith(("ien", "éen", "on")) else "e")
        return {word, f"{word}s", feminine, f"{feminine}s"}
    return _inflect_spanish(word)


def _inflect_spanish(word: str) -> set[str]:
    if word.endswith("o"):
        return {word[:-1] + ending for ending in ("o", "a", "os", "as")}
    if word.endswith(("í", "ú")):
        return {word, f"{word}es", f"{word}s"}
    if word[-1] in "aei":
        return {word, f"{word}s"}
    return {word, f"{word}a", f"{word}es", f"{word}as"}
