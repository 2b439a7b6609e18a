"""Rows as CSV and XLSX, and what may stand in their cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

Row = Sequence[str | float]

# A cell that begins so is run as a formula by spreadsheets (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# The byte order mark tells spreadsheets that a CSV file is UTF-8.
CSV_ENCODING = "utf-8-sig"
# What XLSX allows in a cell, and a little less than it allows on a sheet.
LONGEST_CELL = 32_767
SHEET_ROWS = 1_000_000


def safe_cell(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


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
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _cut(ILLEGAL_CHARACTERS_RE.sub("�", value)))
    # As text, so that no spreadsheet runs it as a formula.
    cell.data_type = "s"
    return cell


def _cut(text: str) -> str:
    """What fits into a cell; an ellipsis says that there is more, which JSON Lines and CSV hold."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
