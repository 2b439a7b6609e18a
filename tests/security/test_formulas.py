"""Texts that would run as formulas where a file of needtag's is opened, in whatever country."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spreadsheet import csv_lines, safe_cell

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
TEXTS = st.text(st.sampled_from([*SIGNS, *";,\t\r\n\"' (|!)aé", "\xa0"]), max_size=20)


def cells(lines, separator, **options):
    content = io.StringIO(lines.replace("\r\n", "\n").replace("\r", "\n"))
    return [cell for row in csv.reader(content, delimiter=separator, **options) for cell in row]


def runs_and_reaches(cell):
    """Whether a spreadsheet would run a cell, and the formula calls something or asks for another file."""
    begun = cell.lstrip(' \xa0"')
    own = begun.partition(",")[0] if begun[1:2].isspace() else begun
    return begun.startswith(SIGNS) and any(sign in own for sign in "(|!")


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_runs_whatever_a_spreadsheet_takes_for_a_separator(row):
    written = "".join(csv_lines([row]))
    for separator in ",;\t":
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            found = cells(written, separator, quoting=quoting)
            assert not [each for each in found if separator != "," and runs_and_reaches(each)]
    assert not [each for each in cells(written, ",") if each.lstrip().startswith(SIGNS)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ('Law; =HYPERLINK("http://evil")', 'Law;\' =HYPERLINK("http://evil")'),
        ("Law\n@SUM(A1)", "Law\n'@SUM(A1)"),
        ("Law;\"=cmd|' /C calc'!A0", "Law;'\"=cmd|' /C calc'!A0"),
        ("We need:\n- training;\n- equipment", "We need:\n- training;\n- equipment"),
        ("We need (soon):\n- training", "We need (soon):\n'- training"),
        ("Costs (in USD) = 5; see law 3 (a)", "Costs (in USD) = 5; see law 3 (a)"),
    ],
)
def test_what_is_harmless_stays_as_it_was_written(text, shown):
    assert safe_cell(text) == shown
