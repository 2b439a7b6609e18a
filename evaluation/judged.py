"""What a model said of labelled answers beside what a person said, one table for each kind of label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import Bools, Floats
from nlp.answers import STANCES, LabelledAnswer, Stance
from nlp.models import TAGGED_STANCES, Band
from nlp.states import all_states
from nlp.tagging import TaggedAnswer
from nlp.taxonomy import load_taxonomy

# Types and sub-types are those requested, which the note counts; sub-types offered and received are kinds of
# their own; stances, instruments and States are those of the whole answer.
Measured = Literal["types", "sub-types", "offered", "received", "stances", "instruments", "States"]
MEASURED: tuple[Measured, ...] = get_args(Measured)
BANDS: tuple[Band, ...] = ("unsure", "suggest", "safe")


@dataclass(frozen=True, slots=True)
class Judged:
    """One kind of label over N answers; the L labels are all that the taxonomy or the gazetteer has.

    Attributes:
        labels: their codes.
        gold: (N, L): what a person said.
        found: (N, L): what the model said; of tags those in the bands `safe` and `suggest`.
        confidence: (N, L); None for States, which are found or not.
        bands: (N, L): 0 where nothing is shown, else the place in BANDS from 1; None where there are none.
    """

    labels: tuple[str, ...]
    gold: Bools
    found: Bools
    confidence: Floats | None = None
    bands: NDArray[np.int8] | None = None

    def of(self, answers: Bools) -> "Judged":
        """The same for some of the answers, (N,)."""
        return Judged(
            self.labels,
            self.gold[answers],
            self.found[answers],
            None if self.confidence is None else self.confidence[answers],
            None if self.bands is None else self.bands[answers],
        )


def judge(labelled: Sequence[LabelledAnswer], tagged: Sequence[TaggedAnswer]) -> dict[Measured, Judged]:
    """Lay the labels of answers beside what was found in the same answers, in the same order."""
    taxonomy = load_taxonomy()
    types = tuple(entry.code for entry in taxonomy.types)
    subtypes = tuple(entry.code for entry in taxonomy.subtypes)
    instruments = tuple(entry.code for entry in taxonomy.instruments)
    first = len(types)
    confidence = np.array([each.confidences.tags for each in tagged])
    judged: dict[Measured, Judged] = {
        "types": _tags(labelled, tagged, "requested", types, confidence[:, 0, :first]),
        "sub-types": _tags(labelled, tagged, "requested", subtypes, confidence[:, 0, first:]),
        "offered": _tags(labelled, tagged, "offered", subtypes, confidence[:, 1, first:]),
        "received": _tags(labelled, tagged, "received", subtypes, confidence[:, 2, first:]),
        "stances": Judged(
            STANCES,
            _table([each.stances for each in labelled], STANCES),
            _table([{stance.code for stance in each.stances} for each in tagged], STANCES),
            _stance_confidence(tagged),
        ),
        "instruments": _tags(
            labelled, tagged, None, instruments, np.array([each.confidences.instruments for each in tagged])
        ),
    }
    states = tuple(state.code for state in all_states())
    named = [{mention.code for mention in each.mentions} for each in tagged]
    judged["States"] = Judged(
        states, _table([each.states for each in labelled], states), _table(named, states)
    )
    return judged


def join(*judged: Judged) -> Judged:
    """Kinds of label side by side as one; without confidence and bands, which each kind has its own of."""
    return Judged(
        tuple(label for each in judged for label in each.labels),
        np.concatenate([each.gold for each in judged], axis=1),
        np.concatenate([each.found for each in judged], axis=1),
    )


def _tags(
    labelled: Sequence[LabelledAnswer],
    tagged: Sequence[TaggedAnswer],
    stance: Stance | None,
    codes: tuple[str, ...],
    confidence: Floats,
) -> Judged:
    there = [
        each.instruments if stance is None else {code for said, code in each.tags if said == stance}
        for each in labelled
    ]
    bands = np.zeros((len(labelled), len(codes)), dtype=np.int8)
    places = {code: place for place, code in enumerate(codes)}
    for row, each in zip(bands, tagged, strict=True):
        for tag in each.tags:
            if tag.stance == stance and tag.code in places:
                row[places[tag.code]] = BANDS.index(tag.band) + 1
    return Judged(codes, _table(there, codes), bands > BANDS.index("unsure") + 1, confidence, bands)


def _table(sets: Sequence[frozenset[str] | set[str]], labels: Sequence[str]) -> Bools:
    return np.array([[label in each for label in labels] for each in sets], dtype=bool).reshape(
        -1, len(labels)
    )


def _stance_confidence(tagged: Sequence[TaggedAnswer]) -> Floats:
    """Confidence of the four stances; that of `none` is what the surest of the others leaves."""
    said = np.array([each.confidences.stances for each in tagged])
    assert said.shape[1] == len(TAGGED_STANCES)
    return np.concatenate([said, 1 - said.max(axis=1, keepdims=True)], axis=1)
