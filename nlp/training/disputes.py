"""Labels that cross-validated models dispute: where a second reading should look first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from nlp.answers import LabelledAnswer
from nlp.errors import MissingExtraError
from nlp.models import TAGGED_STANCES
from nlp.models.scores import Floats
from nlp.passages import worded_passages
from nlp.taxonomy import load_taxonomy
from nlp.training.linear import fit_linear

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Dispute:
    """An answer whose labels a model that has not seen it finds unlikely.

    Attributes:
        id: of the answer.
        quality: of its labels, 0 to 1, the lower the more doubtful (cleanlab's score).
        missing: labels that the model expects and nobody gave.
        doubtful: labels that were given and the model does not expect.
    """

    id: str
    quality: float
    missing: tuple[str, ...]
    doubtful: tuple[str, ...]


def find_disputes(answers: Sequence[LabelledAnswer]) -> list[Dispute]:
    """Find answers whose requested sub-types or stances confident learning holds to be wrong, worst first.

    Method: Northcutt, Jiang and Chuang 2021, "Confident learning", as cleanlab has it for several labels.

    Raises:
        MissingExtraError: cleanlab is not installed.
    """
    try:
        from cleanlab.multilabel_classification.filter import find_label_issues
        from cleanlab.multilabel_classification.rank import get_label_quality_scores
    except ModuleNotFoundError as error:
        raise MissingExtraError("cleanlab") from error

    names = [*(entry.code for entry in load_taxonomy().subtypes), *TAGGED_STANCES]
    scores = cross_validated_scores(answers)
    given = [[place for place, name in enumerate(names) if name in _labels(labelled)] for labelled in answers]
    wrong = find_label_issues(given, scores)
    quality = get_label_quality_scores(given, scores)
    disputes = []
    for number in np.flatnonzero(wrong).tolist():
        expected = {names[place] for place in np.flatnonzero(scores[number] >= 0.5)}
        unlikely = {names[place] for place in given[number] if scores[number, place] < 0.1}
        there = _labels(answers[number])
        disputes.append(
            Dispute(
                answers[number].answer.id,
                float(quality[number]),
                tuple(sorted(expected - there)),
                tuple(sorted(unlikely)),
            )
        )
    return sorted(disputes, key=lambda dispute: dispute.quality)


def cross_validated_scores(answers: Sequence[LabelledAnswer]) -> Floats:
    """Score each answer with a model trained on other batches: requested sub-types, then stances; (N, L)."""
    types = len(load_taxonomy().types)
    labels = len(load_taxonomy().subtypes) + len(TAGGED_STANCES)
    scores = np.zeros((len(answers), labels))
    groups = [labelled.group for labelled in answers]
    for seen, unseen in GroupKFold(FOLDS).split(groups, groups=groups):
        model = fit_linear([answers[number] for number in seen.tolist()])
        texts = [
            (answers[number].answer.text, worded_passages(answers[number].answer.text))
            for number in unseen.tolist()
        ]
        for number, found in zip(unseen.tolist(), model.score(texts), strict=True):
            requested = found.answer_tags()[TAGGED_STANCES.index("requested"), types:]
            scores[number] = np.concatenate([requested, found.answer_stances()])
    return scores


def _labels(labelled: LabelledAnswer) -> set[str]:
    return {code for stance, code in labelled.tags if stance == "requested"} | set(labelled.stances)
