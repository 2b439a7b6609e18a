"""The check of the corpus on the terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus.check import by_check, check_corpus
from corpus.reader import read_labelled, without_errors
from corpus.targets import Finding
from evaluation.agreement import agreements
from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.states import all_states


def check(answers: Sequence[LabelledAnswer], outside: Sequence[Path], console: Console) -> bool:
    """Check the corpus and print a table; gives whether everything holds.

    Args:
        answers: all of the corpus.
        outside: files that must stay outside: labelled answers (.jsonl) or plain texts.
        console: where to print.

    Raises:
        ExceptionGroup: of InputErrors, one for every faulty line of a labelled file.
    """
    labelled = [
        each for path in outside if path.suffix == ".jsonl" for each in without_errors(read_labelled(path))
    ]
    texts = [path.read_text(encoding="utf-8") for path in outside if path.suffix != ".jsonl"]
    findings = list(check_corpus(answers, labelled, texts))
    table = Table(title=f"{len(answers):,} answers", title_justify="left")
    for column in ("check", "target", *LANGUAGES):
        table.add_column(column, justify="left" if column == "check" else "right")
    for name, row in by_check(findings).items():
        table.add_row(name, _target(row[0]), *(_value(finding) for finding in row))
    console.print(table)
    for finding in findings:
        if finding.detail and not finding.holds:
            console.print(Text(f"{finding.language}, {finding.check}: {finding.detail}"), soft_wrap=True)
    return all(finding.holds for finding in findings)


def print_agreement(
    first: Mapping[str, frozenset[str]], second: Mapping[str, frozenset[str]], console: Console
) -> None:
    """Print the agreement of two readings on each label that they gave, the lowest first."""
    ids = sorted(first.keys() & second.keys())
    readings = [[labels[name] for name in ids] for labels in (first, second)]
    of_states = {state.code for state in all_states()}
    found = [each for each in agreements(readings) if each.label not in of_states]
    states = [[labels[name] & of_states for name in ids] for labels in (first, second)]
    table = Table(title=f"{len(ids):,} answers read twice", title_justify="left")
    for column in ("label", "given", "alpha", "F1"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for each in sorted(found, key=lambda each: each.f1):
        table.add_row(each.label, str(each.given), f"{each.alpha:.3f}", f"{each.f1:.3f}")
    for name, pooled in {"requested sub-types": _requests(readings), "States": states}.items():
        shared = sum(len(one & other) for one, other in zip(*pooled, strict=True))
        total = sum(len(one) + len(other) for one, other in zip(*pooled, strict=True))
        table.add_row(f"all {name}, pooled", str(total), "", f"{2 * shared / total:.3f}")
    console.print(table)


def _requests(readings: Sequence[Sequence[frozenset[str]]]) -> list[list[frozenset[str]]]:
    def is_request(label: str) -> bool:
        return label.startswith("requested ") and "." in label

    return [[frozenset(filter(is_request, labels)) for labels in reading] for reading in readings]


def _value(finding: Finding) -> Text:
    return Text(_number(finding.value), style="" if finding.holds else "bold red")


def _target(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return f"≥ {_number(finding.low)}" if finding.low is not None else f"≤ {_number(finding.high or 0)}"
    return f"{_number(finding.low)} to {_number(finding.high)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}"
