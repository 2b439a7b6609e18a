"""The pages' languages: whole catalogues, the right one for each person, and nothing left in another."""

import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

from nlp.answers import LANGUAGES
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy
from service.review import rendering

HERE = Path(rendering.__file__).parent
OTHERS = [each for each in LANGUAGES if each != "en"]
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%")
# What is shown and is no word of a language: the program's name, letters on keys and buttons, a measure.
NO_WORDS = {"needtag", "i", "F", "s", "m", "u", "d", "t", "g"}
# Programs read it.
HEADER = "Authorization: Bearer KEY"
ADDRESSES = (
    "/",
    "/?mine=1",
    "/?status=nonsense",
    "/search",
    "/search?words=a",
    "/search?words=nowhere",
    "/questionnaires/{questionnaire}",
    "/questionnaires/{questionnaire}?print=1",
    "/questionnaires/999",
    "/answers/{answer}",
    "/answers/{answer}/history",
    "/second-readings",
    "/team",
    "/overview",
    "/overview?instrument=tip",
    "/account",
    "/admin/users",
    "/admin/keys",
    "/admin/models",
    "/admin/import",
    "/admin/audit",
)


@cache
def catalogue(language):
    path = HERE / "locales" / language / "LC_MESSAGES" / "needtag.po"
    with path.open(encoding="utf-8") as file:
        return read_po(file, locale=language)


def messages(language):
    return [each for each in catalogue(language) if each.id]


def pairs(message):
    """Each form's English text beside the translated one."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    singular, plural = message.id
    return [(singular, message.string[0]), *((plural, each) for each in message.string[1:])]


def translated(language):
    return [(english, text, each.id) for each in messages(language) for english, text in pairs(each)]


@cache
def extracted():
    """The texts of the templates and Python files, found as `make messages` finds them."""
    configured = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = configured["tool"]["babel"]["mappings"]
    methods = [(each["pattern"], each["method"]) for each in mappings]
    options = {
        each["pattern"]: {k: v for k, v in each.items() if k not in ("pattern", "method")}
        for each in mappings
    }
    return {found[2] for found in extract_from_dir(HERE, methods, options)}


def test_every_language_but_the_templates_own_has_a_catalogue():
    assert {each.name for each in (HERE / "locales").iterdir()} == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
class TestCatalogue:
    def test_holds_every_text_of_the_pages_and_no_other(self, language):
        known = {each.id for each in messages(language)}
        assert known == extracted(), "run `make messages`, and translate what is new"
        assert not catalogue(language).obsolete

    def test_leaves_nothing_empty_or_fuzzy(self, language):
        assert [id_ for _, text, id_ in translated(language) if not text.strip()] == []
        assert [each.id for each in messages(language) if each.fuzzy] == []

    def test_has_every_plural_form(self, language):
        for each in messages(language):
            if not isinstance(each.id, str):
                assert len(each.string) == catalogue(language).num_plurals, each.id

    def test_keeps_the_placeholders(self, language):
        for english, text, _ in translated(language):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english)), english

    def test_keeps_the_ends_of_sentences(self, language):
        for english, text, _ in translated(language):
            assert (english[-1] in ".:?…") == (text[-1] in ".:?…"), english


def test_french_signs_stand_apart_by_a_space_that_does_not_break():
    for _, text, id_ in translated("fr"):
        prose = text.replace(HEADER, "")
        assert not re.search(r"(?<!\u202f)[;:!?»]|«(?!\u202f)|[“”]", prose), id_


def test_spanish_questions_are_opened_and_quotations_angular():
    for _, text, id_ in translated("es"):
        assert text.count("?") == text.count("¿"), id_
        assert text.count("!") == text.count("¡"), id_
        assert not re.search(r"[“”]", text), id_


def shown_language(response):
    return lxml.html.fromstring(response.text).get("lang")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("es-419,es;q=0.9", "es"),
        ("de,es;q=0.5", "es"),
        ("en-GB,fr;q=0.5", "en"),
        ("de,ja;q=0.5", "en"),
        ("nonsense;;q=,", "en"),
        ("", "en"),
    ],
)
def test_the_browser_chooses_the_language(visitor, wanted, language):
    assert shown_language(visitor.get("/sign-in", headers={"Accept-Language": wanted})) == language


def test_the_switch_stays_and_wins_over_the_browser(sign_in):
    browser = sign_in(lang="es")
    assert shown_language(browser.get("/")) == "es"
    assert shown_language(browser.submit("/language", language="fr", next="/search")) == "fr"
    assert shown_language(browser.get("/")) == "fr"
    kept = next(each for each in browser.cookies.jar if each.name == "needtag_language")
    assert kept.expires > dt.datetime.now(dt.UTC).timestamp() + 300 * 24 * 3600


def test_a_switch_to_a_language_that_is_not_there_changes_nothing(visitor):
    assert visitor.post("/language", data={"language": "de"}).status_code == 422
    visitor.cookies.set("needtag_language", "de")
    assert shown_language(visitor.get("/sign-in", headers={"Accept-Language": "fr"})) == "fr"


@pytest.mark.parametrize(
    ("language", "number", "percent", "date", "moment"),
    [
        ("en", "12,345.6", "93%", "Mar 7, 2009", "3/7/09, 2:05\u202fPM"),
        ("fr", "12\u202f345,6", "93\u00a0%", "7 mars 2009", "07/03/2009 14:05"),
        ("es", "12.345,6", "93\u00a0%", "7 mar 2009", "7/3/09, 14:05"),
    ],
)
def test_numbers_and_dates_are_written_as_in_the_language(language, number, percent, date, moment):
    filters = rendering._environment(language).filters
    at = dt.datetime(2009, 3, 7, 14, 5, tzinfo=dt.UTC)
    assert filters["number"](12345.6) == number
    assert filters["percent"](0.934) == percent
    assert filters["date"](at) == date
    assert filters["moment"](at) == moment


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_and_states_are_named_in_the_language_of_the_page(language, sign_in, questionnaires, answers_of):
    taxonomy = load_taxonomy()
    page = sign_in(lang=language).get(f"/answers/{answers_of(questionnaires['MDG tip'])[0]}").text
    shown = " ".join(lxml.html.fromstring(page).xpath("//*[@id='adding-options']//strong/text()"))
    named = lxml.html.fromstring(page).xpath("//datalist[@id='all-states']/option/@value")
    for entry in (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments):
        assert entry.label(language) in shown
    for code in ("DEU", "CIV", "JPN"):
        assert get_state(code).name(language) in named


def pattern_of(english):
    """What a text of the templates looks like on a page, whatever is filled in."""
    parts = re.split(r"(%\(\w+\)s)", english.replace("%%", "%"))
    return re.compile("".join(".+" if part.startswith("%(") else re.escape(part) for part in parts))


def texts_on(page, language):
    """What is shown or read out, but for what is marked as being in another language."""
    for element in lxml.html.fromstring(page).iter("*"):
        marked = element.xpath("ancestor-or-self::*[@lang][1]/@lang")
        if element.tag in ("script", "style") or marked[:1] != [language]:
            continue
        named = [element.get(name) for name in ("aria-label", "title", "placeholder", "data-unknown")]
        # What follows an element within its parent is in the parent's language; children come by themselves.
        for text in [element.text, *(child.tail for child in element), *named]:
            if text and text.strip():
                yield " ".join(text.split())


@pytest.mark.parametrize("language", OTHERS)
def test_no_page_shows_an_english_text(language, sign_in, visitor, questionnaires, answers_of):
    questionnaire = questionnaires["MDG tip"]
    places = {"questionnaire": questionnaire, "answer": answers_of(questionnaire)[0]}
    person = sign_in("admin", lang=language)
    stays = {text for _, text, _ in translated(language)}
    # "%(part)s of %(whole)s" could be anything.
    english = [
        pattern_of(text)
        for text, _, _ in translated(language)
        if len(re.findall("[A-Za-z]", PLACEHOLDER.sub("", text))) > 2 and text not in stays
    ]
    pages = [person.get(each.format(**places)) for each in ADDRESSES]
    pages.append(visitor.get("/sign-in", headers={"Accept-Language": language}))
    for page in pages:
        assert page.headers["content-type"].startswith("text/html")
        assert shown_language(page) == language
        left = {
            text
            for text in texts_on(page.text, language)
            if text not in stays and any(each.fullmatch(text) for each in english)
        }
        assert left == set(), page.url


def test_templates_hold_no_text_that_could_not_be_translated():
    for path in (HERE / "templates").iterdir():
        plain = untranslated(path.read_text(encoding="utf-8"))
        shown = re.sub(r"<[^>]*>", " ", plain)
        assert set(re.findall(r"[^\W\d_]+", shown)) <= NO_WORDS, path.name
        assert not re.findall(r'(?:aria-label|title|alt|placeholder)="[^"]*[^\W\d_][^"]*"', plain), path.name


def untranslated(source):
    """What a template holds outside its expressions and `trans` blocks."""
    kept, inside, before = [], False, ""
    for _, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "name" and before == "block_begin" and value in ("trans", "endtrans"):
            inside = value == "trans"
        elif kind == "data" and not inside:
            kept.append(value)
        if kind != "whitespace":
            before = kind
    return "".join(kept)


def test_scripts_hold_no_text():
    for path in (HERE / "static").glob("*.js"):
        code = re.sub(r"(^|\s)//\s.*$|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for quoted in re.findall(r'"[^"\n]*"|\'[^\'\n]*\'|`[^`]*`', code):
            words = re.sub(r"\$\{[^}]*\}", "", quoted)
            # A selector's words follow "#", "." or "-".
            assert not re.search(r"(?<![#.\w-])[A-Za-z]+ [a-z]+", words), f"{path.name}: {quoted}"
            assert not re.search(r"[^\x00-\x7f]*[à-ÿ]", words), f"{path.name}: {quoted}"
