"""From the tags of an answer to what counts."""

from dataclasses import replace

import pytest

from nlp.taxonomy import Retirement, load_taxonomy
from service.overview import tagged
from service.overview.tagged import TaggedAnswer


def answer(*tags, instruments=("untoc",)):
    read = dict.fromkeys(tags, "words")
    return TaggedAnswer("1", "q1", "MDG", instruments, "1", "fr", reviewed=True, tags=read)


def counted(*tags):
    return sorted((each.stance, each.code) for each in answer(*tags).items())


@pytest.fixture
def retire(monkeypatch):
    """Put a sub-type or a type out of use."""
    tagged.codes_in_use.cache_clear()

    def go(code, use):
        known = load_taxonomy()
        gone = replace(known.get(code), retired=Retirement("2.0", use))
        left = {
            name: tuple(entry for entry in getattr(known, name) if entry.code != code)
            for name in ("types", "subtypes")
        }
        monkeypatch.setattr(tagged, "load_taxonomy", lambda: replace(known, **left, retired=(gone,)))

    yield go
    tagged.codes_in_use.cache_clear()


def test_a_type_counts_where_no_sub_type_of_it_has_the_same_stance():
    tags = (
        ("legal", "requested"),
        ("legal.drafting", "requested"),
        ("legal", "offered"),
        ("data", "requested"),
    )
    assert counted(*tags) == [("offered", "legal"), ("requested", "data"), ("requested", "legal.drafting")]


def test_instruments_of_the_text_go_before_those_of_the_questionnaire():
    (own,) = answer(("data", "requested"), ("som", ""), ("tip", "")).items()
    assert own.instruments == ("tip", "som")
    (of_questionnaire,) = answer(("data", "requested"), instruments=("firearms",)).items()
    assert of_questionnaire.instruments == ("firearms",)


def test_labels_of_somebody_s_own_are_no_needs():
    assert counted(("harbours", ""), ("data", "requested")) == [("requested", "data")]


def test_a_retired_code_counts_as_what_took_its_place(retire):
    retire("legal.practice-review", "cooperation.experience-exchange")
    tags = ("legal", "requested"), ("legal.practice-review", "requested")
    assert counted(*tags) == [("requested", "cooperation.experience-exchange")]
    assert counted(*tags, ("cooperation.experience-exchange", "requested")) == counted(*tags)
    assert not answer(*tags).is_left_out()


def test_a_retired_sub_type_without_a_successor_leaves_its_type(retire):
    retire("legal.practice-review", None)
    tags = ("legal", "requested"), ("legal.practice-review", "requested")
    assert counted(*tags) == [("requested", "legal")]
    assert answer(*tags).is_left_out()


def test_a_retired_type_without_a_successor_is_left_out(retire):
    retire("data", None)
    assert counted(("data", "requested")) == []
    assert answer(("data", "requested")).is_left_out()
