"""A transformer and a linear model that judge together, by the weighted mean of their log-odds.

The encoder knows what words mean that training never showed; TF-IDF knows which words of the corpus decide.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scipy.special import expit

from nlp.models.calibration import Calibration, logit
from nlp.models.labels import LabelSet
from nlp.models.linear import LinearModel
from nlp.models.model import ModelId
from nlp.models.scores import Floats, PassagedText, Scores
from nlp.models.transformer import TransformerModel


class BlendModel:
    """Two models of the same labels as one.

    Args:
        model_id: its name and version.
        calibration: how its scores are read.
        transformer: the one; it also tells whether a text is familiar.
        linear: the other.
        linear_share: the weight of the linear model's log-odds; that of the transformer's is the rest to 1.
    """

    KIND = "blend"
    FILES = (*TransformerModel.FILES, *LinearModel.FILES, "blend.json")
    LIBRARIES = tuple(sorted({*TransformerModel.LIBRARIES, *LinearModel.LIBRARIES}))

    def __init__(
        self,
        model_id: ModelId,
        calibration: Calibration,
        *,
        transformer: TransformerModel,
        linear: LinearModel,
        linear_share: float,
    ) -> None:
        if not 0 <= linear_share <= 1:
            raise ValueError("linear_share is no share")
        self.id = model_id
        self.calibration = calibration
        self.labels = transformer.labels
        self.transformer = transformer
        self.linear = linear
        self.linear_share = linear_share

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers; see Model."""
        both = zip(self.transformer.score(texts), self.linear.score(texts), strict=True)
        return [
            replace(
                one,
                stances=self._blended(one.stances, other.stances),
                tags=self._blended(one.tags, other.tags),
                instruments=self._blended(one.instruments, other.instruments),
            )
            for one, other in both
        ]

    def _blended(self, one: Floats, other: Floats) -> Floats:
        odds = (1 - self.linear_share) * logit(one) + self.linear_share * logit(other)
        blended: Floats = expit(odds)
        return blended

    def write(self, folder: Path) -> None:
        """Write the model's files to a folder."""
        self.transformer.write(folder)
        self.linear.write(folder)
        text = json.dumps({"linear_share": self.linear_share})
        (folder / self.FILES[-1]).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(
        cls, model_id: ModelId, calibration: Calibration, labels: LabelSet, folder: Path
    ) -> "BlendModel":
        """Read what write wrote."""
        part = ModelId(model_id.name, "part")
        return cls(
            model_id,
            calibration,
            transformer=TransformerModel.read(part, Calibration(), labels, folder),
            linear=LinearModel.read(part, Calibration(), labels, folder),
            linear_share=json.loads((folder / cls.FILES[-1]).read_text(encoding="utf-8"))["linear_share"],
        )
