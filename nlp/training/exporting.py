"""Write a fine-tuned network as ONNX with weights in 8 bits, for serving without torch."""

import logging
import tempfile
import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nlp.errors import MissingExtraError
from nlp.training.network import PassageNetwork

OPSET = 17


class QuantizedEmbedding(nn.Module):
    """An embedding in 8 bits, each row with a scale of its own.

    A scale for all rows, which is what onnxruntime's quantizer gives, costs rare pieces most of their digits.
    """

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        scales = weights.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.rows: Tensor
        self.scales: Tensor
        self.register_buffer("rows", torch.round(weights / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, pieces: Tensor) -> Tensor:
        """The vectors of pieces."""
        return self.rows[pieces].to(torch.float32) * self.scales[pieces]


class _Served(nn.Module):
    """The network as it is served: one text, and probabilities."""

    def __init__(self, network: PassageNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, passages: Tensor, answers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Judge the passages of one text; see Batch for the arguments, with B = 1."""
        stances, tags, instruments = self.network(input_ids, torch.ones_like(input_ids), passages, answers)
        return stances.sigmoid(), tags.sigmoid(), instruments.sigmoid()


def export(network: PassageNetwork, path: Path) -> None:
    """Write the network as ONNX in 8 bits; inputs are one text's pieces and the weights of its passages.

    The network itself stays as it is.

    Raises:
        MissingExtraError: onnx or onnxruntime is not installed.
    """
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "onnx") from error
    network = deepcopy(network).to("cpu").eval()
    encoder: Any = network.encoder
    # Others leave a mask in what is served, although one text at a time needs none.
    encoder.set_attn_implementation("eager")
    encoder.set_input_embeddings(QuantizedEmbedding(encoder.get_input_embeddings().weight.detach()))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The newer exporter needs another library; of branches that tracing fixes there is none that matters.
        warnings.simplefilter("ignore")
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            _Served(network),
            (torch.tensor([[0, 5, 6, 2]]), torch.full((2, 4), 0.25), torch.full((2, 4), 0.25)),
            whole,
            input_names=["input_ids", "passages", "answers"],
            output_names=["stances", "tags", "instruments"],
            dynamic_axes={
                "input_ids": {1: "pieces"},
                "passages": {0: "passages", 1: "pieces"},
                "answers": {0: "passages", 1: "pieces"},
                "stances": {0: "passages"},
                "tags": {0: "passages"},
                "instruments": {0: "passages"},
            },
            opset_version=OPSET,
            dynamo=False,
        )
        # It warns of a preparation that only graphs with convolutions gain from.
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(
                whole, path, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8
            )
        finally:
            logging.disable(logging.NOTSET)
