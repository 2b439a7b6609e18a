import json

import pytest

from corpus.reader import read_corpus
from nlp.answers import Answer
from nlp.models import load_model
from nlp.tagging import Tagger


@pytest.fixture(scope="module")
def answers():
    """64 answers of the corpus, in three languages."""
    return [labelled.answer for labelled in read_corpus("validation")[::7]][:64]


def as_bytes(tagged):
    return json.dumps(tagged.to_json(), ensure_ascii=False).encode()


def test_the_same_answer_gives_the_same_bytes_alone_among_63_and_in_reverse(tagger, answers):
    assert len(answers) == 64
    together = [as_bytes(each) for each in tagger.tag_all(answers)]
    assert [as_bytes(tagger.tag(answer)) for answer in answers] == together
    assert [as_bytes(each) for each in tagger.tag_all(reversed(answers))] == together[::-1]


def test_a_tagged_answer_has_the_form_of_the_contract(tagger):
    text = "Le Tchad souhaite la formation de ses procureurs en matière d'entraide judiciaire. Rien d'autre."
    tagged = tagger.tag(Answer("q1", text, question="Besoins ?")).to_json("fr")
    assert list(tagged) == [
        "id", "question", "language", "text", "unsure", "stances", "tags", "states", "passages", "model",
    ]  # fmt: skip
    assert (tagged["id"], tagged["question"], tagged["language"]) == ("q1", "Besoins ?", "fr")
    assert tagged["states"] == [
        {"code": "TCD", "name": "Tchad", "mentions": [{"start": 3, "end": 8, "text": "Tchad"}]}
    ]
    assert [(each["start"], each["end"]) for each in tagged["passages"]] == [(0, 82), (83, 96)]
    assert tagged["model"]["name"] == "default"
    codes = {(tag["kind"], tag["code"], tag["stance"]) for tag in tagged["tags"] if tag["band"] != "unsure"}
    assert ("subtype", "training.criminal-justice", "requested") in codes
    assert ("type", "training", "requested") in codes
    assert ("instrument", "untoc", None) in codes
    for tag in tagged["tags"]:
        assert set(tag) == {"kind", "code", "stance", "confidence", "band", "passages"}


def test_the_stance_of_each_passage_is_told(tagger):
    tagged = tagger.tag(
        Answer("a", "Japan gave us four patrol boats in 2006. We ask for the training of their crews.")
    )
    assert [passage.stances for passage in tagged.passages] == [("received",), ("requested",)]
    assert {stance.code for stance in tagged.stances} == {"received", "requested"}


@pytest.mark.parametrize("text", ["", " \n\t ", "…"])
def test_an_answer_without_words_has_no_tags_and_is_no_error(tagger, text):
    tagged = tagger.tag(Answer("a", text))
    assert tagged.tags == []
    assert tagged.to_json()["text"] == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Precisamos de formação para os nossos magistrados e de equipamento para a polícia.", "language"),
        ("Нам нужна помощь в подготовке судей и прокуроров.", "language"),
        ("Kenya needs xqzv wrblk tnnpf grrkz mmvtq plkzz wvvbn qrrtz help to the of.", "unfamiliar"),
    ],
    ids=["Portuguese", "Cyrillic", "no words"],
)
def test_an_answer_unlike_the_corpus_wants_a_human(tagger, text, why):
    tagged = tagger.tag(Answer("a", text))
    assert tagged.unsure == why
    assert {tag.band for tag in tagged.tags} <= {"unsure"}


@pytest.mark.parametrize("text", ["1. 2. 3.", "12345", "- - -"])
def test_numbering_and_figures_alone_have_no_tags_and_no_stance(tagger, text):
    tagged = tagger.tag(Answer("a", text))
    assert (tagged.tags, tagged.stances, tagged.passages, tagged.unsure) == ([], [], [], None)


def test_a_long_answer_of_many_passages_is_tagged(tagger):
    tagged = tagger.tag(Answer("a", "Kenya asks for cars. We have no money for fuel. " * 1500))
    assert len(tagged.passages) == 3000
    assert len(tagged.mentions) == 1500


def test_the_dummy_model_finds_no_tags_but_all_else():
    tagged = Tagger(load_model("dummy")).tag(Answer("a", "Kenya needs a law. It has none."))
    assert tagged.tags == []
    assert [stance.code for stance in tagged.stances] == ["none"]
    assert [mention.code for mention in tagged.mentions] == ["KEN"]
    assert len(tagged.passages) == 2
    assert tagged.language == "en"


def test_answers_are_tagged_as_they_are_asked_for(tagger, answers):
    read = []

    def source():
        for number in range(1000):
            read.append(number)
            yield answers[number % 64]

    next(tagger.tag_all(source()))
    assert len(read) == 64
