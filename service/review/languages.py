"""The languages of the pages: which one a person gets, and its texts, read from the catalogues."""

from functools import cache
from importlib.resources import files
from io import BytesIO, StringIO

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import Request

from nlp.answers import LANGUAGES, Language

COOKIE = "needtag_language"
"""Keeps the language that a person switched to."""

NAMES: dict[Language, str] = {"en": "English", "fr": "Français", "es": "Español"}


def language_for(request: Request) -> Language:
    """Choose the language of a page: what the person switched to, else the browser's first that there is."""
    chosen = request.cookies.get(COOKIE)
    wanted = [
        each.partition(";")[0].strip() for each in request.headers.get("accept-language", "").split(",")
    ]
    found = chosen if chosen in LANGUAGES else negotiate_locale(wanted, LANGUAGES, sep="-")
    return next((each for each in LANGUAGES if each == found), "en")


@cache
def translations(language: Language) -> NullTranslations:
    """The texts of a language; English ones stand in the templates themselves."""
    if language == "en":
        return NullTranslations()
    catalogue = files("service.review") / "locales" / language / "LC_MESSAGES" / "needtag.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(StringIO(catalogue.read_text(encoding="utf-8")), locale=language))
    compiled.seek(0)
    return Translations(compiled)
