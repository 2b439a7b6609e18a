"""The draft's texts: the same in three languages, in the form that their number asks for, well printed."""

import re
from importlib.resources import files

import pytest

from nlp.answers import LANGUAGES
from nlp.data import read_yaml
from nlp.taxonomy import load_taxonomy
from service.overview.content import Behind, Emphasis, Linked, plain_text
from service.overview.items import UNSPECIFIED
from service.overview.phrases import Phrases, typeset

DATA = files("service.overview") / "data"
PLACEHOLDER = re.compile(r"\{(\w+)")
# In these the number stands in some variants as a word, or not at all.
NUMBER = {"n"}


def catalogue(lang):
    return read_yaml(DATA / f"draft.{lang}.yaml")


def variants(text):
    return text if isinstance(text, dict) else {"": text}


@pytest.mark.parametrize("lang", ["fr", "es"])
def test_the_catalogues_have_the_same_texts_variants_and_places(lang):
    english, other = catalogue("en"), catalogue(lang)
    assert list(other) == list(english)
    for key in set(english) - {"numbers"}:
        ours, theirs = variants(english[key]), variants(other[key])
        assert list(theirs) == list(ours), key
        for form, text in ours.items():
            there = set(PLACEHOLDER.findall(theirs[form]))
            assert there - NUMBER == set(PLACEHOLDER.findall(text)) - NUMBER, (key, form)
            # What is linked in one language is linked in all.
            links = [set(re.findall(r"\[|\{n\b", each)) for each in (text, theirs[form])]
            assert bool(links[0]) == bool(links[1]) or form in {"one", "only"}, (key, form)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_words_that_follow_a_verb(lang):
    taxonomy = load_taxonomy()
    codes = {entry.code for entry in (*taxonomy.types, *taxonomy.subtypes)} | {UNSPECIFIED}
    found = {
        key.removeprefix("need."): text for key, text in catalogue(lang).items() if key.startswith("need.")
    }
    assert set(found) == codes
    for text in found.values():
        assert text[0].islower()
        assert not text.endswith(".")


@pytest.mark.parametrize(
    ("lang", "text", "printed"),
    [
        ("fr", "l'État: 25 % ; oui ?", "l’État\u202f: 25\u202f%\u202f; oui\u202f?"),
        ("fr", "Formation: justice", "Formation\u202f: justice"),
        ("fr", "https://un.org", "https://un.org"),
        ("en", "States' needs: 25%", "States’ needs: 25%"),
        ("es", "Tipos: 25%", "Tipos: 25%"),
    ],
)
def test_signs_are_set_as_each_language_prints_them(lang, text, printed):
    assert typeset(text, lang) == printed
    assert typeset(printed, lang) == printed


@pytest.mark.parametrize(
    ("lang", "number", "text"),
    [
        ("en", 0, "No answer has been received."),
        ("fr", 1, "Sur les 12\u202frépo, une a été examinée."),
        ("fr", 2, "Sur les 12\u202frépo, deux ont été examinées."),
        ("es", 1, "De las 12\u202frépo recibidas, se ha examinado una."),
        ("es", 11, "De las 12\u202frépo recibidas, se han examinado 11."),
    ],
)
def test_the_number_chooses_the_variant_and_its_gender(lang, number, text):
    form = "nothing" if number == 0 else None
    runs = Phrases(lang).runs("reviewed_answers", Behind("k", number, ()), form, answers="12\u202frépo")
    assert plain_text(runs).replace("12\u202frépo reçues", "12\u202frépo") == text


@pytest.mark.parametrize(
    ("lang", "numbers"),
    [
        ("en", {0: "0 requests", 1: "1 request", 2: "2 requests", 1234: "1,234 requests"}),
        ("fr", {0: "0 demande", 1: "1 demande", 2: "2 demandes", 1234: "1\u202f234 demandes"}),
        ("es", {0: "0 solicitudes", 1: "1 solicitud", 2: "2 solicitudes", 12345: "12.345 solicitudes"}),
    ],
)
def test_nouns_agree_with_their_number_as_the_language_has_it(lang, numbers):
    for number, text in numbers.items():
        assert plain_text(Phrases(lang).runs("requests", Behind("k", number, ()))) == text


def test_words_in_brackets_are_linked_and_words_between_stars_in_italics():
    behind = Behind("k", 4, ("a",))
    runs = Phrases("en").runs("asked", behind, "many", states="Chad", need="equipment")
    assert runs == (
        "The following ",
        Linked("four States", behind),
        " requested ",
        "equipment",
        ": ",
        "Chad",
        ".",
    )
    assert Phrases("fr").runs("type_head", label="Aide") == (Emphasis("Aide."), " ")


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", ["0%", "0.4%", "25%"]),
        ("fr", ["0\u202f%", "0,4\u202f%", "25\u202f%"]),
        ("es", ["0%", "0,4%", "25%"]),
    ],
)
def test_percentages_are_whole_unless_they_would_be_nothing(lang, shown):
    assert [Phrases(lang).percent(value) for value in (0, 0.4, 24.6)] == shown
