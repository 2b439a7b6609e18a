"""How far readers who labelled the same answers agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one label.

    Attributes:
        label: its name.
        given: how often the readers gave it, all together.
        alpha: Krippendorff's alpha for nominal data; 1 is full agreement, 0 what chance gives.
        f1: the mean over pairs of readers of F1 of the one against the other, which is the same both ways.
    """

    label: str
    given: int
    alpha: float
    f1: float


def agree(label: str, given: NDArray[np.bool_]) -> Agreement:
    """Measure the agreement on one label.

    Args:
        label: its name.
        given: (readers, answers): who gave it to which answer.
    """
    return Agreement(label, int(given.sum()), krippendorff_alpha(given), pairwise_f1(given))


def krippendorff_alpha(given: NDArray[np.bool_]) -> float:
    """Krippendorff's alpha of a label that each of R readers gave, or did not, to each of N answers.

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", nominal data, none missing. It is
    1 where nobody ever gave the label or all always did.
    """
    readers, answers = given.shape
    yes = given.sum(axis=0)
    # Pairs of values within answers that differ, each answer weighing as many values as it has.
    observed = float((2 * yes * (readers - yes)).sum()) / (readers - 1)
    values = readers * answers
    expected = 2 * float(yes.sum()) * float(values - yes.sum()) / (values - 1)
    return 1 - observed / expected if expected else 1.0


def pairwise_f1(given: NDArray[np.bool_]) -> float:
    """The mean F1 over all pairs of readers; 1 where neither of a pair gave the label."""
    scores = []
    for one in range(len(given)):
        for other in range(one):
            total = int(given[one].sum() + given[other].sum())
            scores.append(2 * int((given[one] & given[other]).sum()) / total if total else 1.0)
    return sum(scores) / len(scores)


def agreements(readings: Sequence[Sequence[frozenset[str]]]) -> list[Agreement]:
    """Measure the agreement on every label that a reader gave, in alphabetical order.

    Args:
        readings: for each reader, the labels of each answer; the answers in the same order.
    """
    labels = sorted({label for reading in readings for labels in reading for label in labels})
    return [
        agree(label, np.array([[label in labels for labels in reading] for reading in readings]))
        for label in labels
    ]
