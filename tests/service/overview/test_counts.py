"""What is counted: requests by type and sub-type, region, instrument, cycle and language, in each unit."""

import pytest

from nlp.states import REGIONAL_GROUPS
from nlp.taxonomy import load_taxonomy
from service.overview.counts import count_items, count_stances
from service.overview.items import UNSPECIFIED, Count, Item
from service.overview.lists import needs_of


def item(answer, code, *, questionnaire="q1", respondent="MDG", instruments=("tip",), **fields):
    known = {"cycle": "1", "language": "fr", "stance": "requested", "reviewed": True} | fields
    return Item(answer, questionnaire, respondent, instruments, code=code, **known)


ASKED_TWICE = [item("1", "legal.drafting"), item("2", "legal.drafting")]


@pytest.mark.parametrize(("unit", "number"), [("requests", 1), ("answers", 2), ("questionnaires", 1)])
def test_what_two_answers_of_a_questionnaire_ask_for_is_one_request(unit, number):
    counted = count_items(ASKED_TWICE, unit).all.requested
    expected = Count(number, ("1", "2"), ("MDG",))
    assert counted.subtypes["legal.drafting"] == counted.types["legal"] == counted.total == expected
    assert counted.types["training"] == Count(0, (), ())


@pytest.mark.parametrize(("unit", "number"), [("requests", 3), ("answers", 2), ("questionnaires", 1)])
def test_a_type_has_the_sum_of_its_sub_types_and_of_what_is_general(unit, number):
    items = [item("1", "legal.drafting"), item("1", "legal.model-legislation"), item("2", "legal")]
    counted = count_items(items, unit).all.requested
    assert counted.types["legal"].number == counted.total.number == number
    assert counted.general["legal"] == Count(1, ("2",), ("MDG",))


def test_a_request_under_two_instruments_is_two_and_is_in_both():
    counts = count_items([item("1", "training", instruments=("untoc", "tip"))])
    assert counts.all.requested.total.number == 2
    assert [counts.instruments[code].requested.total.number for code in ("untoc", "tip", "som")] == [1, 1, 0]


def test_the_same_need_in_a_later_questionnaire_is_another_request():
    items = [item("1", "data"), item("2", "data", questionnaire="q2", cycle="2", language="en")]
    counts = count_items(items)
    assert counts.all.requested.types["data"] == Count(2, ("1", "2"), ("MDG",))
    assert {cycle: each.requested.total.number for cycle, each in counts.cycles.items()} == {"1": 1, "2": 1}
    assert list(counts.languages) == ["en", "fr"]


def test_offers_and_what_was_received_are_counted_apart():
    items = [item("1", "data", stance=stance) for stance in ("requested", "offered", "received")]
    counts = count_items(items).all
    for tally in (counts.requested, counts.offered, counts.received):
        assert tally.total == Count(1, ("1",), ("MDG",))


def test_a_respondent_who_is_not_known_and_the_union_are_counted_and_are_no_states():
    items = [
        item("1", "data"),
        item("2", "data", questionnaire="q2", respondent=None, cycle=None, instruments=()),
        item("3", "data", questionnaire="q3", respondent="EU"),
    ]
    counts = count_items(items)
    assert counts.all.requested.total == Count(3, ("1", "2", "3"), ("MDG",))
    assert list(counts.regions) == [*REGIONAL_GROUPS, "EU", None]
    assert counts.regions[None].requested.total == Count(1, ("2",), ())
    assert counts.regions["african"].requested.total == Count(1, ("1",), ("MDG",))
    assert list(counts.instruments) == ["untoc", "tip", "som", "firearms", None]
    assert list(counts.cycles) == ["1", None]


def test_what_is_of_no_type_is_in_the_total_and_in_no_share():
    items = [
        item("1", UNSPECIFIED),
        item("2", "legal"),
        *(item("3", code) for code in ("data", "data.research")),
    ]
    counted = count_items(items).all.requested
    assert counted.unspecified == Count(1, ("1",), ("MDG",))
    assert counted.total.number == 4
    assert counted.share("data") == pytest.approx(2 / 3)
    assert counted.share("training") == 0


def test_nothing_counts_to_nothing_under_every_code_and_region():
    counts = count_items([])
    assert set(counts.all.requested.types) == {entry.code for entry in load_taxonomy().types}
    assert set(counts.regions) == set(REGIONAL_GROUPS)
    assert counts.cycles == counts.languages == {}
    assert counts.all.requested.share("legal") is None
    assert needs_of(counts, []) == ()


def test_answers_are_in_the_order_of_their_numbers():
    items = [item(answer, "data") for answer in ("12.10", "9.2", "100", "12.9", "a", "20")]
    counted = count_items(items).all.requested.total
    assert counted.answers == ("9.2", "12.9", "12.10", "20", "100", "a")


def test_the_totals_alone_are_those_among_all_counts():
    items = [*ASKED_TWICE, item("3", "data", respondent="TGO", questionnaire="q2")]
    assert count_stances(items) == count_items(items).all


def test_codes_stand_in_the_taxonomy_s_order_whatever_their_numbers_and_ties():
    items = [
        item("1", "training"),
        item("2", "legal"),
        item("3", "data"),
        item("4", "data", questionnaire="q2"),
    ]
    counted = count_items(items).all.requested
    assert list(counted.types) == [entry.code for entry in load_taxonomy().types]
    assert list(counted.subtypes) == [entry.code for entry in load_taxonomy().subtypes]
    assert [code for code, count in counted.types.items() if count.number] == ["data", "legal", "training"]


def test_a_state_that_asks_for_two_things_is_in_both_lists():
    items = [item("1", "data"), item("1", "legal"), item("2", "data", instruments=("som",))]
    needs = needs_of(count_items(items), items)
    assert [(need.instrument, need.code) for need in needs] == [
        ("tip", "data"),
        ("tip", "legal"),
        ("som", "data"),
    ]
    assert {need.count.states for need in needs} == {("MDG",)}


def test_needs_are_listed_by_instrument_in_the_taxonomy_s_order():
    items = [
        item("1", "training", instruments=("som",)),
        item("2", "legal.drafting"),
        item("3", "legal"),
        item("4", UNSPECIFIED),
        item("5", "data", stance="offered"),
        item("6", "legal.drafting", respondent="TGO", questionnaire="q2", instruments=("untoc", "tip")),
    ]
    needs = needs_of(count_items(items), items)
    assert [(need.instrument, need.code, need.count.states) for need in needs] == [
        ("untoc", "legal.drafting", ("TGO",)),
        ("tip", "legal", ("MDG",)),
        ("tip", "legal.drafting", ("MDG", "TGO")),
        ("tip", UNSPECIFIED, ("MDG",)),
        ("som", "training", ("MDG",)),
    ]


@pytest.mark.parametrize(
    ("respondents", "alone"),
    [
        (["MDG"], True),
        (["MDG", "MDG"], True),
        (["MDG", "TGO"], False),
        (["MDG", None], False),
        (["EU"], False),
    ],
)
def test_a_need_is_one_state_s_alone_only_if_nobody_else_asks_for_it(respondents, alone):
    items = [
        item(str(number), "data", respondent=each, questionnaire=f"q{number}")
        for number, each in enumerate(respondents)
    ]
    (need,) = needs_of(count_items(items), items)
    assert need.alone is alone
