"""Folding and splitting keep where each word stood; adjectives are inflected."""

import pytest

from nlp.states.grammar import inflect
from nlp.states.words import GAP, fold, split_words


@pytest.mark.parametrize(
    ("word", "folded"),
    [("CÔTE", "cote"), ("Co\u0302te", "cote"), ("Türkiye", "turkiye"), ("Ma\u00adli", "mali"), ("ﬁn", "fin")],
)
def test_fold_drops_case_accents_and_invisible_signs(word, folded):
    assert fold(word) == folded


def test_words_keep_their_offsets():
    text = "L’Algérie, U.K."
    words = split_words(text)
    assert words.folded == ["l", "algerie", ",", "u", ".", "k", "."]
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == [
        "L", "Algérie", ",", "U", ".", "K", ".",
    ]  # fmt: skip


def test_hyphens_join_and_dashes_part():
    assert split_words("Guinea-Bissau").folded == ["guinea", "bissau"]
    assert split_words("Guinea-Bissau").hyphened == {1}
    assert split_words("Guinea - Bissau").folded == ["guinea", "-", "bissau"]


def test_broken_words_are_mended_only_into_known_ones():
    assert split_words("Mada-\ngascar", {"madagascar"}).folded == ["madagascar"]
    assert split_words("Guinea-\nBissau", {"guinea", "bissau"}).folded == ["guinea", "bissau"]


def test_digits_for_letters_are_mended_only_into_known_words():
    assert split_words("Brasi1 1990 C0ngo", {"brasil", "congo"}).folded == ["brasil", "1990", "congo"]


def test_a_blank_line_is_a_word():
    assert split_words("a\n \nb").folded == ["a", GAP, "b"]


@pytest.mark.parametrize(
    ("word", "language", "forms"),
    [
        ("Chadian", "en", "Chadian Chadians"),
        ("tchadien", "fr", "tchadien tchadiens tchadienne tchadiennes"),
        ("guatemalteco", "es", "guatemalteco guatemalteca guatemaltecos guatemaltecas"),
        ("marroquí", "es", "marroquí marroquíes marroquís"),
        ("belga", "es", "belga belgas"),
        ("español", "es", "español española españoles españolas"),
    ],
)
def test_adjectives_take_genders_and_numbers(word, language, forms):
    assert inflect(word, language) == set(forms.split())
