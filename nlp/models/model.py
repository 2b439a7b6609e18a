"""What every kind of model can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlp.answers import STANCES
from nlp.models.calibration import Calibration
from nlp.models.labels import LabelSet, taxonomy_labels
from nlp.models.scores import TAGGED_STANCES, PassagedText, Scores


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which model said it: its name, and a version that changes whenever its files do."""

    name: str
    version: str


class Model(Protocol):
    """Scores the passages of answers; the rest (languages, States, calibration) is the Tagger's."""

    id: ModelId
    calibration: Calibration
    labels: LabelSet

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers, each a text with the spans of its passages (one at least).

        A text's scores do not depend on the texts beside it.
        """


class DummyModel:
    """Finds nothing: lets all else be tried without a trained model."""

    id = ModelId("dummy", "0")
    calibration = Calibration()
    labels = taxonomy_labels()

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Give every label the score 0 and every passage the stance "none"."""
        scores = []
        for _, passages in texts:
            stances = np.zeros((len(passages), len(STANCES)))
            stances[:, STANCES.index("none")] = 1
            tags = np.zeros((len(passages), len(TAGGED_STANCES), len(self.labels.codes)))
            scores.append(Scores(stances, tags, np.zeros((len(passages), len(self.labels.instruments)))))
        return scores
