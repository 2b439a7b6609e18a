"""The default model with its network in PyTorch, for the benchmark.

The weights are of chance: how long they take does not depend on their values.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from evaluation.bench_contestant import Inputs, prepared
from nlp.models import ModelId, Scores
from nlp.models.scores import Floats, PassagedText
from nlp.models.transformer import WORKERS, TransformerModel
from nlp.training.network import PassageNetwork
from nlp.training.vocabulary import MOST_PIECES

# Those of multilingual-e5-small, with as many pieces as a trimmed vocabulary may have.
SIZES: dict[str, Any] = {
    "vocab_size": MOST_PIECES,
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
}
# What is said of a text's passages: stances, tags, instruments.
Outputs = tuple[Floats, Floats, Floats]


class TorchModel:
    """A model that prepares texts as the served one does and scores them in PyTorch, on two threads.

    Args:
        reader: the served model, for its tokenizer and its calibration.
        precision: of the encoder: "fp32" or "bf16".
        batch: how many texts of about one length are read together.
    """

    id = ModelId("pytorch", "0")

    def __init__(self, reader: TransformerModel, precision: str, batch: int) -> None:
        encoder = BertModel(BertConfig(**SIZES), add_pooling_layer=False)
        self.reader, self.batch = reader, batch
        self.calibration, self.labels = reader.calibration, reader.labels
        self._network = PassageNetwork(encoder, reader.labels).eval()
        if precision == "bf16":
            self._network.encoder.to(torch.bfloat16)

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers; see Model."""
        return [Scores(*outputs) for outputs in self.run(prepared(self.reader, texts))]

    def run(self, inputs: Sequence[Inputs]) -> list[Outputs]:
        """Run the network on prepared texts, two batches at a time; gives what it says of each text."""
        batches = by_length(inputs, self.batch)
        if len(inputs) == 1:
            # Nothing else to do for the second thread.
            found = [self._run(inputs, WORKERS)]
        else:
            with ThreadPoolExecutor(WORKERS) as workers:
                read = [[inputs[place] for place in places] for places in batches]
                found = list(workers.map(partial(self._run, threads=1), read))
        outputs = dict(zip(chain(*batches), chain(*found), strict=True))
        return [outputs[place] for place in range(len(inputs))]

    def _run(self, inputs: Sequence[Inputs], threads: int) -> list[Outputs]:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            said = [each.sigmoid().double().numpy() for each in self._network(*padded(inputs))]
        ends = np.cumsum([len(each["passages"]) for each in inputs])[:-1]
        stances, tags, instruments = (np.split(values, ends) for values in said)
        return list(zip(stances, tags, instruments, strict=True))


def by_length(inputs: Sequence[Inputs], size: int) -> list[list[int]]:
    """Cut texts into batches of about one length; gives their places."""
    order = sorted(range(len(inputs)), key=lambda place: inputs[place]["input_ids"].shape[1])
    return [order[start : start + size] for start in range(0, len(order), size)]


def padded(inputs: Sequence[Inputs]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Texts as one batch; see Batch for what is in it."""
    width = max(each["input_ids"].shape[1] for each in inputs)
    ends = np.cumsum([0, *(len(each["passages"]) for each in inputs)])
    ids, mask = (np.zeros((len(inputs), width), dtype=np.int64) for _ in range(2))
    passages, answers = (np.zeros((ends[-1], len(inputs) * width), dtype=np.float32) for _ in range(2))
    for row, each in enumerate(inputs):
        length = each["input_ids"].shape[1]
        ids[row, :length], mask[row, :length] = each["input_ids"][0], 1
        for name, weights in (("passages", passages), ("answers", answers)):
            weights[ends[row] : ends[row + 1], row * width : row * width + length] = each[name]
    return (
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(passages),
        torch.from_numpy(answers),
    )
