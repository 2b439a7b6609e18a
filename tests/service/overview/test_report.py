"""counts.json and counts.xlsx hold every number with what stands behind it."""

import json

import openpyxl
import pytest

from nlp.taxonomy import load_taxonomy
from service.overview.items import UNSPECIFIED, Item, Submission
from service.overview.overview import Source, make_overview
from service.overview.parties import load_parties
from service.overview.report import write_counts
from service.overview.workbook import write_workbook


def item(answer, code, *, respondent="TGO", cycle="2", **fields):
    known = {"language": "fr", "stance": "requested", "reviewed": True} | fields
    return Item(answer, f"q{answer}", respondent, ("tip",), cycle, code=code, **known)


ITEMS = (
    item("1", "legal.drafting"),
    item("2", "legal.drafting", respondent="DZA"),
    item("3", "legal", stance="offered"),
    item("4", UNSPECIFIED, respondent=None),
    item("5", "data", reviewed=False),
    item("=6+6", "data", cycle='=HYPERLINK("http://x.example")'),
)


CAME = tuple(Submission(cycle, "TGO", ("tip",), cycle, "fr", 3, 3) for cycle in ("2008", "2016"))


@pytest.fixture
def overview():
    return make_overview(Source("database", None, ITEMS, has_unreviewed=True))


def sheets(overview, lang, tmp_path):
    write_workbook(overview, lang, tmp_path / "counts.xlsx")
    book = openpyxl.load_workbook(tmp_path / "counts.xlsx")
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_json_has_numbers_states_and_answers(overview, tmp_path):
    write_counts(overview, tmp_path / "counts.json")
    found = json.loads((tmp_path / "counts.json").read_text("utf-8"))
    drafting = {"number": 2, "states": ["DZA", "TGO"], "answers": ["1", "2"]}
    assert found["unit"] == "requests"
    assert found["reviewed"]["requested"]["subtypes"]["legal.drafting"] == drafting
    assert found["reviewed"]["requested"]["types"]["legal"] == drafting | {"share": 2 / 3}
    assert found["reviewed"]["regions"]["african"]["requested"]["subtypes"]["legal.drafting"] == drafting
    assert found["reviewed"]["regions"]["unknown"]["requested"]["unspecified"]["number"] == 1
    assert found["reviewed"]["offered"]["general"]["legal"]["answers"] == ["3"]
    assert found["unreviewed"]["requested"]["types"]["data"]["answers"] == ["5"]
    assert {"instrument": "tip", "code": "legal.drafting", "alone": False} | drafting in found["needs"]


def test_the_json_has_each_rate_with_its_day_and_the_list_of_parties(tmp_path):
    rated = make_overview(Source("database", None, ITEMS, CAME), parties=load_parties())
    write_counts(rated, tmp_path / "counts.json")
    found = json.loads((tmp_path / "counts.json").read_text("utf-8"))
    assert found["parties"]["as_of"] == "2014-01-09"
    assert found["later_cycles"] == ["2016"]
    [rate] = [
        each
        for each in found["response_rates"]
        if (each["instrument"], each["cycle"], each["region"]) == ("tip", "2008", None)
    ]
    assert (rate["on"], len(rate["parties"]), rate["answered"]) == ("2008-12-31", 123, [])
    assert "TGO" in found["response_rates"][0]["parties"]


@pytest.mark.parametrize(
    ("lang", "title", "head", "later"),
    [
        ("en", "Response rates", "List of parties", "Cycles later than the list"),
        ("fr", "Taux de réponse", "Liste des parties", "Cycles postérieurs à la liste"),
        ("es", "Tasas de respuesta", "Lista de partes", "Ciclos posteriores a la lista"),
    ],
)
def test_the_table_of_rates_names_the_list_its_end_and_the_cycles_after_it(
    lang, title, head, later, tmp_path
):
    rated = make_overview(Source("database", None, ITEMS, CAME), parties=load_parties())
    first, header, *rows = sheets(rated, lang, tmp_path)[title]
    assert first[0] == head
    assert first[1].startswith("United Nations Treaty Collection")
    assert first[3] == "2014-01-09"
    assert first[4].startswith(later)
    assert first[5] == "2016"
    assert len(header) == len(set(header)) == 9
    tip = load_taxonomy().get("tip").label(lang)
    whole = next(row for row in rows if row[0] == tip and row[1] == "2016" and row[3] == "2014-01-09")
    assert whole[4:8] == (158, 1, 0.6, "Togo")
    assert len(whole[8].split("; ")) == 157


def test_without_rates_there_is_no_table_of_them(overview, tmp_path):
    assert "Response rates" not in sheets(overview, "en", tmp_path)


def test_the_same_overview_gives_the_same_json(overview, tmp_path):
    for name in ("a", "b"):
        write_counts(overview, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("lang", "types", "states"),
    [
        ("en", "Types and sub-types", "Algeria; Togo"),
        ("fr", "Types et sous-types", "Algérie; Togo"),
        ("es", "Tipos y subtipos", "Argelia; Togo"),
    ],
)
def test_the_table_of_types_has_counts_and_states(overview, tmp_path, lang, types, states):
    unit, header, *rows = sheets(overview, lang, tmp_path)[types]
    by_code = {(row[0], row[2]): row for row in rows if row[0]}
    label = load_taxonomy().get("legal.drafting").label(lang)
    assert by_code["legal.drafting", label][3:] == (2, None, 0, 0, 2, states, "1; 2")
    assert by_code["legal", None][3:7] == (2, 66.7, 1, 0)
    assert rows[-1][3] == 4
    assert len(header) == 10
    assert unit[1]


def test_each_group_has_a_column_and_needs_of_one_state_are_marked(overview, tmp_path):
    found = sheets(overview, "en", tmp_path)
    _, header, *rows = found["Regions"]
    assert header[3] == "African States"
    assert header[-1] == "State not known"
    assert rows[-1][3:] == (3, 0, 0, 0, 0, 1)
    assert [row[4] for row in found["States by need"][2:]] == ["yes", None, None]
    assert found["Not reviewed"][-1][3] == 1


def test_no_text_is_run_as_a_formula(overview, tmp_path):
    write_workbook(overview, "en", tmp_path / "counts.xlsx")
    book = openpyxl.load_workbook(tmp_path / "counts.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == "'=6+6" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)


def test_nothing_makes_a_workbook_of_zeros(tmp_path):
    found = sheets(make_overview(Source("database", None, ())), "fr", tmp_path)
    assert found["Types et sous-types"][-1][3:8] == (0, None, 0, 0, 0)
    assert len(found["États par besoin"]) == 2
    assert "Non examinés" not in found
