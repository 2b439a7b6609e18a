"""Training a transformer from the command line, with progress and a checkpoint."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.reader import corpus_hash
from nlp.answers import LabelledAnswer
from nlp.errors import MissingExtraError
from nlp.models import save_model


def train_transformer_into(
    output: Path, splits: Sequence[Sequence[LabelledAnswer]], device: str, console: Console
) -> None:
    """Train on the splits train, validation and calibration, show how far it is, and save the model.

    Raises:
        MissingExtraError: a library of the extra `train` is not installed.
    """
    try:
        from nlp.training.fine_tuning import Settings
        from nlp.training.transformer import train_transformer
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "torch") from error

    settings = Settings(device=device)
    corpus = corpus_hash()
    output = output.resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = output.with_name(output.name + ".checkpoint")
    steps = math.ceil(len(splits[0]) / settings.batch)
    columns = (
        TextColumn("epoch {task.fields[epoch]}, loss {task.fields[loss]:.2f}"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=settings.epochs * steps, epoch=1, loss=0.0)

        def report(epoch: int, step: int, loss: float) -> None:
            progress.update(task, completed=epoch * steps + step + 1, epoch=epoch + 1, loss=loss)

        train, validation, calibration = splits
        model = train_transformer(
            train, validation, calibration, checkpoint=checkpoint, settings=settings, report=report
        )
    save_model(model, output, corpus=corpus)
    checkpoint.unlink()
