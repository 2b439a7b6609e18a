"""Response rates of States parties, silent States, and help with reporting."""

import datetime as dt

import pytest

from nlp.errors import InputError
from service.overview.items import Count, Item, Submission
from service.overview.response import (
    Parties,
    read_parties,
    reporting_help,
    response_rates,
    silent_states,
)

DAY = dt.date(2009, 8, 20)
PARTIES = Parties(
    {
        "untoc": {"MDG": dt.date(2005, 9, 15), "TCD": dt.date(2009, 8, 18), "PRY": dt.date(2004, 9, 22)},
        "firearms": {"MDG": dt.date(2005, 9, 15)},
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
        submission("a", "EU", "untoc"),
        submission("b", None, "untoc"),
        submission("c", "JAM", "tip", "untoc"),
    ]
    rates = response_rates(others, PARTIES, DAY)
    assert rate(rates, "untoc").answered == ()
    assert rate(rates, "tip").parties == ()


def test_a_state_is_a_party_from_the_day_of_its_deposit_on():
    assert PARTIES.to("untoc", dt.date(2009, 8, 17)) == {"MDG", "PRY"}
    assert PARTIES.to("untoc") == {"MDG", "PRY", "TCD"}
    assert PARTIES.to("tip", dt.date(2010, 1, 1)) == {"JAM"}


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


def test_a_list_is_read_from_a_file(tmp_path):
    file = tmp_path / "parties.csv"
    file.write_text(
        "﻿# source: the depositary\ncode,instrument,date\nMDG,tip,2005-09-15\nEU,tip,2006-09-06\n", "utf-8"
    )
    parties = read_parties(file)
    assert parties == Parties({"tip": {"MDG": dt.date(2005, 9, 15)}}, "the depositary", dt.date(2006, 9, 6))
    file.write_text("code,instrument,date\n", "utf-8")
    assert read_parties(file).source == str(file)
    assert read_parties(file).to("untoc") == frozenset()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must begin with the columns code, instrument, date"),
        ("state,date\n", "must begin with the columns"),
        ("code,instrument,date\nXYZ,tip,2005-09-15\n", "row XYZ,tip: no State has this code"),
        ("code,instrument,date\nMDG,sea,2005-09-15\n", "row MDG,sea: is no code of taxonomy"),
        ("code,instrument,date\nMDG,training,2005-09-15\n", "training is no instrument"),
        ("code,instrument,date\nMDG,tip,15.9.2005\n", "15.9.2005 is no date; write it as 2003-09-29"),
        ("code,instrument,date\nMDG,tip\n", "is no date"),
        ("code,instrument,date\nMDG,tip,2005-09-15\nMDG,tip,2005-09-16\n", "comes twice"),
        ("# as of: soon\ncode,instrument,date\n", "as of: soon is no date"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_with_its_row(tmp_path, text, problem):
    file = tmp_path / "parties.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"parties\.csv") as error:
        read_parties(file)
    assert problem in str(error.value)


def test_a_file_that_is_missing_or_not_utf_8_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_parties(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"code,instrument,date\n# caf\xe9\n")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_parties(tmp_path / "latin.csv")
