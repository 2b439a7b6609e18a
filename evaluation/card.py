"""The card of a model: what it is for, what it learned from, how far it can be trusted and where it fails.

After Mitchell et al. 2019, "Model cards for model reporting". Nothing in a card depends on the day, so that
the same training writes the same card.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluation.bootstrap import DRAWS
from evaluation.confidence import FLOOR, BandFigures
from evaluation.html import headline, language_name
from evaluation.judged import Measured, declared_languages
from evaluation.report import Figures, LabelFigures, Report
from evaluation.words import count, interval, number, of_hundred, report_words
from nlp.answers import LabelledAnswer
from nlp.errors import UnknownCodeError
from nlp.models import Calibration, LabelKind, ModelId
from nlp.taxonomy import load_taxonomy
from nlp.training.calibrating import OWN_MAP_FROM, Levels

E5_SMALL = "intfloat/multilingual-e5-small"
# Kinds with too few answers a label, or too many labels, for a row each.
POOLED: frozenset[Measured] = frozenset({"offered", "received", "States"})
# Labels that are found worst, and pairs of labels taken for each other, that are named.
WORST = 6
# The bands that the kinds measured are in; labels of somebody's own are read as instruments are.
BANDS_OF: Mapping[Measured, LabelKind] = {
    "types": "type",
    "sub-types": "subtype",
    "offered": "subtype",
    "received": "subtype",
}
# What each split is used for in training.
USES = {
    "train": "learning",
    "validation": "confidence, the bands `suggest` and `unsure`",
    "calibration": "the band `safe`, nothing else",
}


@dataclass(frozen=True, slots=True)
class Training:
    """What a model was made from.

    Attributes:
        encoder: what a transformer was fine-tuned from: its hub id or folder, then perhaps where it came
            from; None for a linear model.
        linear_share: the weight of the linear model that judges beside the encoder; None where there is none.
        calibration: how the model's scores are read.
        corpus: the hash of the labelled answers.
        splits: the labelled answers by what they were used for, as USES names it.
        data: the file that the answers were read from; None for the corpus that comes with needtag.
        levels: what the bands promise.
    """

    encoder: str | None
    calibration: Calibration
    corpus: str
    splits: Mapping[str, Sequence[LabelledAnswer]]
    data: str | None = None
    levels: Levels = field(default_factory=Levels)
    linear_share: float | None = None


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """How much there is in a split; `languages` gives the answers in each."""

    name: str
    use: str
    answers: int
    passages: int
    groups: int
    languages: Counter[str | None]


def model_card(model: ModelId, report: Report, training: Training) -> str:
    """Write the card of a model in Markdown.

    Args:
        model: what it is called; when the report was made it had no version yet.
        report: its figures.
        training: what it was made from.
    """
    words = report_words("en")
    begins = {kind: training.calibration.bands[BANDS_OF.get(kind, "instrument")] for kind in report.bands}
    splits = [_counts(name, answers, training.encoder) for name, answers in training.splits.items()]
    measured = {kind: rows for kind, rows in report.labels.items() if kind not in POOLED}
    own = report.main == "labels"
    environment = _environment()
    environment.filters["label"] = _code if own else _label
    return environment.get_template("card.md.j2").render(
        model=model,
        report=report,
        training=training,
        own=own,
        e5_small=E5_SMALL if (training.encoder or "").startswith(E5_SMALL) else None,
        splits=splits,
        spoken=declared_languages(each for answers in training.splits.values() for each in answers),
        words=words,
        headline=headline(report, "en"),
        percent=lambda level: f"{100 * level:g}",
        language_name=lambda code: language_name(code, "en"),
        intervals=words["intervals" if report.groups > 1 else "no_intervals"].format(
            groups=report.groups, draws=count(DRAWS, "en")
        ),
        measured=measured,
        begins=begins,
        band_cell=_band_cell,
        unpromised=[words[kind] for kind, bands in begins.items() if bands.safe is None],
        own_map_from=OWN_MAP_FROM,
        floor=FLOOR,
        lowest=_lowest(measured),
        confusions=report.confusions[:WORST],
        by_f1={
            "kind": _by_f1({words[kind]: each for kind, each in report.whole.kinds.items()}),
            "language": _by_f1(
                {language_name(code, "en"): of.kinds[report.main] for code, of in report.languages.items()}
            ),
            "length": _by_f1({name: part.kinds[report.main] for name, part in report.lengths.items()}),
        },
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("evaluation", "."),
        autoescape=False,  # noqa: S701 - Markdown; what is not our own goes through `code` or `label`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = number
    environment.filters["of_hundred"] = of_hundred
    environment.filters["interval"] = interval
    environment.filters["count"] = lambda value: count(value, "en")
    environment.filters["code"] = _code
    environment.filters["listed"] = lambda values: ", ".join(f"{name} {number(f1)}" for name, f1 in values)
    return environment


def _code(text: str) -> str:
    """Show a name as code that cannot break out of its cell of a table."""
    shown = " ".join(text.split()).replace("`", "'").replace("|", r"\|")
    return f"`{shown}`"


def _label(code: str) -> str:
    """A code, with the name that the taxonomy gives it where it has one."""
    try:
        return f"{_code(code)} {load_taxonomy().get(code).short('en')}"
    except UnknownCodeError:
        return _code(code)


def _counts(name: str, answers: Sequence[LabelledAnswer], encoder: str | None) -> SplitCounts:
    return SplitCounts(
        name=name,
        use=USES[name] + (", when to stop" if name == "validation" and encoder else ""),
        answers=len(answers),
        passages=sum(len(each.passages) for each in answers),
        groups=len({each.group for each in answers}),
        languages=Counter(each.answer.language for each in answers),
    )


def _band_cell(begins: float | None, figures: BandFigures) -> str:
    if begins is None:
        return "empty"
    found = f"{number(figures.precision.value)} right, {number(figures.held.value)} held"
    return f"from {number(begins)}: {found if figures.tags else 'no tag'}"


def _lowest(measured: Mapping[Measured, Sequence[LabelFigures]]) -> list[LabelFigures]:
    rows = [row for each in measured.values() for row in each]
    return sorted(rows, key=lambda row: (row.f1.value or 0, row.label))[:WORST]


def _by_f1(parts: Mapping[str, Figures]) -> list[tuple[str, float]]:
    """Names with their micro-F1, the lowest first; those with nothing there or found are left out."""
    values = {name: figures.micro.f1.value for name, figures in parts.items()}
    return sorted(
        ((name, value) for name, value in values.items() if value is not None),
        key=lambda each: (each[1], each[0]),
    )
