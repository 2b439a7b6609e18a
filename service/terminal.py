"""What a run looks like on the terminal."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from nlp.answers import STANCES, Language
from nlp.taxonomy import load_taxonomy
from service.records import Record, evidence_words

BAND_STYLES = {"safe": "bold green", "suggest": "cyan", "unsure": "dim"}
# Of a long answer, what is shown; its tags name the passages.
SHOWN_CHARACTERS = 600


def printable(text: str) -> str:
    """Replace control characters: those of a file name or an answer could take over the terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def print_records(records: Iterable[Record], console: Console, lang: Language) -> int:
    """Print each record as it comes; gives the number of errors."""
    answers = errors = 0
    for record in records:
        if "error" in record:
            errors += 1
        else:
            answers += 1
        console.print(_entry(record, lang))
    console.print(_summary(answers, errors), highlight=False)
    return errors


def count_records(records: Iterable[Record], console: Console, output: Path, total: int | None) -> int:
    """Show how far a run into a file is, of how many items, and name each error; gives their number."""
    answers = errors = 0
    columns = (
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("tagging", total=total, rate="", visible=total is not None)
        for record in records:
            if "error" in record:
                errors += 1
                console.print(Text(printable(record["error"]["detail"]), style="red"), soft_wrap=True)
            else:
                answers += 1
            speed = progress.tasks[0].speed
            progress.update(task, advance=1, rate=f"{speed:,.0f} a second" if speed else "")
    summary = f"{_summary(answers, errors)}: {printable(str(output))}"
    console.print(summary, highlight=False, markup=False, soft_wrap=True)
    return errors


def _summary(answers: int, errors: int) -> str:
    return f"{_counted(answers, 'answer')} tagged, {_counted(errors, 'item')} could not be read"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _entry(record: Record, lang: Language) -> RenderableType:
    if "error" in record:
        return Text(f"✗ {printable(record['error']['detail'])}\n", style="red")
    head = Text.assemble((printable(record["id"]), "bold"), (f"  {record['language'] or '–'}", "dim"))
    for stance in record["stances"]:
        head.append(f"  {stance['code']} {stance['confidence']:.2f}", style="italic")
    if record["unsure"]:
        head.append(f"  wants a look: {record['unsure']}", style="bold yellow")
    text = printable(" ".join(record["text"].split()))
    body = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"
    parts: list[RenderableType] = [head, Padding(Text(body or "(no answer)"), (0, 0, 0, 2))]
    if record["question"]:
        question = printable(" ".join(record["question"].split()))
        parts.insert(1, Padding(Text(question, style="dim italic"), (0, 0, 0, 2)))
    if (tags := _tags(record, lang)).row_count:
        parts.append(Padding(tags, (0, 0, 0, 2)))
    if hidden := sum(tag["band"] == "unsure" for tag in record["tags"]) * (not record["unsure"]):
        note = f"{_counted(hidden, 'unsure tag')} not shown; --output holds them"
        parts.append(Padding(Text(note, style="dim"), (0, 0, 0, 2)))
    if record["states"]:
        names = ", ".join(f"{state['name']} ({state['code']})" for state in record["states"])
        parts.append(Padding(Text(f"States: {names}"), (0, 0, 0, 2)))
    return Group(*parts, Text(""))


def _tags(record: Record, lang: Language) -> Table:
    """Each type with its sub-types, by stance, then the instruments; unsure tags only of unsure answers.

    Labels of somebody's own stay in their order, the surest first.
    """
    taxonomy = load_taxonomy()
    tags = [tag for tag in record["tags"] if tag["band"] != "unsure" or record["unsure"]]
    tags.sort(key=_place)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    # Where the terminal is narrow the label gives way: the code is what one copies.
    for column in ("code", "label", "stance", "confidence", "band", "evidence"):
        table.add_column(column, no_wrap=column not in {"label", "evidence"})
    for tag in tags:
        style = BAND_STYLES[tag["band"]]
        if tag["kind"] == "label":
            code, label = printable(tag["code"]), ""
        else:
            _, dot, of_subtype = tag["code"].partition(".")
            code, label = f"  .{of_subtype}" if dot else tag["code"], taxonomy.get(tag["code"]).short(lang)
        table.add_row(
            Text(code, style=style),
            Text(label),
            Text(tag["stance"] or ""),
            Text(f"{tag['confidence']:.2f}"),
            Text(tag["band"], style=style),
            Text(printable("; ".join(evidence_words(record, tag))), style="dim"),
        )
    return table


def _place(tag: Record) -> tuple[int, int, bool]:
    """By what a tag is sorted for the eye."""
    if tag["kind"] == "label":
        return (0, 0, False)
    taxonomy = load_taxonomy()
    order = [entry.code for entry in (*taxonomy.types, *taxonomy.instruments)]
    stances = [*STANCES, None]
    of_type = tag["code"].partition(".")[0]
    return (order.index(of_type), stances.index(tag["stance"]), tag["kind"] != "type")
