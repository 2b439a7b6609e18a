r"""The corpus format: one text file a language and author batch, in lines that people write and review.

    # a comment
    @ ena-01-005 | firearms | UGA Uganda; KEN Kenyan | mixed | par-01-005
    ? Progress and needs in marking
    received resources.equipment; requested resources.equipment | The machines work, paper lacks.
    requested | We would be glad of any help.\n
    none | - not in the prisons

`@` opens an answer: its id, the instruments that the text points to, the States that it names (each with its
names as they stand in the text, where marked), style words, and the set of answers that belong together (a
parallel set, a contrast pair). `?` is the question that was asked. Every other line is a passage: what it
says of assistance, a bar, its text. Passages are joined by one space, or by the line breaks that they end in,
written `\n`. Where nobody marked passages, their label part is empty and one line `= requested legal` labels
the answer.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlp.answers import STANCES, Answer, LabelledAnswer, LabelledPassage, Stance
from nlp.errors import InputError, NeedtagError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy

Tags = tuple[tuple[Stance, str | None], ...]

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


@dataclass(slots=True)
class _Entry:
    """The lines of one answer, before they are put together."""

    where: str
    id: str
    instruments: list[str]
    states: list[str]
    set_id: str
    question: str | None = None
    tags: Tags = ()
    passages: list[tuple[str, Tags]] = field(default_factory=list)


def read_batch(path: Path) -> Iterator[LabelledAnswer | InputError]:
    """Read one batch file, `<language>/<batch>.txt`; each answer that has an error comes as that error."""
    where = f"{path.parent.name}/{path.name}"
    lines = path.read_text(encoding="utf-8").split("\n")
    return parse_batch(lines, language=path.parent.name, batch=path.stem, where=where)


def parse_batch(
    lines: Iterable[str], *, language: str, batch: str, where: str
) -> Iterator[LabelledAnswer | InputError]:
    """Parse the lines of a batch into its answers, in order, an error in the place of each faulty one."""
    for first, chunk in _chunks(lines):
        try:
            yield _labelled(_entry(first, chunk, where), language, batch)
        except InputError as error:
            yield error


def _chunks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut the lines at each `@`; gives the number of the first line with its chunk."""
    chunk: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        if line.startswith("@") and any(part.strip() for part in chunk):
            yield first, chunk
            chunk = []
        if not chunk:
            first = number
        # Comments and blank lines keep their place, so that line numbers in errors are right.
        chunk.append("" if line.startswith("#") else line)
        if not any(part.strip() for part in chunk):
            chunk = []
    if chunk:
        yield first, chunk


def _entry(first: int, lines: list[str], where: str) -> _Entry:
    head = f"{where}:{first}"
    if not lines[0].startswith("@"):
        raise InputError(head, "a line stands before the first answer; begin an answer with '@ id'")
    parts = [part.strip() for part in lines[0][1:].split("|")]
    if not parts[0] or len(parts) > 5:
        raise InputError(head, "write '@ id | instruments | States | style | set'")
    name, instruments, states, _style, set_id = parts + [""] * (5 - len(parts))
    entry = _Entry(head, name, instruments.split(), _split(states), set_id)
    for number, line in enumerate(lines[1:], first + 1):
        if line.strip():
            _add_line(entry, line, f"{where}:{number}")
    return entry


def _add_line(entry: _Entry, line: str, where: str) -> None:
    if line.startswith("?"):
        entry.question = _unescape(line[1:].strip())
    elif line.startswith("="):
        entry.tags = parse_tags(line[1:], where)
    else:
        labels, bar, text = line.partition("|")
        if not bar:
            raise InputError(where, "a passage is 'labels | text'; the bar is missing")
        if not (text := _unescape(text.removeprefix(" "))).strip():
            raise InputError(where, "the passage has no text")
        entry.passages.append((text, parse_tags(labels, where)))


def parse_tags(labels: str, where: str) -> Tags:
    """Read what is said of a passage: "requested legal.drafting; none".

    Raises:
        InputError: a stance or a code is unknown.
    """
    tags: list[tuple[Stance, str | None]] = []
    type_of = load_taxonomy().type_of
    for part in _split(labels):
        stance, *codes = part.split()
        if stance not in STANCES:
            raise InputError(where, f"'{stance}' is no stance; use one of {', '.join(STANCES)}")
        if stance == "none" and codes:
            raise InputError(where, "the stance 'none' stands without a code")
        for code in codes:
            _check(type_of, code, where)
        tags += [(stance, code) for code in codes] or [(stance, None)]
    return tuple(tags)


def _labelled(entry: _Entry, language: str, batch: str) -> LabelledAnswer:
    if not entry.passages:
        raise InputError(entry.where, f"answer {entry.id} has no text")
    if bool(entry.tags) == any(tags for _, tags in entry.passages):
        raise InputError(entry.where, f"label either the passages of {entry.id} or the answer with '='")
    if not entry.tags and not all(tags for _, tags in entry.passages):
        raise InputError(entry.where, f"a passage of {entry.id} has no label")
    for code in entry.instruments:
        if code not in {instrument.code for instrument in load_taxonomy().instruments}:
            raise InputError(entry.where, f"'{code}' is no instrument")
    text, spans = _join([text for text, _ in entry.passages])
    marked = [LabelledPassage(*span, tags) for span, (_, tags) in zip(spans, entry.passages, strict=True)]
    return LabelledAnswer(
        answer=Answer(id=entry.id, text=text, question=entry.question, language=language),
        tags=answer_tags(tag for tag in entry.tags or _all_tags(marked)),
        stances=answer_stances(stance for stance, _ in entry.tags or _all_tags(marked)),
        instruments=frozenset(entry.instruments),
        states=frozenset(_state(words, text, entry.where) for words in entry.states),
        passages=() if entry.tags else tuple(marked),
        group=batch,
        set_id=entry.set_id,
    )


def _all_tags(passages: Iterable[LabelledPassage]) -> Tags:
    return tuple(tag for passage in passages for tag in passage.tags)


def answer_tags(tags: Iterable[tuple[Stance, str | None]]) -> frozenset[tuple[Stance, str]]:
    """The tags of an answer from those of its passages: each sub-type brings its type."""
    type_of = load_taxonomy().type_of
    return frozenset((stance, each) for stance, code in tags if code for each in (code, type_of(code)))


def answer_stances(stances: Iterable[Stance]) -> frozenset[Stance]:
    """The stances of an answer from those of its passages: "none" stands only alone."""
    found = frozenset(stances)
    return found - {"none"} or frozenset[Stance](["none"])


def _join(texts: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join passages to the answer's text; gives each one's span without the white space around it."""
    text = ""
    spans = []
    for part in texts:
        if text and not text.endswith("\n"):
            text += " "
        start = len(text) + len(part) - len(part.lstrip())
        text += part
        spans.append((start, len(text.rstrip())))
    return text.rstrip(), spans


def _state(words: str, text: str, where: str) -> str:
    """Check one State of an answer's head, 'CODE' or 'CODE name as it stands in the text'."""
    code, _, name = words.partition(" ")
    _check(get_state, code, where)
    pattern = r"\s+".join(map(re.escape, name.split()))
    if not re.search(pattern, text):
        raise InputError(where, f"the text does not hold '{name}', which is marked as {code}")
    return code


def _check(look_up: Callable[[str], object], code: str, where: str) -> None:
    try:
        look_up(code)
    except NeedtagError as error:
        raise InputError(where, str(error)) from error


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _unescape(text: str) -> str:
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPES[found[0]], text)
