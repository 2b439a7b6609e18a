"""The sentences of the draft in one language: whole templates of data/draft.*.yaml, filled in.

A text has variants where the number decides on its form: none, one, few (named one by one), many, or other
as the language's plural has it. In a template, {name} is filled in; {n} is the number in figures, {n:w} and
{n:f} in words below ten, masculine and feminine; [words] are linked to the answers behind the number; *words*
are in italics. Signs of print (French spaces, apostrophes) are put in here, not in the files.
"""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from nlp.answers import Language
from nlp.data import read_yaml
from service.overview.content import Behind, Emphasis, Linked, Run, Runs, plain_text
from service.spreadsheet import in_xml

_TOKEN = re.compile(r"\{(\w+)(?::(\w))?\}|\[([^\]]*)\]|\*([^*]*)\*")
_FRENCH_SIGNS = re.compile(r"[ \u00a0\u202f]*([;?!]|:(?!//))")
_PERCENT = re.compile(r"[ \u00a0]+(?=%)")
_THIN = "\u202f"


def typeset(text: str, lang: Language) -> str:
    """Put in the signs of print: curly apostrophes, and the narrow spaces of French that do not break.

    What no XML may hold, and so no DOCX and no SVG, is replaced.
    """
    text = in_xml(text).replace("'", "’")
    if lang != "fr":
        return text
    return _PERCENT.sub(_THIN, _FRENCH_SIGNS.sub(rf"{_THIN}\1", text))


@cache
def _catalogue(lang: Language) -> Mapping[str, Any]:
    return dict(read_yaml(files("service.overview") / "data" / f"draft.{lang}.yaml"))


class Phrases:
    """The texts of one language."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang
        self._texts = _catalogue(lang)

    def runs(
        self, key: str, behind: Behind | None = None, form: str | None = None, **parts: "str | Runs"
    ) -> Runs:
        """Fill in a sentence.

        Args:
            key: of the text.
            behind: the number that the sentence states, and chooses the variant unless `form` does.
            form: the variant.
            parts: what stands for each {name}.
        """
        template = self._variant(key, behind, form)
        return tuple(self._filled(template, behind, parts))

    def text(self, key: str, form: str | None = None, **parts: str) -> str:
        """Fill in a text that states no number."""
        return plain_text(self.runs(key, None, form, **parts))

    def typeset(self, text: str) -> str:
        """Put the signs of print into a text from elsewhere, such as a label."""
        return typeset(text, self.lang)

    def plural(self, number: int) -> str:
        """The form that a noun takes after a number: one or other."""
        return "one" if Locale(self.lang).plural_form(number) == "one" else "other"

    def figure(self, number: float) -> str:
        """A number in figures."""
        return str(format_decimal(number, locale=self.lang))

    def date(self, day: dt.date) -> str:
        """A day as UN documents have it: "1 January 2008", "1er janvier 2008"."""
        said = format_date(day, format="long", locale="en_GB" if self.lang == "en" else self.lang)
        return f"1er{said[1:]}" if self.lang == "fr" and day.day == 1 else said

    def percent(self, value: float) -> str:
        """A percentage, given from 0 to 100, without decimals unless it would seem to be nothing."""
        shown = round(value, 1) if 0 < value < 1 else round(value)
        return self.text("percent", value=self.figure(shown))

    def _variant(self, key: str, behind: Behind | None, form: str | None) -> str:
        found = self._texts[key]
        if isinstance(found, str):
            return found
        if form is None and behind is not None:
            none = behind.number == 0 and "none" in found
            form = "none" if none else self.plural(behind.number)
        return str(found[form])

    def _filled(self, template: str, behind: Behind | None, parts: Mapping[str, "str | Runs"]) -> list[Run]:
        runs: list[Run] = []
        end = 0
        for token in _TOKEN.finditer(template):
            runs += self._literal(template[end : token.start()])
            end = token.end()
            name, form, linked, italic = token.groups()
            if italic is not None:
                runs.append(Emphasis(plain_text(tuple(self._filled(italic, behind, parts)))))
            elif linked is not None:
                assert behind is not None
                runs.append(Linked(plain_text(tuple(self._filled(linked, behind, parts))), behind))
            elif name == "n":
                assert behind is not None
                runs.append(Linked(self._number(behind.number, form), behind))
            else:
                part = parts[name]
                runs += [self.typeset(part)] if isinstance(part, str) else part
        return runs + self._literal(template[end:])

    def _literal(self, text: str) -> list[Run]:
        return [self.typeset(text)] if text else []

    def _number(self, number: int, form: str | None) -> str:
        words: Mapping[str, list[str]] = self._texts["numbers"]
        return words[form][number - 1] if form and 0 < number < 10 else self.figure(number)
