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
from nlp.models import TAGGED_STANCES
from nlp.models.scores import PassagedText
from nlp.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# How rare a tag or an instrument is before anything is learned, in log-odds.
RARE = -3.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as the network reads them, with P passages in all.

    Attributes:
        input_ids: (B, T): the pieces of each text.
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
        dropout: of what the heads read, in training.
    """

    def __init__(self, encoder: Any, dropout: float = 0.1) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        taxonomy = load_taxonomy()
        self.encoder = encoder
        self.norm = nn.BatchNorm1d(2 * size)
        self.dropout = nn.Dropout(dropout)
        self.stances = nn.Linear(2 * size, len(STANCES))
        self.readings = nn.ModuleList([nn.Linear(2 * size, size) for _ in TAGGED_STANCES])
        self.codes = nn.Linear(size, len(taxonomy.codes), bias=False)
        self.code_odds = nn.Parameter(torch.full((len(TAGGED_STANCES), len(taxonomy.codes)), RARE))
        self.instruments = nn.Linear(2 * size, len(taxonomy.instruments))
        nn.init.constant_(self.instruments.bias, RARE)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, passages: Tensor, answers: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Judge passages; see Batch for the arguments and Judgement for the result."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        # Half precision is for the encoder: means and log-odds are served in full.
        with torch.autocast(input_ids.device.type, enabled=False):
            return self._heads(states.reshape(-1, states.shape[-1]).float(), passages, answers)

    def _heads(self, states: Tensor, passages: Tensor, answers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pooled = self.dropout(self._normalised(torch.cat([passages @ states, answers @ states], dim=1)))
        readings = [self.codes(nn.functional.gelu(reading(pooled))) for reading in self.readings]
        tags = torch.stack(readings, dim=1) + self.code_odds
        return self.stances(pooled), tags, self.instruments(pooled)

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

    def judge(self, batch: Batch) -> Judgement:
        """Judge the passages of a batch."""
        return Judgement(*self(batch.input_ids, batch.attention_mask, batch.passages, batch.answers))


def encode(tokenizer: "PreTrainedTokenizerFast", texts: Sequence[PassagedText], longest: int = 512) -> Batch:
    """Cut texts into pieces and find which pieces each passage has.

    A passage that begins after the last piece is pooled from the whole answer.

    Args:
        tokenizer: of the encoder.
        texts: each with the spans of its passages, one at least.
        longest: how many pieces of a text are read.
    """
    encoded: Any = tokenizer(
        [text for text, _ in texts],
        truncation=True,
        max_length=longest,
        padding=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets, mask = encoded["offset_mapping"], encoded["attention_mask"]
    worded = (offsets[:, :, 1] > offsets[:, :, 0]) & (mask > 0)
    width = worded.shape[1]
    passages, answers, owners = [], [], []
    for row, (_, spans) in enumerate(texts):
        whole = _weights(worded[row])
        for start, end in spans:
            inside = worded[row] & (offsets[row, :, 0] < end) & (offsets[row, :, 1] > start)
            passages.append(_placed(_weights(inside) if inside.any() else whole, row, len(texts), width))
            answers.append(_placed(whole, row, len(texts), width))
            owners.append(row)
    return Batch(
        encoded["input_ids"], mask, torch.stack(passages), torch.stack(answers), torch.tensor(owners)
    )


def _weights(chosen: Tensor) -> Tensor:
    return chosen.float() / chosen.sum().clamp(min=1)


def _placed(weights: Tensor, row: int, rows: int, width: int) -> Tensor:
    placed = torch.zeros(rows * width)
    placed[row * width : (row + 1) * width] = weights
    return placed
