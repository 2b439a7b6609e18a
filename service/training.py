"""Training from the command line: a transformer with progress and a checkpoint; every model with its card."""

import math
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from evaluation.card import Training, model_card
from evaluation.report import make_report
from nlp.errors import MissingExtraError
from nlp.models import save_model
from nlp.models.blend import BlendModel
from nlp.models.linear import LinearModel
from nlp.models.transformer import TransformerModel
from nlp.tagging import Tagger
from nlp.training.calibrating import Levels
from nlp.training.settings import Settings
from service.terminal import printable
from service.training_data import TrainingData

# Labels that cannot be learned of which so many are named.
NAMED = 9


def train_linear_into(output: Path, data: TrainingData, levels: Levels, console: Console) -> None:
    """Train a linear model and save it.

    Raises:
        MissingExtraError: a library of the extra `train` is not installed.
    """
    from nlp.training.linear import train_linear

    with console.status(f"Training on {len(data.splits['train'])} answers"):
        model = train_linear(*data.splits.values(), levels=levels)
        save_with_card(model, output, data, levels)


def say_unlearned(data: TrainingData, console: Console) -> None:
    """Name the labels that are too rare to be learned, if there are such."""
    if data.unlearned:
        named = printable(", ".join(data.unlearned[:NAMED]))
        more = f" and {len(data.unlearned) - NAMED} more" if len(data.unlearned) > NAMED else ""
        said = f"Not learned: {named}{more}. Too few answers have such a label; give more of them."
        console.print(said, style="yellow", markup=False, soft_wrap=True)


def save_with_card(
    model: LinearModel | TransformerModel | BlendModel,
    output: Path,
    data: TrainingData,
    levels: Levels,
    *,
    encoder: str | None = None,
) -> None:
    """Measure a trained model on its validation split, and save it with its card.

    Args:
        model: as it was trained.
        output: the folder for it.
        data: what it was trained on.
        levels: what its bands promise.
        encoder: see Training.
    """
    validation = data.splits["validation"]
    answers = [replace(each.answer, question=None, language=None) for each in validation]
    tagged = list(Tagger(model).tag_all(answers))
    report = make_report(validation, tagged, data=["validation"], cautions=["thresholds"])
    training = Training(
        encoder=encoder,
        calibration=model.calibration,
        corpus=data.corpus,
        splits=data.splits,
        data=data.files,
        levels=levels,
        linear_share=model.linear_share if isinstance(model, BlendModel) else None,
    )
    save_model(model, output, corpus=data.corpus, card=lambda named: model_card(named, report, training))


def train_transformer_into(
    output: Path, data: TrainingData, levels: Levels, settings: Settings, console: Console
) -> None:
    """Train a transformer, show how far it is, and save it.

    Args:
        output: the folder for it; beside it a checkpoint is kept while the training runs.
        data: what it is trained on.
        levels: what its bands promise.
        settings: of the fine-tuning.
        console: where progress is shown.

    Raises:
        MissingExtraError: a library of the extra `train` is not installed.
    """
    try:
        from nlp.training.transformer import train_transformer
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "torch") from error

    output = output.resolve()
    checkpoint = output.with_name(output.name + ".checkpoint")
    steps = math.ceil(len(data.splits["train"]) / settings.batch)
    with _Shown(settings.epochs, steps, console) as shown:
        model, encoder = train_transformer(
            *data.splits.values(), checkpoint=checkpoint, levels=levels, settings=settings, watcher=shown
        )
    save_with_card(model, output, data, levels, encoder=encoder)
    checkpoint.unlink()


class _Shown(Progress):
    """A fine-tuning as a bar, and a line for each epoch that stays."""

    def __init__(self, epochs: int, steps: int, console: Console) -> None:
        loss = TextColumn("epoch {task.fields[epoch]}, loss {task.fields[loss]:.2f}")
        super().__init__(loss, BarColumn(), TimeRemainingColumn(), console=console)
        self._epochs, self._steps = epochs, steps
        self._bar: TaskID | None = None

    def step(self, epoch: int, step: int, loss: float) -> None:
        if self._bar is None:
            self._bar = self.add_task("", total=self._epochs * self._steps, epoch=1, loss=loss)
        self.update(self._bar, completed=epoch * self._steps + step + 1, epoch=epoch + 1, loss=loss)

    def epoch(self, epoch: int, f1: float) -> None:
        self.console.print(f"epoch {epoch + 1}: micro-F1 {f1:.3f} on validation", highlight=False)
