"""The commands evaluate, compare and agreement: how far a model, or readers, can be trusted."""

import json
from pathlib import Path
from typing import Annotated

import typer

from nlp.answers import Language
from nlp.errors import InputError
from service.exit_codes import FAULT
from service.tagging_cli import LangOption, ModelOption, TrustOption

DATA = typer.Option(
    "--data", help="Labelled answers (.jsonl), or a split of the corpus by its name; repeatable."
)
MetadataOption = Annotated[
    bool,
    typer.Option(
        "--metadata", help="Let the model see the question and the declared language beside the text."
    ),
]
COMPARED = "A model as for --model, or a file (.jsonl) that 'needtag tag' wrote of the same answers."


def evaluate(
    data: Annotated[list[str] | None, DATA] = None,
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

    figures = decision_figures(*read_exports(files))
    if not figures.answers and not figures.judged:
        names = ", ".join(map(str, files))
        raise InputError(names, "no answer was decided on, up to done; export again once some are reviewed")
    print_decisions(figures, Console(), lang)


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=COMPARED)],
    b: Annotated[str, typer.Argument(metavar="B", help="Likewise: what may replace A.")],
    data: Annotated[list[str], DATA],
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
