"""The needtag command, gathered from its subcommands; and how errors are told."""

import io
import sys
from typing import Annotated, Literal

import typer

from nlp.errors import NeedtagError
from service import (
    corpus_cli,
    evaluation_cli,
    export_cli,
    office_cli,
    overview_cli,
    people_cli,
    serving_cli,
    tagging_cli,
    training_cli,
    webhook_cli,
)
from service.exit_codes import BAD_INPUT
from service.tagging_cli import LangOption

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(corpus_cli.app, name="corpus")
app.add_typer(serving_cli.db, name="db")
app.add_typer(serving_cli.key, name="key")
app.add_typer(people_cli.user, name="user")
app.add_typer(webhook_cli.webhook, name="webhook")


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"needtag {version('needtag')}")
        raise typer.Exit


@app.callback()
def needtag(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version, and end."),
    ] = False,
) -> None:
    """Pre-tag States' answers on technical assistance for human review, in English, French and Spanish."""


app.command()(tagging_cli.tag)
app.command()(training_cli.train)
app.command()(serving_cli.serve)
app.command()(serving_cli.worker)
app.command("import")(serving_cli.import_files)
app.command()(serving_cli.settings)
app.command()(export_cli.export)
app.command()(overview_cli.overview)
app.command()(office_cli.backup)
app.command()(office_cli.restore)
app.command()(office_cli.doctor)
app.command()(evaluation_cli.evaluate)
app.command()(evaluation_cli.compare)
app.command()(evaluation_cli.agreement)


@app.command()
def taxonomy(
    output_format: Annotated[
        Literal["table", "json", "csv", "skos"],
        typer.Option("--format", help="table (one language), or json, csv, skos (all languages)."),
    ] = "table",
    lang: LangOption = "en",
) -> None:
    """Print the types, sub-types and instruments with their labels and definitions."""
    from nlp.taxonomy import load_taxonomy
    from service.taxonomy_formats import render

    typer.echo(render(load_taxonomy(), output_format, lang), nl=False)


def main() -> None:
    """Run the command; errors that the user can act on are printed as a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal in another encoding shows a question mark rather than ends the run.
            stream.reconfigure(errors="replace")
    try:
        app()
    except* NeedtagError as group:
        from service.terminal import printable

        for error in _leaves(group):
            typer.echo(f"needtag: {printable(str(error))}", err=True)
        sys.exit(BAD_INPUT)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


if __name__ == "__main__":
    main()
