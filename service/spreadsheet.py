"""Rows as CSV and XLSX, and what may stand in their cells."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

Row = Sequence[str | float]

# A cell that begins so is run as a formula by spreadsheets (OWASP, "CSV Injection").
_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
# Where ; or a tab parts cells, as ; does in French and Spanish offices, one ends there, quoted or not.
_BEGINS = rf'(^|[;\t\r\n])(?=[ "\xa0]*[{re.escape("".join(_SIGNS))}]'
_RUNS = re.compile(_BEGINS + ")")
# A dash and a blank begin an item of a list. As a formula, that could ask for nothing without one of these.
_RUNS_NO_LIST = re.compile(_BEGINS + r"(?!\s))")
_REACHING = frozenset("(|!")
# The byte order mark tells spreadsheets that a CSV file is UTF-8.
CSV_ENCODING = "utf-8-sig"
# What XLSX allows in a cell, and a little less than it allows on a sheet.
LONGEST_CELL = 32_767
_NO_XML_HAS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SHEET_ROWS = 1_000_000


def safe_cell(text: str) -> str:
    """Put an apostrophe before a text, or a part of it, that a spreadsheet would run as a formula."""
    runs = _RUNS_NO_LIST if _REACHING.isdisjoint(text) else _RUNS
    shown = runs.sub(r"\1'", text)
    begins = text.lstrip().startswith(_SIGNS) or text.startswith(_BREAKS)
    return f"'{shown}" if begins and not shown.startswith("'") else shown


def in_xml(text: str) -> str:
    """Replace the characters that no XML may hold, and so no XLSX."""
    return _NO_XML_HAS.sub("\N{REPLACEMENT CHARACTER}", text)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Give each row as CSV, with its line's end; no cell is run as a formula."""
    writer = csv.writer(_Echo())
    for row in rows:
        line: str = writer.writerow([safe_cell(value) if isinstance(value, str) else value for value in row])
        yield line


def write_xlsx(rows: Iterable[Row], target: Path | IO[bytes], *, title: str, wide: Iterable[str]) -> None:
    """Write rows, the first of which is the header, to one sheet, or to several where they are too many.

    Args:
        rows: with texts of any length; what no cell can hold is cut or replaced.
        target: path or open file.
        title: of the first sheet.
        wide: letters of the columns of long texts.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    try:
        for number, row in enumerate(rows):
            if number % SHEET_ROWS == 0:
                sheet = workbook.create_sheet(f"{title} {number // SHEET_ROWS + 1}" if number else title)
                sheet.freeze_panes = "B2"
                for letter in wide:
                    sheet.column_dimensions[letter].width = 40
            sheet.append([_cell(sheet, value) for value in row])
    finally:
        # After a fault too: this alone removes what openpyxl has laid in the folder for temporary files.
        workbook.save(target)


def _cell(sheet: Any, value: str | float) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _cut(in_xml(value)))
    # As text, so that no spreadsheet runs it as a formula.
    cell.data_type = "s"
    return cell


def _cut(text: str) -> str:
    """What fits into a cell; an ellipsis says that there is more, which JSON Lines and CSV hold."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
