"""The check of the corpus on the terminal."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus.check import by_check, check_corpus
from corpus.reader import read_labelled, without_errors
from corpus.targets import Finding
from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.errors import InputError


def check(answers: Sequence[LabelledAnswer], outside: Sequence[Path], console: Console) -> bool:
    """Check the corpus and print a table; gives whether everything holds.

    Args:
        answers: all of the corpus.
        outside: files that must stay outside: labelled answers (.jsonl) or plain texts.
        console: where to print.

    Raises:
        InputError: a text cannot be read.
        ExceptionGroup: of InputErrors, one for every faulty line of a labelled file.
    """
    labelled = [
        each for path in outside if path.suffix == ".jsonl" for each in without_errors(read_labelled(path))
    ]
    texts = [_read_text(path) for path in outside if path.suffix != ".jsonl"]
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


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), "is not UTF-8") from error


def print_disputes(answers: Sequence[LabelledAnswer], most: int, console: Console) -> None:
    """Print the answers whose labels cross-validated models dispute, the most doubtful first.

    Raises:
        MissingExtraError: cleanlab is not installed.
    """
    from nlp.training.disputes import find_disputes

    for dispute in find_disputes(answers)[:most]:
        changes = [*(f"+{label}" for label in dispute.missing), *(f"-{label}" for label in dispute.doubtful)]
        console.print(Text(f"{dispute.quality:.3f}  {dispute.id}  {' '.join(changes)}"), soft_wrap=True)


def _value(finding: Finding) -> Text:
    return Text(_number(finding.value), style="" if finding.holds else "bold red")


def _target(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return f"≥ {_number(finding.low)}" if finding.low is not None else f"≤ {_number(finding.high or 0)}"
    return f"{_number(finding.low)} to {_number(finding.high)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}"
