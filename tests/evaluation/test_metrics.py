import pytest

from evaluation.metrics import Counts, count
from nlp.answers import Answer, LabelledAnswer
from nlp.models import ModelId
from nlp.states import Mention
from nlp.suggestions import StanceFound, Tag
from nlp.tagging import TaggedAnswer


def pair(gold, found, *, band="suggest", stances=("requested",)):
    """A labelled and a tagged answer, from (stance, code) pairs; only codes of States are in capitals."""
    states = {code for _, code in gold if code.isupper()}
    labelled = LabelledAnswer(
        answer=Answer("a", "text"),
        tags=frozenset(tag for tag in gold if tag[0]),
        stances=frozenset(["requested"]),
        instruments=frozenset(code for stance, code in gold if not stance and code.islower()),
        states=frozenset(states),
    )
    tags = [
        Tag("subtype" if "." in code else "type" if stance else "instrument", code, stance, 0.5, band, (0,))
        for stance, code in found
        if code.islower()
    ]
    mentions = [Mention(code, 0, 1, "t") for _, code in found if code.isupper()]
    found_stances = [StanceFound(stance, 0.9) for stance in stances]
    return labelled, TaggedAnswer(
        labelled.answer, "en", None, found_stances, tags, mentions, [], ModelId("m", "1")
    )


def numbers(counts):
    return counts.right, counts.wrong, counts.missed


def test_labels_are_pooled_over_answers():
    counts = count(
        [
            pair(
                {("requested", "legal"), ("requested", "legal.drafting")},
                {("requested", "legal"), ("requested", "data")},
            ),
            pair({("requested", "legal")}, {("requested", "legal"), ("requested", "legal.drafting")}),
        ]
    )
    assert numbers(counts["types"]) == (2, 1, 0)
    assert numbers(counts["sub-types"]) == (0, 1, 1)
    assert counts["types"].precision == pytest.approx(2 / 3)
    assert counts["types"].recall == 1
    assert counts["types"].f1 == pytest.approx(4 / 5)


def test_only_requested_types_count_and_every_stance():
    counts = count([pair({("offered", "legal")}, {("received", "data")}, stances=("received", "requested"))])
    assert numbers(counts["types"]) == (0, 0, 0)
    assert numbers(counts["stances"]) == (1, 1, 0)


def test_unsure_tags_do_not_count_as_found():
    counts = count(
        [
            pair(
                {("requested", "legal"), (None, "tip")},
                {("requested", "legal"), (None, "tip")},
                band="unsure",
            )
        ]
    )
    assert numbers(counts["types"]) == (0, 0, 1)
    assert numbers(counts["instruments"]) == (0, 0, 1)


def test_instruments_and_states_count_in_any_stance():
    counts = count(
        [pair({(None, "tip"), ("", "KEN")}, {(None, "tip"), (None, "som"), (None, "KEN"), (None, "TZA")})]
    )
    assert numbers(counts["instruments"]) == (1, 1, 0)
    assert numbers(counts["States"]) == (1, 1, 0)


def test_nothing_found_where_nothing_is_there_is_perfect():
    assert (Counts().precision, Counts().recall, Counts().f1) == (1, 1, 1)
