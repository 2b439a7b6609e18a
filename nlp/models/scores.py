"""What a model says of an answer, passage by passage, before calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.answers import STANCES, Stance

# The stances that a type or sub-type can be said in.
TAGGED_STANCES: tuple[Stance, ...] = tuple(stance for stance in STANCES if stance != "none")

Floats = NDArray[np.float64]
Span = tuple[int, int]
PassagedText = tuple[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Raw scores between 0 and 1 of one answer with P passages.

    Attributes:
        stances: (P, 4), in the order of STANCES.
        tags: (P, 3, C): a code said in a stance, in the order of TAGGED_STANCES and of the model's codes.
        instruments: (P, I), in the order of the model's instruments, or its labels of somebody's own.
        familiar: whether the text is like those that the model learned from.
    """

    stances: Floats
    tags: Floats
    instruments: Floats
    familiar: bool = True

    def answer_tags(self) -> Floats:
        """The scores of the answer's tags, (3, C): those of the passage that has each most."""
        best: Floats = self.tags.max(axis=0)
        return best

    def answer_stances(self) -> Floats:
        """The scores of the answer's stances other than "none", (3,)."""
        best: Floats = self.stances[:, : len(TAGGED_STANCES)].max(axis=0)
        return best

    def answer_instruments(self) -> Floats:
        """The scores of the answer's instruments, (I,)."""
        best: Floats = self.instruments.max(axis=0)
        return best
