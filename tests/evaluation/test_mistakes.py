import pytest

from evaluation.judged import judge
from evaluation.mistakes import confusions, mistakes


@pytest.fixture
def judged_pair(label, found):
    def build(*pairs):
        labelled = [label(str(number), *gold) for number, (gold, _) in enumerate(pairs)]
        return labelled, judge(
            labelled, [found(str(number), *said) for number, (_, said) in enumerate(pairs)]
        )

    return build


def test_a_missed_label_is_confused_with_the_sibling_that_was_found_instead(judged_pair):
    drafting, model = "requested legal.drafting", "requested legal.model-legislation"
    pair = judged_pair(
        ([drafting], [model]), ([drafting], [model]), ([model], [drafting]), (["tip"], ["som"])
    )
    assert [(each.there, each.found, each.answers) for each in confusions(*pair)] == [
        ("legal.drafting", "legal.model-legislation", ["0", "1"]),
        ("legal.model-legislation", "legal.drafting", ["2"]),
        ("tip", "som", ["3"]),
    ]


def test_labels_of_different_types_or_found_beside_each_other_are_not_confused(judged_pair):
    drafting, research = "requested legal.drafting", "requested data.research"
    model = "requested legal.model-legislation"
    assert confusions(*judged_pair(([drafting], [research]), ([drafting], [drafting, model]))) == []


def test_every_wrong_and_missed_label_is_listed_the_gravest_first(judged_pair):
    pair = judged_pair(
        (["tip"], ["tip"]), (["requested legal.drafting"], ["requested data.research"]), ([], ["KEN"])
    )
    first, second = mistakes(*pair)
    assert (first.answer, first.kind) == ("1", "sub-types")
    assert (first.wrong, first.missed) == ({"data.research": 0.8}, {"legal.drafting": 0})
    assert (second.kind, second.wrong, second.missed) == ("States", {"KEN": None}, {})
