"""An answer's text, cut where passages and names of States begin and end, to be marked on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that lies in one passage or none, and in one State's name or none."""

    text: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A passage, or what lies between two; `number` is the passage's, from 0."""

    number: int | None
    stances: Sequence[str]
    pieces: tuple[Piece, ...]


def stretches(record: Mapping[str, Any]) -> Iterator[Stretch]:
    """Cut the text of a tagged answer; the pieces together are the text."""
    mentions = [
        (each["start"], each["end"], state["code"])
        for state in record["states"]
        for each in state["mentions"]
    ]
    mentions.sort()
    end = 0
    for number, passage in enumerate(record["passages"]):
        if end < passage["start"]:
            yield Stretch(None, (), _pieces(record["text"], end, passage["start"], mentions))
        end = passage["end"]
        pieces = _pieces(record["text"], passage["start"], end, mentions)
        yield Stretch(number, tuple(passage["stances"]), pieces)
    if end < len(record["text"]):
        yield Stretch(None, (), _pieces(record["text"], end, len(record["text"]), mentions))


def _pieces(text: str, start: int, end: int, mentions: Sequence[tuple[int, int, str]]) -> tuple[Piece, ...]:
    pieces = []
    for from_, to, state in mentions:
        first, last = max(start, from_), min(end, to)
        if first < last:
            if start < first:
                pieces.append(Piece(text[start:first], None))
            pieces.append(Piece(text[first:last], state))
            start = last
    if start < end:
        pieces.append(Piece(text[start:end], None))
    return tuple(pieces)
