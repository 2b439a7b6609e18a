"""Metrics of multi-label tagging, from tables of what is there and what was found.

`gold` and `found` are (N, L) booleans: whether answer n has label l, and whether it was found. The label set
is the caller's, so a label that is found but nowhere there counts as wrong. Where nothing is there and none
was found a share is undefined: it is NaN, and means leave it out. Precision where nothing was found but
something is there is 0, and so is recall where something was found and nothing is there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many labels were found and there, found and not there, there and not found.

    The arrays are alike in shape; the last axis is the labels, until `pooled` takes it away.
    """

    right: Floats
    wrong: Floats
    missed: Floats

    def pooled(self) -> "Counts":
        """Count all labels together; what is computed from it is a micro average."""
        return Counts(self.right.sum(axis=-1), self.wrong.sum(axis=-1), self.missed.sum(axis=-1))

    @property
    def precision(self) -> Floats:
        """The share of what was found that is there."""
        return self._share_of(self.right + self.wrong)

    @property
    def recall(self) -> Floats:
        """The share of what is there that was found."""
        return self._share_of(self.right + self.missed)

    @property
    def f1(self) -> Floats:
        """The harmonic mean of precision and recall; 0 for a label that was found but is nowhere there."""
        return share(2 * self.right, 2 * self.right + self.wrong + self.missed)

    @property
    def macro_f1(self) -> Floats:
        """The mean F1 of the labels, each weighing the same."""
        return mean(self.f1, np.ones_like(self.right))

    def _share_of(self, whole: Floats) -> Floats:
        occurs = self.right + self.wrong + self.missed > 0
        return np.where(occurs, np.nan_to_num(share(self.right, whole)), np.nan)


def share(part: Floats, whole: Floats) -> Floats:
    """Divide, NaN where the whole is 0."""
    result = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) > 0)
    return result


def mean(values: Floats, weights: Floats) -> Floats:
    """The weighted mean over the last axis of those values that are defined; NaN where none is."""
    weights = np.where(np.isnan(values), 0, weights)
    return share((np.nan_to_num(values) * weights).sum(axis=-1), weights.sum(axis=-1))


def count_cells(gold: Bools, found: Bools, weights: Floats | None = None) -> Counts:
    """Count each label over the answers.

    Args:
        gold: (N, L).
        found: (N, L).
        weights: (B, N): how often each answer counts in each of B draws; the counts are then (B, L).
    """
    cells = (gold & found, ~gold & found, gold & ~found)
    if weights is None:
        return Counts(*(each.sum(axis=0).astype(float) for each in cells))
    return Counts(*(weights @ each.astype(float) for each in cells))


def samples_f1(gold: Bools, found: Bools) -> Floats:
    """The F1 of each answer's set of labels, (N,); 1 where nothing is there and nothing was found."""
    right = (gold & found).sum(axis=1).astype(float)
    return np.nan_to_num(share(2 * right, gold.sum(axis=1) + found.sum(axis=1).astype(float)), nan=1.0)


def exact_matches(gold: Bools, found: Bools) -> Floats:
    """Whether each answer's set of labels is exactly right, (N,); the mean is the subset accuracy."""
    matches: Floats = (gold == found).all(axis=1).astype(float)
    return matches


def r_precisions(gold: Bools, confidence: Floats) -> Floats:
    """Of each answer's R labels the share among its R surest ones, (N,); NaN where R is 0.

    Where equal confidences straddle place R, the mean over their orders is taken.
    """
    result = np.full(len(gold), np.nan)
    for place in np.flatnonzero(gold.any(axis=1)):
        there, sure = gold[place], confidence[place]
        number = int(there.sum())
        last = np.sort(sure)[-number]
        above, level = sure > last, sure == last
        right = (there & above).sum() + (number - above.sum()) * (there & level).sum() / level.sum()
        result[place] = right / number
    return result


def average_precision(gold: Bools, confidence: Floats, weights: Floats | None = None) -> Floats:
    """The area under the steps of precision over recall of one label, as confidence falls.

    Args:
        gold: (N,).
        confidence: (N,).
        weights: (B, N): how often each answer counts in each of B draws.

    Returns:
        (B,), or () without weights; NaN where the label is nowhere there.
    """
    order = np.argsort(-confidence, kind="stable")
    # A threshold takes all equal confidences or none, so a step ends only at the last of its value.
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True))
    counted = np.ones((1, len(gold))) if weights is None else weights
    right = np.cumsum(counted[:, order] * gold[order], axis=1)[:, ends]
    taken = np.cumsum(counted[:, order], axis=1)[:, ends]
    precision = np.nan_to_num(share(right, taken))
    gained = np.diff(right, axis=1, prepend=0)
    area = share((precision * gained).sum(axis=1), right[:, -1])
    return np.asarray(area[0]) if weights is None else area
