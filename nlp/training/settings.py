"""How to fine-tune: all that may be chosen, and what was."""

from dataclasses import dataclass
from typing import Literal

from nlp.training.encoders import DEFAULT_ENCODER

# What the encoder reads at once: the answer, whose passages are then pooled; a passage alone; or a passage
# with its answer after it.
Unit = Literal["answer", "passage", "passage beside answer"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fine-tune.

    Attributes:
        encoder: what is fine-tuned: a name on the hub, or a folder.
        terms: whether a linear model of words and characters judges beside the encoder.
        frozen: whether the encoder stays as it is and the heads alone learn.
        unit: what the encoder reads at once; what serves reads answers.
        epochs: how often each answer is read at most.
        patience: after how many epochs without gain on validation to stop.
        batch: answers that are read together.
        learning_rate: of the encoder, at its highest; the embeddings stay as they are.
        head_learning_rate: of the heads.
        warm_up: the share of all steps in which the rates rise; afterwards they fall to nothing.
        tag_weight: the loss of tags, a mean over many, nearly all absent, weighs so much more than stances'.
        noise: the share of answers that are damaged, anew in each epoch.
        seed: of all chance.
        device: "cpu", or "cuda" for an accelerator.
    """

    encoder: str = DEFAULT_ENCODER
    terms: bool = True
    frozen: bool = False
    unit: Unit = "answer"
    epochs: int = 10
    patience: int = 3
    batch: int = 16
    learning_rate: float = 2e-4
    head_learning_rate: float = 2e-3
    warm_up: float = 0.08
    tag_weight: float = 100
    noise: float = 0.3
    seed: int = 0
    device: str = "cpu"
