"""The report's pictures, as SVG that stands by itself."""

import io
import warnings
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from evaluation.bootstrap import Estimate
from evaluation.confidence import Reliability, RiskCoverage
from evaluation.judged import Measured
from evaluation.report import LabelFigures
from evaluation.words import number, report_words
from nlp.answers import Language
from nlp.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, GRID = "#22303c", "#6b7a86", "#dde3e8"
# Colour-blind safe, from Okabe and Ito 2008, "Color universal design"; one for each type of assistance.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b", "#7a4fbf", "#444444")
MARKERS = "osD^vP"
# The kinds that a line is drawn for.
DRAWN: tuple[Measured, ...] = ("sub-types", "types", "stances", "instruments", "labels")
# Characters of a label of somebody's own that a picture shows.
LONGEST_LABEL = 40


def label_picture(labels: list[LabelFigures], lang: Language, axis: str, *, own: bool = False) -> str:
    """F1 of each sub-type, or own label, with its interval, the best on top; sub-types coloured by type."""
    taxonomy = load_taxonomy()
    types = [entry.code for entry in taxonomy.types]
    rows = sorted((each for each in labels if each.f1.value is not None), key=lambda each: each.f1.value or 0)
    figure, axes = _figure(7.2, 0.9 + 0.27 * len(rows), lang)
    for place, row in enumerate(rows):
        colour = COLOURS[0 if own else types.index(taxonomy.type_of(row.label)) % len(COLOURS)]
        axes.hlines(place, 0, 1, color=GRID, linewidth=0.6, zorder=0)
        axes.errorbar(
            row.f1.value or 0, place, xerr=_reach(row.f1), fmt="o", color=colour, markersize=6, elinewidth=2.2
        )
        axes.annotate(
            number(row.f1.value, lang, places=2), (1.02, place), color=FAINT, fontsize=8, va="center"
        )
    shown = [_cut(row.label) if own else taxonomy.get(row.label).short(lang) for row in rows]
    names = [f"{name} ({row.there})" for name, row in zip(shown, rows, strict=True)]
    # A dollar sign begins no formula.
    axes.set_yticks(range(len(rows)), names, fontsize=9, parse_math=False)
    axes.set(xlim=(0, 1.08), ylim=(-0.6, len(rows) - 0.4), xlabel=axis)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    return _svg(figure, any_script=own)


def reliability_picture(
    measured: Mapping[Measured, Reliability], names: Mapping[Measured, str], lang: Language
) -> str:
    """For each kind the share of tags that is right by confidence; a perfect model lies on the diagonal."""
    words = report_words(lang)
    figure, axes = _figure(5.4, 5, lang)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    for place, kind in enumerate(_drawn(measured)):
        bins = [each for each in measured[kind].bins if each.right.value is not None]
        if bins:
            axes.errorbar(
                [each.confidence for each in bins],
                [each.right.value or 0 for each in bins],
                yerr=[list(side) for side in zip(*(_reach_pair(each.right) for each in bins), strict=True)],
                color=COLOURS[place],
                marker=MARKERS[place],
                markersize=5,
                elinewidth=0.8,
                linewidth=1.6,
                label=names[kind],
            )
    axes.set(xlim=(0, 1.01), ylim=(0, 1.01), xlabel=words["confidence"], ylabel=words["right"])
    _legend(axes)
    return _svg(figure)


def risk_picture(
    measured: Mapping[Measured, RiskCoverage], names: Mapping[Measured, str], lang: Language
) -> str:
    """For each kind the share of answers with an error among the surest ones."""
    words = report_words(lang)
    figure, axes = _figure(5.4, 5, lang)
    for place, kind in enumerate(_drawn(measured)):
        curve = measured[kind]
        axes.plot(curve.coverage, curve.risk, color=COLOURS[place], linewidth=2, label=names[kind])
        axes.plot(curve.coverage[-1], curve.risk[-1], MARKERS[place], color=COLOURS[place], clip_on=False)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel=words["coverage"], ylabel=words["risk"])
    axes.grid(color=GRID, linewidth=0.6)
    _legend(axes)
    return _svg(figure)


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _drawn(measured: Container[Measured]) -> list[Measured]:
    return [kind for kind in DRAWN if kind in measured]


def _reach(figure: Estimate) -> list[list[float]]:
    low, high = _reach_pair(figure)
    return [[low], [high]]


def _reach_pair(figure: Estimate) -> tuple[float, float]:
    """How far the interval reaches down and up from the figure, which a bootstrap may leave outside."""
    value = figure.value or 0
    low = value if figure.low is None else figure.low
    high = value if figure.high is None else figure.high
    return max(0.0, value - low), max(0.0, high - value)


def _figure(width: float, height: float, lang: Language) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID)
    axes.tick_params(colors=INK, labelsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(INK)
        axis.set_major_formatter(lambda value, _: number(value, lang, places=2))
    return figure, axes


def _legend(axes: "Axes") -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)


def _svg(figure: "Figure", *, any_script: bool = False) -> str:
    """Draw; letters as shapes, or as text where some may be of a script that matplotlib's font lacks."""
    import matplotlib as mpl

    drawn = io.StringIO()
    # The salt makes the same figures the same bytes.
    letters = "none" if any_script else "path"
    with (
        mpl.rc_context({"svg.hashsalt": "needtag", "svg.fonttype": letters}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    return drawn.getvalue()
