"""The linear model: TF-IDF of words and of characters, one logistic regression a label.

A passage is seen in its answer: its features are its own plus a part of the whole answer's. A tag in a stance
is scored as the product of "the passage speaks of this" and "the passage has this stance".
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from nlp.answers import STANCES
from nlp.errors import ModelError
from nlp.models import safe_joblib
from nlp.models.calibration import Calibration
from nlp.models.familiarity import known_share
from nlp.models.labels import LabelSet
from nlp.models.model import ModelId
from nlp.models.scores import TAGGED_STANCES, Floats, PassagedText, Scores

# The part of the whole answer's features that is added to each passage's: chosen by cross-validation over
# author batches among 0, 0.3, 0.5, 0.6 and 1.
CONTEXT_WEIGHT = 0.6


def new_features() -> FeatureUnion:
    """The vectorizers, not yet fitted: words and word pairs, and runs of 2 to 5 characters within words."""
    shared = {"sublinear_tf": True, "strip_accents": "unicode", "dtype": np.float64}
    return FeatureUnion(
        [
            ("word", TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=20_000, **shared)),
            (
                "char",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=30_000, **shared
                ),
            ),
        ]
    )


def passage_features(features: FeatureUnion, texts: Sequence[PassagedText]) -> csr_matrix:
    """The features of every passage of every text, one row a passage, in order."""
    passages, owners, rows = _rows(features, texts)
    return (rows[:passages] + CONTEXT_WEIGHT * rows[owners]).tocsr()


def _rows(features: FeatureUnion, texts: Sequence[PassagedText]) -> tuple[int, list[int], csr_matrix]:
    """Give the number of passages, for each the row of its answer, and rows: passages first, then answers."""
    passages = [text[start:end] for text, spans in texts for start, end in spans]
    rows = features.transform(passages + [text for text, _ in texts]).tocsr()
    owners = [len(passages) + number for number, (_, spans) in enumerate(texts) for _ in spans]
    return len(passages), owners, rows


def columns(features: FeatureUnion) -> int:
    """How many features the vectorizers give."""
    return sum(len(vectorizer.vocabulary_) for _, vectorizer in features.transformer_list)


def label_columns(labels: LabelSet) -> int:
    """How many labels the weights are of: the stances, then the codes, then the instruments."""
    return len(STANCES) + len(labels.codes) + len(labels.pointed)


class LinearModel:
    """A trained linear model.

    Args:
        model_id: its name and version.
        calibration: how its scores are read.
        labels: what it finds.
        features: the fitted vectorizers, F columns together.
        weights: (F, L), one column a label: the stances, then the codes, then the instruments.
        intercepts: (L,).
        familiar_share: the share of a text's words that the model must know, else the text is unfamiliar.
    """

    KIND = "linear"
    FILES = ("model.joblib",)
    LIBRARIES = ("joblib", "numpy", "scikit-learn", "scipy")

    def __init__(
        self,
        model_id: ModelId,
        calibration: Calibration,
        labels: LabelSet,
        *,
        features: FeatureUnion,
        weights: Floats,
        intercepts: Floats,
        familiar_share: float = 0.0,
    ) -> None:
        if (
            weights.shape != (columns(features), label_columns(labels))
            or intercepts.shape != weights.shape[1:]
        ):
            raise ModelError(model_id.name, "has weights of another shape than its terms and labels ask for")
        if not (np.isfinite(weights).all() and np.isfinite(intercepts).all() and 0 <= familiar_share <= 1):
            raise ModelError(model_id.name, "has weights that are no numbers")
        self.id = model_id
        self.calibration = calibration
        self.labels = labels
        self.features = features
        self.weights = weights
        self.intercepts = intercepts
        self.familiar_share = familiar_share

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers; see Model."""
        passages, owners, rows = _rows(self.features, texts)
        # Multiplied before they are added: a long answer's features are not copied to each of its passages.
        odds = rows @ self.weights
        probabilities = expit(odds[:passages] + CONTEXT_WEIGHT * odds[owners] + self.intercepts)
        ends = np.cumsum([len(spans) for _, spans in texts])[:-1]
        return [
            self._scores(text, part)
            for (text, _), part in zip(texts, np.split(probabilities, ends), strict=True)
        ]

    def _scores(self, text: str, probabilities: Floats) -> Scores:
        codes_end = len(STANCES) + len(self.labels.codes)
        stances, codes, instruments = np.split(probabilities, [len(STANCES), codes_end], axis=1)
        tags = stances[:, : len(TAGGED_STANCES), None] * codes[:, None, :]
        familiar = known_share(text, self.known_words) >= self.familiar_share
        return Scores(stances, tags, instruments, familiar)

    @property
    def known_words(self) -> Mapping[str, int]:
        """The words, and pairs of words, that were learned."""
        vocabulary: Mapping[str, int] = self.features["word"].vocabulary_
        return vocabulary

    def write(self, folder: Path) -> None:
        """Write the model's file to a folder."""
        safe_joblib.dump(self.to_data(), folder / self.FILES[0])

    @classmethod
    def read(
        cls, model_id: ModelId, calibration: Calibration, labels: LabelSet, folder: Path
    ) -> "LinearModel":
        """Read what write wrote."""
        return cls.from_data(model_id, calibration, labels, safe_joblib.load(folder / cls.FILES[0]))

    def to_data(self) -> dict[str, Any]:
        """All that was learned as plain values and arrays, without any class of scikit-learn.

        A file of these can be read by another version of scikit-learn, and by a reader that admits no
        classes. Weights in half precision change a confidence by less than its rounding.
        """
        return {
            "vectorizers": {
                name: {"terms": list(vectorizer.get_feature_names_out()), "idf": vectorizer.idf_}
                for name, vectorizer in self.features.transformer_list
            },
            "weights": self.weights.astype(np.float16),
            "intercepts": self.intercepts,
            "familiar_share": self.familiar_share,
        }

    @classmethod
    def from_data(
        cls, model_id: ModelId, calibration: Calibration, labels: LabelSet, data: Mapping[str, Any]
    ) -> "LinearModel":
        """Make the model again from what to_data gave."""
        features = new_features()
        for name, vectorizer in features.transformer_list:
            learned = data["vectorizers"][name]
            vectorizer.set_params(vocabulary=learned["terms"])
            vectorizer.idf_ = learned["idf"]
        return cls(
            model_id,
            calibration,
            labels,
            features=features,
            weights=data["weights"].astype(np.float64),
            intercepts=data["intercepts"],
            familiar_share=data["familiar_share"],
        )
