import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.answers import STANCES
from nlp.models import TAGGED_STANCES, Bands, Calibration, LogisticMap, Scores, own_labels, taxonomy_labels
from nlp.suggestions import confidences, passage_stances, suggest
from nlp.taxonomy import load_taxonomy

CODES = load_taxonomy().codes
INSTRUMENTS = [entry.code for entry in load_taxonomy().instruments]
BANDS = Calibration(
    bands={
        "type": Bands(safe=0.95, suggest=0.6, unsure=0.2),
        "subtype": Bands(safe=0.9, suggest=0.4, unsure=0.1),
        "instrument": Bands(safe=None, suggest=0.5, unsure=0.3),
        "stance": Bands(suggest=0.5, unsure=0.3),
    }
)


def scores_of(passages=1, **said):
    """Scores of 0 but for what is said: stance__type_subtype=score, in passage 0 unless in a list."""
    scores = Scores(
        np.zeros((passages, len(STANCES))),
        np.zeros((passages, len(TAGGED_STANCES), len(CODES))),
        np.zeros((passages, len(INSTRUMENTS))),
    )
    for name, values in said.items():
        for passage, value in enumerate(values if isinstance(values, list) else [values]):
            stance, _, code = name.partition("__")
            if stance in INSTRUMENTS:
                scores.instruments[passage, INSTRUMENTS.index(stance)] = value
            elif not code:
                scores.stances[passage, STANCES.index(stance)] = value
            else:
                place = CODES.index(code.replace("__", ".").replace("_", "-"))
                scores.tags[passage, STANCES.index(stance), place] = value
    return scores


def tags_of(scores, **options):
    return {
        (tag.stance, tag.code): tag
        for tag in suggest(scores, confidences(scores, BANDS, taxonomy_labels()), BANDS, **options)[1]
    }


def stances_of(scores):
    return suggest(scores, confidences(scores, BANDS, taxonomy_labels()), BANDS)[0]


def test_a_sub_type_brings_its_type_in_the_same_stance_and_band():
    tags = tags_of(scores_of(offered__legal__drafting=0.5))
    assert set(tags) == {("offered", "legal"), ("offered", "legal.drafting")}
    assert tags["offered", "legal"].band == tags["offered", "legal.drafting"].band == "suggest"
    assert tags["offered", "legal"].confidence == tags["offered", "legal.drafting"].confidence == 0.5


def test_a_type_may_stand_alone():
    assert set(tags_of(scores_of(requested__legal=0.7))) == {("requested", "legal")}


def test_bands_begin_at_their_thresholds():
    tags = tags_of(
        scores_of(requested__legal__drafting=0.95, requested__data__research=0.3, requested__data=0.1)
    )
    assert tags["requested", "legal.drafting"].band == "safe"
    assert tags["requested", "data.research"].band == "unsure"
    assert tags["requested", "data"].band == "unsure"


def test_a_tag_names_the_passages_that_carry_it():
    tags = tags_of(scores_of(passages=3, requested__legal__drafting=[0.8, 0.1, 0.5], tip=[0.1, 0.9, 0.2]))
    assert tags["requested", "legal.drafting"].passages == (0, 2)
    assert tags["requested", "legal"].passages == (0, 2)
    assert tags[None, "tip"].passages == (1,)


def test_an_answer_that_the_model_cannot_be_trusted_on_has_only_unsure_tags():
    tags = tags_of(scores_of(requested__legal__drafting=0.99, tip=0.99), trusted=False)
    assert {tag.band for tag in tags.values()} == {"unsure"}


def test_none_stands_only_where_no_other_stance_does():
    [none] = stances_of(scores_of(requested=0.4, none=0.6))
    assert (none.code, none.confidence) == ("none", 0.6)
    assert [each.code for each in stances_of(scores_of(requested=0.6, none=0.9))] == ["requested"]


def test_a_suggested_tag_brings_its_stance():
    [stance] = stances_of(scores_of(requested=0.3, requested__legal__drafting=0.45))
    assert (stance.code, stance.confidence) == ("requested", 0.45)


def test_a_passage_has_the_stances_more_likely_than_not_else_the_likeliest():
    scores = scores_of(passages=3, requested=[0.6, 0.4, 0.1], received=[0.7, 0.3, 0.2], none=[0.1, 0.2, 0.3])
    assert passage_stances(scores) == [("requested", "received"), ("requested",), ("none",)]


def of_shape(*shape):
    return arrays(np.float64, shape, elements=st.floats(0, 1))


@given(
    stances=of_shape(2, len(STANCES)),
    tags=of_shape(2, len(TAGGED_STANCES), len(CODES)),
    instruments=of_shape(2, len(INSTRUMENTS)),
)
def test_the_rules_between_tags_hold_whatever_the_scores(stances, tags, instruments):
    scores = Scores(stances, tags, instruments)
    found, suggested = suggest(scores, confidences(scores, BANDS, taxonomy_labels()), BANDS)
    by_code = {(tag.stance, tag.code): tag for tag in suggested}
    assert len(by_code) == len(suggested)
    order = ("safe", "suggest", "unsure")
    for (stance, _), tag in by_code.items():
        assert tag.passages
        assert tag.confidence == round(tag.confidence, 4)
        if tag.kind == "subtype":
            of_type = by_code[stance, tag.code.partition(".")[0]]
            assert of_type.confidence >= tag.confidence
            assert order.index(of_type.band) <= order.index(tag.band)
            assert set(tag.passages) <= set(of_type.passages) or of_type.confidence > tag.confidence
    codes = [stance.code for stance in found]
    assert codes == ["none"] or (codes and "none" not in codes)
    assert {tag.stance for tag in suggested if tag.stance and tag.band != "unsure"} <= set(codes)


@pytest.mark.parametrize("score", [0.0, 1.0, 0.5])
def test_calibration_keeps_the_order_and_the_ends_of_scores(score):
    calibrated = LogisticMap(np.array(1.5), np.array(-0.5)).confidence(
        np.array([score, min(1.0, score + 0.01)])
    )
    assert 0 <= calibrated[0] <= calibrated[1] <= 1


def test_labels_of_somebodys_own_are_suggested_without_a_stance():
    scores = Scores(np.zeros((2, 4)), np.zeros((2, 3, 0)), np.array([[0.9, 0.1], [0.2, 0.35]]))
    found = confidences(scores, BANDS, own_labels(["sport", "trade"]))
    stances, tags = suggest(scores, found, BANDS)
    assert stances == []
    assert [(tag.kind, tag.code, tag.stance, tag.band, tag.passages) for tag in tags] == [
        ("label", "sport", None, "suggest", (0,)),
        ("label", "trade", None, "unsure", (1,)),
    ]
