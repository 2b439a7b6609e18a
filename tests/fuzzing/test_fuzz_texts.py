"""Whatever a text holds, all that is found in it points into it, soon."""

import json
import time

import pytest
from hypothesis import strategies as st

from nlp.answers import LANGUAGES, Answer
from nlp.languages import languages_of
from nlp.passages import split_passages
from nlp.states import extract_states, find_state
from nlp.tagging import Tagger
from tests.fuzzing.hostile_texts import TEXTS

SECONDS = 10
"""Seconds of processor time that a text of 100,000 characters may take, on a machine that is busy."""
DECLARED = st.sampled_from([None, "en", "fr", "es", "pt", "xx", ""])


def assert_apart(text, spans):
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        last = end


def check_passages(case):
    text, _ = case
    spans = split_passages(text)
    assert_apart(text, spans)
    inside = "".join(text[start:end] for start, end in spans)
    assert sum(map(str.isalnum, inside)) == sum(map(str.isalnum, text))


def check_languages(case):
    text, declared = case
    spans = split_passages(text)
    whole, each = languages_of(text, spans, declared)
    assert len(each) == len(spans)
    assert {whole, *each} <= {*LANGUAGES, "other", None}


def check_states(case):
    text, _ = case
    mentions = extract_states(text)
    assert_apart(text, [(each.start, each.end) for each in mentions])
    assert all(text[each.start : each.end] == each.text for each in mentions)
    find_state(text)


@pytest.mark.parametrize("check", [check_passages, check_languages, check_states])
def test_any_text_is_read_soon(tried, check):
    def soon(case):
        started = time.process_time()
        check(case)
        assert time.process_time() - started < SECONDS

    check(("Kenya needs judges.", None))  # what is read when first asked for
    what = check.__name__.removeprefix("check_")
    tried(f"texts {what}", st.tuples(TEXTS, DECLARED), soon, seconds=12, few=10)


def assert_sound(tagged):
    text, count = tagged["text"], len(tagged["passages"])
    assert_apart(text, [(each["start"], each["end"]) for each in tagged["passages"]])
    for tag in tagged["tags"]:
        assert 0 <= tag["confidence"] <= 1
        assert all(0 <= place < count for place in tag["passages"])
        assert_apart(text, sorted((word["start"], word["end"]) for word in tag["evidence"]))
    for mention in (each for state in tagged["states"] for each in state["mentions"]):
        assert text[mention["start"] : mention["end"]] == mention["text"]
    json.dumps(tagged)


@pytest.mark.parametrize(("model", "seconds"), [("small", 12), ("default", 15)])
def test_any_text_is_tagged(tried, request, model, seconds):
    found = request.getfixturevalue("small_model" if model == "small" else "tagger")
    tagger = Tagger(found if model == "small" else found.model, evidence=True)

    def check(case):
        text, declared = case
        # Evidence takes a score for every word.
        assert_sound(tagger.tag(Answer("a", text[:400], language=declared)).to_json())

    tried(f"texts tagged by the {model} model", st.tuples(TEXTS, DECLARED), check, seconds=seconds, few=3)
