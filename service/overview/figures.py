"""Draws the figures of an overview as SVG and PNG: greys and numbers, that a copier keeps."""

import io
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape

from nlp.answers import Language
from service.overview.charts import Chart, charts, picture
from service.overview.overview import Overview
from service.overview.phrases import Phrases
from service.overview.writer import Writer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["svg", "png"]

INK, BAR, EDGE, LINE = "#1a1a1a", "#8c8c8c", "#333333", "#b3b3b3"
WIDTH = 7.0
"""Inches, the breadth of a page's text."""
LABEL, TITLE, NOTE = 34, 80, 115
"""Characters of a label, a title and a note in a line."""
PNG_DPI = 200


def draw_figures(overview: Overview, lang: Language, folder: Path) -> list[Path]:
    """Draw the three figures into a folder, each as SVG and PNG; the same overview gives the same bytes.

    Returns:
        The files: figure-1.svg, figure-1.png and so on.
    """
    drawn = []
    for chart in charts(overview, lang):
        alternative = picture(chart, Writer(overview, lang)).alternative
        for kind in ("svg", "png"):
            path = folder / f"{chart.name}.{kind}"
            path.write_bytes(draw(chart, lang, kind, alternative))
            drawn.append(path)
    return drawn


def draw(chart: Chart, lang: Language, kind: Format, alternative: str, *, bare: bool = False) -> bytes:
    """Draw one figure.

    Args:
        chart: what it shows.
        lang: of its numbers.
        kind: of the file.
        alternative: what it shows, in words.
        bare: without title and note, for a document that has them as text.
    """
    figure = _figure(chart, lang)
    if not bare:
        _frame(figure, chart)
    drawn = io.BytesIO()
    if kind == "png":
        metadata = {"Software": None, "Title": chart.title, "Description": alternative}
        figure.savefig(drawn, format="png", dpi=PNG_DPI, metadata=metadata)
        return drawn.getvalue()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return _named(_steady(drawn.getvalue().decode()), chart.title, alternative).encode()


def _figure(chart: Chart, lang: Language) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    labels = [textwrap.fill(label, LABEL) for label in chart.labels]
    lines = sum(max(1.25, 0.4 + label.count("\n") + 1) for label in labels)
    many = len(chart.panels) > 1
    figure = Figure(figsize=(WIDTH, 0.3 + 0.19 * lines + 0.6 * many), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, panel in zip(_axes(figure, len(chart.panels)), chart.panels, strict=True):
        _draw_bars(axes, panel.values, lang, size=8 if many else 9)
        axes.set_title(textwrap.fill(panel.title, 13), fontsize=7.5, color=INK, loc="left")
        axes.set_yticks(range(len(labels)), labels, fontsize=8.5, color=INK)
        axes.set_ylim(len(labels) - 0.4, -0.6)
    # Panels are compared with each other: one scale for all.
    highest = max((value for panel in chart.panels for value in panel.values), default=0)
    for axes in figure.axes:
        axes.set_xlim(0, max(highest, 1) * (1.45 if many else 1.08))
    return figure


def _frame(figure: "Figure", chart: Chart) -> None:
    """Put the title above and the note below, and make room for them."""
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + 0.85)
    title = textwrap.fill(chart.title, TITLE, break_on_hyphens=False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, color=INK, fontweight="bold")
    # A dollar sign in the name of a cycle begins no formula.
    note = textwrap.fill(chart.note, NOTE, break_on_hyphens=False)
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7.5, color=INK, parse_math=False)


def _axes(figure: "Figure", number: int) -> "list[Axes]":
    return list(figure.subplots(1, number, sharey=True, squeeze=False)[0])


def _draw_bars(axes: "Axes", values: tuple[int, ...], lang: Language, size: float) -> None:
    phrases = Phrases(lang)
    bars = axes.barh(range(len(values)), values, height=0.72, color=BAR, edgecolor=EDGE, linewidth=0.6)
    axes.bar_label(bars, [phrases.figure(value) for value in values], padding=2, fontsize=size, color=INK)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(LINE)


def _steady(svg: str) -> str:
    """Name the parts that matplotlib names at random in the order in which they come.

    Its setting for that (svg.hashsalt) is one for the whole process, and pages are drawn in several threads.
    """
    for place, name in enumerate(dict.fromkeys(re.findall(r'id="([mpi][0-9a-f]{10})"', svg))):
        svg = svg.replace(name, f"{name[0]}{place}")
    return svg


def _named(svg: str, title: str, alternative: str) -> str:
    """Put in what is read out in place of the drawing."""
    begin = re.search(r"<svg\b[^>]*>", svg)
    assert begin
    opening = begin[0][:-1] + ' role="img" aria-labelledby="title desc">'
    texts = f'\n <title id="title">{escape(title)}</title>\n <desc id="desc">{escape(alternative)}</desc>'
    return svg[: begin.start()] + opening + texts + svg[begin.end() :]
