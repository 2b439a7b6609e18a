"""What trimming the vocabulary costs: the default model beside itself with every piece of its encoder.

python -m evaluation.trimming [FILE...]

Fine-tuning leaves the vectors of pieces as they are, so those that were trimmed can be put back. Measured on
the validation split and on labelled answers from files: how many answers are cut otherwise, and the best
micro-F1 of requested sub-types that a threshold gives. Needs the extra `train` and the encoder's packages.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx import numpy_helper
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer

from corpus.reader import read_corpus, read_labelled, without_errors
from nlp.answers import LabelledAnswer
from nlp.errors import ModelError
from nlp.models import DEFAULT_FOLDER, Calibration, ModelId, taxonomy_labels
from nlp.models.transformer import TransformerModel
from nlp.passages import scored_passages
from nlp.training import e5_small
from nlp.training.exporting import QuantizedEmbedding
from nlp.training.fine_tuning import validation_f1


def with_all_pieces(network: bytes) -> tuple[bytes, str]:
    """The network, and its tokenizer, with the vectors of all pieces of multilingual-e5-small.

    Raises:
        ModelError: the network's embedding is not found, or a package is missing.
    """
    whole = QuantizedEmbedding(e5_small.load_encoder().get_input_embeddings().weight.detach())
    vectors = {"rows": whole.rows.numpy(), "scales": whole.scales.numpy()}
    graph = onnx.load_from_string(network)
    for name, values in vectors.items():
        found = [each for each in graph.graph.initializer if each.name.endswith(f"word_embeddings.{name}")]
        if len(found) != 1:
            raise ModelError("default", "has no embedding that could be made whole again")
        found[0].CopyFrom(numpy_helper.from_array(values, found[0].name))
    return graph.SerializeToString(), e5_small.TOKENIZER.read().decode("utf-8")


def main(files: Sequence[Path], console: Console) -> None:
    """Measure both, and print a table."""
    network = (DEFAULT_FOLDER / "network.onnx").read_bytes()
    tokenizer = (DEFAULT_FOLDER / "tokenizer.json").read_text(encoding="utf-8")
    sides = [(network, tokenizer), with_all_pieces(network)]
    models = [
        TransformerModel(
            ModelId("default", ""),
            Calibration(),
            taxonomy_labels(),
            network=served,
            tokenizer=pieces,
            known_words=(),
        )
        for served, pieces in sides
    ]
    trimmed, whole = (Tokenizer.from_str(pieces) for _, pieces in sides)
    sets = {"validation": read_corpus("validation")}
    if files:
        sets["other answers"] = [each for path in files for each in without_errors(read_labelled(path))]
    table = Table(title=f"{trimmed.get_vocab_size():,} pieces of {whole.get_vocab_size():,}")
    for column in ("answers", "cut otherwise", "micro-F1, trimmed", "micro-F1, all pieces"):
        table.add_column(column, justify="right")
    for name, answers in sets.items():
        texts = [each.answer.text for each in answers]
        otherwise = sum(trimmed.encode(text).tokens != whole.encode(text).tokens for text in texts)
        f1 = [f"{measure(model, answers):.3f}" for model in models]
        table.add_row(f"{name}, {len(answers)}", str(otherwise), *f1)
    console.print(table)


def measure(model: TransformerModel, answers: Sequence[LabelledAnswer]) -> float:
    """The best micro-F1 of requested sub-types."""
    texts = [(each.answer.text, scored_passages(each.answer.text)) for each in answers]
    return validation_f1(model.score(texts), answers, taxonomy_labels())


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]], Console())
