from copy import deepcopy
from random import Random

import numpy as np
import pytest

from corpus.reader import read_corpus
from evaluation import faithfulness
from evaluation.faithfulness import measure_falls
from nlp import evidence
from nlp.answers import STANCES, Answer
from nlp.evidence import Evidence, find_evidence
from nlp.models import TAGGED_STANCES, DummyModel, Scores, taxonomy_labels
from nlp.passages import worded_passages
from nlp.suggestions import Tag
from nlp.tagging import Tagger

LABELS = taxonomy_labels()


class Reader(DummyModel):
    """A model that finds a code in a passage by its words: each adds its weight to the log-odds -2.

    Attributes:
        read: the texts that it was given, call by call.
    """

    def __init__(self, **words):
        self.words = words
        self.read = []

    def score(self, texts):
        self.read.append([text for text, _ in texts])
        return [self._score(text, spans) for text, spans in texts]

    def _score(self, text, spans):
        tags = np.full((len(spans), len(TAGGED_STANCES), len(LABELS.codes)), 0.01)
        for row, (start, end) in enumerate(spans):
            for code, words in self.words.items():
                odds = sum(weight for word, weight in words.items() if word in text[start:end]) - 2
                tags[row, 0, LABELS.codes.index(code.replace("_", "."))] = 1 / (1 + np.exp(-odds))
        return Scores(np.full((len(spans), len(STANCES)), 0.5), tags, np.zeros((len(spans), 4)))


def tag(code="legal.drafting", passages=(0,)):
    kind = "subtype" if "." in code else "type"
    return Tag(kind, code, "requested", 0.9, "suggest", passages)


def find(model, text, *tags):
    """The evidence of tags, each as a list of its words and their weights."""
    spans = worded_passages(text)
    [scores] = model.score([(text, spans)])
    model.read.clear()
    found = find_evidence(model, text, spans, scores, tags)
    return [[(text[each.start : each.end], each.weight) for each in words] for words in found]


def test_the_words_without_which_a_tag_loses_most_are_its_evidence():
    model = Reader(legal_drafting={"draft": 2, "law": 3, "need": 0.1})
    assert find(model, "We need to draft a law.", tag()) == [[("law", 3.0), ("draft", 2.0)]]


def test_words_side_by_side_are_one_piece_of_evidence_and_their_weights_add_up():
    model = Reader(legal_drafting={"entraide": 3, "judiciaire": 2, "loi": 4})
    [found] = find(model, "Une loi, puis l'entraide judiciaire.", tag())
    assert found == [("entraide judiciaire", 5.0), ("loi", 4.0)]


def test_only_words_of_the_tags_own_passages_are_evidence():
    model = Reader(legal_drafting={"law": 3})
    text = "We need a law. They have a law. Give us a law."
    spans = worded_passages(text)
    [scores] = model.score([(text, spans)])
    [found] = find_evidence(model, text, spans, scores, [tag(passages=(0, 2))])
    assert found == (Evidence(10, 13, 3.0), Evidence(42, 45, 3.0))


def test_one_reading_of_the_variants_serves_all_tags():
    model = Reader(legal_drafting={"law": 3}, resources_equipment={"cars": 4})
    found = find(model, "A law and cars.", tag(), tag("resources.equipment"))
    assert found == [[("law", 3.0)], [("cars", 4.0)]]
    assert [len(texts) for texts in model.read] == [5]


def test_a_type_rests_on_what_its_subtypes_rest_on():
    model = Reader(legal_drafting={"law": 3})
    assert find(model, "We need a law.", tag("legal")) == [[("law", 3.0)]]


def test_a_tag_that_falls_with_no_word_has_no_evidence():
    assert find(Reader(legal_drafting={}), "We need a law.", tag()) == [[]]


def test_words_that_weigh_little_beside_the_heaviest_are_not_listed_nor_more_than_five():
    weights = {f"w{number}": 1.0 for number in range(9)}
    [found] = find(Reader(legal_drafting=weights), " or ".join(weights), tag())
    assert len(found) == 5
    [found] = find(Reader(legal_drafting={"law": 4, "need": 0.9}), "We need some law.", tag())
    assert found == [("law", 4.0)]


def test_a_passage_of_one_word_is_not_judged_by_the_text_about_it():
    model = Reader(legal_drafting={"Drafting": 3})
    find(model, "Drafting\n\nTraining", tag())
    assert model.read == [["Drafting\n\nTraining", ".       \n\nTraining"]]


def test_a_word_whose_accents_come_apart_is_one_word():
    word = "le\u0301gislation"
    assert find(Reader(legal_drafting={word: 3}), f"Une {word}.", tag()) == [[(word, 3.0)]]


@pytest.mark.parametrize("passages", [1, 12, 300])
def test_what_is_read_for_a_long_answer_is_bounded(passages):
    sentence = "We need help with the next law" + " and the next one" * (1200 // passages)
    text = ". ".join([sentence] * passages) + "."
    model = Reader(legal_drafting={"law": 3})
    [found] = find(model, text, tag(passages=tuple(range(passages))))
    [texts] = model.read
    # Each view is read once as it is as well, and its last piece may be a short one.
    assert sum(map(len, texts)) <= evidence.BUDGET + 2 * evidence.PASSAGES * max(map(len, texts))
    assert len(found) == min(passages, evidence.PASSAGES)
    assert all("law" in words for words, _ in found)


def test_a_long_answer_is_read_about_its_passages():
    need = "We need a law here."
    text = "A first sentence. " * 600 + need + " A last sentence." * 600
    model = Reader(legal_drafting={"law": 3})
    assert find(model, text, tag(passages=(600,))) == [[("law", 3.0)]]
    [texts] = model.read
    assert {len(each) - len(need) <= 2 * evidence.CONTEXT for each in texts} == {True}
    assert texts[0].startswith("A first")
    assert texts[0].endswith("A last sentence.")


@pytest.fixture(scope="module")
def answers():
    """20 answers of the corpus, in three languages."""
    return [each.answer for each in Random(1).sample(read_corpus("validation"), 20)]


@pytest.fixture(scope="module")
def asked(tagger):
    """The default model at work, asked for evidence."""
    return Tagger(tagger.model, evidence=True)


def as_json(tagged):
    return [each.to_json() for each in tagged]


@pytest.fixture(scope="module")
def together(asked, answers):
    """The answers, tagged all at once."""
    return as_json(asked.tag_all(answers))


def test_evidence_lies_in_passages_of_its_tag_and_the_heaviest_comes_first(together):
    for found in together:
        for each in found["tags"]:
            passages = [found["passages"][number] for number in each["passages"]]
            for word in each["evidence"]:
                assert list(word) == ["start", "end", "weight"]
                assert any(one["start"] <= word["start"] < word["end"] <= one["end"] for one in passages)
            weights = [word["weight"] for word in each["evidence"]]
            assert weights == sorted(weights, reverse=True)
            assert all(weight > 0 for weight in weights)


def test_the_same_answer_has_the_same_evidence_alone_and_among_others(asked, answers, together):
    some = range(0, len(answers), 3)
    assert [asked.tag(answers[place]).to_json() for place in some] == [together[place] for place in some]


def test_nobody_who_does_not_ask_gets_evidence(tagger, answers, together):
    plain, rich = as_json(tagger.tag_all(answers)), deepcopy(together)
    assert all("evidence" not in each for found in plain for each in found["tags"])
    assert all("evidence" in each for found in rich for each in found["tags"])
    for found in rich:
        for each in found["tags"]:
            del each["evidence"]
    assert rich == plain


TEXTS = {
    "empty": "",
    "blank": " \n",
    "dots": "…",
    "figures": "12",
    "one word": "Training",
    "emoji": "🚓🚓 cars 🚓 please 🙏🏽",
    "long word": "training" * 400,
    "odd signs": "law\u0000\ufeff training",
    "many words": "a " * 1000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_can_be_asked_for_evidence(asked, text):
    tagged = asked.tag(Answer("a", text))
    assert tagged.to_json()["text"] == text
    for words in tagged.evidence or []:
        assert all(text[each.start : each.end].strip() for each in words)


def test_without_its_evidence_a_tag_is_less_sure_than_without_as_many_random_words(tagger, monkeypatch):
    monkeypatch.setattr(faithfulness, "SAMPLE", 16)
    falls = np.array([fall[1:] for fall in measure_falls(tagger.model, read_corpus("validation"))])
    of_evidence, by_chance = falls.mean(axis=0)
    assert len(falls) > 40
    assert of_evidence > by_chance + 0.2
