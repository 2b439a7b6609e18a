"""The command export: what the API's exports give, as files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp.answers import Language
from service.serving_cli import COMMAND, HomeOption


def export(
    what: Annotated[
        Literal["answers", "tags", "decisions", "corpus"],
        typer.Argument(help="'corpus' has the reviewed answers as labelled lines, .jsonl alone."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write .csv, .xlsx or .jsonl.")],
    home: HomeOption = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of labels.")] = "en",
    questionnaire: Annotated[
        int | None,
        typer.Option(
            "--questionnaire", metavar="ID", min=1, max=10**18 - 1, help="This one, whatever else is asked."
        ),
    ] = None,
    instrument: Annotated[
        Literal["untoc", "tip", "som", "firearms"] | None,
        typer.Option("--instrument", help="One that questionnaires are about."),
    ] = None,
    cycle: Annotated[str | None, typer.Option("--cycle", help="Of questionnaires, as forms name it.")] = None,
) -> None:
    """Write what was received, suggested and decided to a file, all as it is at one moment.

    The audit says so. Lines of 'corpus' are marked as reviewed, and are a batch of their own.
    """
    from service.exporting import export_to_file, format_of
    from service.run import check_target
    from service.settings import read_settings
    from service.store.answers import AnswerFilter, QuestionnaireFilter
    from service.store.homes import open_existing

    format_of(what, output)
    check_target(output, [])
    questionnaires = QuestionnaireFilter(instrument=instrument, cycle=cycle)
    wanted = AnswerFilter(questionnaires, questionnaire_id=questionnaire)
    database = open_existing(read_settings(home=home))
    rows = export_to_file(database, what, output, wanted, lang, actor=COMMAND)
    database.dispose()
    typer.echo(f"{output} has {rows:,} {'row' if rows == 1 else 'rows'}.", err=True)
