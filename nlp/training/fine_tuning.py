"""Fine-tune an encoder on labelled answers; a run that was cut goes on from its last epoch."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from nlp.answers import STANCES, LabelledAnswer
from nlp.models import TAGGED_STANCES, Scores
from nlp.passages import worded_passages
from nlp.taxonomy import load_taxonomy
from nlp.training.calibrating import best_f1_threshold
from nlp.training.linear import marked_passages, passage_labels
from nlp.training.network import Batch, Judgement, PassageNetwork, encode
from nlp.training.noise import DAMAGES, damage_answer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# Told the epoch, the step in it and the loss.
Report = Callable[[int, int, float], object]

# Texts of about one length share a batch, within so many batches that are shuffled together.
POOLED_BATCHES = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fine-tune.

    Attributes:
        epochs: how often each answer is read at most.
        patience: after how many epochs without gain on validation to stop.
        batch: answers that are read together.
        learning_rate: of the encoder, at its highest; the embeddings stay as they are.
        head_learning_rate: of the heads.
        warm_up: the share of all steps in which the rates rise; afterwards they fall to nothing.
        noise: the share of answers that are damaged, anew in each epoch.
        seed: of all chance.
        device: "cpu", or "cuda" for an accelerator.
    """

    epochs: int = 10
    patience: int = 3
    batch: int = 16
    learning_rate: float = 2e-4
    head_learning_rate: float = 2e-3
    warm_up: float = 0.08
    noise: float = 0.3
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Targets:
    """What the heads should say of P passages in A answers: 1 or 0, in the shapes of Judgement.

    Attributes:
        instruments: (A, I): of the whole answer, whichever passage points to them.
    """

    stances: Tensor
    tags: Tensor
    instruments: Tensor


def fine_tune(
    network: PassageNetwork,
    tokenizer: "PreTrainedTokenizerFast",
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    settings: Settings,
    *,
    checkpoint: Path,
    report: Report | None = None,
) -> float:
    """Fine-tune a network, and leave it as it was after its best epoch.

    Args:
        network: changed in place.
        tokenizer: of its encoder.
        train: what it learns from.
        validation: what tells when to stop: by the micro-F1 of requested sub-types.
        settings: how.
        checkpoint: a file that is written after each epoch; a run with the same file goes on from it.
        report: told of every step.

    Returns:
        The best micro-F1 on validation.
    """
    torch.manual_seed(settings.seed)
    network.to(settings.device)
    network.encoder.embeddings.requires_grad_(False)
    optimizer = _optimizer(network, settings)
    steps = math.ceil(len(train) / settings.batch)
    schedule = _schedule(optimizer, steps * settings.epochs, settings)
    state = _State(checkpoint, network, optimizer, schedule)
    while state.epoch < settings.epochs and state.epoch - state.best_epoch < settings.patience:
        network.train()
        for step, answers in enumerate(_batches(train, settings, state.epoch)):
            batch, targets = _prepare(tokenizer, answers)
            with torch.autocast(settings.device, torch.bfloat16):
                judgement = network.judge(batch.to(settings.device))
            loss = loss_of(judgement, targets, batch.owners, settings.device)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if report:
                report(state.epoch, step, loss.item())
        state.epoch += 1
        state.keep(validation_f1(score_all(network, tokenizer, validation, settings.device), validation))
    network.load_state_dict(state.best)
    return state.best_f1


class _State:
    """How far a run is: the epochs done, the best epoch and its weights, kept in a file."""

    def __init__(self, path: Path, network: nn.Module, optimizer: Any, schedule: Any) -> None:
        self._path = path
        self._parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
        self.epoch, self.best_epoch, self.best_f1 = 0, 0, -1.0
        self.best: dict[str, Tensor] = {}
        if path.exists():
            kept = torch.load(path, weights_only=True)
            for name, part in self._parts.items():
                part.load_state_dict(kept[name])
            self.epoch, self.best_epoch, self.best_f1 = kept["epoch"], kept["best_epoch"], kept["best_f1"]
            self.best = kept["best"]
            torch.set_rng_state(kept["chance"])

    def keep(self, f1: float) -> None:
        """Write down an epoch that is done, whole or not at all."""
        if f1 > self.best_f1:
            self.best_f1, self.best_epoch = f1, self.epoch
            self.best = {
                name: weights.detach().cpu().clone()
                for name, weights in self._parts["network"].state_dict().items()
            }
        kept = {name: part.state_dict() for name, part in self._parts.items()}
        kept |= {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best_f1": self.best_f1,
            "best": self.best,
        }
        kept["chance"] = torch.get_rng_state()
        part = self._path.with_name(self._path.name + ".part")
        torch.save(kept, part)
        part.replace(self._path)


def loss_of(judgement: Judgement, targets: Targets, owners: Tensor, device: str = "cpu") -> Tensor:
    """Binary cross-entropy of passages, and of answers as their surest passage has it.

    The mean over tags, of which there are many, nearly all absent, weighs ten times.
    """
    entropy = nn.functional.binary_cross_entropy_with_logits
    owners = owners.to(device)
    stances, tags, instruments = (
        each.to(device) for each in (targets.stances, targets.tags, targets.instruments)
    )
    said = len(TAGGED_STANCES)
    of_passages = entropy(judgement.stances.float(), stances) + 10 * entropy(judgement.tags.float(), tags)
    of_answers = (
        entropy(surest(judgement.stances[:, :said], owners), surest(stances[:, :said], owners))
        + 10 * entropy(surest(judgement.tags, owners), surest(tags, owners))
        + 2 * entropy(surest(judgement.instruments, owners), instruments)
    )
    return of_passages + of_answers


def surest(values: Tensor, owners: Tensor) -> Tensor:
    """The highest value of each answer's passages, (A, ...)."""
    answers = int(owners.max()) + 1
    index = owners.reshape(-1, *[1] * (values.dim() - 1)).expand_as(values)
    start = torch.zeros(answers, *values.shape[1:], dtype=torch.float32, device=values.device)
    return start.scatter_reduce(0, index, values.float(), "amax", include_self=False)


@torch.no_grad()
def score_all(
    network: PassageNetwork,
    tokenizer: "PreTrainedTokenizerFast",
    answers: Sequence[LabelledAnswer],
    device: str,
) -> list[Scores]:
    """Score answers as they come in, with passages as they are split."""
    network.eval()
    texts = [(each.answer.text, worded_passages(each.answer.text)) for each in answers]
    scores: dict[int, Scores] = {}
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place][0]))
    for start in range(0, len(texts), 32):
        places = by_length[start : start + 32]
        batch = encode(tokenizer, [texts[place] for place in places])
        with torch.autocast(device, torch.bfloat16):
            judgement = network.judge(batch.to(device))
        values = [
            getattr(judgement, name).float().sigmoid().double().cpu().numpy()
            for name in ("stances", "tags", "instruments")
        ]
        owners = batch.owners.numpy()
        for row, place in enumerate(places):
            scores[place] = Scores(*(each[owners == row] for each in values))
    return [scores[place] for place in range(len(texts))]


def validation_f1(scores: Sequence[Scores], answers: Sequence[LabelledAnswer]) -> float:
    """The best micro-F1 of requested sub-types that a threshold gives."""
    taxonomy = load_taxonomy()
    first = len(taxonomy.types)
    confidence = np.concatenate([each.answer_tags()[0, first:] for each in scores])
    there = np.array(
        [("requested", entry.code) in each.tags for each in answers for entry in taxonomy.subtypes]
    )
    taken = confidence >= best_f1_threshold(confidence, there)
    return float(2 * (taken & there).sum() / (taken.sum() + there.sum()))


def _batches(
    train: Sequence[LabelledAnswer], settings: Settings, epoch: int
) -> Iterator[list[LabelledAnswer]]:
    chance = Random(f"{settings.seed}-{epoch}")  # noqa: S311 - no secret
    answers = [
        damage_answer(each, chance.sample(DAMAGES, 1), chance) if chance.random() < settings.noise else each
        for each in train
    ]
    chance.shuffle(answers)
    pooled = settings.batch * POOLED_BATCHES
    batches = []
    for start in range(0, len(answers), pooled):
        near = sorted(answers[start : start + pooled], key=lambda each: len(each.answer.text))
        batches += [near[place : place + settings.batch] for place in range(0, len(near), settings.batch)]
    chance.shuffle(batches)
    yield from batches


def _prepare(
    tokenizer: "PreTrainedTokenizerFast", answers: Sequence[LabelledAnswer]
) -> tuple[Batch, Targets]:
    texts = [
        (each.answer.text, [(passage.start, passage.end) for passage in marked_passages(each)])
        for each in answers
    ]
    return encode(tokenizer, texts), targets_of(answers)


def targets_of(answers: Sequence[LabelledAnswer]) -> Targets:
    """What the heads should say of labelled answers; see Targets."""
    taxonomy = load_taxonomy()
    codes = taxonomy.codes
    stances, tags, instruments = [], [], []
    for labelled in answers:
        rows = passage_labels(labelled)
        stances.append(rows[:, : len(STANCES)])
        instruments.append(rows[0, len(STANCES) + len(codes) :])
        for passage in marked_passages(labelled):
            there = np.zeros((len(TAGGED_STANCES), len(codes)), dtype=bool)
            for stance, code in passage.tags:
                if code:
                    row = TAGGED_STANCES.index(stance)
                    there[row, [codes.index(code), codes.index(taxonomy.type_of(code))]] = True
            tags.append(there)
    return Targets(
        torch.from_numpy(np.concatenate(stances)).float(),
        torch.from_numpy(np.stack(tags)).float(),
        torch.from_numpy(np.stack(instruments)).float(),
    )


def _optimizer(network: PassageNetwork, settings: Settings) -> torch.optim.Optimizer:
    body = [weights for weights in network.encoder.parameters() if weights.requires_grad]
    heads = [weights for name, weights in network.named_parameters() if not name.startswith("encoder.")]
    return torch.optim.AdamW(
        [
            {"params": body, "lr": settings.learning_rate},
            {"params": heads, "lr": settings.head_learning_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )


def _schedule(optimizer: torch.optim.Optimizer, steps: int, settings: Settings) -> Any:
    rising = max(1, int(settings.warm_up * steps))

    def share(step: int) -> float:
        return min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, share)
