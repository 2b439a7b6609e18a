"""The figures of a peer, from its scores and the labels that are there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.bootstrap import Estimate, draw_weights, estimate
from evaluation.metrics import Bools, count_cells
from evaluation.peers.contract import Scores
from evaluation.peers.runs import Run
from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the table: F1 with its interval, F1 by language, and what the peer costs."""

    micro: Estimate
    macro: float
    languages: dict[str, float]
    train_seconds: float | None
    rate: float
    memory: int
    size: int
    version: str
    cap: str


def subtype_labels() -> list[str]:
    """The labels of the task: the sub-types in use."""
    return [entry.code for entry in load_taxonomy().subtypes]


def requested_subtypes(labelled: LabelledAnswer) -> tuple[str, ...]:
    """The labels of an answer: the sub-types that its State requests, in order of the taxonomy."""
    return tuple(label for label in subtype_labels() if ("requested", label) in labelled.tags)


def gold_table(answers: Sequence[LabelledAnswer]) -> Bools:
    """Which labels are there, (N, 28)."""
    labels = subtype_labels()
    return np.array([[label in requested_subtypes(labelled) for label in labels] for labelled in answers])


def best_threshold(gold: Bools, scores: Scores) -> float:
    """The score from which taking every label gives the best micro-F1."""
    # Heavy to load, and a child counts the memory of the process that started it as its own.
    from nlp.training.calibrating import best_f1_threshold

    return best_f1_threshold(np.array(scores).ravel(), gold.ravel())


def compute_figures(
    run: Run, validation: Sequence[LabelledAnswer], unseen: Sequence[LabelledAnswer]
) -> Figures:
    """Find the threshold on validation, unless the peer brings one, and measure on the unseen answers."""
    result = run.result
    threshold = result.threshold
    if threshold is None:
        threshold = best_threshold(gold_table(validation), result.validation)
    gold, found = gold_table(unseen), np.array(result.unseen) >= threshold
    counts = count_cells(gold, found)
    drawn = count_cells(gold, found, draw_weights([labelled.group for labelled in unseen]))
    spoken = np.array([labelled.answer.language for labelled in unseen])
    return Figures(
        micro=estimate(counts.pooled().f1, drawn.pooled().f1),
        macro=float(counts.macro_f1),
        languages={
            language: float(count_cells(gold[spoken == language], found[spoken == language]).pooled().f1)
            for language in LANGUAGES
        },
        train_seconds=result.train_seconds,
        rate=len(unseen) / result.score_seconds,
        memory=run.memory,
        size=result.size,
        version=result.version,
        cap=result.cap,
    )
