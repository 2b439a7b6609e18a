"""Train the linear model."""

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp.answers import STANCES, LabelledAnswer, LabelledPassage
from nlp.models import Calibration, ModelId
from nlp.models.linear import LinearModel, new_features, passage_features
from nlp.models.scores import Floats, PassagedText
from nlp.taxonomy import load_taxonomy
from nlp.training.calibrating import familiar_share, fit_calibration

# Inverse strength of the penalty on weights: chosen by cross-validation over author batches among 10 and 30.
PENALTY = 10.0
# Log-odds given to a label that all passages have, or none.
CERTAIN = 20.0

Labels = NDArray[np.bool_]


def train_linear(
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    calibration: Sequence[LabelledAnswer],
    *,
    jobs: int = 2,
) -> LinearModel:
    """Train on one split; calibrate confidence on the second and the `safe` band on the third."""
    model = fit_linear(train, jobs=jobs)
    model.familiar_share = familiar_share(model.known_words, validation)
    model.calibration = fit_calibration(model, validation, calibration)
    return model


def fit_linear(train: Sequence[LabelledAnswer], *, jobs: int = 2) -> LinearModel:
    """Train a model whose scores are not calibrated yet."""
    texts = [_text(labelled) for labelled in train]
    features = new_features().fit([text for text, _ in texts])
    rows = passage_features(features, texts)
    labels = np.concatenate([passage_labels(labelled) for labelled in train])
    fitted = Parallel(n_jobs=jobs)(
        delayed(_fit)(rows, labels[:, column]) for column in range(labels.shape[1])
    )
    return LinearModel(
        ModelId("linear", "untrained"),
        Calibration(),
        features=features,
        # Half precision is what a model's file holds; calibrate what will be used.
        weights=np.stack([weights for weights, _ in fitted], axis=1).astype(np.float16).astype(np.float64),
        intercepts=np.array([intercept for _, intercept in fitted]),
    )


def marked_passages(labelled: LabelledAnswer) -> tuple[LabelledPassage, ...]:
    """The marked passages; the whole answer where none is marked."""
    if labelled.passages:
        return labelled.passages
    tags = (*labelled.tags, *((stance, None) for stance in labelled.stances))
    return (LabelledPassage(0, len(labelled.answer.text), tags),)


def _text(labelled: LabelledAnswer) -> PassagedText:
    return labelled.answer.text, [(passage.start, passage.end) for passage in marked_passages(labelled)]


def passage_labels(labelled: LabelledAnswer) -> Labels:
    """The labels of an answer's passages, one row each: the stances, the codes, the instruments.

    Instruments are the whole answer's: every passage of it counts as pointing to them.
    """
    taxonomy = load_taxonomy()
    codes = {code: place for place, code in enumerate(taxonomy.codes, len(STANCES))}
    first = len(STANCES) + len(codes)
    instruments = [
        first + n for n, entry in enumerate(taxonomy.instruments) if entry.code in labelled.instruments
    ]
    passages = marked_passages(labelled)
    rows = np.zeros((len(passages), first + len(taxonomy.instruments)), dtype=bool)
    for row, passage in zip(rows, passages, strict=True):
        row[instruments] = True
        for stance, code in passage.tags:
            row[STANCES.index(stance)] = True
            if code:
                row[[codes[code], codes[taxonomy.type_of(code)]]] = True
    return rows


def _fit(rows: csr_matrix, labels: Labels) -> tuple[Floats, float]:
    """The weights (F,) and the intercept of one label."""
    if labels.all() or not labels.any():
        return np.zeros(rows.shape[1]), CERTAIN if labels.all() else -CERTAIN
    fitted = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0).fit(rows, labels)
    return fitted.coef_[0], float(fitted.intercept_[0])
