"""Batches for fine-tuning: answers with the passages that they are split into, and what these should say.

Labels were given to passages that a person marked; a model is served passages as they are split. A split
passage has the labels of the marked ones that it covers at least half of, or that cover half of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from nlp.answers import STANCES, LabelledAnswer, LabelledPassage, Stance
from nlp.models import TAGGED_STANCES, LabelSet
from nlp.passages import scored_passages
from nlp.training.linear import marked_passages
from nlp.training.network import Batch, encode
from nlp.training.noise import DAMAGES, damage_answer
from nlp.training.settings import Unit

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# Texts of about one length share a batch, within so many batches that are shuffled together.
POOLED_BATCHES = 100


@dataclass(frozen=True, slots=True)
class Targets:
    """What the heads should say of P passages in A answers: 1 or 0, in the shapes of Judgement.

    Attributes:
        instruments: (A, I): of the whole answer, whichever passage points to them; or one's own labels.
    """

    stances: Tensor
    tags: Tensor
    instruments: Tensor


def batches(
    tokenizer: "PreTrainedTokenizerFast",
    train: Sequence[LabelledAnswer],
    *,
    labels: LabelSet,
    unit: Unit,
    size: int,
    noise: float,
    chance: Random,
) -> Iterator[tuple[Batch, Targets]]:
    """The answers of an epoch in batches, in an order of chance.

    Args:
        tokenizer: of the encoder.
        train: the answers.
        labels: what the heads judge.
        unit: what the encoder reads at once.
        size: how many are read together.
        noise: the share of answers that are damaged first.
        chance: the source of all chance.
    """
    answers = [
        damage_answer(each, chance.sample(DAMAGES, 1), chance) if chance.random() < noise else each
        for each in train
    ]
    chance.shuffle(answers)
    pieces = tokenizer([each.answer.text for each in answers])["input_ids"]
    lengths = [len(each) for each in pieces]
    drawn: list[list[int]] = []
    for start in range(0, len(answers), size * POOLED_BATCHES):
        near = sorted(range(start, min(start + size * POOLED_BATCHES, len(answers))), key=lengths.__getitem__)
        drawn += [near[place : place + size] for place in range(0, len(near), size)]
    chance.shuffle(drawn)
    for places in drawn:
        yield prepare(tokenizer, [answers[place] for place in places], labels, unit)


def prepare(
    tokenizer: "PreTrainedTokenizerFast", answers: Sequence[LabelledAnswer], labels: LabelSet, unit: Unit
) -> tuple[Batch, Targets]:
    """A batch of labelled answers, and what the heads should say of it."""
    split = [split_labels(each) for each in answers]
    texts = [
        (each.answer.text, [(passage.start, passage.end) for passage in passages])
        for each, passages in zip(answers, split, strict=True)
    ]
    return encode(tokenizer, texts, unit), targets_of(answers, split, labels)


def split_labels(labelled: LabelledAnswer) -> list[LabelledPassage]:
    """The passages that an answer is split into, with the labels of those that were marked.

    A marked passage that is half of none gives its labels to the one that shares most with it.
    """
    spans = scored_passages(labelled.answer.text)
    tags: list[list[tuple[Stance, str | None]]] = [[] for _ in spans]
    for marked in marked_passages(labelled):
        shared = [min(end, marked.end) - max(start, marked.start) for start, end in spans]
        length = marked.end - marked.start
        takers = [
            place for place, (start, end) in enumerate(spans) if 2 * shared[place] >= min(end - start, length)
        ] or [int(np.argmax(shared))]
        for place in takers:
            tags[place] += marked.tags
    return [
        LabelledPassage(start, end, tuple(dict.fromkeys(said)) or (("none", None),))
        for (start, end), said in zip(spans, tags, strict=True)
    ]


def targets_of(
    answers: Sequence[LabelledAnswer], split: Sequence[Sequence[LabelledPassage]], labels: LabelSet
) -> Targets:
    """What the heads should say of labelled answers with these passages; see Targets."""
    passages = [passage for each in split for passage in each]
    stances = torch.zeros(len(passages), len(STANCES))
    tags = torch.zeros(len(passages), len(TAGGED_STANCES), len(labels.codes))
    for row, passage in enumerate(passages):
        for stance, code in passage.tags:
            stances[row, STANCES.index(stance)] = 1
            if code:
                place = labels.codes.index(code)
                tags[row, TAGGED_STANCES.index(stance), [place, labels.type_places[place]]] = 1
    pointed = [each.instruments if each.own is None else each.own for each in answers]
    return Targets(
        stances, tags, torch.tensor([[float(label in each) for label in labels.pointed] for each in pointed])
    )
