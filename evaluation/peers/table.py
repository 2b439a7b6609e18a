"""The table of peers as Markdown, and its place in docs/evaluation.md."""

from collections.abc import Mapping
from pathlib import Path

from evaluation.bootstrap import Estimate
from evaluation.peers.figures import Figures
from nlp.answers import LANGUAGES
from nlp.errors import InputError

START = "<!-- peers: written by `make peers` -->"
END = "<!-- peers end -->"
COLUMNS = (
    "peer",
    "micro-F1 (95 %)",
    "macro-F1",
    *(f"F1 {language}" for language in LANGUAGES),
    "training, s",
    "answers a second",
    "memory, MB",
    "on disk, MB",
    "cut short",
)
NEEDTAG = "needtag"


def to_markdown(outcomes: Mapping[str, Figures | str]) -> str:
    """The table, best micro-F1 first, then those that failed with their reasons; and where needtag stands.

    Args:
        outcomes: by the peer's name its figures, or why it failed.
    """
    ended = {name: each for name, each in outcomes.items() if isinstance(each, Figures)}
    ordered = sorted(ended.items(), key=lambda item: -(item[1].micro.value or 0))
    rows = [
        _row(COLUMNS),
        _row(["---", *["---:"] * (len(COLUMNS) - 2), "---"]),
        *(_row(_cells(name, figures)) for name, figures in ordered),
        *(_row([name, f"failed: {why}"]) for name, why in outcomes.items() if isinstance(why, str)),
    ]
    return "\n".join(rows) + "\n" + _standing(ended)


def _row(cells: list[str] | tuple[str, ...]) -> str:
    cells = [*cells, *[""] * (len(COLUMNS) - len(cells))]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(name: str, figures: Figures) -> list[str]:
    training = "comes trained" if figures.train_seconds is None else f"{figures.train_seconds:,.0f}"
    return [
        f"{name} ({figures.version})",
        _interval(figures.micro),
        f"{figures.macro:.3f}",
        *(f"{figures.languages[language]:.3f}" for language in LANGUAGES),
        training,
        f"{figures.rate:,.0f}",
        f"{figures.memory / 1e6:,.0f}",
        f"{figures.size / 1e6:,.1f}",
        figures.cap,
    ]


def _interval(figure: Estimate) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "undefined" if figure.value is None else f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


def _standing(ended: Mapping[str, Figures]) -> str:
    if NEEDTAG not in ended:
        return ""
    own = ended[NEEDTAG]
    better = sum((each.micro.value or 0) > (own.micro.value or 0) for each in ended.values())
    faster = sum(each.rate > own.rate for each in ended.values())
    ranks = f"number {better + 1} on micro-F1 and number {faster + 1} on answers a second"
    return f"\nOf {len(ended)}, needtag is {ranks}.\n"


def write_into(page: Path, text: str) -> None:
    """Put a text between the markers of a page, in place of what is there.

    Raises:
        InputError: the page lacks the markers.
    """
    old = page.read_text(encoding="utf-8")
    before, start, rest = old.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise InputError(str(page), f"lacks the lines {START} and {END}; put them where the table belongs")
    page.write_text(f"{before}{START}\n\n{text}\n{END}{after}", encoding="utf-8")
