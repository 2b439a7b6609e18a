"""Which split each author batch belongs to.

A batch lies wholly in one split, in all its languages, and so do the parallel sets and contrast pairs in it.
Once given, a split is never changed: what models were tested on must not be trained on later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nlp.answers import LabelledAnswer

Split = Literal["train", "validation", "calibration", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

SHARES: Mapping[Split, float] = {"train": 0.66, "validation": 0.08, "calibration": 0.16, "test": 0.10}
# Draws of which the most even one is taken; fewer where so many counts are compared in each.
DRAWS = 3000
COMPARED = 100_000_000

_Counts = NDArray[np.int64]


def draw_splits(
    answers: Sequence[LabelledAnswer],
    given: Mapping[str, Split],
    seed: int = 0,
    shares: Mapping[Split, float] = SHARES,
) -> dict[str, Split]:
    """Give every batch a split so that each holds its share of every label and language.

    Args:
        answers: all of the corpus.
        given: the splits that are fixed already, by batch.
        seed: of the draws.
        shares: of each split; together 1.
    """
    splits = list(shares)
    batches = sorted({labelled.group for labelled in answers})
    counts = _counts(answers, batches)
    wanted = np.outer(list(shares.values()), counts.sum(axis=0))
    fixed = np.array([splits.index(given[batch]) if batch in given else -1 for batch in batches])
    open_places = np.flatnonzero(fixed < 0)
    chance = np.random.default_rng(seed)
    best, least = fixed, np.inf
    for _ in range(min(DRAWS, 1 + COMPARED // counts.size) if open_places.size else 0):
        drawn = fixed.copy()
        drawn[open_places] = chance.choice(len(splits), open_places.size, p=list(shares.values()))
        held = np.stack([counts[drawn == place].sum(axis=0) for place in range(len(splits))])
        # Relative to what is wanted, so that rare labels and small splits count as much as large ones.
        uneven = float((((held - wanted) / (wanted + 1)) ** 2).sum())
        if uneven < least:
            best, least = drawn, uneven
    return {batch: splits[place] for batch, place in zip(batches, best.tolist(), strict=True)}


def split_for_training(answers: Sequence[LabelledAnswer]) -> dict[str, list[LabelledAnswer]]:
    """Split answers from outside the corpus to train on, none kept for a test; each time in the same way.

    Answers of one group, and answers of the same text, stay together.
    """
    shares: dict[Split, float] = {
        split: share / (1 - SHARES["test"]) for split, share in SHARES.items() if split != "test"
    }
    bound = [
        replace(labelled, group=str(number))
        for labelled, number in zip(answers, _bound_together(answers), strict=True)
    ]
    drawn = draw_splits(bound, {}, shares=shares)
    splits: dict[str, list[LabelledAnswer]] = {split: [] for split in shares}
    for labelled, unit in zip(answers, bound, strict=True):
        splits[drawn[unit.group]].append(labelled)
    return splits


def _bound_together(answers: Sequence[LabelledAnswer]) -> list[int]:
    """For each answer the number of what it belongs to; the same where a group or a text is the same."""
    places: dict[tuple[str, str], int] = {}
    edges = [
        [
            places.setdefault(("group", labelled.group), len(places)),
            places.setdefault(("text", " ".join(labelled.answer.text.split())), len(places)),
        ]
        for labelled in answers
    ]
    groups, texts = np.array(edges).T
    graph = coo_array((np.ones(len(edges)), (groups, texts)), shape=(len(places), len(places)))
    _, numbers = connected_components(graph, directed=False)
    return [int(numbers[group]) for group in groups]


def _counts(answers: Sequence[LabelledAnswer], batches: Sequence[str]) -> _Counts:
    """How often each batch has each of what is to be spread evenly, (B, L)."""
    places: dict[tuple[str, str | None], int] = {}
    rows = {batch: row for row, batch in enumerate(batches)}
    cells = [
        (rows[labelled.group], places.setdefault(each, len(places)))
        for labelled in answers
        for each in _spread(labelled)
    ]
    counts: _Counts = np.zeros((len(batches), len(places)), dtype=np.int64)
    np.add.at(counts, tuple(np.array(cells).T), 1)
    return counts


def _spread(labelled: LabelledAnswer) -> list[tuple[str, str | None]]:
    """What of an answer is spread evenly over the splits."""
    return [
        ("answer", None),
        ("language", labelled.answer.language),
        *(
            ("sub-type", code)
            for stance, code in sorted(labelled.tags)
            if stance == "requested" and "." in code
        ),
        *(("stance", stance) for stance in sorted(labelled.stances)),
        *(("instrument", code) for code in sorted(labelled.instruments)),
        *(("label", label) for label in sorted(labelled.own or ())),
    ]
