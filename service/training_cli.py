"""The command `needtag train`: its options."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp.errors import InputError


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write the model to.")],
    kind: Annotated[
        Literal["linear", "transformer"],
        typer.Option("--kind", help="linear (a minute), or transformer (an hour on two cores)."),
    ] = "linear",
    device: Annotated[
        Literal["cpu", "cuda"], typer.Option("--device", help="Where a transformer is fine-tuned.")
    ] = "cpu",
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="Labelled answers (.jsonl) to learn from instead of the corpus. Repeatable.",
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            "--encoder", help="Fine-tune another encoder: its name on the hub of models, or its folder."
        ),
    ] = None,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Leave the encoder as it is, and train what judges alone.")
    ] = False,
    encoder_only: Annotated[
        bool,
        typer.Option(
            "--encoder-only", help="Leave out the linear model of words that judges beside the encoder."
        ),
    ] = False,
    safe_precision: Annotated[
        float, typer.Option("--safe-precision", min=0, max=1, help="How often a tag in `safe` must be right.")
    ] = 0.95,
    safe_certainty: Annotated[
        float, typer.Option("--safe-certainty", min=0, max=1, help="How certain that must be.")
    ] = 0.95,
    unsure_recall: Annotated[
        float,
        typer.Option(
            "--unsure-recall", min=0, max=1, help="The share of labels there that the bands must show."
        ),
    ] = 0.95,
) -> None:
    """Train a model on the corpus that comes with needtag, and write its card beside it (MODEL_CARD.md).

    Needs the extra 'train' (pip install 'needtag[train]').

    With --data it learns from files of yours. A quarter of them is held back to calibrate by, none to test
    with: keep other answers for `needtag evaluate`.

    A transformer's training that was cut goes on from its last epoch, which OUTPUT.checkpoint keeps.
    """
    from rich.console import Console

    from nlp.models import check_folder
    from nlp.training.calibrating import Levels
    from nlp.training.encoders import DEFAULT_ENCODER
    from nlp.training.settings import Settings
    from service.training import say_unlearned, train_linear_into, train_transformer_into
    from service.training_data import read_training_data

    check_folder(output)
    if kind == "linear" and (encoder or frozen or encoder_only or device != "cpu"):
        raise InputError("--kind linear", "has no encoder, and no use for a device; add --kind transformer")
    levels = Levels(safe_precision, safe_certainty, unsure_recall)
    console = Console(stderr=True)
    learned = read_training_data(data or [])
    say_unlearned(learned, console)
    if kind == "linear":
        train_linear_into(output, learned, levels, console)
    else:
        settings = Settings(
            encoder=encoder or DEFAULT_ENCODER, terms=not encoder_only, frozen=frozen, device=device
        )
        train_transformer_into(output, learned, levels, settings, console)
    console.print(f"Trained on {len(learned.splits['train'])} answers: {output}")
