"""Whatever an answer says, it comes out of every export as it is, and no cell of it is run as a formula."""

import csv
import io
import json
import re
import zipfile

import openpyxl
import pytest
from hypothesis import strategies as st
from lxml import etree

from nlp.answers import Answer
from nlp.tagging import Tagger
from service.export_formats import FORMATS, export
from service.records import COLUMNS, writer_for
from service.spreadsheet import LONGEST_CELL
from tests.fuzzing.hostile_texts import STORABLE, TEXTS
from tests.service.test_export_formats import Reading

FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
NO_CELL_HAS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAMES = ("id", "text", "note", "passages")
ROWS = st.lists(
    st.tuples(STORABLE, STORABLE, st.none() | STORABLE, st.lists(STORABLE, max_size=3)), max_size=3
)


def assert_no_formula(cells):
    for cell in cells:
        assert not FORMULA.match(cell), cell[:100]


def unquoted(text):
    """A text without apostrophes, which CSV has before each that would be run as a formula."""
    return text.replace("'", "")


def cells_of_csv(content):
    csv.field_size_limit(1_000_000)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cells_of_xlsx(content):
    """The texts of a workbook, every part of which must be XML that any program reads."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            etree.fromstring(package.read(name), etree.XMLParser(huge_tree=True))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [list(row) for row in sheet.iter_rows()]
    assert {cell.data_type for row in cells for cell in row} <= {"s", "inlineStr", "n"}
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in cells]


def in_cell(text):
    """A text as XLSX holds it."""
    text = NO_CELL_HAS.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


@pytest.mark.parametrize("kind", FORMATS)
def test_any_row_comes_out_of_an_export_as_it_is(tried, kind):
    def check(drawn):
        rows = [dict(zip(NAMES, row, strict=True)) for row in drawn]
        content = b"".join(export(Reading(), lambda _: iter(rows), NAMES, kind))
        if kind == "jsonl":
            assert [json.loads(line) for line in content.decode().split("\n")[:-1]] == rows
            return
        told = [[row[0], row[1], row[2] or "", "\n".join(row[3])] for row in drawn]
        found = (cells_of_csv if kind == "csv" else cells_of_xlsx)(content)[1:]
        for cells, texts in zip(found, told, strict=True):
            if kind == "csv":
                assert_no_formula(cells)
                assert [unquoted(each) for each in cells] == [unquoted(each) for each in texts]
            else:
                assert cells == [in_cell(each) for each in texts]

    tried(f"exports {kind}", ROWS, check, seconds=8, few=4)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_any_tagged_answer_can_be_written(tried, small_model, tmp_path, ending):
    tagger = Tagger(small_model)

    def check(text):
        record = tagger.tag(Answer(text[:50], text[:2_000], question=text[:50])).to_json()
        path = tmp_path / f"out{ending}"
        writer_for(path)([record], path, "en")
        content = path.read_bytes()
        if ending == ".jsonl":
            assert content.decode().count("\n") == 1
            return
        found = (cells_of_csv if ending == ".csv" else cells_of_xlsx)(content)
        assert found[0] == list(COLUMNS)
        if ending == ".csv":
            assert_no_formula(cell for row in found for cell in row)

    tried(f"tagged answers {ending[1:]}", TEXTS, check, seconds=8, few=2)
