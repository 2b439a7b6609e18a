"""What reviewers' decisions say, as tables on the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluation.bootstrap import Estimate
from evaluation.decisions import BANDS, PEOPLE, SITTING, DecisionFigures, Share
from evaluation.words import SPACE, count, interval, number, short_names
from nlp.answers import Language

ADDED_NAMED = 15
"""Tags added that are named."""


def print_decisions(figures: DecisionFigures, console: Console, lang: Language) -> None:
    """Print the figures; labels and numbers are in the language."""
    _print_acceptance(figures, console, lang)
    _print_added(figures, console, lang)
    _print_models(figures, console, lang)
    for sentence in sentences(figures, lang):
        console.print(Text(sentence))


def sentences(figures: DecisionFigures, lang: Language = "en") -> list[str]:
    """Say what stands in no table: edits and time per answer, and what does not count."""
    said = []
    if figures.answers:
        acts = ", ".join(f"{act} {count(times, lang)}" for act, times in sorted(figures.acts.items()))
        said.append(
            f"Edits per answer: {_with_interval(figures.edits, lang, places=2)} on average of "
            f"{count(figures.answers, lang)} answers done{f' ({acts})' if acts else ''}."
        )
        said.append(_time(figures, lang))
    if figures.outdated:
        said.append(
            f"{count(figures.outdated, lang)} answers are left out of the acceptance: they were reviewed "
            "with other suggestions than those exported."
        )
    return said


def _time(figures: DecisionFigures, lang: Language) -> str:
    measured = (
        f"from the first decision on an answer to the last, where one person made at least two with at most "
        f"{SITTING // 60} minutes between them ({count(figures.timed, lang)} answers); without the reading "
        "before the first"
    )
    if figures.seconds.value is None:
        return (
            f"Time per answer: told of a team alone, where at least {PEOPLE} people have decided; {measured}."
        )
    seconds = _with_interval(figures.seconds, lang, places=0)
    return f"Time per answer: {seconds} seconds in the median of the whole team, {measured}."


def _print_acceptance(figures: DecisionFigures, console: Console, lang: Language) -> None:
    if not figures.judged:
        return
    title = f"Suggestions taken, of those shown on {count(figures.judged, lang)} answers, with 95 % intervals"
    table = _table(title, "label", *BANDS, "together")
    for label in figures.labels:
        table.add_row(
            _name(label.code, lang),
            *(_taken(label.bands[band], lang) for band in BANDS),
            _taken(label.together, lang),
        )
    table.add_section()
    whole = Share(
        sum(each.part for each in figures.bands.values()), sum(each.whole for each in figures.bands.values())
    )
    table.add_row(
        "all labels",
        *(_taken(figures.bands[band], lang) for band in BANDS),
        _taken(whole, lang),
        style="bold",
    )
    console.print(table)


def _print_added(figures: DecisionFigures, console: Console, lang: Language) -> None:
    if not figures.added:
        return
    title = f"What reviewers add most, of {len(figures.added)}: tags that the model shown did not suggest"
    table = _table(title, "label", "stance", "model", "of its answers")
    for each in figures.added[:ADDED_NAMED]:
        table.add_row(
            _name(each.code, lang), each.stance or "", Text(each.model or "none"), _taken(each.answers, lang)
        )
    console.print(table)


def _print_models(figures: DecisionFigures, console: Console, lang: Language) -> None:
    table = _table("Versions of the model", "model", "answers done", "suggestions taken", "edits per answer")
    for each in figures.models:
        edits = _with_interval(each.edits, lang, places=2)
        answers = f"{count(each.answers.part, lang)}/{count(each.answers.whole, lang)}"
        table.add_row(Text(each.model or "none"), answers, _taken(each.taken, lang), edits)
    if figures.models:
        console.print(table)


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(
        title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", overflow="fold")
    return table


def _taken(share: Share, lang: Language) -> Text:
    if not share.whole:
        return Text("–")
    found = share.estimate
    percent, low, high = (
        number(100 * (each or 0), lang, places=0) for each in (found.value, found.low, found.high)
    )
    of = f"{count(share.part, lang)}/{count(share.whole, lang)}"
    return Text(f"{of}\n{percent}{SPACE}% ({low}–{high})")


def _name(code: str, lang: Language) -> Text:
    return Text(f"{short_names(lang).get(code, code)}\n{code}")


def _with_interval(estimate: Estimate, lang: Language, *, places: int) -> str:
    shown = number(estimate.value, lang, places=places)
    reach = interval(estimate, lang, places=places)
    return f"{shown} ({reach})" if reach else shown
