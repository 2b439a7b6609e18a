"""The extractor takes any text, and says the same about it every time."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.states import extract_states, find_state
from nlp.states.gazetteer import Gazetteer
from nlp.states.words import split_words

PIECES = st.sampled_from(
    [
        *(
            "Guinea",
            "Bissau",
            "Congo",
            "République",
            "du",
            "Jordan",
            "Mr.",
            "US",
            "$",
            "French",
            "and",
            "China",
        ),
        *("(", ")", "’", "-", ",", "ß", "İ", "ﬁ", "U.K.", "franco", "-\n", "\n\n", " ", "\u00ad", "\u0301"),
        *("\ud800", "\x00"),
    ]
)
TEXTS = st.one_of(st.text(st.characters()), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))


@given(TEXTS)
def test_mentions_are_in_order_apart_and_point_into_the_text(text):
    mentions = extract_states(text)
    assert mentions == extract_states(text)
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        end = mention.end


@given(TEXTS)
def test_any_cell_is_a_state_or_none(text):
    state = find_state(text)
    assert state is None or len(state.code) == 3


@pytest.mark.parametrize(
    "piece", ["Georgia, ", "French and ", "A. Mali ", "-\n", "USA (RCA) ", "saint ", "\ud800", "x"]
)
def test_long_texts_of_one_piece_are_read(piece):
    text = piece * (100_000 // len(piece))
    assert all(mention.text in piece for mention in extract_states(text))


def test_threads_give_the_same_mentions():
    texts = [f"Kenya {number}, l'Algérie et el Perú" for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(extract_states, texts)) == [extract_states(text) for text in texts]


def test_reading_texts_leaves_the_vocabulary_as_it_was():
    gazetteer = Gazetteer()
    before = len(gazetteer.vocab.strings)
    assert len(list(gazetteer.candidates(split_words("Kenya zzyzx Uganda qwertz")))) == 2
    assert len(gazetteer.vocab.strings) <= before + 1  # the blank


def test_a_text_without_states_has_no_mentions():
    assert extract_states("") == []
    assert extract_states("Nothing is asked for.") == []


def test_a_cell_of_any_length_takes_no_more_memory_than_it_has():
    find_state("Kenya")
    cell = f"G{'a:' * 400_000}HA"
    tracemalloc.start()
    try:
        assert find_state(cell) is None
        assert tracemalloc.get_traced_memory()[1] < 10 * len(cell)
    finally:
        tracemalloc.stop()
