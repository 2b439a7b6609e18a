"""Train the linear model."""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp.answers import STANCES, LabelledAnswer, LabelledPassage
from nlp.errors import InputError, MissingExtraError
from nlp.models import Calibration, LabelSet, ModelId, own_labels, taxonomy_labels
from nlp.models.linear import LinearModel, label_columns, new_features, passage_features
from nlp.models.scores import Floats, PassagedText
from nlp.training.calibrating import Levels, familiar_share, fit_calibration

# Inverse strength of the penalty on weights: chosen by cross-validation over author batches among 10 and 30.
PENALTY = 10.0
# Log-odds given to a label that all passages have, or none.
CERTAIN = 20.0

Bools = NDArray[np.bool_]


def train_linear(
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    calibration: Sequence[LabelledAnswer],
    *,
    levels: Levels | None = None,
    jobs: int = 2,
) -> LinearModel:
    """Train on one split; calibrate confidence on the second and the `safe` band on the third.

    Args:
        train: the split to learn from.
        validation: to calibrate confidence by, and for the lower bands.
        calibration: for the `safe` band.
        levels: what the bands promise.
        jobs: processes to train with.

    Raises:
        MissingExtraError: MAPIE, of the extra `train`, is not installed.
    """
    if find_spec("mapie") is None:
        raise MissingExtraError("mapie")
    model = fit_linear(train, jobs=jobs)
    model.familiar_share = familiar_share(model.known_words, validation)
    model.calibration = fit_calibration(model, validation, calibration, levels)
    return model


def fit_linear(train: Sequence[LabelledAnswer], *, jobs: int = 2) -> LinearModel:
    """Train a model whose scores are not calibrated yet.

    Raises:
        InputError: there are no words to learn from.
    """
    labels = labels_of(train)
    texts = [_text(labelled) for labelled in train]
    try:
        features = new_features().fit([text for text, _ in texts])
    except ValueError as error:
        problem = "hold no words that several of them share; give more, or others"
        raise InputError("the labelled answers", problem) from error
    rows = passage_features(features, texts)
    there = np.concatenate([passage_labels(labelled, labels) for labelled in train])
    fitted = Parallel(n_jobs=jobs)(delayed(_fit)(rows, there[:, column]) for column in range(there.shape[1]))
    return LinearModel(
        ModelId("linear", "untrained"),
        Calibration(),
        labels,
        features=features,
        # Half precision is what a model's file holds; calibrate what will be used.
        weights=np.stack([weights for weights, _ in fitted], axis=1).astype(np.float16).astype(np.float64),
        intercepts=np.array([intercept for _, intercept in fitted]),
    )


def labels_of(answers: Sequence[LabelledAnswer]) -> LabelSet:
    """What a model of labelled answers finds: the taxonomy's labels, or those of the answers' own."""
    if any(each.own is None for each in answers):
        return taxonomy_labels()
    return own_labels(label for each in answers for label in each.own or ())


def marked_passages(labelled: LabelledAnswer) -> tuple[LabelledPassage, ...]:
    """The marked passages; the whole answer where none is marked."""
    if labelled.passages:
        return labelled.passages
    tags = (*labelled.tags, *((stance, None) for stance in labelled.stances))
    return (LabelledPassage(0, len(labelled.answer.text), tags),)


def _text(labelled: LabelledAnswer) -> PassagedText:
    return labelled.answer.text, [(passage.start, passage.end) for passage in marked_passages(labelled)]


def passage_labels(labelled: LabelledAnswer, labels: LabelSet) -> Bools:
    """The labels of an answer's passages, one row each: the stances, the codes, the instruments.

    Instruments, and labels of somebody's own, are the whole answer's: every passage of it counts as pointing
    to them.
    """
    first = len(STANCES) + len(labels.codes)
    pointed = labelled.instruments if labelled.own is None else labelled.own
    passages = marked_passages(labelled)
    rows = np.zeros((len(passages), label_columns(labels)), dtype=bool)
    for row, passage in zip(rows, passages, strict=True):
        row[first:] = [label in pointed for label in labels.pointed]
        for stance, code in passage.tags:
            row[STANCES.index(stance)] = True
            if code:
                place = labels.codes.index(code)
                row[[len(STANCES) + place, len(STANCES) + labels.type_places[place]]] = True
    return rows


def _fit(rows: csr_matrix, labels: Bools) -> tuple[Floats, float]:
    """The weights (F,) and the intercept of one label."""
    if labels.all() or not labels.any():
        return np.zeros(rows.shape[1]), CERTAIN if labels.all() else -CERTAIN
    fitted = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0).fit(rows, labels)
    return fitted.coef_[0], float(fitted.intercept_[0])
