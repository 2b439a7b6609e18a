"""From a template and what is known to a page in the person's language."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from nlp.answers import LANGUAGES, Language
from nlp.states import get_state
from nlp.taxonomy import Entry, load_taxonomy
from service.review.languages import NAMES, language_for, translations

# The codes that a text names: at the beginning of what stands in parentheses.
_CODES = re.compile(r"(?<=\()[a-z.-]+(?:, [a-z.-]+)*(?=[;,)])")

# Everything comes from this service, and nothing stands in the page itself that could be run.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """Render a page.

    Args:
        request: whose language and session the page is for.
        template: name of a file in `templates`.
        context: what the template knows besides; see `_environment` for what every template knows.
        status: of the response.
    """
    language = language_for(request)
    session = getattr(request.state, "session", None)
    known = {
        "language": language,
        "languages": NAMES,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "user": session.user if session else None,
        "csrf": session.csrf if session else "",
    }
    html = _environment(language).get_template(template).render({**known, **(context or {})})
    return HTMLResponse(
        html, status, headers={"Content-Security-Policy": _POLICY, "Vary": "Cookie, Accept-Language"}
    )


@cache
def _environment(language: Language) -> Environment:
    """The templates in one language, with the functions that all of them know."""
    environment = Environment(
        loader=PackageLoader("service.review"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    def percent(value: float) -> str:
        return format_percent(value, locale=language)

    def date(value: dt.datetime | str) -> str:
        return format_date(_moment(value), format="medium", locale=language)

    def moment(value: dt.datetime | str) -> str:
        return format_datetime(_moment(value), format="short", locale=language)

    def remaining(until: dt.datetime) -> str:
        return format_timedelta(until - dt.datetime.now(dt.UTC), granularity="minute", locale=language)

    def label(code: str) -> str:
        return _entry(code).label(language)

    def short(code: str) -> str:
        return _entry(code).short(language)

    gettext = translations(language).gettext
    stances = {
        "requested": gettext("requested"),
        "offered": gettext("offered"),
        "received": gettext("received"),
        "none": str(translations(language).pgettext("stance", "none")),
    }

    def state_name(code: str | None) -> str:
        return get_state(code).name(language) if code else ""

    for function in (number, percent, date, moment, remaining, label, short, state_name):
        environment.filters[function.__name__] = function
    environment.filters["stance_name"] = stances.__getitem__
    environment.filters["with_labels"] = partial(_with_labels, language=language)
    environment.globals["static"] = static_address
    environment.globals["all_languages"] = LANGUAGES
    return environment


def _with_labels(text: str, language: Language) -> str:
    """A text with labels in place of the codes that it names."""
    taxonomy = load_taxonomy()
    entries = {each.code: each for each in (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments)}

    def name(code: str) -> str:
        return entries[code].short(language) if code in entries else code

    return _CODES.sub(lambda found: ", ".join(map(name, found[0].split(", "))), text)


def _entry(code: str) -> Entry:
    """The entry of a code, also of one that is retired: old decisions still have it."""
    retired = {each.code: each for each in load_taxonomy().retired}
    return retired.get(code) or load_taxonomy().get(code)


def _moment(value: dt.datetime | str) -> dt.datetime:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


def static_address(name: str) -> str:
    """The address of a file in `static`; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?{version_of(name)}"


@cache
def version_of(name: str) -> str:
    """Name what is in a file in `static`."""
    content = (files("service.review") / "static" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
