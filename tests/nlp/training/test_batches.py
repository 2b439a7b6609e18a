from random import Random

import pytest

pytest.importorskip("torch")

from nlp.answers import STANCES, Answer, LabelledAnswer, LabelledPassage
from nlp.models import TAGGED_STANCES, own_labels, taxonomy_labels
from nlp.training.batches import batches, split_labels, targets_of

LABELS = taxonomy_labels()


def answer(*passages, instruments=()):
    marked = tuple(LabelledPassage(5 * number, 5 * number + 4, tags) for number, tags in enumerate(passages))
    tags = frozenset((stance, code) for each in passages for stance, code in each if code)
    stances = frozenset(stance for each in passages for stance, _ in each)
    text = Answer("a", "text " * len(passages))
    return LabelledAnswer(text, tags, stances, frozenset(instruments), frozenset(), marked)


def test_targets_say_stance_code_and_type_of_each_passage():
    answers = [
        answer((("offered", "legal.drafting"),), (("none", None),), instruments=["tip"]),
        answer((("requested", None), ("received", "data"))),
    ]
    targets = targets_of(answers, [each.passages for each in answers], LABELS)
    assert targets.stances.tolist() == [
        [float(stance in said) for stance in STANCES]
        for said in (("offered",), ("none",), ("requested", "received"))
    ]
    said = [
        (int(row), TAGGED_STANCES[int(stance)], LABELS.codes[int(code)])
        for row, stance, code in targets.tags.nonzero()
    ]
    assert said == [(0, "offered", "legal"), (0, "offered", "legal.drafting"), (2, "received", "data")]
    assert targets.instruments.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]


def marked(text, *passages):
    """An answer whose passages are given by their words."""
    spans = tuple(
        LabelledPassage(text.index(words), text.index(words) + len(words), tags) for words, tags in passages
    )
    return LabelledAnswer(Answer("a", text), frozenset(), frozenset(), frozenset(), frozenset(), spans)


def test_passages_as_they_are_split_have_the_labels_of_the_marked_ones():
    need, gift = (("requested", "legal.drafting"),), (("received", "resources.equipment"),)
    text = "We need a law. We need it soon. Japan gave us cars."
    split = split_labels(
        marked(text, ("We need a law. We need it soon.", need), ("Japan gave us cars.", gift))
    )
    assert [(text[each.start : each.end], each.tags) for each in split] == [
        ("We need a law.", need),
        ("We need it soon.", need),
        ("Japan gave us cars.", gift),
    ]


def test_a_split_passage_that_holds_several_marked_ones_has_the_labels_of_all():
    need, gift = (("requested", "legal.drafting"),), (("received", "resources.equipment"),)
    text = "We need a law and Japan gave us cars."
    [passage] = split_labels(marked(text, ("We need a law", need), ("Japan gave us cars.", gift)))
    assert passage.tags == (*need, *gift)


def test_what_nobody_marked_says_nothing():
    text = "Our law is of 2009. We need training."
    first, second = split_labels(marked(text, ("We need training.", (("requested", "training"),))))
    assert first.tags == (("none", None),)
    assert second.tags == (("requested", "training"),)


def test_labels_of_somebodys_own_are_the_whole_answers():
    labels = own_labels(["sport", "trade"])
    answer = LabelledAnswer(
        Answer("a", "Goal! Prices fell."),
        frozenset(),
        frozenset(),
        frozenset(),
        frozenset(),
        own=frozenset({"trade"}),
    )
    targets = targets_of([answer], [split_labels(answer)], labels)
    assert targets.instruments.tolist() == [[0, 1]]
    assert targets.tags.shape == (2, 3, 0)


def test_an_epoch_reads_every_answer_once_in_an_order_of_chance(few_answers, wrapped):
    def epoch(seed):
        found = batches(
            wrapped, few_answers, labels=LABELS, unit="answer", size=5, noise=0.0, chance=Random(seed)
        )
        return [row.tolist() for batch, _ in found for row in batch.input_ids]

    whole = sorted(wrapped(each.answer.text)["input_ids"] for each in few_answers)
    for seed in (1, 2):
        assert (
            sorted([piece for piece in row if piece != wrapped.pad_token_id] for row in epoch(seed)) == whole
        )
    assert epoch(1) == epoch(1) != epoch(2)
