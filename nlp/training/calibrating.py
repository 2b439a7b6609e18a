"""Calibrate a trained model: confidence and lower bands on validation, `safe` on the calibration split."""

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp.answers import LabelledAnswer
from nlp.errors import InputError, MissingExtraError
from nlp.models import (
    TAGGED_STANCES,
    Bands,
    Calibration,
    LabelKind,
    LabelSet,
    LogisticMap,
    Model,
    Scores,
)
from nlp.models.calibration import logit
from nlp.models.familiarity import known_share
from nlp.models.scores import Floats
from nlp.passages import scored_passages
from nlp.suggestions import confidences

# In this order: a type is shown with its sub-types, so its own threshold is found once theirs is.
KINDS: tuple[LabelKind, ...] = ("subtype", "type", "instrument", "stance")
# A label that is there in fewer validation answers shares its map with others.
OWN_MAP_FROM = 30
# `safe` is sought among labels of this confidence and more: it holds so many of them, or some steps more.
SAFE_FROM = 0.5
SAFE_FEWEST = 200
SAFE_STEP = 50
# The share of the validation answers that know fewer words than an answer must to be familiar.
UNFAMILIAR_QUANTILE = 0.002

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Levels:
    """What the bands promise.

    Attributes:
        safe_precision: a tag in `safe` is right at least this often,
        safe_certainty: with this certainty over what the calibration split might have been.
        unsure_recall: `unsure` reaches down to where this share of all labels there is shown.
    """

    safe_precision: float = 0.95
    safe_certainty: float = 0.95
    unsure_recall: float = 0.95

    def __post_init__(self) -> None:
        for name in ("safe_precision", "safe_certainty"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(name, "must be more than 0 and less than 1: nothing is certain")
        if not 0 <= self.unsure_recall <= 1:
            raise InputError("unsure_recall", "must be from 0 to 1")


def fit_calibration(
    model: Model,
    validation: Sequence[LabelledAnswer],
    calibration: Sequence[LabelledAnswer],
    levels: Levels | None = None,
) -> Calibration:
    """Fit how a model's scores are read; the model's own calibration plays no part.

    Args:
        model: whose scores are read.
        validation: what confidence and the lower bands are fitted on.
        calibration: what `safe` is fitted on, used for nothing else.
        levels: what the bands promise.

    Raises:
        MissingExtraError: MAPIE is not installed.
    """
    levels = levels or Levels()
    labels = model.labels
    scores, held_out = _score(model, validation), _score(model, calibration)
    fitted = _maps(scores, validation, labels)
    for kind in KINDS:
        confidence, present = _cells(scores, fitted, validation, labels, kind)
        if not present.any():
            continue
        held, there = _cells(held_out, fitted, calibration, labels, kind)
        if kind == "type":
            bands = fitted.bands["subtype"]
            confidence = np.where(_brought(scores, fitted, labels, bands.suggest).ravel(), 1, confidence)
            if bands.safe is not None:
                held = np.where(_brought(held_out, fitted, labels, bands.safe).ravel(), 1, held)
        suggested = best_f1_threshold(confidence, present)
        fitted_bands = Bands(
            safe=safe_threshold(held, there, levels),
            suggest=suggested,
            unsure=min(suggested, 0.5, recall_threshold(confidence, present, levels.unsure_recall)),
        )
        fitted = replace(fitted, bands={**fitted.bands, kind: fitted_bands})
    return fitted


def familiar_share(known_words: Collection[str], validation: Sequence[LabelledAnswer]) -> float:
    """The share of known words under which an answer is unfamiliar: nearly all of validation reach it."""
    shares = [known_share(labelled.answer.text, known_words) for labelled in validation]
    return float(np.quantile(shares, UNFAMILIAR_QUANTILE))


def _score(model: Model, answers: Sequence[LabelledAnswer]) -> list[Scores]:
    """Score answers as they come in: with passages as they are split, not as they were marked."""
    texts = [each.answer.text for each in answers]
    return model.score([(text, scored_passages(text)) for text in texts])


def _maps(scores: Sequence[Scores], answers: Sequence[LabelledAnswer], labels: LabelSet) -> Calibration:
    """A map for each label, or for the labels that share one."""
    there = _present(answers, labels)
    stances, codes = np.indices((len(TAGGED_STANCES), len(labels.codes)))
    of_type = np.array(labels.type_places, dtype=int)[codes] + len(labels.types) * stances
    of_stance = 2 * stances + (codes < len(labels.types))
    return Calibration(
        tags=_map(
            np.stack([each.answer_tags() for each in scores]),
            np.concatenate([there["type"], there["subtype"]], axis=2),
            # A type with its sub-types in one stance; all types, or all sub-types, in one stance.
            (of_type, of_stance),
        ),
        instruments=_map(np.stack([each.answer_instruments() for each in scores]), there["instrument"]),
        stances=_map(np.stack([each.answer_stances() for each in scores]), there["stance"]),
    )


def _map(raw: Floats, present: Bools, pools: Sequence[NDArray[np.int64]] = ()) -> LogisticMap:
    """Fit one map a label where it is there often enough, else one for the narrowest pool that is.

    Args:
        raw: (N, ...): the scores of N answers.
        present: (N, ...).
        pools: (...) each, the narrowest first: the number of each label's pool. The widest is all labels.
    """
    shape = raw.shape[1:]
    alone = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    slope, intercept = np.ones(shape), np.zeros(shape)
    # From the widest pool to the narrowest, so that the last one fitted stands.
    for pool in (np.zeros(shape, dtype=int), *reversed(pools), alone):
        for number in np.unique(pool):
            cells = pool == number
            there = present[:, cells]
            if there.sum() < OWN_MAP_FROM:
                continue
            fitted = platt(raw[:, cells].ravel(), there.ravel())
            # Where confidence would fall as the score rises, few answers have misled.
            if fitted[0] > 0:
                slope[cells], intercept[cells] = fitted
    return LogisticMap(slope, intercept)


def platt(raw: Floats, present: Bools) -> tuple[float, float]:
    """Slope and intercept of the logistic map from log-odds to truth, (N,) each.

    As Platt 1999 has it, what is there counts as a little less than certain, and what is not as a little more
    than impossible, so that labels without a mistake keep a finite slope.
    """
    there, absent = int(present.sum()), int((~present).sum())
    target = np.where(present, (there + 1) / (there + 2), 1 / (absent + 2))
    odds = np.tile(logit(raw), 2)[:, None]
    fitted = LogisticRegression(C=1e6).fit(
        odds, np.repeat([True, False], len(raw)), sample_weight=np.concatenate([target, 1 - target])
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _confidence(scores: Sequence[Scores], maps: Calibration, labels: LabelSet) -> Mapping[LabelKind, Floats]:
    """The confidence of every label of N answers by kind, (N, ...)."""
    found = [confidences(each, maps, labels) for each in scores]
    tags, types = np.stack([each.tags for each in found]), len(labels.types)
    return {
        "type": tags[:, :, :types],
        "subtype": tags[:, :, types:],
        "instrument": np.stack([each.instruments for each in found]),
        "stance": np.stack([each.stances for each in found]),
    }


def _present(answers: Sequence[LabelledAnswer], labels: LabelSet) -> Mapping[LabelKind, Bools]:
    """Whether each label is there, in the shapes of _confidence."""

    def tags(codes: Sequence[str]) -> Bools:
        there = [
            [[(said, code) in each.tags for code in codes] for said in TAGGED_STANCES] for each in answers
        ]
        return np.array(there, dtype=bool).reshape(len(answers), len(TAGGED_STANCES), len(codes))

    pointed = [each.instruments if each.own is None else each.own for each in answers]
    return {
        "type": tags(labels.types),
        "subtype": tags(labels.subtypes),
        "instrument": np.array([[label in each for label in labels.pointed] for each in pointed], dtype=bool),
        "stance": np.array(
            [[said in each.stances for said in TAGGED_STANCES] for each in answers], dtype=bool
        ),
    }


def _cells(
    scores: Sequence[Scores],
    maps: Calibration,
    answers: Sequence[LabelledAnswer],
    labels: LabelSet,
    kind: LabelKind,
) -> tuple[Floats, Bools]:
    """All cells of answer and label of one kind, pooled: the confidence, and whether the label is there."""
    return _confidence(scores, maps, labels)[kind].ravel(), _present(answers, labels)[kind].ravel()


def _brought(scores: Sequence[Scores], fitted: Calibration, labels: LabelSet, begins: float) -> Bools:
    """For each type of each answer, (N, 3, T), whether a sub-type in the band that begins there brings it."""
    suggested = _confidence(scores, fitted, labels)["subtype"] >= begins
    places = np.array(labels.type_places[len(labels.types) :])
    return np.stack(
        [suggested[:, :, places == place].any(axis=2) for place in range(len(labels.types))], axis=2
    )


def best_f1_threshold(confidence: Floats, present: Bools) -> float:
    """A confidence from which taking every label gives the best micro-F1."""
    order, hits = _by_confidence(confidence, present)
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + present.sum())
    return _halfway(order, int(np.argmax(np.where(_last_of_equals(order), f1, -1))))


def recall_threshold(confidence: Floats, present: Bools, recall: float) -> float:
    """A confidence from which taking every label finds this share of those that are there, and few others."""
    order, hits = _by_confidence(confidence, present)
    return _halfway(order, int(np.argmax(hits >= recall * present.sum())))


def _halfway(order: Floats, place: int) -> float:
    """A threshold that takes the confidences down to a place: halfway to the next lower one.

    At the very confidence of the last one taken, another answer's label that is as sure would be missed.
    """
    lower = order[order < order[place]]
    return float(order[place] + (lower[0] if lower.size else 0)) / 2


def safe_threshold(confidence: Floats, present: Bools, levels: Levels) -> float | None:
    """The lowest confidence from which labels are right as often, and as certainly, as `safe` asks.

    MAPIE tests thresholds from the end where fewer labels are wrong, and stops at the first that fails, so
    that the certainty is that of one test (fixed sequence testing; Angelopoulos et al. 2021, "Learn then
    test"). All cells of answer and label are pooled; those of one author are not quite independent, as the
    test takes them to be. None where no threshold passes.

    Raises:
        MissingExtraError: MAPIE is not installed.
    """
    try:
        from mapie.risk_control import BinaryClassificationController
    except ModuleNotFoundError as error:
        raise MissingExtraError("mapie") from error
    # Labels with little confidence are never safe; without them the search is short.
    said, right = confidence[confidence >= SAFE_FROM], present[confidence >= SAFE_FROM]
    if len(said) < SAFE_FEWEST:
        return None
    rising = np.sort(said)
    # A threshold to a step of labels, the strictest first; equal confidences share one.
    thresholds = np.unique(rising[::-1][SAFE_FEWEST - 1 :: SAFE_STEP])[::-1]
    controller = BinaryClassificationController(
        lambda cells: np.stack([1 - cells[:, 0], cells[:, 0]], axis=1),
        "precision",
        target_level=levels.safe_precision,
        confidence_level=levels.safe_certainty,
        list_predict_params=thresholds,
        fwer_method="fixed_sequence",
    )
    with warnings.catch_warnings():
        # That no threshold passes is an answer too.
        warnings.simplefilter("ignore")
        controller.calibrate(said[:, None], right.astype(int))
    passed = np.asarray(controller.valid_predict_params)
    return float(passed.min()) if passed.size else None


def _last_of_equals(order: Floats) -> Bools:
    """Which of the ordered confidences are the last of their value: only there can a threshold stand."""
    return np.append(order[1:] != order[:-1], True)


def _by_confidence(confidence: Floats, present: Bools) -> tuple[Floats, NDArray[np.int64]]:
    """The confidences from high to low, and how many labels are there down to each."""
    order = np.argsort(-confidence, kind="stable")
    return confidence[order], np.cumsum(present[order])
