"""Response rates of States parties, silent States, and help with reporting."""

import datetime as dt

import pytest

from service.overview.items import Count, Item, Submission
from service.overview.parties import Parties
from service.overview.response import later_cycles, reporting_help, response_rates, silent_states

DAY = dt.date(2009, 8, 20)
PARTIES = Parties(
    {
        "untoc": {"MDG": dt.date(2005, 9, 15), "TCD": dt.date(2009, 8, 18), "PRY": dt.date(2004, 9, 22)},
        "firearms": {"MDG": dt.date(2005, 9, 15), "EU": dt.date(2006, 1, 1)},
        "tip": {"JAM": dt.date(2010, 1, 1)},
    },
    source="made up",
    as_of=DAY,
)


def submission(questionnaire, respondent, *instruments, cycle="1"):
    return Submission(questionnaire, respondent, instruments, cycle, "fr", answers=1, reviewed=1)


def asks(answer, respondent, code="reporting.review-and-coordination", stance="requested"):
    return Item(answer, f"q{answer}", respondent, ("untoc",), "1", "fr", stance, code, reviewed=True)


def rate(rates, instrument, cycle=None, region=None):
    return next(
        rate for rate in rates if (rate.instrument, rate.cycle, rate.region) == (instrument, cycle, region)
    )


def test_a_rate_is_the_part_of_the_states_parties_that_answered_under_the_instrument():
    rates = response_rates([submission("a", "MDG", "untoc"), submission("b", "TCD", "firearms")], PARTIES)
    convention = rate(rates, "untoc")
    assert convention.parties == ("MDG", "PRY", "TCD")
    assert convention.answered == ("MDG",)
    assert convention.share == pytest.approx(1 / 3)
    assert rate(rates, "firearms").share == 0
    assert rate(rates, "som").share is None


def test_rates_are_given_by_cycle_and_region():
    rates = response_rates(
        [submission("a", "MDG", "untoc", cycle="2"), submission("b", "PRY", "untoc", cycle="10")], PARTIES
    )
    assert [found.cycle for found in rates if (found.instrument, found.region) == ("untoc", None)] == [
        None,
        "2",
        "10",
    ]
    assert rate(rates, "untoc").answered == ("MDG", "PRY")
    assert rate(rates, "untoc", "2").answered == ("MDG",)
    assert rate(rates, "untoc", "2", "african").share == 0.5
    assert rate(rates, "untoc", "2", "latin_american_and_caribbean").share == 0
    assert rate(rates, "untoc", "10", "eastern_european").share is None


def test_two_questionnaires_of_one_state_count_once():
    rates = response_rates(
        [submission("a", "MDG", "untoc"), submission("b", "MDG", "untoc", "firearms")], PARTIES
    )
    assert rate(rates, "untoc").answered == ("MDG",)
    assert rate(rates, "firearms").share == 1


def test_respondents_who_are_no_parties_or_no_states_or_not_known_change_no_rate():
    others = [
        submission("a", "EU", "untoc", "firearms"),
        submission("b", None, "untoc"),
        submission("c", "JAM", "tip", "untoc"),
    ]
    rates = response_rates(others, PARTIES)
    assert rate(rates, "untoc").answered == ()
    assert rate(rates, "tip").parties == ()
    assert rate(rates, "firearms").parties == ("MDG",)


def test_no_submission_gives_rates_of_nothing():
    rates = response_rates([], PARTIES)
    assert {found.cycle for found in rates} == {None}
    assert rate(rates, "untoc").share == 0


def test_silent_is_who_answered_under_none_of_its_own_instruments():
    assert silent_states([], PARTIES) == ("MDG", "PRY", "TCD")
    assert silent_states([submission("a", "MDG", "firearms"), submission("b", "TCD", "tip")], PARTIES) == (
        "PRY",
        "TCD",
    )
    assert silent_states([submission("a", "PRY", "untoc", "tip")], PARTIES) == ("MDG", "TCD")


def test_help_with_reporting_counts_states_and_names_the_answers():
    items = [
        asks("9.10", "TCD"),
        asks("9.2", "TCD", "reporting"),
        asks("9.3", "MDG", stance="offered"),
        asks("9.4", "EU"),
        asks("9.5", None),
        asks("9.6", "PRY", "training"),
        asks("9.7", "MDG"),
    ]
    assert reporting_help(items) == Count(2, ("9.2", "9.7", "9.10"), ("MDG", "TCD"))
    assert reporting_help([]) == Count(0, (), ())


@pytest.mark.parametrize(
    ("cycle", "day", "parties"),
    [
        ("2008", dt.date(2008, 12, 31), ("MDG", "PRY")),
        ("2003-2004", dt.date(2004, 12, 31), ("PRY",)),
        ("cycle 2 (2004/2005)", dt.date(2005, 12, 31), ("MDG", "PRY")),
        ("2009", DAY, ("MDG", "PRY", "TCD")),
        ("2", DAY, ("MDG", "PRY", "TCD")),
        ("C20081", DAY, ("MDG", "PRY", "TCD")),
    ],
)
def test_the_parties_are_those_of_the_end_of_the_cycle_where_its_name_and_the_list_say(cycle, day, parties):
    rates = response_rates([submission("a", "MDG", "untoc", cycle=cycle)], PARTIES)
    for found in (rate(rates, "untoc", cycle), rate(rates, "untoc")):
        assert (found.on, found.parties) == (day, parties)


def test_cycles_together_end_with_the_last_of_them_and_on_no_day_if_one_has_none():
    came = [submission("a", "MDG", "untoc", cycle="2004"), submission("b", "PRY", "untoc", cycle="2005")]
    rates = response_rates(came, PARTIES)
    assert [rate(rates, "untoc", cycle).on.year for cycle in ("2004", "2005", None)] == [2004, 2005, 2005]
    assert rate(rates, "untoc", "2004").parties == ("PRY",)
    assert silent_states(came, PARTIES) == ()
    for cycle in ("3", None):
        more = [*came, submission("c", "PRY", "untoc", cycle=cycle)]
        assert rate(response_rates(more, PARTIES), "untoc").on == DAY
        assert silent_states(more, PARTIES) == ("TCD",)


def test_a_cycle_that_ends_after_the_list_is_named():
    came = [submission(cycle, "MDG", "untoc", cycle=cycle) for cycle in ("2012", "2008", "2", "2010-2011")]
    assert later_cycles([*came, submission("x", "MDG", "untoc", cycle=None)], PARTIES) == (
        "2010-2011",
        "2012",
    )
