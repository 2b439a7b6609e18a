import numpy as np
import pytest

from evaluation.judged import join, judge
from evaluation.metrics import count_cells


def counted(judged):
    pooled = count_cells(judged.gold, judged.found).pooled()
    return int(pooled.right), int(pooled.wrong), int(pooled.missed)


def test_labels_are_told_apart_by_kind_and_stance(label, found):
    gold = label("a", "requested legal", "requested legal.drafting", "offered legal.drafting", "tip", "KEN")
    said = found(
        "a",
        "requested legal",
        "requested data",
        "offered data.research",
        "received legal.drafting",
        "tip",
        "TZA",
    )
    judged = judge([gold], [said])
    assert {kind: counted(each) for kind, each in judged.items()} == {
        "types": (1, 1, 0),
        "sub-types": (0, 0, 1),
        "offered": (0, 1, 1),
        "received": (0, 1, 0),
        "stances": (1, 0, 0),
        "instruments": (1, 0, 0),
        "States": (0, 1, 1),
    }


def test_a_type_that_stands_alone_in_another_stance_is_no_requested_type(label, found):
    judged = judge([label("a", "offered legal")], [found("a", "received data")])
    assert counted(judged["types"]) == (0, 0, 0)


def test_unsure_tags_do_not_count_as_found(label, found):
    labels = ["requested legal", "requested legal.drafting", "tip"]
    judged = judge([label("a", *labels)], [found("a", *labels, band="unsure")])
    assert [counted(judged[kind]) for kind in ("types", "sub-types", "instruments")] == [(0, 0, 1)] * 3
    assert judged["sub-types"].bands.sum() == 1


def test_safe_tags_count_as_found(label, found):
    judged = judge([label("a", "tip")], [found("a", "tip", band="safe")])
    assert counted(judged["instruments"]) == (1, 0, 0)


def test_the_labels_are_all_of_the_taxonomy(label, found):
    judged = judge([label("a")], [found("a")])
    assert [len(judged[kind].labels) for kind in ("types", "sub-types", "stances", "instruments")] == [
        8,
        28,
        4,
        4,
    ]
    assert len(judged["States"].labels) > 190


def test_confidence_is_that_of_the_label_and_none_is_what_the_stances_leave(label, found):
    said = found("a", "requested legal.drafting", "tip", sure=0.7)
    judged = judge([label("a")], [said])
    subtypes = judged["sub-types"]
    assert subtypes.confidence[0, subtypes.labels.index("legal.drafting")] == 0.7
    assert subtypes.confidence.sum() == pytest.approx(0.7)
    assert judged["instruments"].confidence.max() == 0.7
    stances = judged["stances"]
    assert stances.confidence[0, stances.labels.index("none")] == pytest.approx(0.1)


def test_some_answers_can_be_looked_at_alone_and_kinds_joined(label, found):
    judged = judge(
        [label("a", "tip"), label("b", "requested legal")], [found("a"), found("b", "requested legal")]
    )
    second = judged["types"].of(np.array([False, True]))
    assert counted(second) == (1, 0, 0)
    assert counted(join(judged["types"], judged["instruments"])) == (1, 0, 1)
