"""The list of parties that comes with needtag, and another one in its place."""

import csv
import datetime as dt
from importlib.resources import files

import pytest

from nlp.errors import InputError
from nlp.states import all_states
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION
from service.overview.parties import Parties, known_parties, load_parties, read_parties

INSTRUMENTS = ("untoc", "tip", "som", "firearms")
DAY = dt.date(2009, 8, 20)
OTHER = "code,instrument,date\nMDG,tip,2005-09-15\n"


def rows():
    """The rows of the list that comes with needtag, as they stand in the file."""
    lines = (files("service.overview") / "data" / "parties.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def totals(*day):
    parties = load_parties()
    return [len(parties.to(instrument, dt.date(*day))) for instrument in INSTRUMENTS]


def test_the_list_that_comes_with_needtag_says_where_it_is_from_and_where_it_ends():
    parties = load_parties()
    assert parties.source.startswith("United Nations Treaty Collection")
    assert parties.as_of == dt.date(2014, 1, 9)
    assert set(parties.dates) == {each.code for each in load_taxonomy().instruments} == set(INSTRUMENTS)
    assert max(day for dates in parties.dates.values() for day in dates.values()) <= parties.as_of


def test_it_has_as_many_parties_as_were_published_at_the_time():
    # The fortieth deposits, after which the four entered into force.
    assert totals(2003, 7, 1)[0] == totals(2003, 9, 26)[1] == totals(2003, 10, 30)[2] == 40
    assert totals(2005, 4, 4)[3] == 40
    # UN Information Service, 26 September 2003.
    assert totals(2003, 9, 25)[0] == 48
    # Report of the Secretary-General, 8 March 2005; it has one fewer to the Firearms Protocol.
    assert totals(2005, 3, 8) == [100, 80, 69, 36]
    # Status of treaties, 26 September 2008, and UNODC, 7 October 2008.
    assert (totals(2008, 9, 26)[1], totals(2008, 9, 26)[3], totals(2008, 10, 7)[0]) == (124, 77, 147)
    assert totals(2014, 1, 9) == [179, 159, 138, 107]


def test_each_party_is_a_state_or_the_european_union_and_is_party_to_the_convention_too():
    parties = load_parties()
    known = {state.code for state in all_states()} | {EUROPEAN_UNION}
    for instrument in INSTRUMENTS:
        assert parties.to(instrument) <= parties.to("untoc") <= known


def test_its_rows_are_sorted_and_none_comes_twice():
    keys = [(row["instrument"], row["code"]) for row in rows()]
    assert keys == sorted(set(keys))
    assert len(keys) == sum(totals(2014, 1, 9))


def test_the_european_union_is_a_party_and_no_state():
    parties = load_parties()
    assert [EUROPEAN_UNION in parties.to(each) for each in INSTRUMENTS] == [True, True, True, False]
    assert [len(parties.states(each)) for each in INSTRUMENTS] == [178, 158, 137, 107]
    assert not any(EUROPEAN_UNION in parties.states(each) for each in INSTRUMENTS)
    assert EUROPEAN_UNION not in parties.to("untoc", dt.date(2004, 5, 20))


def test_a_list_in_the_home_goes_before_it(tmp_path):
    assert known_parties(tmp_path) is load_parties()
    assert known_parties(tmp_path / "none") is load_parties()
    (tmp_path / "parties.csv").write_text(OTHER, "utf-8")
    assert known_parties(tmp_path) == read_parties(tmp_path / "parties.csv")
    assert known_parties(tmp_path).to("tip") == {"MDG"}


def test_a_state_is_a_party_from_the_day_of_its_deposit_on():
    days = {"MDG": dt.date(2005, 9, 15), "TCD": dt.date(2009, 8, 18), "PRY": dt.date(2004, 9, 22)}
    parties = Parties({"untoc": days, "tip": {"JAM": dt.date(2010, 1, 1)}}, "made up", DAY)
    assert parties.to("untoc", dt.date(2009, 8, 17)) == {"MDG", "PRY"}
    assert parties.to("untoc") == {"MDG", "PRY", "TCD"}
    assert parties.to("tip", dt.date(2010, 1, 1)) == {"JAM"}
    assert parties.to("tip") == frozenset()


def test_a_list_is_read_from_a_file(tmp_path):
    file = tmp_path / "parties.csv"
    file.write_text(
        "\ufeff# source: the depositary\ncode,instrument,date\nMDG,tip,2005-09-15\nEU,tip,2006-09-06\n",
        "utf-8",
    )
    latest = dt.date(2006, 9, 6)
    dates = {"MDG": dt.date(2005, 9, 15), "EU": latest}
    assert read_parties(file) == Parties({"tip": dates}, "the depositary", latest)
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
