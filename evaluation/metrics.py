"""What a model suggests against what a person said."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, get_args

from nlp.answers import LabelledAnswer
from nlp.tagging import TaggedAnswer

Measured = Literal["sub-types", "types", "stances", "instruments", "States"]


@dataclass(slots=True)
class Counts:
    """Labels found and there, found and not there, there and not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, found: AbstractSet[str], there: AbstractSet[str]) -> None:
        """Count one answer."""
        self.right += len(found & there)
        self.wrong += len(found - there)
        self.missed += len(there - found)

    @property
    def precision(self) -> float:
        """The share of what was found that is there; 1 where nothing was found."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 1 where nothing is there."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; pooled over labels and answers it is micro-F1."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def count(pairs: Iterable[tuple[LabelledAnswer, TaggedAnswer]]) -> dict[Measured, Counts]:
    """Pool labels over answers: types and sub-types as requested, the rest in any stance.

    A tag counts as found in the bands `safe` and `suggest`.
    """
    counts: dict[Measured, Counts] = {kind: Counts() for kind in get_args(Measured)}
    for labelled, tagged in pairs:
        requested = {code for stance, code in labelled.tags if stance == "requested"}
        found = [tag for tag in tagged.tags if tag.band != "unsure"]
        assistance = {tag.code for tag in found if tag.stance == "requested"}
        subtypes = {code for code in requested | assistance if "." in code}
        counts["sub-types"].add(assistance & subtypes, requested & subtypes)
        counts["types"].add(assistance - subtypes, requested - subtypes)
        counts["stances"].add({stance.code for stance in tagged.stances}, labelled.stances)
        instruments = {tag.code for tag in found if tag.kind == "instrument"}
        counts["instruments"].add(instruments, labelled.instruments)
        counts["States"].add({mention.code for mention in tagged.mentions}, labelled.states)
    return counts
