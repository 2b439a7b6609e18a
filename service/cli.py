"""The needtag command: its subcommands and options; the work is done elsewhere."""

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp.answers import Language
from nlp.errors import InputError, NeedtagError
from service import (
    corpus_cli,
    export_cli,
    office_cli,
    overview_cli,
    people_cli,
    serving_cli,
    training_cli,
    webhook_cli,
)
from service.exit_codes import BAD_INPUT, FAULT

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(corpus_cli.app, name="corpus")
app.add_typer(serving_cli.db, name="db")
app.add_typer(serving_cli.key, name="key")
app.add_typer(people_cli.user, name="user")
app.add_typer(webhook_cli.webhook, name="webhook")

LangOption = Annotated[Language, typer.Option("--lang", help="Language of labels and of States' names.")]
ModelOption = Annotated[
    str, typer.Option("--model", help="'default', 'dummy' (finds no tags), or the folder of a trained model.")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Load a model from outside the package. Only if you know who made it.")
]

DataOption = Annotated[
    list[str],
    typer.Option(
        "--data", help="Labelled answers (.jsonl), or a split of the corpus by its name; repeatable."
    ),
]
MetadataOption = Annotated[
    bool,
    typer.Option(
        "--metadata", help="Let the model see the question and the declared language beside the text."
    ),
]
COMPARED = "A model as for --model, or a file (.jsonl) that 'needtag tag' wrote of the same answers."


@app.callback()
def needtag() -> None:
    """Pre-tag States' answers on technical assistance for human review, in English, French and Spanish."""


@app.command()
def tag(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Files of answers: .jsonl, .json, .csv, .xlsx, .docx, .pdf, .txt."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write .jsonl, .csv or .xlsx; without it, print a table."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=NAME",
            help="The column that holds a field, if its header is not recognised (text=Remarks). Repeatable.",
        ),
    ] = None,
    model: ModelOption = "default",
    trust: TrustOption = False,
    language: Annotated[
        Language | None,
        typer.Option("--language", help="Language of answers that state none: a hint for short ones."),
    ] = None,
    lang: LangOption = "en",
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="Give the words that each tag rests on; takes many times as long."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run with the same --output was cut.")
    ] = False,
    engine: Annotated[
        Literal["here", "ray"],
        typer.Option("--engine", help="Tag in this process, or by Ray in many (the extra 'ray')."),
    ] = "here",
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="HOST:PORT",
            help="Of Ray's cluster that this machine is part of; without it, Ray uses this machine alone.",
        ),
    ] = None,
) -> None:
    """Tag the answers in files with types, sub-types, instruments, stances and States.

    A file or row that cannot be read is named, the rest is tagged, and the exit code is 2.
    """
    from functools import partial

    from rich.console import Console

    from nlp.models import load_model
    from nlp.tagging import Tagger
    from service.run import check_output, parse_columns, read_files, tag_items, write_records
    from service.terminal import count_records, print_records

    if resume and output is None:
        raise InputError("--resume", "a table on the terminal cannot be resumed; give --output")
    if engine == "ray" and output is None:
        raise InputError("--engine ray", "writes no table to the terminal; give --output")
    if address and engine != "ray":
        raise InputError("--address", "is that of a cluster of Ray; add --engine ray")
    if output is not None:
        check_output(output, paths)
    names = parse_columns(columns or [])
    read = partial(read_files, paths, columns=names, language=language)
    tagger = Tagger(load_model(model, trust=trust), evidence=evidence)
    if output is None:
        errors = print_records(tag_items(read(), tagger, lang), Console(), lang)
    else:
        tag_after = None
        if engine == "ray":
            from service.ray_engine import RayEngine

            ray = RayEngine(model, trust=trust, tagger=tagger, lang=lang, address=address)
            tag_after = partial(ray.tag_after, read=read)
        records = write_records(read(), tagger, output, lang=lang, resume=resume, tag_after=tag_after)
        console = Console(stderr=True)
        # Counting reads every file once more, far faster than tagging does: only for somebody who looks.
        total = sum(1 for _ in read_files(paths, columns=names)) if console.is_terminal else None
        errors = count_records(records, console, output, total)
    if errors:
        raise typer.Exit(BAD_INPUT)


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


@app.command()
def evaluate(
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data", help="Labelled answers (.jsonl), or a split of the corpus by its name; repeatable."
        ),
    ] = None,
    decisions: Annotated[
        list[Path] | None,
        typer.Option(
            "--decisions",
            metavar="FILE",
            help="Instead of --data: an export (.jsonl, .csv) of tags, for how many suggestions were taken, "
            "or of decisions, for edits, time and what was added. Repeatable: give both.",
        ),
    ] = None,
    model: ModelOption = "default",
    metadata: MetadataOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the whole report as a page that stands by itself.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the whole report for machines.")
    ] = None,
    lang: LangOption = "en",
    trust: TrustOption = False,
) -> None:
    """Measure a model on labelled answers, or what reviewers decided on its suggestions, with 95 % intervals.

    Each look at the split `test` is written down in corpus/test-uses.csv.
    """
    if decisions:
        if data or html or json_file:
            raise InputError("--decisions", "is printed alone; leave out --data, --html and --json")
        _print_decisions(decisions, lang)
        return
    if not data:
        raise InputError("--data", "must be given, or --decisions; see needtag evaluate --help")
    from rich.console import Console

    from evaluation.html import render_html
    from evaluation.report import make_report
    from evaluation.tables import print_report
    from service.measuring import cautions, note_looks, read_labelled_data, tag_labelled
    from service.run import check_target, write_text
    from service.terminal import printable

    outputs = [path for path in (html, json_file) if path]
    for path in outputs:
        check_target(path, [Path(name) for name in data])
    if html and html == json_file:
        raise InputError(str(html), "is given for both --html and --json; give each a file of its own")
    labelled = read_labelled_data(data)
    tagged = tag_labelled(model, labelled, metadata=metadata, trust=trust)
    report = make_report(
        labelled,
        tagged,
        data=[printable(name) for name in data],
        metadata=metadata,
        cautions=cautions(model, data),
    )
    note_looks(data, [report.model])
    print_report(report, Console(), lang)
    if html:
        write_text(html, render_html(report, labelled, lang))
    if json_file:
        write_text(json_file, json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n")


def _print_decisions(files: list[Path], lang: Language) -> None:
    from rich.console import Console

    from evaluation.decision_tables import print_decisions
    from evaluation.decisions import decision_figures
    from service.decision_files import read_exports

    print_decisions(decision_figures(*read_exports(files)), Console(), lang)


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=COMPARED)],
    b: Annotated[str, typer.Argument(metavar="B", help="Likewise: what may replace A.")],
    data: DataOption,
    metadata: MetadataOption = False,
    trust: TrustOption = False,
) -> None:
    """Compare two models on the same labelled answers; the exit code is 1 where B may not replace A.

    B may not if the 95 % interval of its micro-F1 minus A's reaches under -0.02, or in a language -0.04.
    """
    from rich.console import Console

    from evaluation import compare as comparing
    from evaluation.tables import print_comparison
    from evaluation.words import report_words
    from service.measuring import cautions, note_looks, read_labelled_data, read_tagged, tag_labelled
    from service.terminal import printable

    labelled = read_labelled_data(data)
    sides = []
    for name in (a, b):
        if name.endswith(".jsonl"):
            sides.append(read_tagged(Path(name), labelled))
            continue
        sides.append(tag_labelled(name, labelled, metadata=metadata, trust=trust))
        for caution in cautions(name, data):
            typer.echo(f"needtag: {printable(name)}: {report_words('en')[f'caution_{caution}']}", err=True)
    note_looks(data, [side[0].model for side in sides])
    comparison = comparing.compare(labelled, *sides)
    print_comparison(comparison, (printable(a), printable(b)), Console())
    if not comparison.passes:
        raise typer.Exit(FAULT)


@app.command()
def agreement(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Labelled answers (.jsonl), one file a reader.")
    ],
) -> None:
    """Print how far readers agree on each label of the answers that they both read, the lowest first."""
    from rich.console import Console

    from evaluation.agreement import agreements
    from evaluation.tables import print_agreements
    from service.measuring import read_readings

    found = agreements(read_readings(files))
    if not found:
        raise InputError(
            "FILE", "no two of the files hold an answer with the same id; give one file a reader"
        )
    print_agreements(found, f"{len(files)} readers", Console())


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
