"""How far readers who labelled the same answers agree."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evaluation.metrics import Bools, Floats
from nlp.answers import LabelledAnswer
from nlp.states import all_states

# Of one reader, the labels of each answer by its id.
Reading = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one label, or on some pooled.

    Attributes:
        label: its name.
        given: how often the readers gave it, all together.
        alpha: Krippendorff's alpha for nominal data; 1 is full agreement, 0 what chance gives.
        kappa: the mean over pairs of readers of Cohen's kappa (Cohen 1960), pairs left out that always said
            the same one thing; None where all did.
        f1: the mean over pairs of readers of F1 of the one against the other, which is the same both ways,
            pairs left out of which neither gave the label; None where no pair did.
    """

    label: str
    given: int
    alpha: float
    kappa: float | None
    f1: float | None


def labels_of(labelled: LabelledAnswer) -> frozenset[str]:
    """The labels of an answer as agreement names them: "requested legal", "stance none", "untoc", "KEN".

    Those of somebody's own are "label ...", so that none is taken for one of these.
    """
    if labelled.own is not None:
        return frozenset(f"label {label}" for label in labelled.own)
    tags = (f"{stance} {code}" for stance, code in labelled.tags)
    stances = (f"stance {stance}" for stance in labelled.stances)
    return frozenset([*tags, *stances, *labelled.instruments, *labelled.states])


def agreements(readings: Sequence[Reading]) -> list[Agreement]:
    """Measure the agreement on every label, then on all requested sub-types and on all States, pooled.

    An answer counts if at least two of the readers read it.

    Args:
        readings: of two readers or more.
    """
    read = [name for name in _names(readings) if sum(name in reading for reading in readings) > 1]
    labels = sorted({label for reading in readings for name in read for label in reading.get(name, ())})
    states = {state.code for state in all_states()}

    def given(label: str) -> Floats:
        return np.array(
            [[label in each[name] if name in each else np.nan for name in read] for each in readings],
            dtype=float,
        )

    def pooled(name: str, belongs: Callable[[str], bool]) -> Iterable[Agreement]:
        some = [given(label) for label in labels if belongs(label)]
        return [agree(name, np.concatenate(some, axis=1))] if some else []

    return [
        *(agree(label, given(label)) for label in labels if label not in states),
        *pooled("all requested sub-types", lambda label: label.startswith("requested ") and "." in label),
        *pooled("all States", lambda label: label in states),
    ]


def _names(readings: Sequence[Reading]) -> list[str]:
    return list(dict.fromkeys(name for reading in readings for name in reading))


def agree(label: str, given: Floats) -> Agreement:
    """Measure the agreement on one label.

    Args:
        label: its name.
        given: (readers, answers): 1 where a reader gave it to an answer, 0 where not, NaN where the reader
            did not read the answer.
    """
    return Agreement(
        label, int(np.nansum(given)), krippendorff_alpha(given), cohen_kappa(given), pairwise_f1(given)
    )


def krippendorff_alpha(given: Floats) -> float:
    """Krippendorff's alpha of a label that each reader gave, or did not, to the answers that he read.

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", nominal data. It is 1 where
    nobody ever gave the label or all always did.
    """
    readers = (~np.isnan(given)).sum(axis=0)
    twice = readers > 1
    readers, yes = readers[twice], np.nansum(given[:, twice], axis=0)
    # Pairs of values within answers that differ, each answer weighing as many values as it has.
    observed = float((2 * yes * (readers - yes) / (readers - 1)).sum())
    values = float(readers.sum())
    expected = 2 * float(yes.sum()) * (values - float(yes.sum())) / (values - 1)
    return 1 - observed / expected if expected else 1.0


def cohen_kappa(given: Floats) -> float | None:
    """The mean of Cohen's kappa over the pairs of readers for which it is defined; see Agreement."""
    from sklearn.metrics import cohen_kappa_score

    def kappa(one: Bools, other: Bools) -> float | None:
        if len({*one.tolist(), *other.tolist()}) < 2:
            return None
        return float(cohen_kappa_score(one, other))

    return _mean_over_pairs(given, kappa)


def pairwise_f1(given: Floats) -> float | None:
    """The mean F1 over the pairs of readers for which it is defined; see Agreement."""

    def f1(one: Bools, other: Bools) -> float | None:
        total = int(one.sum() + other.sum())
        return 2 * int((one & other).sum()) / total if total else None

    return _mean_over_pairs(given, f1)


def _mean_over_pairs(given: Floats, measure: Callable[[Bools, Bools], float | None]) -> float | None:
    """The mean of a measure over the pairs of readers, on the answers that both of a pair read."""
    values = []
    for one, other in combinations(given, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        values.append(measure(one[both] > 0, other[both] > 0))
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None
