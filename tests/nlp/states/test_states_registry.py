"""The list of States is complete, and their names make sentences."""

from collections import Counter

import pytest

from nlp.answers import LANGUAGES
from nlp.errors import UnknownCodeError
from nlp.states import M49_REGIONS, REGIONAL_GROUPS, all_states, find_state, get_state
from nlp.states.forms import people_forms, state_names
from nlp.states.registry import read_names
from nlp.states.scene import rules


def test_all_states_are_listed_once():
    codes = [state.code for state in all_states()]
    assert len(codes) == len(set(codes)) == 197
    assert codes == sorted(codes)
    assert {"VAT", "PSE", "COK", "NIU"} <= set(codes)


def test_regional_groups_have_their_members():
    assert Counter(state.group for state in all_states()) == {
        "african": 54,
        "asia_pacific": 57,
        "eastern_european": 23,
        "latin_american_and_caribbean": 33,
        "western_european_and_others": 30,
    }
    for code in ("USA", "TUR", "ISR", "VAT"):
        assert get_state(code).group == "western_european_and_others"
    for code in ("KIR", "PSE", "COK", "NIU"):
        assert get_state(code).group == "asia_pacific"


def test_groups_and_regions_are_named_in_three_languages():
    for state in all_states():
        for names in (REGIONAL_GROUPS[state.group], M49_REGIONS[state.region], M49_REGIONS[state.sub_region]):
            assert set(names) == set(LANGUAGES)
    assert M49_REGIONS[get_state("MDG").sub_region]["fr"] == "Afrique subsaharienne"


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("TCD", "fr", ("Tchad", "le Tchad", "du Tchad", "au Tchad")),
        ("GIN", "fr", ("Guinée", "la Guinée", "de la Guinée", "en Guinée")),
        ("DZA", "fr", ("Algérie", "l'Algérie", "de l'Algérie", "en Algérie")),
        ("COM", "fr", ("Comores", "les Comores", "des Comores", "aux Comores")),
        ("SLV", "fr", ("El Salvador", "El Salvador", "d'El Salvador", "en El Salvador")),
        ("MDG", "fr", ("Madagascar", "Madagascar", "de Madagascar", "à Madagascar")),
        ("HTI", "fr", ("Haïti", "Haïti", "d'Haïti", "en Haïti")),
        ("BRB", "fr", ("Barbade", "la Barbade", "de la Barbade", "à la Barbade")),
        ("NER", "en", ("Niger", "the Niger", "of the Niger", "in the Niger")),
        ("KEN", "en", ("Kenya", "Kenya", "of Kenya", "in Kenya")),
        ("PER", "es", ("Perú", "el Perú", "del Perú", "en el Perú")),
        ("ARG", "es", ("Argentina", "la Argentina", "de la Argentina", "en la Argentina")),
        ("SLV", "es", ("El Salvador", "El Salvador", "de El Salvador", "en El Salvador")),
    ],
)
def test_names_take_their_article_and_preposition(code, language, expected):
    state = get_state(code)
    assert (
        state.name(language),
        state.with_article(language),
        state.of(language),
        state.in_(language),
    ) == expected


def test_a_name_with_brackets_becomes_the_full_name_in_a_sentence():
    bolivia = get_state("BOL")
    assert bolivia.name("es") == "Bolivia (Estado Plurinacional de)"
    assert bolivia.of("es") == "del Estado Plurinacional de Bolivia"
    assert bolivia.in_("fr") == "dans l'État plurinational de Bolivie"


def test_full_names_come_without_article():
    assert get_state("DZA").formal_name("fr") == "République algérienne démocratique et populaire"


def test_an_unknown_code_is_an_error_that_names_it():
    with pytest.raises(UnknownCodeError, match="XXX: no State has this code"):
        get_state("XXX")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Madagascar", "MDG"),
        (" République de Guinée ", "GIN"),
        ("MDG", "MDG"),
        ("mg", "MDG"),
        ("Le Tchad", "TCD"),
        ("TURKEY", "TUR"),
        ("Dominique", "DMA"),
        ("Grenada", "GRD"),
        ("EE.UU.", "USA"),
        ("Côte d’Ivoire", "CIV"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Government of Kenya, Nairobi", "KEN"),
    ],
)
def test_a_cell_is_understood(cell, code):
    state = find_state(cell)
    assert state is not None
    assert state.code == code


@pytest.mark.parametrize("cell", ["", "?", "Atlantis", "Kenya and Uganda", "Hong Kong"])
def test_a_cell_without_one_state_is_none(cell):
    assert find_state(cell) is None


def test_no_form_belongs_to_two_states():
    owners = {}
    for language in LANGUAGES:
        for forms in (state_names(language), people_forms(language)):
            for words, form in forms.items():
                assert owners.setdefault(words, form.code) == form.code, words


def test_tables_have_the_same_states_in_the_same_order():
    english = list(read_names("en"))
    assert english == sorted(english)
    assert list(read_names("fr")) == list(read_names("es")) == english


def test_lists_of_decoys_hold_folded_words_only():
    for name, rule in rules().items():
        if isinstance(rule, frozenset):
            assert all(isinstance(word, str) and word == word.casefold() for word in rule), name
