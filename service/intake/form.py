"""Forms: which lines and cells of a document are its cover, its questions and its answers.

DOCX and PDF readers hand over blocks; this room alone decides what a form looks like.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nlp.errors import InputError
from service.intake.blocks import Block, Line, Pair, answer_line, asks, ends_asking, is_numbered
from service.intake.fields import COVER_FIELDS, answer_mark, field_of, is_prompt, labelled
from service.intake.form_tables import Part, parts_of
from service.intake.items import LONGEST, Cover, Items, Record
from service.intake.table import Columns
from service.intake.ticks import after_question, ticked


def form_items(blocks: Iterable[Block], columns: Columns) -> Items:
    """Yield the cover and the answers of a form; without any question, each paragraph as an answer."""
    parts = _parts(blocks, columns)
    questions = _question_lines(parts)
    start = _first_question(parts, questions)
    if start is None:
        fields, others = _cover_fields([part for part in parts if isinstance(part, Line)])
        yield Cover("cover", fields)
        pairs = [Pair(lines=[line.text]) for line in others]
    else:
        fields, others = _cover_fields([part for part in parts[:start] if isinstance(part, Line)])
        yield Cover("cover", fields, tuple(line.text for line in others if len(line.text) <= 300)[:20])
        pairs = list(_pairs(parts[start:], {n - start for n in questions}))
    ids = [pair.known["id"] for pair in pairs if "id" in pair.known]
    for number, pair in enumerate(pairs, start=1):
        if len(set(ids)) < len(ids):  # numbers that begin anew with every table
            pair.known.pop("id", None)
        yield _record(number, pair)


def _parts(blocks: Iterable[Block], columns: Columns) -> list[Part]:
    """Return the filled parts; a pair without a question goes on from the pair right above it."""
    parts: list[Part] = []
    for part in parts_of(blocks, columns):
        above = parts[-1] if parts else None
        if isinstance(part, Pair) and isinstance(above, Pair) and above.question and not part.question:
            above.lines += part.lines
        elif isinstance(part, Pair) or part.text.strip():
            parts.append(part)
    return parts


def _question_lines(parts: Sequence[Part]) -> set[int]:
    """Return the places of the lines that are questions, by the strongest mark that the document has."""
    lines = [(n, part) for n, part in enumerate(parts) if isinstance(part, Line)]
    strong = {
        n
        for n, line in lines
        if line.strong or (is_numbered(line) and ends_asking(line)) or _answer_mark_follows(parts, n)
    }
    sure = len(lines) < len(parts) or any(line.strong and asks(line) for _, line in lines)
    if sure or any(_is_answered(parts, strong, n) for n in strong):
        return strong
    for mark in (ends_asking, is_numbered):
        found = {n for n, line in lines if mark(line)}
        if len(found) > 1 and 2 * sum(_is_answered(parts, found, n) for n in found) > len(found):
            return found
    return set()


def _answer_mark_follows(parts: Sequence[Part], n: int) -> bool:
    following = parts[n + 1] if n + 1 < len(parts) else None
    return isinstance(following, Line) and answer_mark().match(following.text) is not None


def _is_answered(parts: Sequence[Part], questions: set[int], n: int) -> bool:
    following = parts[n + 1] if n + 1 < len(parts) and n + 1 not in questions else None
    return isinstance(following, Line) and not labelled(following.text)


def _first_question(parts: Sequence[Part], questions: set[int]) -> int | None:
    """Return where the cover ends: at a pair, a sure question, or else a heading with text under it."""
    sure = [n for n, part in enumerate(parts) if isinstance(part, Pair) or (n in questions and asks(part))]
    return min(sure or [n for n in questions if _is_answered(parts, questions, n)], default=None)


def _cover_fields(lines: Sequence[Line]) -> tuple[dict[str, str], list[Line]]:
    """Part the lines that say State, instrument, cycle or language from the others."""
    fields: dict[str, str] = {}
    others: list[Line] = []
    label: str | None = None
    for line in chain.from_iterable(map(_cover_lines, lines)):
        found = labelled(line.text) or ((label, line.text.strip()) if label else None)
        label = None if found else field_of(line.text)
        if found:
            fields.setdefault(*found)
        elif label not in COVER_FIELDS:
            label = None
            others.append(line)
    return fields, others


def _cover_lines(line: Line) -> Iterator[Line]:
    """Part a paragraph before each line of it that reads "label: value"."""
    texts: list[str] = []
    for text in line.text.split("\n"):
        if texts and not labelled(text):
            texts[-1] += f"\n{text}"
        else:
            texts.append(text)
    return (replace(line, text=text) for text in texts)


def _pairs(parts: Sequence[Part], questions: set[int]) -> Iterator[Pair]:
    current = Pair()
    for n, part in enumerate(parts):
        if isinstance(part, Pair) and not part.sure and current.question:
            current.lines.append("\t".join(filter(None, [part.question, *part.lines])))
        elif isinstance(part, Pair):
            if current.lines:
                yield current
            current = Pair()
            yield part
        elif n not in questions or _belongs(part, current, answered=_is_answered(parts, questions, n)):
            line = answer_line(part)
            current.lines.append(line if current.lines else answer_mark().sub("", line, count=1))
        elif current.sure and current.question and not current.lines and not (asks(part) or part.heading):
            current.question += f" {part.text}"
        else:
            if current.lines or (current.sure and current.question):
                yield current
            question, rest = after_question(part.text)
            current = Pair(question, [rest] if rest else [], sure=asks(part))
    if current.lines or (current.sure and current.question):
        yield current


def _belongs(line: Line, current: Pair, *, answered: bool) -> bool:
    """Tell whether a strong line is of the answer above: some write answers as bold as questions."""
    if answered or line.heading or asks(line) or not (current.sure and current.question):
        return False
    return not current.lines or line.text.rstrip().endswith((".", ";", "!"))


def _record(number: int, pair: Pair) -> Record | InputError:
    text = ticked("\n".join(line for line in pair.lines if not is_prompt(line)))
    if len(text) > LONGEST:
        return InputError(f"answer {number}", f"is longer than {LONGEST:,} characters; part it")
    question = " ".join(pair.question.split())
    return Record(
        f"answer {number}", pair.known | {"text": text} | ({"question": question} if question else {})
    )
