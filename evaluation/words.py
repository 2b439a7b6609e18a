"""The words and figures of reports as each language writes them."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.numbers import format_decimal

from evaluation.bootstrap import Estimate
from nlp.answers import Language
from nlp.data import read_yaml
from nlp.taxonomy import load_taxonomy

# No-break space, and the narrow one.
SPACE, THIN = "\u00a0", "\u202f"


@cache
def report_words(lang: Language) -> Mapping[str, str]:
    """The words of the report in one language."""
    return {
        name: _set(texts[lang], lang) for name, texts in read_yaml(files("evaluation") / "words.yaml").items()
    }


def _set(text: str, lang: Language) -> str:
    """Set a text: signs stay on the line of what they belong to, and apostrophes are curved."""
    text = re.sub(r"(?<=\d) %", f"{SPACE}%", text.replace("'", "’"))
    if lang == "fr":
        text = re.sub(r" (?=[;!?])", THIN, text)
        text = re.sub(r" (?=[:»])|(?<=«) ", SPACE, text)
    return text


def number(value: float | None, lang: Language = "en", *, sign: bool = False, places: int = 3) -> str:
    """A figure with so many decimals; a dash where there is none."""
    if value is None:
        return "–"
    decimals = "0." + "0" * places if places else "#,##0"
    return str(format_decimal(value, format=f"+{decimals};-{decimals}" if sign else decimals, locale=lang))


def count(value: int, lang: Language) -> str:
    """A whole number."""
    return str(format_decimal(value, format="#,##0", locale=lang))


def interval(estimate: Estimate | None, lang: Language = "en", *, sign: bool = False, places: int = 3) -> str:
    """The interval of a figure; empty where there is none."""
    if estimate is None or estimate.low is None:
        return ""
    low, high = (number(each, lang, sign=sign, places=places) for each in (estimate.low, estimate.high))
    return f"{low}{SPACE}–{SPACE}{high}"


def of_hundred(share: float) -> str:
    """How many of 100; 0 and 100 only where it is none and all."""
    rounded = round(100 * share)
    return str(min(max(rounded, 1 if share > 0 else 0), 99 if share < 1 else 100))


def short_names(lang: Language) -> dict[str, str]:
    """The short labels by code, also of codes that were retired."""
    known = load_taxonomy()
    entries = (*known.types, *known.subtypes, *known.instruments, *known.retired)
    return {entry.code: entry.short(lang) for entry in entries}
