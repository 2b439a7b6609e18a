"""The commands of `needtag corpus`: check it, split it, say how far its readers agree."""

from pathlib import Path
from typing import Annotated

import typer

from nlp.errors import InputError
from service.exit_codes import FAULT

app = typer.Typer(no_args_is_help=True, help="Check the corpus that comes with needtag.")


@app.command("check")
def check_corpus(
    outside: Annotated[
        list[Path] | None,
        typer.Option(
            "--outside",
            help="Labelled answers (.jsonl) or a text that must not stand in the corpus. Repeatable.",
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw the requests of each sub-type (.svg, .png).")
    ] = None,
    disputes: Annotated[
        int,
        typer.Option(
            "--disputes",
            help="List so many answers whose labels models of other batches dispute (minutes).",
            min=0,
        ),
    ] = 0,
) -> None:
    """Check the corpus against its targets; the exit code is 1 where one is missed."""
    from rich.console import Console

    from corpus.figures import draw_requests
    from corpus.reader import read_whole_corpus
    from service.corpus_check import check, print_disputes

    if picture and picture.suffix not in (".svg", ".png"):
        raise InputError(str(picture), "cannot be drawn in this format; end it in .svg or .png")
    answers = read_whole_corpus()
    if picture:
        draw_requests(answers, picture)
    holds = check(answers, outside or [], Console())
    if disputes:
        print_disputes(answers, disputes, Console())
    if not holds:
        raise typer.Exit(FAULT)


@app.command("split")
def split_corpus() -> None:
    """Give each new batch a split, as evenly as can be; earlier batches keep theirs. Prints splits.csv."""
    from corpus.reader import read_splits, read_whole_corpus
    from corpus.splits import draw_splits

    typer.echo("batch,split")
    for batch, split in draw_splits(read_whole_corpus(), read_splits()).items():
        typer.echo(f"{batch},{split}")


@app.command("agreement")
def show_agreement() -> None:
    """Print how far the second reading of a fifth of every batch agrees with the first, label by label."""
    from rich.console import Console

    from corpus.second_reading import read_labels
    from evaluation.agreement import agreements
    from evaluation.tables import print_agreements

    readings = [read_labels("first"), read_labels("second")]
    print_agreements(agreements(readings), f"{len(readings[1]):,} answers read twice", Console())
