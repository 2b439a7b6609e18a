from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from evaluation import bench, bench_torch
from nlp.models import Calibration, taxonomy_labels

TINY = {
    "vocab_size": 20,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}


def prepared_text(pieces, passages):
    """What a network is given for a text whose passages are all alike."""
    weights = np.full((passages, pieces), 1 / pieces, dtype=np.float32)
    return {"input_ids": np.arange(pieces)[None], "passages": weights, "answers": weights}


@pytest.mark.parametrize("size", [2, 3])
def test_pytorch_says_the_same_of_texts_in_batches_as_alone(monkeypatch, size):
    monkeypatch.setattr(bench_torch, "SIZES", TINY)
    reader = SimpleNamespace(calibration=Calibration(), labels=taxonomy_labels())
    model = bench_torch.TorchModel(reader, "fp32", size)
    texts = [prepared_text(9, 2), prepared_text(4, 1), prepared_text(6, 3)]
    for text, together in zip(texts, model.run(texts), strict=True):
        [alone] = model.run([text])
        for one, other in zip(together, alone, strict=True):
            assert len(one) == len(text["passages"])
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_needtag_is_compared_round_by_round_with_the_faster_way_of_pytorch():
    rates = {
        bench.NEEDTAG: [100, 50, 90],
        "PyTorch fp32, one by one": [10, 5, 9],
        "PyTorch fp32, batches": [20, 10, 30],
        "PyTorch bf16, one by one": [50, 25, 45],
    }
    lines = bench.comparisons({name: {"encoder": each, "tagging": each} for name, each in rates.items()})
    assert lines[0] == "Encoder alone: needtag, int8 is 5.0 times as fast as PyTorch fp32, batches."
    assert lines[3] == "End to end: needtag, int8 is 2.0 times as fast as PyTorch bf16, one by one."
