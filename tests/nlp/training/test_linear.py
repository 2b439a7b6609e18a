import numpy as np

from corpus.batch import parse_batch
from nlp.answers import STANCES
from nlp.models import taxonomy_labels
from nlp.passages import split_passages
from nlp.taxonomy import load_taxonomy
from nlp.training import linear


def labelled(text):
    [answer] = parse_batch(text.split("\n"), language="en", batch="b", where="b.txt")
    return answer


def names(row):
    taxonomy = load_taxonomy()
    labels = [*STANCES, *taxonomy.codes, *(entry.code for entry in taxonomy.instruments)]
    return {label for label, there in zip(labels, row, strict=True) if there}


def test_each_passage_has_its_own_tags_and_the_instruments_of_the_answer():
    rows = linear.passage_labels(
        labelled("@ a | tip\nnone | One.\nrequested legal.drafting; received legal | Two."),
        taxonomy_labels(),
    )
    assert [names(row) for row in rows] == [
        {"none", "tip"},
        {"requested", "received", "legal", "legal.drafting", "tip"},
    ]


def test_an_answer_without_marked_passages_is_one_passage():
    answer = labelled("@ a\n= requested legal.drafting; offered\n| One.\n| Two.")
    rows = linear.passage_labels(answer, taxonomy_labels())
    assert [names(row) for row in rows] == [{"requested", "offered", "legal", "legal.drafting"}]


def test_training_twice_gives_the_same_model(few_answers, small_model):
    again = linear.train_linear(few_answers, few_answers, few_answers, jobs=1)
    np.testing.assert_array_equal(again.weights, small_model.weights)
    assert again.calibration.to_json() == small_model.calibration.to_json()


def test_a_model_knows_again_what_it_has_learned(few_answers, small_model):
    found = right = 0
    for each in few_answers:
        text = each.answer.text
        [scores] = small_model.score([(text, split_passages(text))])
        stances = scores.stances[:, :3].max(axis=0) >= 0.5
        right += sum(
            there == (stance in each.stances) for there, stance in zip(stances, STANCES, strict=False)
        )
        found += 3
    assert right / found > 0.9


def test_a_label_that_nobody_has_is_never_likely(small_model, few_answers):
    codes = [
        code
        for code in load_taxonomy().codes
        if not any(code == tag for a in few_answers for _, tag in a.tags)
    ]
    [scores] = small_model.score([("We need help.", [(0, 13)])])
    for code in codes:
        assert scores.tags[:, :, load_taxonomy().codes.index(code)].max() < 1e-6
