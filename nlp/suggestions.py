"""From a model's scores to suggestions: confidence, band and passages of every tag.

The rules that hold between tags are kept here: a sub-type never stands without its type, a type is at least
as sure as its sub-types in the same stance, a stance at least as sure as its tags, and "none" stands alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from nlp.answers import STANCES, Stance
from nlp.models import TAGGED_STANCES, Band, Calibration, LabelSet, Scores, taxonomy_labels
from nlp.models.scores import Floats

# A passage carries a tag if it scores at least this part of what the answer's best passage scores.
PASSAGE_SHARE = 0.5

TagKind = Literal["type", "subtype", "instrument", "label"]
_KINDS: tuple[TagKind, ...] = get_args(TagKind)


@dataclass(frozen=True, slots=True)
class Tag:
    """A suggested type, sub-type or instrument, or a label of somebody's own.

    Attributes:
        stance: what it was said in; None for an instrument, which the text points to in any stance, and for
            a label of somebody's own.
        passages: the numbers of the passages that carry it, from 0.
    """

    kind: TagKind
    code: str
    stance: Stance | None
    confidence: float
    band: Band
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StanceFound:
    """A stance of an answer."""

    code: Stance
    confidence: float


@dataclass(frozen=True, slots=True)
class Confidences:
    """Calibrated confidences of one answer.

    Attributes:
        labels: what the columns stand for.
        tags: (3, C): in the order of TAGGED_STANCES and of the labels' codes.
        instruments: (I,): of the instruments, or of the labels of somebody's own.
        stances: (3,): in the order of TAGGED_STANCES.
    """

    labels: LabelSet
    tags: Floats
    instruments: Floats
    stances: Floats

    @classmethod
    def nothing(cls, labels: LabelSet | None = None) -> "Confidences":
        """Of an answer in which nothing is said: all 0."""
        labels = labels or taxonomy_labels()
        stances = len(TAGGED_STANCES)
        return cls(
            labels, np.zeros((stances, len(labels.codes))), np.zeros(len(labels.pointed)), np.zeros(stances)
        )


def confidences(scores: Scores, calibration: Calibration, labels: LabelSet) -> Confidences:
    """Calibrate the scores of an answer and lift types over their sub-types."""
    tags = calibration.tags.confidence(scores.answer_tags())
    for place, type_place in enumerate(labels.type_places):
        tags[:, type_place] = np.maximum(tags[:, type_place], tags[:, place])
    return Confidences(
        labels,
        tags,
        calibration.instruments.confidence(scores.answer_instruments()),
        calibration.stances.confidence(scores.answer_stances()),
    )


def suggest(
    scores: Scores, found: Confidences, calibration: Calibration, *, trusted: bool = True
) -> tuple[list[StanceFound], list[Tag]]:
    """Give the stances of an answer and every tag that is shown, types first, the surest first.

    Args:
        scores: of the answer.
        found: the confidences that the calibration gives these scores.
        calibration: of the model that gave them.
        trusted: whether the model may be believed on this answer; if not, every tag is `unsure`.
    """
    tags = [*_assistance(scores, found, calibration), *_pointed(scores, found, calibration)]
    if not trusted:
        tags = [replace(tag, band="unsure") for tag in tags]
    tags.sort(key=lambda tag: (_KINDS.index(tag.kind), -tag.confidence, str(tag.stance), tag.code))
    # Labels of somebody's own are said in no stance.
    return [] if found.labels.own else _stances(found, tags, calibration), tags


def _assistance(scores: Scores, found: Confidences, calibration: Calibration) -> Iterator[Tag]:
    codes, type_places, types = found.labels.codes, found.labels.type_places, len(found.labels.types)
    for row, stance in enumerate(TAGGED_STANCES):
        bands = [
            calibration.bands["type" if place < types else "subtype"].of(float(confidence))
            for place, confidence in enumerate(found.tags[row])
        ]
        for place in range(types, len(codes)):
            bands[type_places[place]] = _surer(bands[type_places[place]], bands[place])
        for place, code in enumerate(codes):
            if band := bands[place]:
                kind: TagKind = "type" if place < types else "subtype"
                carriers = [each for each, of in enumerate(type_places) if place in (each, of)]
                raw = scores.tags[:, row, carriers].max(axis=1)
                yield Tag(kind, code, stance, float(found.tags[row, place]), band, _carrying(raw))


def _pointed(scores: Scores, found: Confidences, calibration: Calibration) -> Iterator[Tag]:
    kind: TagKind = "label" if found.labels.own else "instrument"
    for place, code in enumerate(found.labels.pointed):
        confidence = float(found.instruments[place])
        if band := calibration.bands["instrument"].of(confidence):
            yield Tag(kind, code, None, confidence, band, _carrying(scores.instruments[:, place]))


def _surer(one: Band | None, other: Band | None) -> Band | None:
    for band in ("safe", "suggest", "unsure"):
        if band in (one, other):
            return band
    return None


def _carrying(raw: Floats) -> tuple[int, ...]:
    return tuple(int(number) for number in np.flatnonzero(raw >= PASSAGE_SHARE * raw.max()))


def stance_confidences(found: Confidences, tags: Iterable[Tag]) -> Floats:
    """The confidence of each stance, lifted over that of every suggested tag that was said in it, (3,)."""
    lifted = found.stances.copy()
    for tag in tags:
        if tag.stance and tag.band != "unsure":
            row = TAGGED_STANCES.index(tag.stance)
            lifted[row] = max(lifted[row], tag.confidence)
    return lifted


def _stances(found: Confidences, tags: list[Tag], calibration: Calibration) -> list[StanceFound]:
    """The stances that are likely enough or that a suggested tag was said in; else "none"."""
    suggested = {tag.stance for tag in tags if tag.band != "unsure"}
    sure = stance_confidences(found, tags).tolist()
    stances = [
        StanceFound(stance, confidence)
        for stance, confidence in zip(TAGGED_STANCES, sure, strict=True)
        if stance in suggested or confidence >= calibration.bands["stance"].suggest
    ]
    stances.sort(key=lambda stance: (-stance.confidence, stance.code))
    return stances or [StanceFound("none", round(1 - max(sure), 4))]


def passage_stances(scores: Scores) -> list[tuple[Stance, ...]]:
    """Give each passage's stances: those more likely than not, else the likeliest."""
    result: list[tuple[Stance, ...]] = []
    for row in scores.stances:
        likely = tuple(stance for stance, score in zip(TAGGED_STANCES, row, strict=False) if score >= 0.5)
        result.append(likely or (STANCES[int(row.argmax())],))
    return result
