"""Labelled and tagged answers from a few words."""

import numpy as np
import pytest

from nlp.answers import Answer, LabelledAnswer
from nlp.models import TAGGED_STANCES, ModelId, own_labels
from nlp.states import Mention
from nlp.suggestions import Confidences, StanceFound, Tag
from nlp.tagging import TaggedAnswer
from nlp.taxonomy import load_taxonomy


@pytest.fixture
def label():
    """A labelled answer from "stance code", "instrument" and "KEN"."""

    def build(name, *labels, text="text", language="en", group="", stances=("requested",)):
        tags = [tuple(each.split()) for each in labels if " " in each]
        return LabelledAnswer(
            answer=Answer(name, text, language=language),
            tags=frozenset(tags),
            stances=frozenset(stances),
            instruments=frozenset(each for each in labels if " " not in each and each.islower()),
            states=frozenset(each for each in labels if each.isupper()),
            group=group or name,
        )

    return build


@pytest.fixture
def found():
    """A tagged answer likewise; `sure` gives the confidence of all that is named, 0.8 unless said."""

    def build(name, *labels, band="suggest", stances=("requested",), sure=0.8, text="text"):
        tags = [_tag(each, sure, band) for each in labels if each.islower()]
        return TaggedAnswer(
            answer=Answer(name, text),
            language="en",
            unsure=None,
            stances=[StanceFound(stance, 0.9) for stance in stances],
            tags=tags,
            mentions=[Mention(each, 0, 1, "t") for each in labels if each.isupper()],
            passages=[],
            model=ModelId("m", "1"),
            confidences=_confidences(tags, stances),
        )

    return build


@pytest.fixture
def own():
    """A labelled answer with labels of somebody's own."""

    def build(name, *labels, text="text", language=None, group=""):
        return LabelledAnswer(
            answer=Answer(name, text, language=language),
            tags=frozenset(),
            stances=frozenset(),
            instruments=frozenset(),
            states=frozenset(),
            group=group or name,
            own=frozenset(labels),
        )

    return build


@pytest.fixture
def found_own():
    """What a model that knows some labels of somebody's own found; each label at 0.8 and in `suggest`."""

    def build(name, *labels, known, band="suggest", text="text"):
        found = Confidences.nothing(own_labels(known))
        for label in labels:
            found.instruments[found.labels.own.index(label)] = 0.8
        return TaggedAnswer(
            answer=Answer(name, text),
            language="other",
            unsure=None,
            stances=[],
            tags=[Tag("label", label, None, 0.8, band, (0,)) for label in labels],
            mentions=[],
            passages=[],
            model=ModelId("m", "1"),
            confidences=found,
        )

    return build


def _tag(label, sure, band):
    stance, _, code = label.rpartition(" ")
    kind = "subtype" if "." in code else "type" if stance else "instrument"
    return Tag(kind, code, stance or None, sure, band, (0,))


def _confidences(tags, stances):
    result = Confidences.nothing()
    instruments = [entry.code for entry in load_taxonomy().instruments]
    for tag in tags:
        if tag.stance is None:
            result.instruments[instruments.index(tag.code)] = tag.confidence
        else:
            place = load_taxonomy().codes.index(tag.code)
            result.tags[TAGGED_STANCES.index(tag.stance), place] = tag.confidence
    result.stances[:] = np.array([0.9 if stance in stances else 0.0 for stance in TAGGED_STANCES])
    return result
