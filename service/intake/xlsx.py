"""XLSX: every visible sheet with a column of answers; a sheet without one may be the cover of the rest."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.cell import column_index_from_string

from nlp.errors import InputError
from service.intake.items import Cover, Items
from service.intake.packages import check_package
from service.intake.table import Columns, FromAbove, NoHeaderError, Row, read_rows

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,80}?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')

_WIDEST = 1_000  # columns; some programs write all 16,384 of a row, empty


def read_xlsx(stream: BinaryIO, columns: Columns) -> Items:
    """Yield the records of a workbook, row by row."""
    package = check_package(stream, "spreadsheet")
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    missing: NoHeaderError | None = None
    above: dict[str, Any] = {}
    found = False
    visible: list[Any] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in visible:
        sheet.reset_dimensions()  # some programs write a wrong size
        merged = _merged(package, sheet._worksheet_path)  # noqa: SLF001 - no public name for it
        try:
            for item in read_rows(_rows(sheet, merged), columns):
                found = True
                yield replace(item, fields=above | dict(item.fields)) if isinstance(item, Cover) else item
        except NoHeaderError as error:
            above |= error.cover.fields
            missing = missing or error
    if not found:
        raise missing or InputError("", "has no visible sheet with cells; put the answers in one")


def _rows(sheet: Any, merged: Mapping[tuple[int, int], int]) -> Iterator[Row]:
    held: dict[int, tuple[int, str]] = {}
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        where = f"sheet {sheet.title}, row {number}"
        beyond = cells[_WIDEST:]
        if beyond.count(None) < len(beyond):
            yield where, InputError(where, f"has cells beyond column {_WIDEST:,}; remove them")
            continue
        texts = [_text(value) for value in cells[:_WIDEST]]
        for column, text in enumerate(texts):
            if (number, column) in merged:
                held[column] = (merged[number, column], text)
            elif not text and number <= held.get(column, (0, ""))[0]:
                texts[column] = FromAbove(held[column][1])
        yield where, texts


def _merged(package: zipfile.ZipFile, part: str) -> dict[tuple[int, int], int]:
    """Return the last row of each merged range by its first row and column; openpyxl does not tell."""
    last_rows: dict[tuple[int, int], int] = {}
    with package.open(part) as xml:
        rest = b""
        while chunk := xml.read(1 << 20):
            for match in _MERGED.finditer(rest + chunk):
                column = column_index_from_string(match[1].decode()) - 1
                last_rows[int(match[2]), column] = int(match[3])
            rest = (rest + chunk)[-200:]
    return last_rows


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
