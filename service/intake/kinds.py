"""What kind of file it is by name and by first bytes, and what to do where the two disagree."""

import os
from pathlib import Path
from typing import BinaryIO

from nlp.errors import InputError

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".xlsx", ".docx", ".pdf", ".txt")
"""Endings of the files that can be read."""

_ADVICE = {
    ".doc": "is an old Word file; save it as .docx",
    ".xls": "is an old Excel file; save it as .xlsx",
    ".docm": "may hold macros, which needtag does not take; save it as .docx",
    ".xlsm": "may hold macros, which needtag does not take; save it as .xlsx",
    ".odt": "is an OpenDocument text; save it as .docx",
    ".ods": "is an OpenDocument spreadsheet; save it as .xlsx",
    ".rtf": "is a Rich Text file; save it as .docx",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PDF = b"%PDF-"


def shown(path: str | os.PathLike[str]) -> str:
    """Return a path as text that can be written anywhere: bytes of no encoding become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def ending_of(path: Path) -> str:
    """Return which of SUFFIXES a file has.

    Raises:
        InputError: there is no such file, or its ending is none that is read.
    """
    if path.is_dir():
        raise InputError("", "is a folder; name the files in it")
    if not path.exists():
        raise InputError("", "does not exist; check the name")
    if not path.is_file():
        raise InputError("", "is no ordinary file; save its content in one")
    ending = path.suffix.lower()
    if ending not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError("", _ADVICE.get(ending, f"has an ending that is not known; use one of {known}"))
    return ending


def check_content(stream: BinaryIO, ending: str) -> None:
    """Refuse a file whose first bytes show another kind than its ending.

    Raises:
        InputError: it is empty, or of another kind.
    """
    head = stream.read(1024)
    if not head:
        raise InputError("", "is empty; send it again")
    if head.startswith(_OLE):
        raise InputError("", _ole_problem(stream, head, ending))
    is_package, is_pdf = head.startswith(_ZIP), _PDF in head
    if head.startswith(_PDF) and ending != ".pdf":
        raise InputError("", "is a PDF file; give it the ending .pdf")
    if is_package and ending not in {".docx", ".xlsx"}:
        raise InputError(
            "", "is an office document or a ZIP archive; give it its proper ending (.docx, .xlsx)"
        )
    if (ending in {".docx", ".xlsx"} and not is_package) or (ending == ".pdf" and not is_pdf):
        raise InputError(
            "", f"is no {ending[1:].upper()} file, whatever its ending says; save it again as {ending}"
        )


def _ole_problem(stream: BinaryIO, head: bytes, ending: str) -> str:
    """Tell a locked OOXML file from an old binary one: both are OLE containers, told by their directory."""
    sector = 1 << min(head[30], 12)
    stream.seek((int.from_bytes(head[48:52], "little") + 1) * sector)
    if "EncryptedPackage".encode("utf-16-le") in stream.read(4 * sector):
        return "is locked by a password; send it without"
    modern = ending if ending in {".docx", ".xlsx"} else ".docx or .xlsx"
    return f"is an old Office file, as .doc and .xls are; save it as {modern}"
