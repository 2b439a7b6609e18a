"""The process that reads one JSON, XLSX, DOCX or PDF file, so that a hostile one harms nothing else.

Run as `python -m service.intake.child ENDING COLUMNS < FILE`; writes one line an item, then "end".
"""

import json
import resource
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

from nlp.errors import InputError
from service.intake.items import Items, to_line
from service.intake.table import Columns

MEMORY = 1_000_000_000
"""Bytes of address space."""

SECONDS = 60
"""Seconds of processor time."""

END = b"end\n"
READERS = {
    ".json": ("json_files", "read_json"),
    ".xlsx": ("xlsx", "read_xlsx"),
    ".docx": ("word", "read_docx"),
    ".pdf": ("pdf", "read_pdf"),
}
"""Module and function by ending; imported one by one, as the libraries are heavy."""

Reader = Callable[[BinaryIO, Columns], Items]


def main() -> None:
    """Read the file on standard input and write its items to standard output."""
    ending, columns = sys.argv[1], json.loads(sys.argv[2])
    warnings.simplefilter("ignore")  # libraries warn of features that hold no answers
    module, name = READERS[ending]
    reader: Reader = getattr(import_module(f"service.intake.{module}"), name)
    _limit()
    with sys.stdout.buffer as out:
        for item in _survived(reader, columns):
            out.write(to_line(item).encode() + b"\n")
        out.write(END)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _survived(reader: Reader, columns: Columns) -> Items:
    try:
        sys.stdin.buffer.seek(0)  # the parent has looked at its beginning
        yield from reader(sys.stdin.buffer, columns)
    except InputError as error:
        yield error
    except Exception as error:  # noqa: BLE001 - a damaged file breaks a library in any way it likes
        yield InputError("", _problem(error))


def _problem(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"needs more than {MEMORY / 1e9:.0f} GB of memory; send fewer answers a file"
    if isinstance(error, RecursionError):
        return "is nested too deep; save it again from an office program"
    kind = sys.argv[1].removeprefix(".").upper()
    return f"is damaged or no {kind} file ({type(error).__name__}); save it again"


if __name__ == "__main__":
    main()
