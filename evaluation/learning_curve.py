"""How much better the linear model gets with more of the corpus.

python -m evaluation.learning_curve PICTURE FILE...

Trains on a tenth, a quarter, a half and all of the training batches, and measures requested sub-types on the
validation split and on labelled answers from files.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from corpus.reader import read_corpus, read_labelled, without_errors
from evaluation.judged import judge
from evaluation.metrics import count_cells
from nlp.answers import LabelledAnswer
from nlp.models import Model
from nlp.tagging import Tagger
from nlp.training.linear import train_linear

SHARES = (0.1, 0.25, 0.5, 1.0)
# Which batches make a share is chance: the mean over this many draws is given.
DRAWS = 3


def measure(model: Model, answers: Sequence[LabelledAnswer]) -> float:
    """The micro-F1 of requested sub-types, the text alone."""
    texts = (replace(labelled.answer, language=None, question=None) for labelled in answers)
    subtypes = judge(answers, list(Tagger(model).tag_all(texts)))["sub-types"]
    return float(count_cells(subtypes.gold, subtypes.found).pooled().f1)


def draw_batches(answers: Sequence[LabelledAnswer], share: float, seed: int) -> list[LabelledAnswer]:
    """Draw a share of the batches."""
    batches = sorted({labelled.group for labelled in answers})
    drawn = set(Random(seed).sample(batches, round(share * len(batches))))  # noqa: S311 - no secret
    return [labelled for labelled in answers if labelled.group in drawn]


def learning_curve(sets: dict[str, list[LabelledAnswer]]) -> dict[str, list[float]]:
    """For each set of labelled answers the mean micro-F1 at every share."""
    train, calibration = read_corpus("train"), read_corpus("calibration")
    curve: dict[str, list[float]] = {name: [] for name in sets}
    for share in SHARES:
        draws = [draw_batches(train, share, seed) for seed in range(DRAWS if share < 1 else 1)]
        models = [train_linear(drawn, read_corpus("validation"), calibration) for drawn in draws]
        for name, answers in sets.items():
            curve[name].append(sum(measure(model, answers) for model in models) / len(models))
    return curve


def draw(curve: dict[str, list[float]], path: Path) -> None:
    """Draw the curve; SVG or PNG by the path's ending."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, values in curve.items():
        axes.plot([100 * share for share in SHARES], values, marker="o", label=name)
    axes.set_xscale("log")
    axes.set_xticks([100 * share for share in SHARES], [f"{share:.0%}" for share in SHARES])
    axes.minorticks_off()
    axes.set_xlabel("share of the training batches")
    axes.set_ylabel("micro-F1 of requested sub-types")
    axes.legend()
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def main(picture: Path, files: Sequence[Path], console: Console) -> None:
    """Measure on validation and on all files together, print a table, draw the picture."""
    sets = {"validation": read_corpus("validation")}
    if files:
        sets["other answers"] = [each for path in files for each in without_errors(read_labelled(path))]
    curve = learning_curve(sets)
    table = Table(title="Micro-F1 of requested sub-types", title_justify="left")
    for column in ("share of batches", *(f"{share:.0%}" for share in SHARES)):
        table.add_column(column, justify="right")
    for name, values in curve.items():
        table.add_row(name, *(f"{value:.3f}" for value in values))
    console.print(table)
    draw(curve, picture)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]], Console())
