"""States' names in sentences and lists of the three languages."""

import pytest

from nlp.errors import UnknownCodeError
from nlp.states import all_states
from service.overview.wording import (
    agreement,
    capitalized,
    in_state,
    joined,
    listed,
    name_in,
    of_state,
    sort_states,
    to_state,
    with_article,
)

LANGUAGES = ("en", "fr", "es")
EVERYBODY = [*(state.code for state in all_states()), "EU"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_and_the_european_union_have_a_name_in_every_form(lang):
    assert len(EVERYBODY) == 198
    for code in EVERYBODY:
        for form in (name_in, with_article, of_state, to_state, in_state):
            assert form(code, lang).strip()
        assert "(" not in with_article(code, lang)


def test_a_code_that_nobody_has_is_refused():
    with pytest.raises(UnknownCodeError, match="XXX"):
        listed(["XXX"], "fr")


@pytest.mark.parametrize(
    ("code", "name", "article", "of", "to", "in_"),
    [
        ("BEN", "Bénin", "le Bénin", "du Bénin", "au Bénin", "au Bénin"),
        ("CHN", "Chine", "la Chine", "de la Chine", "à la Chine", "en Chine"),
        ("EGY", "Égypte", "l'Égypte", "de l'Égypte", "à l'Égypte", "en Égypte"),
        ("COM", "Comores", "les Comores", "des Comores", "aux Comores", "aux Comores"),
        ("CUB", "Cuba", "Cuba", "de Cuba", "à Cuba", "à Cuba"),
        ("MUS", "Maurice", "Maurice", "de Maurice", "à Maurice", "à Maurice"),
        ("SLV", "El Salvador", "El Salvador", "d'El Salvador", "à El Salvador", "en El Salvador"),
        ("HTI", "Haïti", "Haïti", "d'Haïti", "à Haïti", "en Haïti"),
        ("LKA", "Sri Lanka", "le Sri Lanka", "du Sri Lanka", "au Sri Lanka", "au Sri Lanka"),
        (
            "EU",
            "Union européenne",
            "l'Union européenne",
            "de l'Union européenne",
            "à l'Union européenne",
            None,
        ),
        (
            "BOL",
            "Bolivie (État plurinational de)",
            "l'État plurinational de Bolivie",
            "de l'État plurinational de Bolivie",
            "à l'État plurinational de Bolivie",
            "dans l'État plurinational de Bolivie",
        ),
    ],
)
def test_french_articles_and_prepositions(code, name, article, of, to, in_):
    assert name_in(code, "fr") == name
    assert with_article(code, "fr") == article
    assert of_state(code, "fr") == of
    assert to_state(code, "fr") == to
    assert in_ is None or in_state(code, "fr") == in_


@pytest.mark.parametrize(
    ("code", "article", "of", "to"),
    [
        ("IND", "la India", "de la India", "a la India"),
        ("JPN", "el Japón", "del Japón", "al Japón"),
        ("SLV", "El Salvador", "de El Salvador", "a El Salvador"),
        ("USA", "los Estados Unidos de América", "de los Estados Unidos de América", None),
        ("MDA", "la República de Moldova", "de la República de Moldova", None),
        ("GTM", "Guatemala", "de Guatemala", "a Guatemala"),
        ("EU", "la Unión Europea", "de la Unión Europea", "a la Unión Europea"),
    ],
)
def test_spanish_articles_and_prepositions(code, article, of, to):
    assert with_article(code, "es") == article
    assert of_state(code, "es") == of
    assert to is None or to_state(code, "es") == to


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("GMB", "the Gambia"),
        ("PHL", "the Philippines"),
        ("SDN", "the Sudan"),
        ("NER", "the Niger"),
        ("COG", "the Congo"),
        ("DOM", "the Dominican Republic"),
        ("NLD", "the Kingdom of the Netherlands"),
        ("PSE", "the State of Palestine"),
        ("MDV", "Maldives"),
        ("VEN", "the Bolivarian Republic of Venezuela"),
    ],
)
def test_english_articles(code, article):
    assert with_article(code, "en") == article
    assert to_state(code, "en") == f"to {article}"


def test_the_lists_of_the_note_come_back_in_its_order():
    reporting = [
        "TJK",
        "TCD",
        "STP",
        "PHL",
        "NER",
        "NAM",
        "MDA",
        "KHM",
        "IDN",
        "GIN",
        "GAB",
        "ECU",
        "DZA",
        "CMR",
        "BDI",
        "ALB",
    ]
    assert listed(reporting, "fr") == (
        "Albanie, Algérie, Burundi, Cambodge, Cameroun, Équateur, Gabon, Guinée, Indonésie, Namibie, Niger, "
        "Philippines, République de Moldova, Sao Tomé-et-Principe, Tadjikistan et Tchad"
    )
    silent = [
        "ATG",
        "SAU",
        "ARE",
        "ETH",
        "GNQ",
        "GUY",
        "HUN",
        "COK",
        "IRQ",
        "ISR",
        "BOL",
        "FSM",
        "UGA",
        "LAO",
        "RWA",
        "VEN",
        "YEM",
    ]
    assert listed(silent, "fr") == (
        "Antigua-et-Barbuda, Arabie saoudite, Bolivie (État plurinational de), Émirats arabes unis, "
        "Éthiopie, Guinée équatoriale, Guyana, Hongrie, Îles Cook, Iraq, Israël, "
        "Micronésie (États fédérés de), Ouganda, "
        "République démocratique populaire lao, Rwanda, Venezuela (République bolivarienne du) et Yémen"
    )
    assert listed(["TGO", "TCD", "STP", "PHL", "NAM", "EGY", "KHM"], "fr", "article") == (
        "le Cambodge, l'Égypte, la Namibie, les Philippines, Sao Tomé-et-Principe, le Tchad et le Togo"
    )


def test_french_lists_go_letter_by_letter_and_the_others_word_by_word():
    republics = ["MDA", "COD", "LAO", "KOR", "DOM"]
    assert sort_states(republics, "fr") == ["KOR", "COD", "LAO", "MDA", "DOM"]
    assert sort_states(republics, "es") == ["KOR", "MDA", "COD", "LAO", "DOM"]
    assert sort_states(["KNA", "LCA", "SMR"], "fr") == ["LCA", "KNA", "SMR"]
    assert sort_states(["LCA", "VCT", "SMR", "WSM"], "es") == ["WSM", "SMR", "VCT", "LCA"]
    assert sort_states(["GNQ", "GNB", "GIN", "GRC", "ESP", "USA"], "fr") == [
        "ESP",
        "USA",
        "GRC",
        "GIN",
        "GNB",
        "GNQ",
    ]


def test_a_list_takes_every_form_and_names_nobody_twice():
    codes = ["TCD", "DZA", "TCD"]
    assert listed(codes, "fr", "of") == "de l'Algérie et du Tchad"
    assert listed(codes, "fr", "to") == "à l'Algérie et au Tchad"
    assert listed(codes, "fr", "in") == "en Algérie et au Tchad"
    assert listed(codes, "es", "of") == "de Argelia y del Chad"
    assert listed([*codes, "NER"], "en", "article") == "Algeria, Chad and the Niger"
    assert listed(["TCD"], "fr") == "Tchad"
    assert listed([], "es") == ""


def test_spanish_and_becomes_e_before_the_sound_of_i():
    assert listed(["HND", "IDN"], "es") == "Honduras e Indonesia"
    assert listed(["GTM", "SLB"], "es") == "Guatemala e Islas Salomón"
    assert listed(["CHN", "IRN"], "es") == "China e Irán (República Islámica del)"
    assert listed(["CHN", "IRN"], "es", "article") == "China y la República Islámica del Irán"
    assert listed(["JPN", "IND"], "es", "article") == "la India y el Japón"
    assert joined(["cobre", "hierro"], "es") == "cobre y hierro"
    assert joined(["padres", "hijos"], "es") == "padres e hijos"


def test_an_english_list_is_clear_where_a_name_has_an_and_of_its_own():
    assert listed(["ALB", "DZA", "TCD"], "en") == "Albania, Algeria and Chad"
    assert listed(["ALB", "BIH", "TCD"], "en") == "Albania, Bosnia and Herzegovina, and Chad"
    assert listed(["BIH", "TCD"], "en") == "Bosnia and Herzegovina and Chad"
    assert listed(["ATG", "CHL", "TCD"], "en") == "Antigua and Barbuda, Chad and Chile"


@pytest.mark.parametrize(
    ("codes", "lang", "expected"),
    [
        (["TCD"], "fr", "m"),
        (["MUS"], "fr", "f"),
        (["EGY"], "fr", "f"),
        (["IRQ"], "fr", "m"),
        (["BOL"], "fr", "m"),
        (["SLV"], "fr", "m"),
        (["LCA"], "fr", "f"),
        (["COM"], "fr", "fp"),
        (["USA"], "fr", "mp"),
        (["EGY", "GIN"], "fr", "fp"),
        (["EGY", "TCD"], "fr", "mp"),
        (["MUS", "MUS"], "fr", "f"),
        (["EU"], "fr", "f"),
        (["GTM"], "es", "f"),
        (["IND"], "es", "f"),
        (["PHL"], "es", "f"),
        (["BFA"], "es", "m"),
        (["USA"], "es", "mp"),
        (["BHS"], "es", "fp"),
        (["PRY", "IND"], "es", "mp"),
        (["PHL"], "en", "m"),
        (["PHL", "GIN"], "en", "mp"),
    ],
)
def test_verbs_and_pronouns_agree_with_the_states(codes, lang, expected):
    assert agreement(codes, lang) == expected


def test_a_sentence_begins_with_a_capital():
    assert capitalized("l'Algérie et le Tchad") == "L'Algérie et le Tchad"
    assert capitalized("États-Unis") == "États-Unis"
    assert capitalized("") == ""
