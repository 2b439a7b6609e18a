"""Exports as files: whole or broken off, safe for spreadsheets, with nothing left behind."""

import csv
import io
import json
import tempfile
from contextlib import closing

import openpyxl
import pytest

from service import export_formats
from service.errors import UnavailableError
from service.export_formats import export

COLUMNS = ("id", "taken", "states", "passages", "confidence")
ROW = {
    "id": "=1+1",
    "taken": True,
    "states": ["KEN", "UGA"],
    "passages": ["One.", "Dos."],
    "confidence": 0.9134,
}
NOTHING = dict.fromkeys(COLUMNS) | {"taken": False, "states": []}


class Reading:
    """A database that has no rows of its own, and counts who reads."""

    def __init__(self):
        self.open = 0

    def reading(self):
        return self

    def __enter__(self):
        self.open += 1

    def __exit__(self, *_):
        self.open -= 1


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def exported(rows, kind):
    return b"".join(export(Reading(), lambda _: iter(rows), COLUMNS, kind))


def endless(_):
    while True:
        yield ROW


def broken(_):
    yield ROW
    raise ValueError("fault")


def test_json_lines_have_every_value_as_it_is():
    lines = exported([ROW, NOTHING], "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == [ROW, NOTHING]


def test_csv_is_made_for_spreadsheets_and_runs_no_formula():
    text = exported([ROW, NOTHING], "csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        list(COLUMNS),
        ["'=1+1", "yes", "KEN; UGA", "One.\nDos.", "0.9134"],
        ["", "no", "", "", ""],
    ]


def test_xlsx_holds_texts_as_texts(temporary):
    sheet = openpyxl.load_workbook(io.BytesIO(exported([ROW, NOTHING], "xlsx"))).active
    header, row, nothing = sheet.iter_rows()
    assert [cell.value for cell in header] == list(COLUMNS)
    assert [cell.value for cell in row] == ["=1+1", "yes", "KEN; UGA", "One.\nDos.", 0.9134]
    assert [cell.data_type for cell in row] == ["s", "s", "s", "s", "n"]
    assert [cell.value for cell in nothing] == [None, "no", None, None, None]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_of_nothing_has_a_header(kind):
    file = exported([], kind)
    if kind == "csv":
        assert file.decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    else:
        assert openpyxl.load_workbook(io.BytesIO(file)).active.max_row == 1
    assert exported([], "jsonl") == b""


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_byte_order_mark_comes_once_at_most(kind):
    text = exported([ROW] * 5000, kind).decode()
    assert text.count("\ufeff") == (1 if kind == "csv" else 0)
    assert text.count("One.") == 5000


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_read_is_given_at_once(kind):
    database = Reading()
    with closing(export(database, endless, COLUMNS, kind)) as chunks:
        assert export_formats.CHUNK <= len(next(chunks)) < 2 * export_formats.CHUNK
        assert database.open == 1
    assert database.open == 0


@pytest.mark.parametrize("kind", export_formats.FORMATS)
def test_a_fault_is_raised_and_nothing_is_left_behind(kind, temporary):
    database = Reading()
    with pytest.raises(ValueError, match="fault"):
        list(export(database, broken, COLUMNS, kind))
    assert (database.open, list(temporary.iterdir())) == (0, [])


def test_a_workbook_that_nobody_wants_to_the_end_is_removed(temporary):
    database = Reading()
    rows = [ROW | {"id": str(number)} for number in range(20000)]
    with closing(export(database, lambda _: iter(rows), COLUMNS, "xlsx")) as chunks:
        assert next(chunks).startswith(b"PK")
        assert database.open == 0
    assert list(temporary.iterdir()) == []


def test_only_so_many_exports_run_at_once():
    running = [export(Reading(), endless, COLUMNS, "csv") for _ in range(export_formats.MOST_AT_ONCE)]
    for chunks in running:
        next(chunks)
    with pytest.raises(UnavailableError, match="others are under way"):
        next(export(Reading(), endless, COLUMNS, "csv"))
    for chunks in running:
        chunks.close()
    assert exported([ROW], "jsonl")


def test_a_value_without_a_form_is_a_fault():
    with pytest.raises(TypeError, match="states is a dict"):
        exported([ROW | {"states": {}}], "csv")


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff"])
def test_signs_that_xml_cannot_hold_are_replaced_in_a_workbook(sign):
    sheet = openpyxl.load_workbook(io.BytesIO(exported([ROW | {"id": f"a{sign}b"}], "xlsx"))).active
    assert sheet["A2"].value == "a\N{REPLACEMENT CHARACTER}b"
