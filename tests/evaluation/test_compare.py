from dataclasses import replace

import pytest

from evaluation.compare import compare, holm, mcnemar

SUBTYPES = ["legal.drafting", "data.research", "training.marking", "resources.equipment", "protection.return"]


@pytest.fixture
def answers(label, found):
    """300 answers in three languages, each with a sub-type, its type and an instrument, all found."""

    def labels(number):
        subtype = SUBTYPES[number % len(SUBTYPES)]
        return [f"requested {subtype}", f"requested {subtype.partition('.')[0]}", "tip"]

    names = [(str(number), ("en", "fr", "es")[number % 3]) for number in range(300)]
    labelled = [
        label(name, *labels(int(name)), language=lang, group=f"g{int(name) // 5}") for name, lang in names
    ]
    return labelled, [found(name, *labels(int(name))) for name, _ in names]


def without(tagged, share):
    """The same without this share of the tags."""
    every, count = round(1 / share), iter(range(10**6))
    return [replace(each, tags=[tag for tag in each.tags if next(count) % every]) for each in tagged]


def test_a_model_may_replace_itself(answers):
    labelled, tagged = answers
    comparison = compare(labelled, tagged, tagged)
    assert comparison.passes
    assert {each.verdict for each in comparison.differences} == {"undecided"}
    assert comparison.labels == []


def test_a_model_that_lacks_a_tenth_of_the_tags_fails(answers):
    labelled, tagged = answers
    comparison = compare(labelled, tagged, without(tagged, 0.1))
    assert not comparison.passes
    whole = comparison.differences[0]
    assert (whole.kind, whole.language, whole.verdict) == ("tags", None, "worse")
    # A tenth missed of all that is there: F1 falls from 1 to 2 * 0.9 / 1.9.
    assert whole.difference.value == pytest.approx(2 * 0.9 / 1.9 - 1)


def test_a_model_that_lacks_one_tag_of_200_passes(answers):
    labelled, tagged = answers
    assert compare(labelled, tagged, without(tagged, 0.005)).passes


def test_a_model_that_is_bad_in_one_language_fails(answers):
    labelled, tagged = answers
    spanish = [each.answer.language == "es" for each in labelled]
    some = iter(range(10**6))
    worse = [
        replace(each, tags=[]) if bad and next(some) % 20 == 0 else each
        for each, bad in zip(tagged, spanish, strict=True)
    ]
    comparison = compare(labelled, tagged, worse)
    assert [each.language for each in comparison.differences if not each.passes] == ["es"]


def test_tags_where_nothing_is_there_are_worse_than_none(label, found):
    labelled = [label(str(number), stances=("none",)) for number in range(20)]
    nothing = [found(str(number), stances=("none",)) for number in range(20)]
    wrong = [found(str(number), "tip", "requested legal", stances=("none",)) for number in range(20)]
    assert not compare(labelled, nothing, wrong).passes
    assert compare(labelled, wrong, nothing).passes


def test_from_one_group_only_the_same_model_passes(answers):
    labelled, tagged = answers
    assert compare(labelled[:1], tagged[:1], tagged[:1]).passes
    other = [replace(tagged[0], tags=[])]
    comparison = compare(labelled[:1], tagged[:1], other)
    assert not comparison.passes
    assert comparison.differences[0].difference.low is None


def test_labels_on_which_the_models_differ_are_tested(answers):
    labelled, tagged = answers
    comparison = compare(labelled, [replace(each, tags=[]) for each in tagged], tagged)
    first = comparison.labels[0]
    assert (first.kind, first.label, first.only_a, first.only_b) == ("instruments", "tip", 0, 300)
    assert first.p < first.adjusted < 1e-50


def test_mcnemar_is_that_of_the_hand_computation():
    # Of 5 answers all for one side: 2 / 2^5.
    assert mcnemar(0, 5) == pytest.approx(2 / 32)
    assert mcnemar(3, 3) == 1
    assert mcnemar(0, 0) == 1


def test_holm_is_that_of_the_hand_computation():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]


def test_where_nothing_is_there_or_found_no_figure_is_shown(answers):
    labelled, tagged = answers
    offered = next(each for each in compare(labelled, tagged, tagged).differences if each.kind == "offered")
    assert (offered.a, offered.b, offered.difference.value) == (None, None, 0)
