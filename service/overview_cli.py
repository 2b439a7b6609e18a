"""The command overview: counts, figures and the drafted note, from reviewed tags."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp.answers import Language
from service.serving_cli import COMMAND, HomeOption

if TYPE_CHECKING:
    from service.overview.overview import Source
    from service.settings import Settings


def overview(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write, new or empty.")
    ],
    lang: Annotated[Language, typer.Option("--lang", help="Language of all texts.")] = "en",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Count an export of tags, answers or corpus, or a register, in place of the database.",
        ),
    ] = None,
    cycle: Annotated[str | None, typer.Option("--cycle", help="Of questionnaires, as forms name it.")] = None,
    unit: Annotated[
        Literal["requests", "answers", "questionnaires"],
        typer.Option(
            "--unit",
            help="What counts as one; a request: a respondent, an instrument and a sub-type, "
            "once per questionnaire.",
        ),
    ] = "requests",
    include_unreviewed: Annotated[
        bool,
        typer.Option(
            "--include-unreviewed", help="Count apart, too, what is suggested and nobody has reviewed."
        ),
    ] = False,
    parties: Annotated[
        Path | None,
        typer.Option(
            "--parties",
            metavar="FILE",
            help="A list (.csv) of parties, with the columns code, instrument and date, for response rates "
            "and States that did not answer; else parties.csv of the home, else that of needtag.",
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the overview of what States need: the drafted note, its figures, and all counts.

    DIR then holds overview.docx, overview.html, figures, counts.xlsx and counts.json, all or nothing.
    """
    from service.overview.files import read_file
    from service.overview.folder import check_folder, write_folder
    from service.overview.overview import make_overview
    from service.overview.parties import known_parties, read_parties
    from service.settings import read_settings

    check_folder(output)
    settings = read_settings(home=home)
    known = read_parties(parties) if parties else known_parties(settings.home)
    if source:
        read = read_file(source, cycle=cycle, unreviewed=include_unreviewed)
    else:
        read = _from_database(settings, cycle, unreviewed=include_unreviewed)
    counted = make_overview(read, unit, known)
    write_folder(counted, lang, output)
    number = counted.reviewed.all.requested.total.number
    typer.echo(f"{output} has the overview; {unit} counted: {number:,}.", err=True)
    if counted.is_unreviewed:
        answers = sum(each.answers for each in read.submissions)
        typer.echo(
            f"Nothing is counted, as no answer has been reviewed yet; answers received: {answers:,}.",
            err=True,
        )
    if read.left_out:
        typer.echo(
            f"Left out, as nothing took the place of a retired code: {len(read.left_out):,}.", err=True
        )
    if counted.later_cycles:
        typer.echo(
            f"Missing from the rates of {', '.join(counted.later_cycles)}: parties since {known.as_of}, "
            "when the list ends; give a later one with --parties.",
            err=True,
        )
    if parties and not counted.rates:
        typer.echo(f"{parties} is not used: {read.name} does not tell who replied and who did not.", err=True)


def _from_database(settings: "Settings", cycle: str | None, *, unreviewed: bool) -> "Source":
    """Read the database, and say so in the audit."""
    from service.overview.database import read_database
    from service.store import audit
    from service.store.answers import AnswerFilter, QuestionnaireFilter
    from service.store.exports import described
    from service.store.homes import open_existing

    database = open_existing(settings)
    wanted = QuestionnaireFilter(cycle=cycle)
    with database.writing() as session:
        audit.note(session, COMMAND, "export", "overview", filter=described(AnswerFilter(wanted)))
    with database.reading() as session:
        read = read_database(session, wanted, unreviewed=unreviewed)
    database.dispose()
    return read
