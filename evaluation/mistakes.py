"""Where a model errs: labels taken for their siblings, and every answer with a wrong or a missed tag."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from evaluation.judged import Judged, Measured
from nlp.answers import LabelledAnswer
from nlp.taxonomy import load_taxonomy

_WITH_SIBLINGS: tuple[Measured, ...] = ("sub-types", "instruments", "labels")


@dataclass(frozen=True, slots=True)
class Confusion:
    """A label that was there and missed where a sibling was found that is not there.

    Attributes:
        kind: of both labels.
        there, found: the two labels.
        answers: the ids of all answers with it.
    """

    kind: Measured
    there: str
    found: str
    answers: list[str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """An answer and what the model got wrong in one kind of label.

    Attributes:
        wrong: labels found that are not there, with their confidence where there is one.
        missed: labels that are there and were not found, likewise.
    """

    answer: str
    kind: Measured
    wrong: dict[str, float | None]
    missed: dict[str, float | None]

    @property
    def weight(self) -> float:
        """How sure the model was of what it got wrong, to list the gravest first."""
        sure = [each or 0 for each in self.wrong.values()]
        unsure = [1 - (each or 0) for each in self.missed.values()]
        return max([*sure, *unsure])


def confusions(labelled: Sequence[LabelledAnswer], judged: Mapping[Measured, Judged]) -> list[Confusion]:
    """Find which labels were taken for a sibling, the most frequent first.

    Sub-types of one type are siblings, and so are instruments, and labels of somebody's own.
    """
    found: dict[tuple[Measured, str, str], list[str]] = defaultdict(list)
    for kind, each in judged.items():
        if kind not in _WITH_SIBLINGS:
            continue
        for answer, wrong, missed in _wrong_and_missed(labelled, each):
            for there, taken in product(missed, wrong):
                if kind != "sub-types" or _parent(there) == _parent(taken):
                    found[kind, there, taken].append(answer)
    result = [Confusion(*key, answers) for key, answers in found.items()]
    return sorted(result, key=lambda each: (-len(each.answers), each.there, each.found))


def mistakes(labelled: Sequence[LabelledAnswer], judged: Mapping[Measured, Judged]) -> list[Mistake]:
    """List every answer with a wrong or a missed label, kind by kind, the gravest first."""
    result = []
    for kind, each in judged.items():
        result += [
            Mistake(answer, kind, wrong, missed)
            for answer, wrong, missed in _wrong_and_missed(labelled, each)
        ]
    return sorted(result, key=lambda each: -each.weight)


def _wrong_and_missed(
    labelled: Sequence[LabelledAnswer], judged: Judged
) -> list[tuple[str, dict[str, float | None], dict[str, float | None]]]:
    result = []
    for row in np.flatnonzero((judged.gold != judged.found).any(axis=1)).tolist():
        sides = [
            {judged.labels[place]: _confidence(judged, row, place) for place in np.flatnonzero(side).tolist()}
            for side in (judged.found[row] & ~judged.gold[row], judged.gold[row] & ~judged.found[row])
        ]
        result.append((labelled[row].answer.id, sides[0], sides[1]))
    return result


def _confidence(judged: Judged, row: int, place: int) -> float | None:
    return None if judged.confidence is None else float(judged.confidence[row, place])


def _parent(code: str) -> str | None:
    return load_taxonomy().get(code).parent
