"""How far a model's tags can be trusted on labelled answers: all figures of one evaluation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf, isnan
from typing import Any, Literal

import numpy as np

from evaluation.bootstrap import Estimate, draw_weights, estimate, estimate_mean
from evaluation.confidence import BandFigures, Reliability, RiskCoverage, bands, reliability, risk_coverage
from evaluation.judged import Judged, Measured, declared_languages, join, judge
from evaluation.metrics import (
    Bools,
    Counts,
    Floats,
    average_precision,
    count_cells,
    exact_matches,
    mean,
    r_precisions,
    samples_f1,
)
from evaluation.mistakes import Confusion, Mistake, confusions, mistakes
from nlp.answers import LabelledAnswer
from nlp.models import Band, ModelId
from nlp.tagging import TaggedAnswer

# The model was trained on another state of the corpus; it learned from the answers; its thresholds were
# chosen on them.
Caution = Literal["other_corpus", "learned", "thresholds"]

# The longest answer, in words, of each group by length.
LENGTHS = {"1-10": 10, "11-30": 30, "31-80": 80, "81+": inf}


@dataclass(frozen=True, slots=True)
class Average:
    """Precision, recall and F1, averaged over labels in one of the ways."""

    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of label on a set of answers.

    Attributes:
        micro: all labels pooled; macro: each label weighing the same; weighted: each as often as it is there.
        samples_f1: the mean of the F1 of each answer.
        subset_accuracy: the share of answers with every label found and no other.
        mean_average_precision: over the labels that are there; None without confidence.
        r_precision: of each answer's R labels the share among its R surest, over answers with a label.
    """

    micro: Average
    macro: Average
    weighted: Average
    samples_f1: Estimate
    subset_accuracy: Estimate
    mean_average_precision: Estimate | None
    r_precision: Estimate | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the answers: how many, their figures by kind of label, and requested types with sub-types.

    Attributes:
        hierarchical: of types and sub-types together, so that a sub-type taken for its sibling is half right
            (Kiritchenko et al. 2005, "Functional annotation of genes using hierarchical text
            categorization"); None of labels of somebody's own, which have no types.
    """

    answers: int
    kinds: dict[Measured, Figures]
    hierarchical: Average | None


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label on all answers: how often it is there and found, and how well."""

    label: str
    there: int
    found: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How much better micro-F1 is in the best language than in the worst; the same two in all draws."""

    best: str
    worst: str
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one evaluation.

    Attributes:
        data: what the answers were read from.
        metadata: whether the model saw question and declared language, or the text alone.
        cautions: why the figures may flatter.
        groups: how many author batches or units the intervals draw from.
        language_gap: of the main kind of label; None of answers in fewer than two languages.
    """

    model: ModelId
    data: list[str]
    metadata: bool
    cautions: list[Caution]
    groups: int
    whole: Slice
    languages: dict[str, Slice]
    language_gap: Gap | None
    lengths: dict[str, Slice]
    labels: dict[Measured, list[LabelFigures]]
    reliability: dict[Measured, Reliability]
    bands: dict[Measured, dict[Band, BandFigures]]
    risk_coverage: dict[Measured, RiskCoverage]
    confusions: list[Confusion]
    mistakes: list[Mistake]

    @property
    def main(self) -> Measured:
        """The kind of label that matters first: requested sub-types, or labels of somebody's own."""
        return "labels" if "labels" in self.labels else "sub-types"

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        return asdict(self)


def make_report(
    labelled: Sequence[LabelledAnswer],
    tagged: Sequence[TaggedAnswer],
    *,
    data: Sequence[str],
    metadata: bool = False,
    cautions: Sequence[Caution] = (),
) -> Report:
    """Measure what was found in labelled answers; both in the same order, at least one."""
    judged = judge(labelled, tagged)
    groups = [each.group for each in labelled]
    weights = draw_weights(groups)
    graded = {kind: each for kind, each in judged.items() if each.confidence is not None}

    def by(names: Iterable[str], part_of: Callable[[LabelledAnswer], str | None]) -> dict[str, Slice]:
        parts = [part_of(each) for each in labelled]
        some = {name: np.array([part == name for part in parts]) for name in names}
        return {name: _slice(judged, groups, answers) for name, answers in some.items() if answers.any()}

    return Report(
        model=tagged[0].model,
        data=list(data),
        metadata=metadata,
        cautions=list(cautions),
        groups=len(set(groups)),
        whole=_slice(judged, groups, np.ones(len(labelled), dtype=bool)),
        languages=by(declared_languages(labelled), lambda labelled: labelled.answer.language),
        language_gap=_language_gap(labelled, judged.get("sub-types") or judged["labels"], weights),
        lengths=by(LENGTHS, length_of),
        labels={kind: _labels(each, weights) for kind, each in judged.items()},
        reliability={
            kind: reliability(each.gold, each.confidence, weights)
            for kind, each in graded.items()
            if each.confidence is not None
        },
        bands={kind: bands(each, weights) for kind, each in graded.items() if each.bands is not None},
        risk_coverage={kind: risk_coverage(each) for kind, each in graded.items()},
        confusions=confusions(labelled, judged),
        mistakes=mistakes(labelled, judged),
    )


def length_of(labelled: LabelledAnswer) -> str:
    """The group of an answer by its length in words."""
    words = len(labelled.answer.text.split())
    return next(name for name, longest in LENGTHS.items() if words <= longest)


def _slice(judged: Mapping[Measured, Judged], groups: Sequence[str], answers: Bools) -> Slice:
    some = {kind: each.of(answers) for kind, each in judged.items()}
    weights = draw_weights([group for group, chosen in zip(groups, answers, strict=True) if chosen])
    return Slice(
        answers=int(answers.sum()),
        kinds={kind: _figures(each, weights) for kind, each in some.items()},
        hierarchical=_hierarchical(some, weights) if "types" in some else None,
    )


def _language_gap(labelled: Sequence[LabelledAnswer], judged: Judged, weights: Floats) -> Gap | None:
    values, draws = {}, {}
    for language in declared_languages(labelled):
        some = np.array([each.answer.language == language for each in labelled])
        part = judged.of(some)
        values[language] = float(count_cells(part.gold, part.found).pooled().f1)
        draws[language] = count_cells(part.gold, part.found, weights[:, some]).pooled().f1
    defined = {language: value for language, value in values.items() if not isnan(value)}
    if len(defined) < 2:
        return None
    best, worst = max(defined, key=defined.__getitem__), min(defined, key=defined.__getitem__)
    return Gap(best, worst, estimate(values[best] - values[worst], draws[best] - draws[worst]))


def _hierarchical(judged: Mapping[Measured, Judged], weights: Floats) -> Average:
    both = join(judged["types"], judged["sub-types"])
    return _micro(count_cells(both.gold, both.found), count_cells(both.gold, both.found, weights))


def _figures(judged: Judged, weights: Floats) -> Figures:
    gold, found, confidence = judged.gold, judged.found, judged.confidence
    counts, draws = count_cells(gold, found), count_cells(gold, found, weights)
    return Figures(
        micro=_micro(counts, draws),
        macro=_average(counts, draws, by_support=False),
        weighted=_average(counts, draws, by_support=True),
        samples_f1=estimate_mean(samples_f1(gold, found), weights),
        subset_accuracy=estimate_mean(exact_matches(gold, found), weights),
        mean_average_precision=None
        if confidence is None
        else _mean_average_precision(gold, confidence, weights),
        r_precision=None if confidence is None else estimate_mean(r_precisions(gold, confidence), weights),
    )


def _micro(counts: Counts, draws: Counts) -> Average:
    one, drawn = counts.pooled(), draws.pooled()
    return Average(
        estimate(one.precision, drawn.precision),
        estimate(one.recall, drawn.recall),
        estimate(one.f1, drawn.f1),
    )


def _average(counts: Counts, draws: Counts, *, by_support: bool) -> Average:
    """Average over labels; in a draw that has none of a rare label, that label is as it is on all answers."""

    def filled(drawn: Floats, whole: Floats) -> Floats:
        return np.where(np.isnan(drawn), whole, drawn)

    def over(values: Floats, of: Counts) -> Floats:
        return mean(values, of.right + of.missed if by_support else np.ones_like(of.right))

    return Average(
        estimate(over(counts.precision, counts), over(filled(draws.precision, counts.precision), draws)),
        estimate(over(counts.recall, counts), over(filled(draws.recall, counts.recall), draws)),
        estimate(over(counts.f1, counts), over(filled(draws.f1, counts.f1), draws)),
    )


def _mean_average_precision(gold: Bools, confidence: Floats, weights: Floats) -> Estimate:
    there = np.flatnonzero(gold.any(axis=0))
    if not there.size:
        return Estimate(None, None, None)
    values = [float(average_precision(gold[:, place], confidence[:, place])) for place in there]
    draws = [average_precision(gold[:, place], confidence[:, place], weights) for place in there]
    stacked = np.stack(draws, axis=-1)
    return estimate(float(np.mean(values)), mean(stacked, np.ones_like(stacked)))


def _labels(judged: Judged, weights: Floats) -> list[LabelFigures]:
    counts = count_cells(judged.gold, judged.found)
    draws = count_cells(judged.gold, judged.found, weights)
    return [
        LabelFigures(
            label=label,
            there=int(judged.gold[:, place].sum()),
            found=int(judged.found[:, place].sum()),
            precision=estimate(counts.precision[place], draws.precision[:, place]),
            recall=estimate(counts.recall[place], draws.recall[:, place]),
            f1=estimate(counts.f1[place], draws.f1[:, place]),
            average_precision=None
            if judged.confidence is None
            else estimate(
                average_precision(judged.gold[:, place], judged.confidence[:, place]),
                average_precision(judged.gold[:, place], judged.confidence[:, place], weights),
            ),
        )
        for place, label in enumerate(judged.labels)
        if judged.gold[:, place].any() or judged.found[:, place].any()
    ]
