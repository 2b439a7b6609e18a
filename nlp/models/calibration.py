"""From raw scores to confidence, and from confidence to bands.

A calibration belongs to one model. For each kind of label it holds the two numbers of Platt's logistic
map (Platt 1999, "Probabilistic outputs for support vector machines") and the confidence at which each band
begins.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Literal, get_args

import numpy as np

from nlp.errors import ModelError
from nlp.models.scores import Floats

Band = Literal["safe", "suggest", "unsure"]
LabelKind = Literal["type", "subtype", "instrument", "stance"]


def logit(scores: Floats) -> Floats:
    """The log-odds of scores, with 0 and 1 moved inside by a millionth."""
    inside = np.clip(scores, 1e-6, 1 - 1e-6)
    return np.log(inside / (1 - inside))


@dataclass(frozen=True, slots=True)
class KindCalibration:
    """How the scores of one kind of label are read.

    Attributes:
        slope, intercept: of the logistic map from the score's log-odds to confidence.
        safe: confidence from which a tag may be taken unread; None where no threshold earned that.
        suggest: confidence from which a tag is shown as tagged.
        unsure: confidence under which nothing is shown.
    """

    slope: float = 1.0
    intercept: float = 0.0
    safe: float | None = None
    suggest: float = 0.5
    unsure: float = 0.5

    def __post_init__(self) -> None:
        numbers = [
            self.slope,
            self.intercept,
            self.suggest,
            self.unsure,
            *([] if self.safe is None else [self.safe]),
        ]
        if not all(isinstance(number, int | float) and isfinite(number) for number in numbers):
            raise ModelError("calibration", "holds something else than numbers; train the model again")

    def confidence(self, scores: Floats) -> Floats:
        """Turn raw scores into calibrated probabilities, rounded to 4 decimals."""
        odds = self.slope * logit(scores) + self.intercept
        return np.round(1 / (1 + np.exp(-odds)), 4)

    def band(self, confidence: float) -> Band | None:
        """The band of a confidence, or None where it is not shown."""
        if self.safe is not None and confidence >= self.safe:
            return "safe"
        if confidence >= self.suggest:
            return "suggest"
        return "unsure" if confidence >= self.unsure else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration for each kind of label."""

    type: KindCalibration = KindCalibration()
    subtype: KindCalibration = KindCalibration()
    instrument: KindCalibration = KindCalibration()
    stance: KindCalibration = KindCalibration()

    def to_json(self) -> dict[str, Any]:
        """As a model's folder keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Mapping[str, Any]]) -> "Calibration":
        """Read what to_json gave.

        Raises:
            ModelError: the fields are not those of a calibration.
        """
        if fields.keys() != set(get_args(LabelKind)):
            raise ModelError(
                "calibration.json", "does not have the four kinds of label; train the model again"
            )
        try:
            return cls(**{kind: KindCalibration(**values) for kind, values in fields.items()})
        except TypeError as error:
            raise ModelError("calibration.json", f"does not fit this version of needtag: {error}") from error
