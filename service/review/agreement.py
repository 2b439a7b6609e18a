"""How far first and second readings agree: on each label, and for each two readers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.agreement import Agreement, agree, agreements
from service.store.second_readings import Pair, Read

STATES, REQUESTED_SUBTYPES = "all States", "all requested sub-types"
"""Labels under which `evaluation.agreement` pools others."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Two who read the same answers; `agreement` is on all labels that either gave, pooled."""

    names: tuple[str, str]
    answers: int
    agreement: Agreement


def by_label(pairs: Sequence[Pair]) -> list[Agreement]:
    """The agreement on each label, the lowest first; a label is a "stance code", or an instrument's code."""
    readings = [
        {str(each.reading.answer_id): labels(read) for each, read in reads}
        for reads in ([(each, each.first) for each in pairs], [(each, each.second) for each in pairs])
    ]
    return sorted(agreements(readings), key=lambda each: (each.alpha, each.label))


def by_readers(pairs: Iterable[Pair]) -> list[Readers]:
    """The agreement of each two readers, the lowest first."""
    together: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for each in pairs:
        together[names_of(each)].append(each)
    found = [Readers(names, len(some), _pooled(some)) for names, some in together.items()]
    return sorted(found, key=lambda each: (each.agreement.alpha, each.names))


def names_of(pair: Pair) -> tuple[str, str]:
    """The two readers, in a fixed order: who read first does not matter."""
    one, other = sorted((pair.first.person, pair.second.person))
    return one, other


def labels(read: Read) -> frozenset[str]:
    """What a reader put on an answer, as `evaluation.agreement` names it."""
    return frozenset(f"{stance} {code}".strip() for code, stance in read.tags) | read.states


def _pooled(pairs: Sequence[Pair]) -> Agreement:
    read = [(labels(each.first), labels(each.second)) for each in pairs]
    every = sorted(frozenset().union(*(one | other for one, other in read)))
    cells = [(label in one, label in other) for one, other in read for label in every]
    # Two who both found nothing anywhere agree; one cell says so.
    return agree("", np.array(cells or [(False, False)], dtype=float).T)
