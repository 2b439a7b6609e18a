"""What every kind of model can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlp.answers import STANCES
from nlp.models.calibration import Calibration
from nlp.models.scores import TAGGED_STANCES, PassagedText, Scores
from nlp.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which model said it: its name, and a version that changes whenever its files do."""

    name: str
    version: str


class Model(Protocol):
    """Scores the passages of answers; the rest (languages, States, calibration) is the Tagger's."""

    id: ModelId
    calibration: Calibration

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers, each a text with the spans of its passages (one at least).

        A text's scores do not depend on the texts beside it.
        """


class DummyModel:
    """Finds nothing: lets all else be tried without a trained model."""

    id = ModelId("dummy", "0")
    calibration = Calibration()

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Give every label the score 0 and every passage the stance "none"."""
        taxonomy = load_taxonomy()
        scores = []
        for _, passages in texts:
            stances = np.zeros((len(passages), len(STANCES)))
            stances[:, STANCES.index("none")] = 1
            tags = np.zeros((len(passages), len(TAGGED_STANCES), len(taxonomy.codes)))
            scores.append(Scores(stances, tags, np.zeros((len(passages), len(taxonomy.instruments)))))
        return scores
