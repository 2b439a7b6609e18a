"""Whether a confidence means what it says: reliability, bands, and what may be taken unread.

Most labels are rightly near 0 for most answers. A mean over all of them looks calibrated whatever the model
says where it matters, so reliability is measured over the tags with a confidence of 0.10 and more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.bootstrap import Estimate, estimate
from evaluation.judged import BANDS, Judged
from evaluation.metrics import Bools, Floats, share
from nlp.models import Band

FLOOR = 0.10
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Tags of about the same confidence: how many, their mean confidence, the share that is right."""

    tags: int
    confidence: float
    right: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well confidence matches the share that is right.

    Attributes:
        brier: the mean squared distance of confidence and truth, of all labels of all answers (Brier 1950).
        skill: by what share that is better than always saying how frequent each label is: 0 for a model
            that does just that, however well its confidence matches (Murphy 1973).
        brier_from_floor: as brier, of the tags with a confidence of 0.10 and more alone.
        error: the expected calibration error of those tags, in bins of equal mass: the mean distance of
            confidence and the share that is right (Nixon et al. 2019, "Measuring calibration in deep
            learning").
        held: the share of the labels that are there which those tags hold.
        bins: of those tags, by rising confidence.
    """

    brier: Estimate
    skill: float | None
    brier_from_floor: Estimate
    error: Estimate
    held: float | None
    bins: list[Bin]


@dataclass(frozen=True, slots=True)
class BandFigures:
    """What a band holds: its tags, how often they are right, the share of all labels there that it holds."""

    tags: int
    precision: Estimate
    held: Estimate


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """What share of answers would be wrong if the surest were taken unread.

    El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification". An answer is as
    sure as its least sure label; it is wrong if any label is.

    Attributes:
        coverage: the shares of answers taken, rising.
        risk: the share of those taken that are wrong.
        area: the mean risk over all coverages.
    """

    coverage: list[float]
    risk: list[float]
    area: float


def reliability(gold: Bools, confidence: Floats, weights: Floats) -> Reliability:
    """Measure how well confidence matches truth.

    Args:
        gold: (N, L).
        confidence: (N, L).
        weights: (B, N): how often each answer counts in each of B draws.
    """
    squares = (confidence - gold) ** 2
    base = float(((gold.mean(axis=0) - gold) ** 2).mean())
    told = confidence >= FLOOR
    row, column = np.nonzero(told)
    said, right = confidence[row, column], gold[row, column]
    bins, draws = [], []
    for part in _equal_masses(said):
        counted = weights[:, row[part]]
        totals = counted.sum(axis=1)
        shares = share((counted * right[part]).sum(axis=1), totals)
        bins.append(Bin(len(part), float(said[part].mean()), estimate(right[part].mean(), shares)))
        draws.append((totals, np.abs(shares - share((counted * said[part]).sum(axis=1), totals))))
    return Reliability(
        brier=_mean_of(squares.sum(axis=1), np.full(len(gold), gold.shape[1]), weights),
        skill=1 - float(squares.mean()) / base if base else None,
        brier_from_floor=_mean_of((squares * told).sum(axis=1), told.sum(axis=1), weights),
        error=_calibration_error(bins, draws),
        held=float((gold & told).sum() / gold.sum()) if gold.any() else None,
        bins=bins,
    )


def _equal_masses(said: Floats) -> list[NDArray[np.intp]]:
    """The places of confidences, rising, in bins of about as many each; equal ones are not torn apart."""
    order = np.argsort(said, kind="stable")
    rising = said[order]
    starts = rising[np.arange(1, BINS) * len(said) // BINS] if len(said) else rising
    return [part for part in np.split(order, np.unique(np.searchsorted(rising, starts))) if part.size]


def _calibration_error(bins: list[Bin], draws: list[tuple[Floats, Floats]]) -> Estimate:
    """The mean distance of the bins, with the basic bootstrap interval.

    Chance lengthens every distance, in the draws once more than in the figure itself. So the draws are
    mirrored at the figure (Davison and Hinkley 1997, "Bootstrap methods and their application", section 5.2).
    """
    if not bins:
        return Estimate(None, None, None)
    tags = sum(each.tags for each in bins)
    value = sum(abs(each.confidence - (each.right.value or 0)) * each.tags for each in bins) / tags
    totals = np.array([total for total, _ in draws])
    distances = np.array([np.nan_to_num(distance) for _, distance in draws])
    mirrored = estimate(value, 2 * value - share((distances * totals).sum(axis=0), totals.sum(axis=0)))
    if mirrored.low is None or mirrored.high is None:
        return mirrored
    return Estimate(value, max(0.0, mirrored.low), max(value, mirrored.high))


def bands(judged: Judged, weights: Floats) -> dict[Band, BandFigures]:
    """Measure each band; the surest first."""
    assert judged.bands is not None
    there = judged.gold.sum(axis=1)
    figures = {}
    for band in reversed(BANDS):
        inside = judged.bands == BANDS.index(band) + 1
        right = (inside & judged.gold).sum(axis=1)
        figures[band] = BandFigures(
            tags=int(inside.sum()),
            precision=_mean_of(right, inside.sum(axis=1), weights),
            held=_mean_of(right, there, weights),
        )
    return figures


def risk_coverage(judged: Judged) -> RiskCoverage:
    """Measure what taking the surest answers unread would risk; equally sure answers are taken together."""
    assert judged.confidence is not None
    sureness = np.maximum(judged.confidence, 1 - judged.confidence).min(axis=1)
    wrong = (judged.gold != judged.found).any(axis=1)
    order = np.argsort(-sureness, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(sureness[order]) != 0, True))
    taken = ends + 1
    risk = np.cumsum(wrong[order])[ends] / taken
    area = float((risk * np.diff(taken, prepend=0)).sum() / len(wrong))
    return RiskCoverage((taken / len(wrong)).tolist(), risk.tolist(), area)


def _mean_of(part: Floats, whole: Floats, weights: Floats) -> Estimate:
    """A share of sums over answers, with its interval."""
    return estimate(
        share(np.asarray(part.sum(), float), np.asarray(whole.sum(), float)),
        share(weights @ part, weights @ whole),
    )
