"""Train the transformer: trim the vocabulary, fine-tune, write as ONNX, calibrate what will serve."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from nlp.answers import LabelledAnswer
from nlp.models import Calibration, ModelId
from nlp.models.familiarity import words_of
from nlp.models.transformer import TransformerModel
from nlp.states import all_states
from nlp.training.calibrating import familiar_share, fit_calibration
from nlp.training.e5_small import load_encoder, load_tokenizer
from nlp.training.exporting import export
from nlp.training.fine_tuning import Report, Settings, fine_tune
from nlp.training.network import PassageNetwork
from nlp.training.vocabulary import chosen_pieces, listed_words, trim_embeddings, trimmed_tokenizer

# A word that stands in so many answers of the training split is known.
KNOWN_FROM = 2


def train_transformer(
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    calibration: Sequence[LabelledAnswer],
    *,
    checkpoint: Path,
    settings: Settings | None = None,
    report: Report | None = None,
) -> TransformerModel:
    """Train a transformer on the packaged encoder.

    Args:
        train: the split to learn from.
        validation: to stop by, to calibrate confidence by, and for the lower bands.
        calibration: for the `safe` band.
        checkpoint: a file that keeps how far the fine-tuning is; a run with the same file goes on from it.
        settings: of the fine-tuning.
        report: told of every step.

    Raises:
        MissingExtraError: a library of the extra `train` is not installed.
        ModelError: the encoder's packages are missing, or hold other files.
    """
    settings = settings or Settings()
    # Before the heads are made, whose first weights are of chance.
    torch.manual_seed(settings.seed)
    encoder, tokenizer = load_encoder(), load_tokenizer()
    texts = [each.answer.text for each in train]
    states = [
        name for state in all_states() for name in (state.name("en"), state.name("fr"), state.name("es"))
    ]
    kept = chosen_pieces(tokenizer.backend_tokenizer, listed_words(), [*texts, *states])
    trimmed = trimmed_tokenizer(tokenizer.backend_tokenizer, kept)
    trim_embeddings(encoder, kept)
    network = PassageNetwork(encoder)
    fine_tune(
        network,
        load_tokenizer(trimmed),
        train,
        validation,
        settings,
        checkpoint=checkpoint,
        report=report,
    )
    known = Counter(word for text in texts for word in set(words_of(text)))
    words = [word for word, answers in known.items() if answers >= KNOWN_FROM]
    with tempfile.TemporaryDirectory() as folder:
        export(network, Path(folder) / "network.onnx")
        model = TransformerModel(
            ModelId("transformer", "untrained"),
            Calibration(),
            network=(Path(folder) / "network.onnx").read_bytes(),
            tokenizer=trimmed.to_str(),
            known_words=words,
            familiar_share=familiar_share(words, validation),
        )
    model.calibration = fit_calibration(model, validation, calibration)
    return model
