import sys

import pytest

from corpus import likeness
from corpus.batch import parse_batch
from nlp.errors import MissingExtraError

LONG = "The customs service of the port asks for two machines that see through the walls of containers"


def answers(*texts, sets=None):
    lines = [
        line
        for number, text in enumerate(texts)
        for line in (
            f"@ a{number} | | | | {(sets or {}).get(number, '')}",
            f"requested resources.equipment | {text}",
        )
    ]
    return list(parse_batch(lines, language="en", batch="b", where="b"))


def test_texts_that_share_most_of_their_characters_are_near_duplicates():
    found = likeness.near_duplicates(
        answers(LONG, LONG.replace("two", "four"), "Something else altogether, " * 4)
    )
    assert list(found) == [("a0", "a1")]


def test_texts_alike_on_purpose_and_short_ones_are_no_near_duplicates():
    assert list(likeness.near_duplicates(answers(LONG, LONG + ".", sets={0: "p", 1: "p"}))) == []
    assert list(likeness.near_duplicates(answers("No help is needed.", "No help is needed."))) == []


def test_openings_are_counted_in_small_letters():
    counts = likeness.common_openings(
        answers("The Ministry of Justice asks.", "the ministry of justice offers", "The Ministry")
    )
    assert counts["the ministry of justice"] == 2
    assert len(counts) == 1


def test_a_run_of_words_that_stands_outside_is_found():
    outside = ["Quoting: " + LONG.upper()]
    assert [name for name, _ in likeness.outside_runs(answers(LONG, "Something else."), outside)] == ["a0"]
    assert list(likeness.outside_runs(answers(" ".join(LONG.split()[:9])), outside)) == []


def test_passages_in_the_words_of_their_label_are_told():
    shares = likeness.label_word_shares(answers("Provision of equipment, please.", "Two cars."), "en")
    assert shares == {"resources.equipment": 0.5}


def test_variety_falls_where_texts_repeat():
    same, different = [LONG] * 4, [LONG, "Judges are few.", "Give us a law on arms and their parts.", "No."]
    assert likeness.distinct_trigrams(same) == pytest.approx(1 / 4)
    assert likeness.distinct_trigrams(different) == 1
    assert likeness.self_bleu(same) == pytest.approx(1)
    assert likeness.self_bleu(different) < 0.2


def test_a_library_that_is_missing_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(MissingExtraError, match=r"sacrebleu: is not installed.*\[train\]"):
        likeness.self_bleu(["a b c", "d e f"])


def test_a_sample_holds_the_words_asked_for_and_is_the_same_again():
    some = answers(*(f"{word} needs a car" for word in "abcdefghij"))
    sample = likeness.sample_texts(some, 10, seed=1)
    assert len(sample) == 3
    assert sample == likeness.sample_texts(some, 10, seed=1)
