"""95 % intervals by the cluster bootstrap: answers that belong together are drawn together.

Field and Welsh 2007, "Bootstrapping clustered data", the cluster bootstrap; the intervals are percentiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from evaluation.metrics import Floats

DRAWS = 1000
SEED = 20
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None for what is undefined or cannot be told."""

    value: float | None
    low: float | None
    high: float | None


def draw_weights(groups: Sequence[str]) -> Floats:
    """How often each answer counts in each draw, (DRAWS, N).

    As many groups are drawn as there are, with replacement, and each brings all of its answers. From a single
    group nothing can be told: there is no draw then, (0, N).

    Args:
        groups: of each answer, what it belongs to.
    """
    _, group_of = np.unique(np.array(groups, dtype=str), return_inverse=True)
    number = int(group_of.max()) + 1
    draws = DRAWS if number > 1 else 0
    drawn = np.random.default_rng(SEED).multinomial(number, np.full(number, 1 / number), size=draws)
    weights: Floats = drawn[:, group_of].astype(float)
    return weights


def estimate(value: float | Floats, draws: Floats) -> Estimate:
    """The figure with the interval that its draws span.

    Args:
        value: of the answers as they are.
        draws: (DRAWS,): of the answers as drawn; NaN where undefined.
    """
    defined = draws[~np.isnan(draws)]
    if isnan(float(value)):
        return Estimate(None, None, None)
    if not defined.size:
        return Estimate(float(value), None, None)
    low, high = np.percentile(defined, PERCENTILES)
    return Estimate(float(value), float(low), float(high))


def estimate_mean(values: Floats, weights: Floats) -> Estimate:
    """The mean of one value an answer, (N,), those that are NaN left out, with its interval."""
    defined = ~np.isnan(values)
    if not defined.any():
        return Estimate(None, None, None)
    counted = weights[:, defined]
    totals = counted.sum(axis=1)
    with np.errstate(invalid="ignore"):
        draws = counted @ values[defined] / np.where(totals > 0, totals, np.nan)
    return estimate(values[defined].mean(), draws)
