"""The labels that a model finds: those of the taxonomy, or a flat list of somebody's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nlp.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of a model, each kind in the order that the model's scores have.

    Attributes:
        types: codes of types, each found in every stance.
        subtypes: codes of sub-types, likewise.
        type_places: for each type, then each sub-type, the place of its type.
        instruments: codes of instruments, found in the answer as a whole.
        own: labels outside the taxonomy, found like instruments; a model has these or the others.
    """

    types: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    type_places: tuple[int, ...] = ()
    instruments: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The C codes that are found in every stance: the types, then the sub-types."""
        return self.types + self.subtypes

    @property
    def pointed(self) -> tuple[str, ...]:
        """The I labels that the answer as a whole points to, in no stance: instruments, or somebody's own."""
        return self.instruments or self.own


@cache
def taxonomy_labels() -> LabelSet:
    """The labels of the taxonomy that comes with needtag."""
    taxonomy = load_taxonomy()
    types = tuple(entry.code for entry in taxonomy.types)
    return LabelSet(
        types=types,
        subtypes=tuple(entry.code for entry in taxonomy.subtypes),
        type_places=tuple(types.index(taxonomy.type_of(code)) for code in taxonomy.codes),
        instruments=tuple(entry.code for entry in taxonomy.instruments),
    )


def own_labels(labels: Iterable[str]) -> LabelSet:
    """A flat list of labels outside the taxonomy, sorted."""
    return LabelSet(own=tuple(sorted(set(labels))))
