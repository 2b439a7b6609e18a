"""Pictures of the corpus."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus.targets import REQUESTED_RANGE
from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.taxonomy import load_taxonomy

COLOURS = {"en": "#2b6cb0", "fr": "#c05621", "es": "#2f855a"}


def draw_requests(answers: Sequence[LabelledAnswer], path: Path) -> None:
    """Draw how often each sub-type is requested in each language; SVG or PNG by the path's ending."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    codes = [entry.code for entry in load_taxonomy().subtypes]
    figure = Figure(figsize=(8, 9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for shift, language in enumerate(LANGUAGES):
        here = [labelled for labelled in answers if labelled.answer.language == language]
        counts = Counter(code for labelled in here for stance, code in labelled.tags if stance == "requested")
        places = [place + 0.27 * (shift - 1) for place in range(len(codes))]
        axes.barh(places, [counts[code] for code in codes], 0.25, label=language, color=COLOURS[language])
    axes.axvline(REQUESTED_RANGE[0], color="black", linewidth=1, linestyle="--")
    axes.set_yticks(range(len(codes)), codes, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(f"answers that request it (dashed: at least {REQUESTED_RANGE[0]})")
    axes.legend(loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
