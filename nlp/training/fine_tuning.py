"""Fine-tune an encoder on labelled answers; a run that was cut goes on from its last epoch."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from pickle import UnpicklingError
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from nlp.answers import LabelledAnswer
from nlp.errors import ModelError
from nlp.models import TAGGED_STANCES, LabelSet, Scores
from nlp.passages import scored_passages
from nlp.training.batches import Targets, batches
from nlp.training.calibrating import best_f1_threshold
from nlp.training.network import Batch, Judgement, PassageNetwork, encode
from nlp.training.settings import Settings

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class Watcher(Protocol):
    """Who is told how far a fine-tuning is; epochs and steps count from 0."""

    def step(self, epoch: int, step: int, loss: float) -> None:
        """A batch was learned from."""

    def epoch(self, epoch: int, f1: float) -> None:
        """An epoch is done and written down; its best micro-F1 on validation is given."""


# The loss of instruments weighs so much more than that of stances.
INSTRUMENT_WEIGHT = 2


def fine_tune(
    network: PassageNetwork,
    tokenizer: "PreTrainedTokenizerFast",
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    settings: Settings,
    *,
    checkpoint: Path,
    watcher: Watcher | None = None,
) -> float:
    """Fine-tune a network, and leave it as it was after its best epoch.

    Args:
        network: changed in place.
        tokenizer: of its encoder.
        train: what it learns from.
        validation: what tells when to stop: by the micro-F1 of requested sub-types, or of one's own labels.
        settings: how.
        checkpoint: a file that is written after each epoch; a run with the same file goes on from it.
        watcher: told how far it is.

    Returns:
        The best micro-F1 on validation.

    Raises:
        ModelError: the device is not there, the file keeps another run, or the loss is no number any more.
    """
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise ModelError("--device cuda", "there is no such device, or torch was built without it; use cpu")
    torch.manual_seed(settings.seed)
    network.to(settings.device)
    network.encoder.get_input_embeddings().requires_grad_(False)
    if settings.frozen:
        network.encoder.requires_grad_(False)
    optimizer = _optimizer(network, settings)
    steps = math.ceil(len(train) / settings.batch)
    schedule = _schedule(optimizer, steps * settings.epochs, settings)
    fingerprint = _fingerprint(settings, network, [*train, *validation])
    state = _State(checkpoint, fingerprint, network, optimizer, schedule)
    while state.epoch < settings.epochs and state.epoch - state.best_epoch < settings.patience:
        network.train()
        chance = Random(f"{settings.seed}-{state.epoch}")  # noqa: S311 - no secret
        epoch = batches(
            tokenizer,
            train,
            labels=network.labels,
            unit=settings.unit,
            size=settings.batch,
            noise=settings.noise,
            chance=chance,
        )
        for step, (batch, targets) in enumerate(epoch):
            loss = _learn(network, optimizer, batch, targets, settings)
            schedule.step()
            if watcher:
                watcher.step(state.epoch, step, loss)
        state.epoch += 1
        scores = score_all(network, tokenizer, validation, settings)
        f1 = validation_f1(scores, validation, network.labels)
        state.keep(f1)
        if watcher:
            watcher.epoch(state.epoch - 1, f1)
    network.load_state_dict(state.best)
    return state.best_f1


def _learn(
    network: PassageNetwork, optimizer: Any, batch: Batch, targets: Targets, settings: Settings
) -> float:
    """Learn from one batch; gives the loss."""
    with torch.autocast(settings.device, torch.bfloat16):
        judgement = network.judge(batch.to(settings.device))
    loss = loss_of(judgement, targets, batch.owners, settings)
    if not loss.isfinite():
        raise ModelError("training", "has a loss that is no number any more; lower the learning rate")
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item()


class _State:
    """How far a run is: the epochs done, the best epoch and its weights, kept in a file."""

    def __init__(
        self, path: Path, fingerprint: str, network: nn.Module, optimizer: Any, schedule: Any
    ) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
        self.epoch, self.best_epoch, self.best_f1 = 0, 0, -1.0
        self.best: dict[str, Tensor] = {}
        if path.exists():
            kept = self._load()
            for name, part in self._parts.items():
                part.load_state_dict(kept[name])
            self.epoch, self.best_epoch, self.best_f1 = kept["epoch"], kept["best_epoch"], kept["best_f1"]
            self.best = kept["best"]
            torch.set_rng_state(kept["chance"])
            if torch.cuda.is_available() and kept["chance_cuda"]:
                torch.cuda.set_rng_state_all(kept["chance_cuda"])

    def _load(self) -> dict[str, Any]:
        problem = "keeps another training than this one; remove it to begin anew"
        try:
            kept: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        except (RuntimeError, UnpicklingError, EOFError) as error:
            raise ModelError(str(self._path), problem) from error
        if kept.get("fingerprint") != self._fingerprint:
            raise ModelError(str(self._path), problem)
        return kept

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
            "fingerprint": self._fingerprint,
            "chance": torch.get_rng_state(),
            "chance_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        part = self._path.with_name(self._path.name + ".part")
        torch.save(kept, part)
        part.replace(self._path)


def loss_of(judgement: Judgement, targets: Targets, owners: Tensor, settings: Settings) -> Tensor:
    """Binary cross-entropy of passages, and of answers as their surest passage has it."""
    owners = owners.to(settings.device)
    stances, tags, instruments = (
        each.to(settings.device) for each in (targets.stances, targets.tags, targets.instruments)
    )
    said = len(TAGGED_STANCES)
    of_passages = _entropy(judgement.stances, stances) + settings.tag_weight * _entropy(judgement.tags, tags)
    of_answers = (
        _entropy(surest(judgement.stances[:, :said], owners), surest(stances[:, :said], owners))
        + settings.tag_weight * _entropy(surest(judgement.tags, owners), surest(tags, owners))
        + INSTRUMENT_WEIGHT * _entropy(surest(judgement.instruments, owners), instruments)
    )
    return of_passages + of_answers


def _entropy(odds: Tensor, truth: Tensor) -> Tensor:
    """The mean binary cross-entropy; 0 where there is nothing to judge, as with one's own labels no tags."""
    if not odds.numel():
        return odds.sum()
    return nn.functional.binary_cross_entropy_with_logits(odds.float(), truth)


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
    settings: Settings,
) -> list[Scores]:
    """Score answers as they come in, with passages as they are split."""
    network.eval()
    texts = [(each.answer.text, scored_passages(each.answer.text)) for each in answers]
    scores: dict[int, Scores] = {}
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place][0]))
    for start in range(0, len(texts), 32):
        places = by_length[start : start + 32]
        batch = encode(tokenizer, [texts[place] for place in places], settings.unit)
        with torch.autocast(settings.device, torch.bfloat16):
            judgement = network.judge(batch.to(settings.device))
        values = [
            getattr(judgement, name).float().sigmoid().double().cpu().numpy()
            for name in ("stances", "tags", "instruments")
        ]
        owners = batch.owners.numpy()
        for row, place in enumerate(places):
            scores[place] = Scores(*(each[owners == row] for each in values))
    return [scores[place] for place in range(len(texts))]


def validation_f1(scores: Sequence[Scores], answers: Sequence[LabelledAnswer], labels: LabelSet) -> float:
    """The best micro-F1 of requested sub-types, or of one's own labels, that a threshold gives."""
    if labels.own:
        confidence = np.stack([each.answer_instruments() for each in scores])
        there = np.array([[label in (each.own or ()) for label in labels.own] for each in answers])
    else:
        confidence = np.stack([each.answer_tags()[0, len(labels.types) :] for each in scores])
        there = np.array([[("requested", code) in each.tags for code in labels.subtypes] for each in answers])
    taken = confidence >= best_f1_threshold(confidence.ravel(), there.ravel())
    return float(2 * (taken & there).sum() / (taken.sum() + there.sum()))


def _fingerprint(settings: Settings, network: nn.Module, answers: Sequence[LabelledAnswer]) -> str:
    """What a run that is resumed must have in common with the one that was cut: all but the device."""
    digest = hashlib.sha256(repr(replace(settings, device="")).encode())
    for name, weights in network.state_dict().items():
        digest.update(name.encode() + weights.cpu().numpy().tobytes())
    for labelled in answers:
        # Sets have an order of chance.
        sets = (labelled.tags, labelled.stances, labelled.instruments, labelled.own or ())
        labels = [sorted(map(str, each)) for each in sets]
        digest.update(repr((labelled.answer.text, labels, labelled.passages)).encode())
    return digest.hexdigest()


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
