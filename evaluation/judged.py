"""What a model said of labelled answers beside what a person said, one table for each kind of label."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import Bools, Floats
from nlp.answers import LANGUAGES, STANCES, LabelledAnswer, Stance
from nlp.models import TAGGED_STANCES, Band
from nlp.states import all_states
from nlp.tagging import TaggedAnswer
from nlp.taxonomy import load_taxonomy

# Types and sub-types are those requested, which the note counts; sub-types offered and received are kinds of
# their own; stances, instruments and States are those of the whole answer. Answers with labels of somebody's
# own have these alone.
Measured = Literal["types", "sub-types", "offered", "received", "stances", "instruments", "States", "labels"]
BANDS: tuple[Band, ...] = ("unsure", "suggest", "safe")


@dataclass(frozen=True, slots=True)
class Judged:
    """One kind of label over N answers; the L labels are all that could be there or found.

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


def judge(
    labelled: Sequence[LabelledAnswer], tagged: Sequence[TaggedAnswer], own: Sequence[str] = ()
) -> dict[Measured, Judged]:
    """Lay the labels of answers beside what was found in the same answers, in the same order.

    Args:
        labelled: with tags of the taxonomy, all of them, or with labels of somebody's own, all of them.
        tagged: by a model that finds the same.
        own: the labels of somebody's own that are measured, if there are such; see own_labels_of.
    """
    if any(each.own is not None for each in labelled):
        return {"labels": _labels(labelled, tagged, tuple(own) or own_labels_of(labelled, tagged))}
    taxonomy = load_taxonomy()
    types = tuple(entry.code for entry in taxonomy.types)
    subtypes = tuple(entry.code for entry in taxonomy.subtypes)
    instruments = tuple(entry.code for entry in taxonomy.instruments)
    first = len(types)
    confidence = np.array([each.confidences.tags for each in tagged])
    requested, offered, received = (_said(labelled, stance) for stance in TAGGED_STANCES)
    pointed = [each.instruments for each in labelled]
    judged: dict[Measured, Judged] = {
        "types": _tags(requested, tagged, "requested", types, confidence[:, 0, :first]),
        "sub-types": _tags(requested, tagged, "requested", subtypes, confidence[:, 0, first:]),
        "offered": _tags(offered, tagged, "offered", subtypes, confidence[:, 1, first:]),
        "received": _tags(received, tagged, "received", subtypes, confidence[:, 2, first:]),
        "stances": Judged(
            STANCES,
            _table([each.stances for each in labelled], STANCES),
            _table([{stance.code for stance in each.stances} for each in tagged], STANCES),
            _stance_confidence(tagged),
        ),
        "instruments": _tags(
            pointed, tagged, None, instruments, np.array([each.confidences.instruments for each in tagged])
        ),
    }
    states = tuple(state.code for state in all_states())
    named = [{mention.code for mention in each.mentions} for each in tagged]
    judged["States"] = Judged(
        states, _table([each.states for each in labelled], states), _table(named, states)
    )
    return judged


def own_labels_of(labelled: Iterable[LabelledAnswer], tagged: Iterable[TaggedAnswer]) -> tuple[str, ...]:
    """The labels of somebody's own that are there, found, or known to the model that tagged; sorted."""
    there = {label for each in labelled for label in each.own or ()}
    known = {label for each in tagged for label in each.confidences.labels.own}
    found = {tag.code for each in tagged for tag in each.tags if tag.kind == "label"}
    return tuple(sorted(there | known | found))


def declared_languages(labelled: Iterable[LabelledAnswer]) -> list[str]:
    """The languages that labelled answers declare, those of needtag first."""
    declared = {each.answer.language for each in labelled if each.answer.language}
    return [*(each for each in LANGUAGES if each in declared), *sorted(declared.difference(LANGUAGES))]


def join(*judged: Judged) -> Judged:
    """Kinds of label side by side as one; without confidence and bands, which each kind has its own of."""
    return Judged(
        tuple(label for each in judged for label in each.labels),
        np.concatenate([each.gold for each in judged], axis=1),
        np.concatenate([each.found for each in judged], axis=1),
    )


def _said(labelled: Sequence[LabelledAnswer], stance: Stance) -> list[set[str]]:
    return [{code for said, code in each.tags if said == stance} for each in labelled]


def _labels(
    labelled: Sequence[LabelledAnswer], tagged: Sequence[TaggedAnswer], own: tuple[str, ...]
) -> Judged:
    sure: list[Mapping[str, float]] = [
        # A tagged answer that was read back, or that is empty, has no confidences of such labels.
        dict(zip(each.confidences.labels.own, each.confidences.instruments.tolist(), strict=False))
        for each in tagged
    ]
    confidence = np.array([[each.get(label, 0.0) for label in own] for each in sure])
    return _tags([each.own or frozenset() for each in labelled], tagged, None, own, confidence)


def _tags(
    there: Sequence[frozenset[str] | set[str]],
    tagged: Sequence[TaggedAnswer],
    stance: Stance | None,
    codes: tuple[str, ...],
    confidence: Floats,
) -> Judged:
    bands = np.zeros((len(there), len(codes)), dtype=np.int8)
    places = {code: place for place, code in enumerate(codes)}
    for row, each in zip(bands, tagged, strict=True):
        for tag in each.tags:
            if tag.stance == stance and tag.code in places:
                row[places[tag.code]] = BANDS.index(tag.band) + 1
    return Judged(codes, _table(there, codes), bands > BANDS.index("unsure") + 1, confidence, bands)


def _table(sets: Sequence[frozenset[str] | set[str]], labels: Sequence[str]) -> Bools:
    return np.array([[label in each for label in labels] for each in sets], dtype=bool).reshape(
        len(sets), len(labels)
    )


def _stance_confidence(tagged: Sequence[TaggedAnswer]) -> Floats:
    """Confidence of the four stances; that of `none` is what the surest of the others leaves."""
    said = np.array([each.confidences.stances for each in tagged])
    assert said.shape[1] == len(TAGGED_STANCES)
    return np.concatenate([said, 1 - said.max(axis=1, keepdims=True)], axis=1)
