"""Whether tags rest on the words that are shown as their evidence: what confidence loses without these.

python -m evaluation.faithfulness MODEL [FILE...]

Prints how far the confidence of suggested tags falls without their evidence, and without as many other words
of the same passages, in labelled answers from files or in the validation split: the comprehensiveness of
DeYoung et al. 2020, "ERASER: a benchmark to evaluate rationalized NLP models".
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from corpus.reader import read_corpus, read_labelled, without_errors
from evaluation.bootstrap import draw_weights, estimate_mean
from evaluation.words import interval, number
from nlp.answers import LabelledAnswer
from nlp.evidence import Evidence, without, words_in
from nlp.models import TAGGED_STANCES, Model, load_model
from nlp.models.scores import Span
from nlp.suggestions import Confidences, Tag, confidences
from nlp.tagging import TaggedAnswer, Tagger

# The answers that are measured, drawn from all of them.
SAMPLE = 300
SEED = 20


class Fall(NamedTuple):
    """How far the confidence of a suggested tag falls.

    Attributes:
        group: of its answer; see LabelledAnswer.
        evidence: without its evidence.
        chance: without as many other words of its passages.
    """

    group: str
    evidence: float
    chance: float


def measure_falls(model: Model, labelled: Sequence[LabelledAnswer]) -> list[Fall]:
    """Take out the evidence of every tag suggested in a sample of the answers, and other words by chance.

    A tag whose passages have fewer other words than its evidence has is left out.
    """
    random = Random(SEED)  # noqa: S311 - no secret
    sample = random.sample(labelled, min(SAMPLE, len(labelled)))
    tagged = Tagger(model, evidence=True).tag_all(each.answer for each in sample)
    return [
        fall
        for one, found in zip(sample, tagged, strict=True)
        for fall in _falls(model, found, one.group, random)
    ]


def _falls(model: Model, tagged: TaggedAnswer, group: str, random: Random) -> list[Fall]:
    text = tagged.answer.text
    spans = [(passage.start, passage.end) for passage in tagged.passages]
    tags, texts = [], []
    for tag, evidence in zip(tagged.tags, tagged.evidence or [], strict=True):
        words, others = _words(text, [spans[passage] for passage in tag.passages], evidence)
        if tag.band != "unsure" and len(words) <= len(others):
            tags.append(tag)
            texts += [without(text, words), without(text, random.sample(others, len(words)))]
    scored = model.score([(each, spans) for each in texts]) if texts else []
    left = [confidences(scores, model.calibration, model.labels) for scores in scored]
    return [
        Fall(group, tag.confidence - _confidence(tag, less), tag.confidence - _confidence(tag, by_chance))
        for tag, less, by_chance in zip(tags, left[::2], left[1::2], strict=True)
    ]


def _words(
    text: str, passages: Sequence[Span], evidence: Sequence[Evidence]
) -> tuple[list[Span], list[Span]]:
    """The words of passages: those of the evidence, and the others."""
    words = [word for passage in passages for word in words_in(text, passage)]
    inside = [word for word in words if any(each.start <= word[0] < each.end for each in evidence)]
    return inside, [word for word in words if word not in inside]


def _confidence(tag: Tag, found: Confidences) -> float:
    if tag.stance is None:
        return float(found.instruments[found.labels.pointed.index(tag.code)])
    return float(found.tags[TAGGED_STANCES.index(tag.stance), found.labels.codes.index(tag.code)])


def main(model: str, files: Sequence[Path], console: Console) -> None:
    """Measure a model and print a table."""
    answers = [each for path in files for each in without_errors(read_labelled(path))]
    falls = measure_falls(load_model(model, trust=True), answers or read_corpus("validation"))
    if not falls:
        sys.exit("The model suggests no tag in these answers.")
    weights = draw_weights([fall.group for fall in falls])
    evidence, chance = np.array([(fall.evidence, fall.chance) for fall in falls]).T
    table = Table(title=f"How far the confidence of {len(falls)} tags falls", title_justify="left")
    for column in ("without", "mean", "95 % interval"):
        table.add_column(column)
    rows = {"their evidence": evidence, "as many other words": chance, "the difference": evidence - chance}
    for name, values in rows.items():
        mean = estimate_mean(values, weights)
        table.add_row(name, number(mean.value), interval(mean))
    console.print(table)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], [Path(name) for name in sys.argv[2:]], Console())
