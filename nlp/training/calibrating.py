"""Calibrate a trained model: confidence and lower bands on validation, `safe` on the calibration split."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from nlp.answers import LabelledAnswer
from nlp.models import TAGGED_STANCES, Calibration, KindCalibration, LabelKind, Model, Scores
from nlp.models.calibration import logit
from nlp.models.familiarity import known_share
from nlp.models.scores import Floats
from nlp.passages import worded_passages
from nlp.suggestions import confidences
from nlp.taxonomy import load_taxonomy

# In this order: a type is shown with its sub-types, so its own threshold is found once theirs is.
KINDS: tuple[LabelKind, ...] = ("subtype", "type", "instrument", "stance")
# A tag in `safe` is right at least this often, with this certainty; `unsure` reaches down to this recall.
SAFE_PRECISION = 0.95
SAFE_CERTAINTY = 0.95
SAFE_STEP = 100
UNSURE_RECALL = 0.85
# The share of the validation answers that know fewer words than an answer must to be familiar.
UNFAMILIAR_QUANTILE = 0.002

# All (answer, label) cells of one kind, pooled: what the model says, and whether the label is there.
Cells = tuple[Floats, NDArray[np.bool_]]


def fit_calibration(
    model: Model, validation: Sequence[LabelledAnswer], calibration: Sequence[LabelledAnswer]
) -> Calibration:
    """Fit how a model's scores are read; the model's own calibration plays no part."""
    scores = _score(model, validation)
    held_out = _score(model, calibration)
    fitted = Calibration(**{kind: _platt(*_raw_cells(scores, validation, kind)) for kind in KINDS})
    for kind in KINDS:
        confidence, present = _cells(scores, validation, fitted, kind)
        if kind == "type":
            confidence = np.where(_brought(scores, fitted), 1, confidence)
        suggested = best_f1_threshold(confidence, present)
        bands = replace(
            getattr(fitted, kind),
            safe=safe_threshold(*_cells(held_out, calibration, fitted, kind)),
            suggest=suggested,
            unsure=min(suggested, recall_threshold(confidence, present, UNSURE_RECALL)),
        )
        fitted = replace(fitted, **{kind: bands})
    return fitted


def familiar_share(known_words: Collection[str], validation: Sequence[LabelledAnswer]) -> float:
    """The share of known words under which an answer is unfamiliar: nearly all of validation reach it."""
    shares = [known_share(labelled.answer.text, known_words) for labelled in validation]
    return float(np.quantile(shares, UNFAMILIAR_QUANTILE))


def _score(model: Model, answers: Sequence[LabelledAnswer]) -> list[Scores]:
    """Score answers as they come in: with passages as they are split, not as they were marked."""
    texts = [each.answer.text for each in answers]
    return model.score([(text, worded_passages(text)) for text in texts])


def _platt(raw: Floats, present: NDArray[np.bool_]) -> KindCalibration:
    fitted = LogisticRegression(C=1e6).fit(logit(raw)[:, None], present)
    return KindCalibration(slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]))


def _raw_cells(scores: Sequence[Scores], answers: Sequence[LabelledAnswer], kind: LabelKind) -> Cells:
    types = len(load_taxonomy().types)
    raw = {
        "type": lambda each: each.answer_tags()[:, :types],
        "subtype": lambda each: each.answer_tags()[:, types:],
        "instrument": Scores.answer_instruments,
        "stance": Scores.answer_stances,
    }[kind]
    return np.concatenate([raw(each).ravel() for each in scores]), _present(answers, kind)


def _cells(
    scores: Sequence[Scores], answers: Sequence[LabelledAnswer], maps: Calibration, kind: LabelKind
) -> Cells:
    types = len(load_taxonomy().types)
    found = [confidences(each, maps) for each in scores]
    confidence = {
        "type": [each.tags[:, :types] for each in found],
        "subtype": [each.tags[:, types:] for each in found],
        "instrument": [each.instruments for each in found],
        "stance": [each.stances for each in found],
    }[kind]
    return np.concatenate([each.ravel() for each in confidence]), _present(answers, kind)


def _brought(scores: Sequence[Scores], fitted: Calibration) -> NDArray[np.bool_]:
    """For each cell of a type whether a suggested sub-type brings it."""
    taxonomy = load_taxonomy()
    places = [
        [taxonomy.codes.index(subtype.code) for subtype in taxonomy.subtypes_of(entry.code)]
        for entry in taxonomy.types
    ]
    suggested = [confidences(each, fitted).tags >= fitted.subtype.suggest for each in scores]
    return np.concatenate(
        [np.stack([each[:, subs].any(axis=1) for subs in places], axis=1).ravel() for each in suggested]
    )


def _present(answers: Sequence[LabelledAnswer], kind: LabelKind) -> NDArray[np.bool_]:
    """Whether each label of a kind is there, answer by answer, in the order of the cells."""
    return np.array([present for labelled in answers for present in _row(labelled, kind)])


def _row(labelled: LabelledAnswer, kind: LabelKind) -> list[bool]:
    taxonomy = load_taxonomy()
    if kind == "instrument":
        return [entry.code in labelled.instruments for entry in taxonomy.instruments]
    if kind == "stance":
        return [stance in labelled.stances for stance in TAGGED_STANCES]
    entries = taxonomy.types if kind == "type" else taxonomy.subtypes
    return [(stance, entry.code) in labelled.tags for stance in TAGGED_STANCES for entry in entries]


def best_f1_threshold(confidence: Floats, present: NDArray[np.bool_]) -> float:
    """The confidence from which taking every label gives the best micro-F1."""
    order, hits = _by_confidence(confidence, present)
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + present.sum())
    return float(order[np.argmax(np.where(_last_of_equals(order), f1, -1))])


def recall_threshold(confidence: Floats, present: NDArray[np.bool_], recall: float) -> float:
    """The highest confidence from which taking every label finds this share of those that are there."""
    order, hits = _by_confidence(confidence, present)
    return float(order[np.argmax(hits >= recall * present.sum())])


def safe_threshold(confidence: Floats, present: NDArray[np.bool_]) -> float | None:
    """The lowest confidence from which labels are right as often, and as certainly, as `safe` asks.

    Thresholds are tested from the strictest down, a step of labels at a time, and the first that fails ends
    the search, so that the certainty is that of one test (fixed sequence testing, Angelopoulos et al. 2021,
    "Learn then test"). A threshold passes if the one-sided lower bound of Clopper and Pearson (1934) on its
    precision does. Labels of one author are not quite independent, as the bound takes them to be. None where
    no threshold passes.
    """
    order, hits = _by_confidence(confidence, present)
    lasts = np.flatnonzero(_last_of_equals(order))
    passed = None
    for taken in range(SAFE_STEP, len(order) + 1, SAFE_STEP):
        # The last of equal confidences stands for all of them.
        place = lasts[np.searchsorted(lasts, taken - 1)]
        # Without a hit the bound is not a number, and does not pass.
        if not beta.ppf(1 - SAFE_CERTAINTY, hits[place], place + 1 - hits[place] + 1) >= SAFE_PRECISION:
            break
        passed = float(order[place])
    return passed


def _last_of_equals(order: Floats) -> NDArray[np.bool_]:
    """Which of the ordered confidences are the last of their value: only there can a threshold stand."""
    return np.append(order[1:] != order[:-1], True)


def _by_confidence(confidence: Floats, present: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64]]:
    """The confidences from high to low, and how many labels are there down to each."""
    order = np.argsort(-confidence, kind="stable")
    return confidence[order], np.cumsum(present[order])
