"""Whether one model is better than another on the same labelled answers, and whether it may replace it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binomtest

from evaluation.bootstrap import Estimate, draw_weights, estimate
from evaluation.judged import Judged, Measured, declared_languages, join, judge, own_labels_of
from evaluation.metrics import Floats, count_cells
from nlp.answers import LabelledAnswer
from nlp.tagging import TaggedAnswer

# What the gate asks: that B is not worse than A by more than this, as far as the 95 % interval tells.
WORST = -0.02
WORST_IN_LANGUAGE = -0.04
# "tags" are types, sub-types and instruments together.
Compared = Literal["tags"] | Measured
# What the gate looks at: one language alone has too few sub-types to tell a small loss from chance.
GATED: tuple[Compared, ...] = ("tags", "sub-types", "labels")
GATED_IN_LANGUAGE: tuple[Compared, ...] = ("tags", "labels")

Verdict = Literal["better", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The micro-F1 of A and of B on the same answers, and B minus A.

    Attributes:
        language: of the answers; None for all.
        a, b: micro-F1; None where nothing is there and nothing was found, which counts as right.
    """

    kind: Compared
    language: str | None
    a: float | None
    b: float | None
    difference: Estimate

    @property
    def verdict(self) -> Verdict:
        """Which model is better; undecided where the interval holds 0."""
        if (self.difference.low or 0) > 0:
            return "better"
        return "worse" if (self.difference.high or 0) < 0 else "undecided"

    @property
    def passes(self) -> bool:
        """Whether this difference lets B replace A; where no interval can be told, it does not."""
        gated, worst = (GATED, WORST) if self.language is None else (GATED_IN_LANGUAGE, WORST_IN_LANGUAGE)
        if self.kind not in gated:
            return True
        return self.difference.low is not None and self.difference.low >= worst


@dataclass(frozen=True, slots=True)
class LabelTest:
    """McNemar's exact test of one label: the answers on which only one of the models is right.

    Attributes:
        p: of as uneven a division if the models were alike; answers of one author are not quite independent,
            as the test takes them to be.
        adjusted: p with Holm's correction for the number of labels.
    """

    kind: Measured
    label: str
    only_a: int
    only_b: int
    p: float
    adjusted: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, overall first and there the widest kind, and the labels on which the models differ.

    Of these labels the surest come first.
    """

    answers: int
    differences: list[Difference]
    labels: list[LabelTest]

    @property
    def passes(self) -> bool:
        """Whether the gate lets B replace A."""
        return all(each.passes for each in self.differences)


def compare(
    labelled: Sequence[LabelledAnswer], of_a: Sequence[TaggedAnswer], of_b: Sequence[TaggedAnswer]
) -> Comparison:
    """Compare what two models found in the same labelled answers, all in the same order."""
    own = own_labels_of(labelled, [*of_a, *of_b])
    a, b = judge(labelled, of_a, own), judge(labelled, of_b, own)
    sides: dict[Compared, tuple[Judged, Judged]] = {kind: (a[kind], b[kind]) for kind in a}
    if "labels" not in sides:
        sides = {"tags": (_tags(a), _tags(b)), **sides}
    differences = []
    for language in (None, *declared_languages(labelled)):
        answers = np.array([language in (None, each.answer.language) for each in labelled])
        groups = [each.group for each, chosen in zip(labelled, answers, strict=True) if chosen]
        weights = draw_weights(groups)
        differences += [
            _difference(kind, language, one.of(answers), other.of(answers), weights)
            for kind, (one, other) in sides.items()
        ]
    return Comparison(len(labelled), differences, _label_tests(a, b))


def _difference(kind: Compared, language: str | None, a: Judged, b: Judged, weights: Floats) -> Difference:
    def f1(judged: Judged, weights: Floats | None = None) -> Floats:
        return count_cells(judged.gold, judged.found, weights).pooled().f1

    def right(values: Floats) -> Floats:
        """Where nothing is there, to find nothing is right."""
        return np.nan_to_num(values, nan=1.0)

    shown = [None if np.isnan(value) else float(value) for value in (f1(a), f1(b))]
    value = float(right(f1(b)) - right(f1(a)))
    if (a.found == b.found).all():
        # Nothing differs, and no draw could: also where too few belong together for an interval.
        found = Estimate(0.0, 0.0, 0.0)
    else:
        found = estimate(value, right(f1(b, weights)) - right(f1(a, weights)))
    return Difference(kind, language, shown[0], shown[1], found)


def _tags(judged: Mapping[Measured, Judged]) -> Judged:
    return join(*(judged[kind] for kind in ("types", "sub-types", "offered", "received", "instruments")))


def _label_tests(a: Mapping[Measured, Judged], b: Mapping[Measured, Judged]) -> list[LabelTest]:
    """Test every label of which the models differ on some answer."""
    tested = []
    for kind in a:
        a_right, b_right = a[kind].found == a[kind].gold, b[kind].found == b[kind].gold
        only_a, only_b = (a_right & ~b_right).sum(axis=0), (b_right & ~a_right).sum(axis=0)
        for place, label in enumerate(a[kind].labels):
            if only_a[place] or only_b[place]:
                tested.append((kind, label, int(only_a[place]), int(only_b[place])))
    ps = [mcnemar(only_a, only_b) for _, _, only_a, only_b in tested]
    tests = [LabelTest(*each, p, adjusted) for each, p, adjusted in zip(tested, ps, holm(ps), strict=True)]
    return sorted(tests, key=lambda each: each.p)


def mcnemar(only_a: int, only_b: int) -> float:
    """The two-sided p of McNemar's exact test (McNemar 1947): a binomial test of the answers that differ."""
    return float(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else 1.0


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust p values for their number.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
    """
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda place: ps[place])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return adjusted
