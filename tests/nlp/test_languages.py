"""Languages of answers and passages: tables by language, then how hints and neighbours are weighed."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector_factory import DetectorFactory

from nlp import languages
from nlp.languages import languages_of
from nlp.passages import split_passages


def language(text: str, declared: str | None = None) -> str | None:
    return languages_of(text, split_passages(text), declared)[0]


CLEAR = {
    "en": [
        "The judges need training on trafficking in persons.",
        "WE HAVE NO BALLISTICS LABORATORY AND NO EXPERTS",
        "Please send us a model law on firearms.",
        "Tra1ning of magis-\ntrates and c1erks is requ1red.",
    ],
    "fr": [
        "Les juges ont besoin d'une formation sur la traite des personnes.",
        "NOUS N AVONS PAS DE LABORATOIRE DE BALISTIQUE",
        "la police na pas de vehicules pr surveiller la frontiere",
        "Un expert pourrait relire le projet de 1oi sur 1es armes à feu.",
    ],
    "es": [
        "Los jueces necesitan formación sobre la trata de personas.",
        "NO TENEMOS LABORATORIO DE BALISTICA NI PERITOS",
        "la policia no tiene carros pa vigilar la frontera",
        "Se so1icita capaci-\ntacíon de trabajadores so-\nciales.",
    ],
    "other": [
        "Os juízes precisam de formação sobre o tráfico de pessoas.",
        "Não necessitamos de assistência técnica neste momento.",
        "NAO TEMOS LABORATORIO DE BALISTICA NEM PERITOS",
        "O Ministério da Justiça pede apoio para a elaboração da lei.",
        "I giudici hanno bisogno di formazione sulla tratta di persone.",
        "Non abbiamo bisogno di assistenza tecnica.",
        "NON ABBIAMO UN LABORATORIO DI BALISTICA",
        "Manca un registro informatico delle armi sequestrate.",
        "Die Richter brauchen Schulungen zum Menschenhandel.",
        "Wir benötigen derzeit keine technische Hilfe.",
        "Судьям нужна подготовка по делам о торговле людьми.",
        "يحتاج القضاة إلى تدريب على قضايا الاتجار بالأشخاص",
        "法官需要关于贩运人口的培训。",
        "Οι δικαστές χρειάζονται κατάρτιση.",
        "Burada insan ticareti ile mücadele eden polislerin eğitime ihtiyacı vardır, araç bulunmamaktadır.",
        "Nasi sędziowie potrzebują szkoleń o handlu ludźmi oraz pomocy przy opracowaniu nowych przepisów.",
    ],
}


@pytest.mark.parametrize("declared", [None, "en", "fr", "es"])
@pytest.mark.parametrize(
    ("expected", "text"), [(expected, text) for expected, texts in CLEAR.items() for text in texts]
)
def test_clear_text_is_what_it_is_whatever_is_declared(expected, text, declared):
    assert language(text, declared) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("en", "None."),
        ("en", "Nil"),
        ("en", "Yes."),
        ("en", "Not applicable"),
        ("en", "See above"),
        ("fr", "Néant."),
        ("fr", "NEANT"),
        ("fr", "Oui."),
        ("fr", "Non."),
        ("fr", "RAS"),
        ("fr", "Sans objet"),
        ("fr", "Besoin de formation"),
        ("es", "Ninguna."),
        ("es", "Sí."),
        ("es", "No aplica"),
        ("es", "Véase arriba."),
        ("other", "Nenhuma."),
        ("other", "Não."),
        ("other", "Keine."),
    ],
)
def test_short_replies_with_nothing_to_lean_on(expected, text):
    assert language(text) == expected


@pytest.mark.parametrize("declared", ["en", "fr", "es"])
@pytest.mark.parametrize("text", ["OK", "Interpol", "Madagascar", "12 radios", "SOP.", "Portugal"])
def test_text_that_could_be_any_leans_on_the_declared_language(text, declared):
    assert language(text, declared) == declared


@pytest.mark.parametrize(
    ("declared", "expected"), [("fr", "fr"), ("es-MX", "es"), ("pt", None), (None, None)]
)
def test_text_without_letters_has_the_declared_language_or_none(declared, expected):
    assert languages_of("2012: 14", [(0, 5), (6, 8)], declared) == (expected, [expected] * 2)


def test_empty_text_has_no_language():
    assert languages_of("", []) == (None, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Les juges ont besoin d'une formation. Interpol. Deux vedettes manquent à la marine.", ["fr"] * 3),
        ("No. El Ministerio de Justicia carece de presupuesto.", ["es"] * 2),
        ("No. The Ministry of Justice lacks a budget.", ["en"] * 2),
        ("The judges need a course. Les policiers ont besoin de deux véhicules.", ["en", "fr"]),
        ("Los jueces piden un curso. Os juízes pedem formação sobre o tráfico.", ["es", "other"]),
        ("We ask for help with the law. Нужна помощь. We thank you.", ["en", "other", "en"]),
    ],
)
def test_passages_lean_on_neighbours_but_may_differ(text, expected):
    assert languages_of(text, split_passages(text))[1] == expected


def test_the_answer_has_the_language_of_most_of_its_letters():
    text = "Thank you. Les policiers de la province du nord ont besoin de deux véhicules et de radios."
    assert language(text) == "fr"


def test_decomposed_accents_read_as_composed_ones():
    assert language("Ne\u0301ant. E\u0301quipement demande\u0301.") == "fr"


def test_result_does_not_depend_on_what_was_asked_before_or_on_threads():
    texts = [text for group in CLEAR.values() for text in group] * 4
    languages._word_evidence.cache_clear()
    alone = [language(text) for text in texts]
    order = list(range(len(texts)))
    random.Random(7).shuffle(order)
    with ThreadPoolExecutor(4) as pool:
        mixed = list(pool.map(language, [texts[i] for i in order]))
    assert mixed == [alone[i] for i in order]


def test_langdetect_itself_is_left_as_it_was():
    language("Les juges")
    assert DetectorFactory.seed is None


@given(st.text(), st.sampled_from([None, "en", "fr", "es", "xx", ""]))
def test_any_text_has_a_language_for_each_passage(text, declared):
    passages = split_passages(text)
    whole, each = languages_of(text, passages, declared)
    assert len(each) == len(passages)
    assert {whole, *each} <= {"en", "fr", "es", "other", None}
