"""The network that is fine-tuned: an encoder reads an answer once, heads judge each passage by its pieces.

Every passage is judged by the mean of its pieces beside the mean of the whole answer's, so that "the same for
our judges" is read with what came before. The means are normalised over the batch before the heads read them:
those of all texts share most of their length and direction, and heads would have to learn this first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from nlp.answers import STANCES
from nlp.models import TAGGED_STANCES, LabelSet
from nlp.models.scores import PassagedText
from nlp.training.settings import Unit

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# How rare a tag or an instrument is before anything is learned, in log-odds.
RARE = -3.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as the network reads them, with P passages in all.

    Attributes:
        input_ids: (B, T): the pieces of each text, or of each passage where passages are read one by one.
        attention_mask: (B, T): 1 where there is a piece, 0 where the text has ended.
        passages: (P, B * T): for each passage the weight of each piece; the weights add up to 1.
        answers: (P, B * T): likewise for the whole answer that the passage stands in.
        owners: (P,): the text that each passage is of.
    """

    input_ids: Tensor
    attention_mask: Tensor
    passages: Tensor
    answers: Tensor
    owners: Tensor

    def to(self, device: str) -> "Batch":
        """The same on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The log-odds that the network gives P passages: stances (P, 4), tags (P, 3, C), instruments (P, I)."""

    stances: Tensor
    tags: Tensor
    instruments: Tensor


class PassageNetwork(nn.Module):
    """Encoder and heads.

    A tag in a stance is scored by the code's vector against what the stance reads from the passage, so that
    offers and assistance received, which are rare, share what a code looks like with requests.

    Args:
        encoder: a transformers model that gives `last_hidden_state`.
        labels: what the heads judge.
        dropout: of what the heads read, in training.
        frozen: whether the encoder stays as it is when the heads are trained.
    """

    def __init__(self, encoder: Any, labels: LabelSet, *, dropout: float = 0.1, frozen: bool = False) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.labels = labels
        self.frozen = frozen
        self.encoder = encoder
        self.norm = nn.BatchNorm1d(2 * size)
        self.dropout = nn.Dropout(dropout)
        self.stances = nn.Linear(2 * size, len(STANCES))
        if labels.codes:
            self.readings = nn.ModuleList([nn.Linear(2 * size, size) for _ in TAGGED_STANCES])
            self.codes = nn.Linear(size, len(labels.codes), bias=False)
            self.code_odds = nn.Parameter(torch.full((len(TAGGED_STANCES), len(labels.codes)), RARE))
        self.instruments = nn.Linear(2 * size, len(labels.pointed))
        nn.init.constant_(self.instruments.bias, RARE)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, passages: Tensor, answers: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Judge passages; see Batch for the arguments and Judgement for the result."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        # Half precision is for the encoder: means and log-odds are served in full.
        with torch.autocast(input_ids.device.type, enabled=False):
            return self._heads(states.reshape(-1, states.shape[-1]).float(), passages, answers)

    def _heads(self, states: Tensor, passages: Tensor, answers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pooled = self.dropout(self._normalised(torch.cat([passages @ states, answers @ states], dim=1)))
        return self.stances(pooled), self._tags(pooled), self.instruments(pooled)

    def _tags(self, pooled: Tensor) -> Tensor:
        if not self.labels.codes:
            return pooled.new_zeros(pooled.shape[0], len(TAGGED_STANCES), 0)
        readings = [self.codes(nn.functional.gelu(reading(pooled))) for reading in self.readings]
        return torch.stack(readings, dim=1) + self.code_odds

    def _normalised(self, pooled: Tensor) -> Tensor:
        # A single passage has no spread of its own: the one that was seen so far serves.
        norm = self.norm
        return nn.functional.batch_norm(
            pooled,
            norm.running_mean,
            norm.running_var,
            norm.weight,
            norm.bias,
            training=self.training and len(pooled) > 1,
        )

    def train(self, mode: bool = True) -> "PassageNetwork":
        """Train from now on, or judge; a frozen encoder always judges, without dropout."""
        super().train(mode)
        self.encoder.train(mode and not self.frozen)
        return self

    def judge(self, batch: Batch) -> Judgement:
        """Judge the passages of a batch."""
        return Judgement(*self(batch.input_ids, batch.attention_mask, batch.passages, batch.answers))


def encode(
    tokenizer: "PreTrainedTokenizerFast",
    texts: Sequence[PassagedText],
    unit: Unit = "answer",
    longest: int = 512,
) -> Batch:
    """Cut texts into pieces and find which pieces each passage has.

    A passage that begins after the last piece is pooled from the whole answer.

    Args:
        tokenizer: of the encoder.
        texts: each with the spans of its passages, one at least.
        unit: what the encoder reads at once.
        longest: how many pieces are read at once.
    """
    owners = [row for row, (_, spans) in enumerate(texts) for _ in spans]
    if unit == "answer":
        read, rows = [text for text, _ in texts], owners
        spans = [span for _, spans in texts for span in spans]
    else:
        read = [text[start:end] for text, spans in texts for start, end in spans]
        rows, spans = list(range(len(read))), [(0, len(passage)) for passage in read]
    beside = [texts[owner][0] for owner in owners] if unit == "passage beside answer" else None
    encoded: Any = tokenizer(
        read,
        beside,
        truncation=True,
        max_length=longest,
        padding=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets, mask = encoded["offset_mapping"], encoded["attention_mask"]
    first = torch.tensor([[part == 0 for part in encoded.sequence_ids(row)] for row in range(len(read))])
    worded = (offsets[:, :, 1] > offsets[:, :, 0]) & (mask > 0)
    passages, answers = [], []
    for row, (start, end) in zip(rows, spans, strict=True):
        whole = _weights(worded[row])
        inside = worded[row] & first[row] & (offsets[row, :, 0] < end) & (offsets[row, :, 1] > start)
        passages.append(_placed(_weights(inside) if inside.any() else whole, row, *worded.shape))
        answers.append(_placed(whole, row, *worded.shape))
    return Batch(
        encoded["input_ids"], mask, torch.stack(passages), torch.stack(answers), torch.tensor(owners)
    )


def _weights(chosen: Tensor) -> Tensor:
    return chosen.float() / chosen.sum().clamp(min=1)


def _placed(weights: Tensor, row: int, rows: int, width: int) -> Tensor:
    placed = torch.zeros(rows * width)
    placed[row * width : (row + 1) * width] = weights
    return placed
