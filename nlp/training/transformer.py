"""Train the transformer: trim the vocabulary, fine-tune, write as ONNX, calibrate what will serve."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from nlp.answers import LabelledAnswer
from nlp.errors import MissingExtraError, ModelError
from nlp.models import Calibration, ModelId
from nlp.models.blend import BlendModel
from nlp.models.familiarity import words_of
from nlp.models.linear import LinearModel
from nlp.models.transformer import TransformerModel
from nlp.passages import scored_passages
from nlp.states import all_states
from nlp.training.calibrating import Levels, familiar_share, fit_calibration
from nlp.training.encoders import load_encoder
from nlp.training.exporting import export
from nlp.training.fine_tuning import Watcher, fine_tune, validation_f1
from nlp.training.linear import fit_linear, labels_of
from nlp.training.network import PassageNetwork
from nlp.training.settings import Settings
from nlp.training.vocabulary import trim

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# The weights of the linear model that are tried on validation.
LINEAR_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
# A word that stands in so many answers of the training split is known.
KNOWN_FROM = 2


def train_transformer(
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    calibration: Sequence[LabelledAnswer],
    *,
    checkpoint: Path,
    levels: Levels | None = None,
    settings: Settings | None = None,
    watcher: Watcher | None = None,
) -> tuple[TransformerModel | BlendModel, str]:
    """Train a transformer, and where the settings have it so a linear model that judges beside it.

    Args:
        train: the split to learn from.
        validation: to stop by, to calibrate confidence by, and for the lower bands.
        calibration: for the `safe` band.
        checkpoint: a file that keeps how far the fine-tuning is; a run with the same file goes on from it.
        levels: what the bands promise.
        settings: of the fine-tuning.
        watcher: told how far it is.

    Returns:
        The model, and which encoder it was made from, in words.

    Raises:
        MissingExtraError: a library of the extra `train` is not installed.
        ModelError: the encoder cannot be had, or the fine-tuning failed.
    """
    for library in ("mapie", "onnx"):
        # Needed only after hours of training.
        if find_spec(library) is None:
            raise MissingExtraError(library)
    settings = settings or Settings()
    if settings.unit != "answer":
        raise ModelError(f"unit {settings.unit}", "cannot be served; it is there to be compared")
    # First what takes no time, so that data it cannot learn from are named at once.
    linear = fit_linear(train) if settings.terms else None
    # Before the heads are made, whose first weights are of chance.
    torch.manual_seed(settings.seed)
    network, tokenizer, encoder = new_network(train, settings)
    fine_tune(network, tokenizer, train, validation, settings, checkpoint=checkpoint, watcher=watcher)
    transformer = to_model(network, tokenizer, train, validation)
    model = blended(transformer, linear, validation) if linear else transformer
    model.calibration = fit_calibration(model, validation, calibration, levels)
    return model, encoder


def new_network(
    train: Sequence[LabelledAnswer], settings: Settings
) -> "tuple[PassageNetwork, PreTrainedTokenizerFast, str]":
    """A network that has learned nothing yet, its trimmed tokenizer, and which encoder it has, in words."""
    body, tokenizer, source = load_encoder(settings.encoder)
    names = [state.name(language) for state in all_states() for language in ("en", "fr", "es")]
    tokenizer = trim(body, tokenizer, [*(each.answer.text for each in train), *names])
    source += ", frozen" if settings.frozen else ""
    return PassageNetwork(body, labels_of(train), frozen=settings.frozen), tokenizer, source


def to_model(
    network: PassageNetwork,
    tokenizer: "PreTrainedTokenizerFast",
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
) -> TransformerModel:
    """What serves, in 8 bits and not calibrated yet, of a network that was trained."""
    known = Counter(word for each in train for word in set(words_of(each.answer.text)))
    words = [word for word, answers in known.items() if answers >= KNOWN_FROM]
    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    # As it was used last, it would cut long texts short.
    backend.no_truncation()
    backend.no_padding()
    with tempfile.TemporaryDirectory() as folder:
        export(network, Path(folder) / "network.onnx")
        return TransformerModel(
            ModelId("transformer", "untrained"),
            Calibration(),
            network.labels,
            network=(Path(folder) / "network.onnx").read_bytes(),
            tokenizer=backend.to_str(),
            known_words=words,
            familiar_share=familiar_share(words, validation),
        )


def blended(
    transformer: TransformerModel, linear: LinearModel, validation: Sequence[LabelledAnswer]
) -> BlendModel:
    """Both models as one, not calibrated yet, with the weights that are best on validation."""
    texts = [(each.answer.text, scored_passages(each.answer.text)) for each in validation]

    def with_share(share: float) -> BlendModel:
        model_id = ModelId("blend", "untrained")
        return BlendModel(model_id, Calibration(), transformer=transformer, linear=linear, linear_share=share)

    def f1(share: float) -> float:
        return validation_f1(with_share(share).score(texts), validation, transformer.labels)

    return with_share(max(LINEAR_SHARES, key=f1))
