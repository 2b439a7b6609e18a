"""The words that tags rest on: taken out one after the other, those without which a tag loses most.

Occlusion (Li, Monroe and Jurafsky 2016, "Understanding neural networks through representation erasure") asks
nothing of a model but scores, and one reading of a text without a word serves all tags. A word weighs by the
fall of the log-odds: confidence near 1 is rounded, and hardly falls with any one word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from nlp.models import TAGGED_STANCES, LabelSet, Model, Scores
from nlp.models.calibration import logit
from nlp.models.scores import Floats, PassagedText, Span
from nlp.suggestions import Tag

# Characters that are read to find the evidence of one answer, so that nobody waits long. Where the whole
# answer without each word would be more, it is read about its passages only, and if need be several words are
# taken out together.
BUDGET = 50_000
# Characters before and after a passage, in whole passages, that are read with it in such an answer.
CONTEXT = 100
# The passages of a tag whose words are weighed, those that carry it most: a bound for answers of many pages.
PASSAGES = 3
# What is listed of a passage: so many words at most, and those that weigh so much of what the tag's heaviest
# word does.
MOST_WORDS = 5
LEAST_SHARE = 0.25

# Accents may come apart from their letters.
_WORD = re.compile(r"\w[\w\u0300-\u036f]*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word, or some that stand side by side, in a passage that carries a tag.

    Attributes:
        start, end: offsets into the answer's text.
        weight: how far the log-odds of the tag in the passage fall without the word; of several the sum.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class _View:
    """A passage with the text about it, and what is taken out of it.

    Attributes:
        start: of the text in the answer.
        passage, pieces: offsets into this text.
    """

    start: int
    text: str
    passage: Span
    pieces: Sequence[Span]

    def variants(self) -> Iterator[PassagedText]:
        """The text as it is, then without each of the pieces."""
        start, end = self.passage
        yield self.text, [self.passage]
        for piece in self.pieces:
            text = without(self.text, [piece])
            if text[start:end].isspace():
                # A passage of nothing would be judged by the text about it.
                text = text[:start] + "." + text[start + 1 :]
            yield text, [self.passage]


def words_in(text: str, passage: Span) -> list[Span]:
    """The words of a passage, as offsets into the text."""
    return [word.span() for word in _WORD.finditer(text, *passage)]


def without(text: str, words: Iterable[Span]) -> str:
    """The text with blanks in place of words: models read past blanks, and offsets stay what they were."""
    for start, end in words:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def find_evidence(
    model: Model, text: str, spans: Sequence[Span], scores: Scores, tags: Sequence[Tag]
) -> list[tuple[Evidence, ...]]:
    """Find the words that each tag of an answer rests on, in the tag's own passages, the heaviest first.

    A tag that falls with none of its words has no evidence.

    Args:
        model: that suggested the tags.
        text: of the answer.
        spans: of its passages.
        scores: that the model gave it.
        tags: that were suggested from them.
    """
    carriers = [_strongest(tag, _scores_of(tag, scores, model.labels)) for tag in tags]
    views = _views(text, spans, sorted({number for numbers in carriers for number in numbers}))
    variants = {number: list(view.variants()) for number, view in views.items()}
    scored = iter(model.score([each for of_view in variants.values() for each in of_view]) if views else [])
    found = {number: [next(scored) for _ in of_view] for number, of_view in variants.items()}
    evidence = []
    for tag, numbers in zip(tags, carriers, strict=True):
        falls = {}
        for number in numbers:
            odds = logit(np.array([_scores_of(tag, each, model.labels)[0] for each in found[number]]))
            falls[number] = np.round(odds[0] - odds[1:], 4)
        least = LEAST_SHARE * max((float(each.max(initial=0)) for each in falls.values()), default=0)
        words = [word for number in numbers for word in _heaviest(views[number], falls[number], least)]
        evidence.append(tuple(sorted(words, key=lambda word: (-word.weight, word.start))))
    return evidence


def _scores_of(tag: Tag, scores: Scores, labels: LabelSet) -> Floats:
    """The scores of a tag in P passages, (P,); a type scores what the best of it and its sub-types does."""
    if tag.stance is None:
        return scores.instruments[:, labels.pointed.index(tag.code)]
    place = labels.codes.index(tag.code)
    carriers = [each for each, of in enumerate(labels.type_places) if place in (each, of)]
    best: Floats = scores.tags[:, TAGGED_STANCES.index(tag.stance), carriers].max(axis=1)
    return best


def _strongest(tag: Tag, scores: Floats) -> list[int]:
    return sorted(tag.passages, key=lambda number: -scores[number])[:PASSAGES]


def _views(text: str, spans: Sequence[Span], numbers: Sequence[int]) -> dict[int, _View]:
    """A view of each of the passages, cut into pieces of one word, or of as many as the budget asks for."""
    words = {number: words_in(text, spans[number]) for number in numbers}
    about = {number: (0, len(text)) for number in numbers}
    if _cost(words, about) > BUDGET:
        about = {number: _about(text, spans, spans[number]) for number in numbers}
    size = max(1, ceil(_cost(words, about) / BUDGET))
    views = {}
    for number, (start, end) in about.items():
        together = [words[number][place : place + size] for place in range(0, len(words[number]), size)]
        pieces = [(each[0][0] - start, each[-1][1] - start) for each in together]
        passage = (spans[number][0] - start, spans[number][1] - start)
        views[number] = _View(start, text[start:end], passage, pieces)
    return views


def _cost(words: dict[int, list[Span]], about: dict[int, Span]) -> int:
    """The characters that are read to take out every word of each passage."""
    return sum(len(words[number]) * (end - start) for number, (start, end) in about.items())


def _about(text: str, spans: Sequence[Span], passage: Span) -> Span:
    """A passage with those about it that are near; with all up to the text's ends where these are."""
    first, last = passage
    starts, ends = [0, *(start for start, _ in spans)], [len(text), *(end for _, end in spans)]
    return (
        min(start for start in starts if start >= first - CONTEXT),
        max(end for end in ends if end <= last + CONTEXT),
    )


def _heaviest(view: _View, falls: Floats, least: float) -> list[Evidence]:
    """The pieces of a passage that weigh most, in order, those side by side joined."""
    heaviest = np.argsort(-falls, kind="stable")[:MOST_WORDS].tolist()
    found: list[Evidence] = []
    for number in sorted(number for number in heaviest if falls[number] >= least > 0):
        start, end = (view.start + offset for offset in view.pieces[number])
        weight = float(falls[number])
        # No more than a blank, a hyphen or an apostrophe lies between.
        if found and start - found[-1].end <= 1:
            before = found.pop()
            start, weight = before.start, round(before.weight + weight, 4)
        found.append(Evidence(start, end, weight))
    return found
