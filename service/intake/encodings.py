"""Text files line by line: the encoding found from the bytes, no line longer than memory allows."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from charset_normalizer import from_bytes

from nlp.errors import InputError
from service.intake.items import LONGEST

_CHUNK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Excel writes the first on Windows, the second on a Mac and the third for "CSV (MS-DOS)".
_SINGLE_BYTE = ["cp1252", "mac_roman", "cp850"]
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def encoding_of(stream: BinaryIO) -> str:
    """Name the encoding of a text file; the stream is left where it ends up.

    Raises:
        InputError: the bytes are no text in any usual encoding.
    """
    chunk = stream.read(_CHUNK)
    for mark, encoding in _MARKS.items():
        if chunk.startswith(mark):
            return encoding
    half = len(chunk) // 2
    if chunk[1::2].count(0) > half * 0.4 and chunk[::2].count(0) < half * 0.05:
        return "utf-16-le"
    if chunk[::2].count(0) > half * 0.4 and chunk[1::2].count(0) < half * 0.05:
        return "utf-16-be"
    if len(_CONTROLS.findall(chunk)) > max(10, len(chunk) * 0.05):
        raise InputError("", "does not hold text; send a text file, or give the file its proper ending")
    while chunk.isascii() and (following := stream.read(_CHUNK)):
        chunk = following
    decoded = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(chunk)
    bad = len(_ESCAPED.findall(decoded))
    # A damaged UTF-8 file has more good signs than bad bytes; its bad rows are reported one by one.
    if bad == 0 or len(decoded.encode("utf-8", "replace")) - len(decoded) > 2 * bad:
        return "utf-8"
    return _single_byte_encoding(chunk)


def _single_byte_encoding(chunk: bytes) -> str:
    letters = b"\n".join(line for line in chunk.splitlines() if not line.isascii())[:20_000]
    best = from_bytes(letters, cp_isolation=_SINGLE_BYTE).best()
    return best.encoding if best else "latin-1"


@contextmanager
def text_of(stream: BinaryIO) -> Iterator[TextIO]:
    """Lend the text of a binary stream; bytes that do not fit the encoding become lone surrogates."""
    encoding = encoding_of(stream)
    stream.seek(0)
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    # newline="": line ends stay as received.
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def numbered_lines(text: TextIO) -> Iterator[tuple[int, str | None]]:
    """Yield each line's number, from 1, and the line; None in place of one longer than LONGEST."""
    number = 0
    while line := text.readline(LONGEST + 2):
        number += 1
        if len(line) < LONGEST + 2 or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while line and not line.endswith(("\n", "\r")):
            line = text.readline(LONGEST)
        yield number, None
