"""Reports, comparisons and agreement as short tables on the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluation.agreement import Agreement
from evaluation.compare import GATED, GATED_IN_LANGUAGE, WORST, WORST_IN_LANGUAGE, Comparison, Difference
from evaluation.html import headline
from evaluation.report import Report
from evaluation.words import count, interval, number, report_words
from nlp.answers import Language

# Labels on which two models differ most that are named.
LABELS_NAMED = 10


def print_report(report: Report, console: Console, lang: Language) -> None:
    """Print precision, recall and F1 of each kind of label, all pooled."""
    words = report_words(lang)
    measured = words["measured"].format(
        model=report.model.name,
        version=report.model.version,
        answers=count(report.whole.answers, lang),
        data=", ".join(report.data),
    )
    table = _table(measured)
    columns = [words[name] for name in ("kind", "precision", "recall", "micro_f1")]
    for column in (*columns, "95 %", *report.languages):
        first = column == words["kind"]
        # A narrow terminal breaks the headers, never the figures or the words of the kinds.
        longest = (
            max(len(word) for kind in report.whole.kinds for word in words[kind].split()) if first else 0
        )
        table.add_column(
            column,
            justify="left" if first else "right",
            no_wrap=column == "95 %",
            overflow="fold",
            min_width=longest,
        )
    for kind, figures in report.whole.kinds.items():
        micro = figures.micro
        in_languages = [part.kinds[kind].micro.f1 for part in report.languages.values()]
        shown = [number(each.value, lang) for each in (micro.precision, micro.recall, micro.f1)]
        table.add_row(
            words[kind],
            *shown,
            interval(micro.f1, lang),
            *(number(each.value, lang) for each in in_languages),
        )
    console.print(table)
    for sentence in headline(report, lang):
        console.print(Text(sentence))


def _table(title: str) -> Table:
    """A table that fits a terminal of 80 columns; its title is shown as it is, markup or not."""
    return Table(
        title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )


def print_comparison(comparison: Comparison, names: tuple[str, str], console: Console) -> None:
    """Print the differences by kind of label and language, the labels that differ, and the verdict."""
    console.print(Text(f"A: {names[0]}\nB: {names[1]}"))
    table = _table(f"Micro-F1 on {comparison.answers:,} answers")
    for column in ("answers", "labels", "A", "B", "B - A", "95 %", "B is", "gate"):
        table.add_column(
            column, justify="right" if column in ("A", "B", "B - A", "95 %") else "left", no_wrap=True
        )
    for each in comparison.differences:
        if each.language and each.kind not in GATED:
            continue
        table.add_row(
            each.language or "all",
            each.kind,
            number(each.a),
            number(each.b),
            number(each.difference.value, sign=True),
            interval(each.difference, sign=True),
            each.verdict,
            _gate(each),
        )
    console.print(table)
    _print_label_tests(comparison, console)
    console.print(Text(verdict(comparison)), style="bold" if comparison.passes else "bold red")


def _print_label_tests(comparison: Comparison, console: Console) -> None:
    if not comparison.labels:
        return
    title = (
        f"The labels that differ most, of {len(comparison.labels)} (McNemar's exact test, Holm's correction)"
    )
    table = _table(title)
    for column in ("labels", "label", "only A right", "only B right", "p", "p, corrected"):
        table.add_column(column, justify="left" if column.startswith("label") else "right")
    for each in comparison.labels[:LABELS_NAMED]:
        table.add_row(
            each.kind,
            each.label,
            str(each.only_a),
            str(each.only_b),
            _probability(each.p),
            _probability(each.adjusted),
        )
    console.print(table)


def verdict(comparison: Comparison) -> str:
    """Say in a sentence how much better or worse B is on all tags or labels, and whether it may replace A."""
    whole = comparison.differences[0]
    reach = interval(whole.difference, sign=True) or "no interval"
    size = f"{number(whole.difference.value, sign=True)} ({reach})"
    said = {
        "better": f"B is better: micro-F1 of all {whole.kind} {size}.",
        "worse": f"B is worse: micro-F1 of all {whole.kind} {size}.",
        "undecided": f"No difference is shown: micro-F1 of all {whole.kind} {size}.",
    }[whole.verdict]
    if comparison.passes:
        return f"{said} B may replace A."
    failed = [each for each in comparison.differences if not each.passes]
    named = ", ".join(f"{each.kind}{f' in {each.language}' if each.language else ''}" for each in failed)
    if all(each.difference.low is None for each in failed):
        return f"{said} B may not replace A: the answers are of too few groups to tell ({named})."
    return (
        f"{said} B may not replace A: it may be worse by more than {-WORST} overall or {-WORST_IN_LANGUAGE} "
        f"in a language ({named})."
    )


def print_agreements(agreements: Sequence[Agreement], title: str, console: Console) -> None:
    """Print how far readers agree on each label, the lowest first."""
    table = _table(title)
    for column in ("label", "given", "alpha", "kappa", "F1"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for each in sorted(agreements, key=lambda each: (each.f1 is None, each.f1, each.label)):
        table.add_row(each.label, str(each.given), number(each.alpha), number(each.kappa), number(each.f1))
    console.print(table)


def _probability(p: float) -> str:
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _gate(difference: Difference) -> str:
    gated = GATED if difference.language is None else GATED_IN_LANGUAGE
    if difference.kind not in gated:
        return ""
    return "passes" if difference.passes else "FAILS"
