"""From raw scores to confidence, and from confidence to bands.

A calibration belongs to one model. For each label it holds the two numbers of Platt's logistic map (Platt
1999, "Probabilistic outputs for support vector machines"), and for each kind of label the confidence at which
each band begins.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from scipy.special import expit

from nlp.errors import ModelError
from nlp.models.scores import Floats

Band = Literal["safe", "suggest", "unsure"]
# Labels of somebody's own are read as instruments are: they too are the whole answer's.
LabelKind = Literal["type", "subtype", "instrument", "stance"]


def logit(scores: Floats) -> Floats:
    """The log-odds of scores, with 0 and 1 moved inside by a millionth."""
    inside = np.clip(scores, 1e-6, 1 - 1e-6)
    return np.log(inside / (1 - inside))


@dataclass(frozen=True, eq=False, slots=True)
class LogisticMap:
    """How the scores of some labels become confidence.

    Attributes:
        slope, intercept: of the score's log-odds, in the shape of the scores; or one number for all.
    """

    slope: Floats = field(default_factory=lambda: np.array(1.0))
    intercept: Floats = field(default_factory=lambda: np.array(0.0))

    def confidence(self, scores: Floats) -> Floats:
        """Turn raw scores into calibrated probabilities, rounded to 4 decimals."""
        odds = self.slope * logit(scores) + self.intercept
        confidence: Floats = np.round(expit(odds), 4)
        return confidence

    def to_json(self) -> dict[str, Any]:
        """As a model's folder keeps it."""
        return {"slope": self.slope.tolist(), "intercept": self.intercept.tolist()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], shape: tuple[int, ...]) -> "LogisticMap":
        """Read what to_json gave, for scores of a shape.

        Raises:
            ValueError: a number is none, or there are more or fewer than scores.
        """
        slope, intercept = (np.asarray(fields[name], dtype=float) for name in ("slope", "intercept"))
        if not (np.isfinite(slope).all() and np.isfinite(intercept).all()):
            raise ValueError("holds something else than numbers")
        if slope.shape not in ((), shape) or intercept.shape not in ((), shape):
            raise ValueError("holds more or fewer numbers than labels")
        return cls(*(np.broadcast_to(numbers, shape) for numbers in (slope, intercept)))


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the bands of one kind of label begin.

    Attributes:
        safe: confidence from which a tag may be taken unread; None where no threshold earned that.
        suggest: confidence from which a tag is shown as tagged.
        unsure: confidence under which nothing is shown.
    """

    safe: float | None = None
    suggest: float = 0.5
    unsure: float = 0.5

    def __post_init__(self) -> None:
        for number in (self.suggest, self.unsure, *([] if self.safe is None else [self.safe])):
            if not isinstance(number, int | float) or not 0 <= number <= 1:
                raise ValueError("holds a band that begins at no confidence")

    def of(self, confidence: float) -> Band | None:
        """The band of a confidence, or None where it is not shown."""
        if self.safe is not None and confidence >= self.safe:
            return "safe"
        if confidence >= self.suggest:
            return "suggest"
        return "unsure" if confidence >= self.unsure else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the scores of a model with C codes and I instruments (or labels of somebody's own) are read.

    Attributes:
        tags: of the codes in each stance, (3, C).
        instruments: (I,).
        stances: (3,).
        bands: by kind of label.
    """

    tags: LogisticMap = field(default_factory=LogisticMap)
    instruments: LogisticMap = field(default_factory=LogisticMap)
    stances: LogisticMap = field(default_factory=LogisticMap)
    bands: Mapping[LabelKind, Bands] = field(
        default_factory=lambda: {kind: Bands() for kind in get_args(LabelKind)}
    )

    def to_json(self) -> dict[str, Any]:
        """As a model's folder keeps it."""
        maps = {name: getattr(self, name).to_json() for name in ("tags", "instruments", "stances")}
        return maps | {"bands": {kind: asdict(bands) for kind, bands in self.bands.items()}}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], codes: int, instruments: int) -> "Calibration":
        """Read what to_json gave, for so many codes and instruments.

        Raises:
            ModelError: the fields are not those of a calibration.
        """
        try:
            return cls(
                LogisticMap.from_json(fields["tags"], (3, codes)),
                LogisticMap.from_json(fields["instruments"], (instruments,)),
                LogisticMap.from_json(fields["stances"], (3,)),
                {kind: Bands(**fields["bands"][kind]) for kind in get_args(LabelKind)},
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            problem = f"is not the calibration of this model ({error}); train the model again"
            raise ModelError("calibration.json", problem) from error
