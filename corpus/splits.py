"""Which split each author batch belongs to.

A batch lies wholly in one split, in all its languages, and so do the parallel sets and contrast pairs in it.
Once given, a split is never changed: what models were tested on must not be trained on later.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.taxonomy import load_taxonomy

Split = Literal["train", "validation", "calibration", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

SHARES: Mapping[Split, float] = {"train": 0.66, "validation": 0.08, "calibration": 0.16, "test": 0.10}
# Draws of which the most even one is taken.
DRAWS = 3000


def draw_splits(
    answers: Sequence[LabelledAnswer], given: Mapping[str, Split], seed: int = 0
) -> dict[str, Split]:
    """Give every batch a split so that each holds its share of every label and language.

    Args:
        answers: all of the corpus.
        given: the splits that are fixed already, by batch.
        seed: of the draws.
    """
    batches = sorted({labelled.group for labelled in answers})
    counts = _counts(answers, batches)
    wanted = np.outer(list(SHARES.values()), counts.sum(axis=0))
    fixed = np.array([SPLITS.index(given[batch]) if batch in given else -1 for batch in batches])
    open_places = np.flatnonzero(fixed < 0)
    chance = np.random.default_rng(seed)
    best, least = fixed, np.inf
    for _ in range(DRAWS if open_places.size else 0):
        drawn = fixed.copy()
        drawn[open_places] = chance.choice(len(SPLITS), open_places.size, p=list(SHARES.values()))
        held = np.stack([counts[drawn == place].sum(axis=0) for place in range(len(SPLITS))])
        # Relative to what is wanted, so that rare labels and small splits count as much as large ones.
        uneven = float((((held - wanted) / (wanted + 1)) ** 2).sum())
        if uneven < least:
            best, least = drawn, uneven
    return {batch: SPLITS[place] for batch, place in zip(batches, best.tolist(), strict=True)}


def _counts(answers: Sequence[LabelledAnswer], batches: Sequence[str]) -> NDArray[np.int64]:
    """How often each batch has each requested sub-type, stance, instrument and language; (B, L)."""
    taxonomy = load_taxonomy()
    names = [*(entry.code for entry in (*taxonomy.subtypes, *taxonomy.instruments)), *LANGUAGES]
    names += ["requested", "offered", "received", "none", "all"]
    places = {name: place for place, name in enumerate(names)}
    counts = np.zeros((len(batches), len(names)), dtype=np.int64)
    rows = {batch: row for row, batch in enumerate(batches)}
    for labelled in answers:
        held = {code for stance, code in labelled.tags if stance == "requested" and "." in code}
        held |= {*labelled.instruments, *labelled.stances, str(labelled.answer.language), "all"}
        for name in held:
            counts[rows[labelled.group], places[name]] += 1
    return counts
