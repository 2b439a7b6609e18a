"""Plain text: every paragraph is an answer."""

from collections.abc import Iterator
from typing import BinaryIO

from nlp.errors import InputError
from service.intake.encodings import numbered_lines, text_of
from service.intake.items import LONGEST, Items, Record


def read_text(stream: BinaryIO) -> Items:
    """Yield the paragraphs, parted by blank lines or form feeds; line breaks inside stay as received."""
    paragraph: list[str] = []
    start = length = 0
    for number, line in _pieces(stream):
        if line is None or line.strip():
            start = start or number
            length += LONGEST + 1 if line is None else len(line)
            if line is not None and length <= LONGEST:
                paragraph.append(line)
        elif start:
            yield _answer(start, length, "".join(paragraph))
            start = length = 0
            paragraph.clear()


def _answer(start: int, length: int, paragraph: str) -> Record | InputError:
    if length > LONGEST:
        problem = f"the paragraph is longer than {LONGEST:,} characters; part it by blank lines"
        return InputError(f"line {start}", problem)
    return Record(f"line {start}", {"text": paragraph.strip()})


def _pieces(stream: BinaryIO) -> Iterator[tuple[int, str | None]]:
    number = 0
    with text_of(stream) as text:
        for number, line in numbered_lines(text):
            if line is None or "\f" not in line:
                yield number, line
                continue
            for piece in line.split("\f"):
                yield from ((number, ""), (number, piece))
    yield number, ""
