"""Needs and offers met."""

import pytest

from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import UNSPECIFIED, Item
from service.overview.matching import Provider, matches, providers

NAMES = {"en": "A", "fr": "A", "es": "A"}
EVERYWHERE = Provider("everywhere", "organisation", NAMES, {"tip": ["training"]}, ("https://example.org",))
AFRICA = Provider(
    "africa",
    "bank",
    NAMES,
    {"tip": ["training.law-enforcement"]},
    ("https://example.org",),
    regions=("african",),
)
PARAGUAY = Provider(
    "paraguay", "bank", NAMES, {"firearms": ["data"]}, ("https://example.org",), states=("PRY",)
)
CHOICE = (EVERYWHERE, AFRICA, PARAGUAY)


def item(respondent, code, stance="requested", instruments=("tip",), answer="1"):
    return Item(
        answer, f"{respondent}-{answer}", respondent, instruments, "1", "en", stance, code, reviewed=True
    )


def offer(respondent, code, instruments=("tip",), answer="9"):
    return item(respondent, code, "offered", instruments, answer)


def only(items):
    (match,) = matches(items, CHOICE)
    return match


def test_those_who_offer_in_the_same_region_come_apart_from_the_others():
    match = only(
        [
            item("MDG", "training.law-enforcement"),
            item("TCD", "training.law-enforcement"),
            offer("ZAF", "training.law-enforcement", answer="10"),
            offer("FRA", "training.law-enforcement", answer="9"),
            offer("EU", "training.law-enforcement", answer="11"),
            offer(None, "training.law-enforcement", answer="12"),
            offer("ESP", "training.criminal-justice", answer="13"),
        ]
    )
    assert (match.instrument, match.code, match.region) == ("tip", "training.law-enforcement", "african")
    assert match.asking == ("MDG", "TCD")
    assert match.near == ("ZAF",)
    assert match.far == ("EU", "FRA")
    assert match.answers == ("9", "10", "11")


def test_each_region_and_instrument_of_those_who_ask_has_its_own_match():
    found = matches(
        [
            item("PRY", "data", instruments=("firearms", "tip")),
            item("MDG", "data"),
            item("MDG", "reporting", instruments=()),
            item("MDG", "reporting"),
        ],
        CHOICE,
    )
    assert [(match.instrument, match.code, match.region) for match in found] == [
        ("tip", "reporting", "african"),
        ("tip", "data", "african"),
        ("tip", "data", "latin_american_and_caribbean"),
        ("firearms", "data", "latin_american_and_caribbean"),
        (None, "reporting", "african"),
    ]


def test_an_offer_in_general_meets_a_sub_type_and_the_other_way_round():
    assert only([item("MDG", "training.law-enforcement"), offer("FRA", "training")]).far == ("FRA",)
    assert only([item("MDG", "training"), offer("FRA", "training.law-enforcement")]).far == ("FRA",)
    assert only([item("MDG", "training"), offer("FRA", "data")]).far == ()


def test_an_offer_under_another_instrument_meets_nothing_unless_one_is_not_known():
    need = item("MDG", "training")
    assert only([need, offer("FRA", "training", ("firearms",))]).far == ()
    assert only([need, offer("FRA", "training", ())]).far == ("FRA",)
    assert only([item("MDG", "training", instruments=()), offer("FRA", "training")]).far == ("FRA",)


def test_no_state_meets_its_own_need():
    alone = [item("MDG", "training"), offer("MDG", "training")]
    assert only(alone).near == ()
    assert only(alone).answers == ()
    assert only([*alone, item("TCD", "training")]).near == ("MDG",)


def test_needs_of_nobody_known_of_the_european_union_and_in_general_are_left_out():
    assert matches([item(None, "training"), item("EU", "training"), item("MDG", UNSPECIFIED)], CHOICE) == ()
    assert matches([item("MDG", "training", "received"), offer("FRA", "training")], CHOICE) == ()
    assert matches([]) == ()


def test_providers_match_by_work_instrument_and_region():
    assert only([item("MDG", "training.law-enforcement")]).providers == (EVERYWHERE, AFRICA)
    assert only([item("FRA", "training.law-enforcement")]).providers == (EVERYWHERE,)
    assert only([item("MDG", "training")]).providers == (EVERYWHERE, AFRICA)
    assert only([item("MDG", "training.criminal-justice")]).providers == (EVERYWHERE,)
    assert only([item("MDG", "training", instruments=("som",))]).providers == ()
    assert only([item("PRY", "data.database", instruments=("firearms",))]).providers == (PARAGUAY,)
    assert only([item("PRY", "data.database", instruments=())]).providers == (PARAGUAY,)
    assert only([item("BRA", "data.database", instruments=("firearms",))]).providers == ()


@pytest.mark.parametrize("provider", providers(), ids=lambda provider: provider.code)
def test_every_provider_has_names_sources_and_known_codes(provider):
    taxonomy = load_taxonomy()
    assert provider.kind in {"organisation", "bank"}
    assert set(provider.names) == {"en", "fr", "es"}
    assert all(source.startswith("http") for source in provider.sources)
    assert set(provider.regions) <= set(REGIONAL_GROUPS)
    assert [get_state(code).code for code in provider.states] == sorted(set(provider.states))
    assert provider.work
    for instrument, codes in provider.work.items():
        assert taxonomy.get(instrument).kind == "instrument"
        for code in codes:
            assert taxonomy.get(code).kind in {"type", "subtype"}
            assert taxonomy.get(code).instrument in {None, instrument}


def test_no_provider_comes_twice_and_banks_are_among_them():
    codes = [provider.code for provider in providers()]
    assert len(codes) == len(set(codes)) > 25
    assert {provider.code for provider in providers() if provider.kind == "bank"} == {
        "world-bank",
        "african-development-bank",
        "asian-development-bank",
        "inter-american-development-bank",
    }
