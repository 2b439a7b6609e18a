"""The report as one HTML file that needs nothing else: pictures, tables, every error."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from evaluation.bootstrap import Estimate
from evaluation.judged import MEASURED, Measured
from evaluation.mistakes import Mistake
from evaluation.pictures import label_picture, reliability_picture, risk_picture
from evaluation.report import Report
from nlp.answers import LabelledAnswer, Language
from nlp.data import read_yaml
from nlp.errors import UnknownCodeError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy

# Pairs of labels and examples of each that are shown; the JSON has all.
CONFUSIONS = 20
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer with all that was got wrong in it."""

    answer: LabelledAnswer
    mistakes: list[Mistake]


def render_html(report: Report, labelled: Sequence[LabelledAnswer], lang: Language) -> str:
    """Write the report in one language.

    Args:
        report: the figures.
        labelled: the answers that they are of.
        lang: of the words around them; answers stay as they are.
    """
    environment = Environment(
        loader=PackageLoader("evaluation", "."),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = report_words(lang)
    environment.filters["figure"] = _figure
    environment.filters["interval"] = _interval
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share:.0%}"
    names = {kind: words[kind] for kind in MEASURED}
    return environment.get_template("report.html.j2").render(
        report=report,
        lang=lang,
        words=words,
        names=names,
        label_name=lambda code: _label_name(code, lang, words),
        short_name=lambda code: _label_name(code, lang, words, short=True),
        headline=headline(report, words),
        pictures=_pictures(report, words, names, lang),
        confusions=report.confusions[:CONFUSIONS],
        examples=EXAMPLES,
        texts={each.answer.id: each.answer.text for each in labelled},
        wrong_answers=_wrong_answers(report.mistakes, labelled),
    )


@cache
def report_words(lang: Language) -> Mapping[str, str]:
    """The words of the report in one language."""
    return {name: texts[lang] for name, texts in read_yaml(files("evaluation") / "words.yaml").items()}


def headline(report: Report, words: Mapping[str, str]) -> tuple[str, str]:
    """What matters first, in a sentence, and how sure it is, in another."""
    figures = report.whole.kinds["sub-types"].micro
    if figures.f1.value is None:
        return words["headline_none"], ""
    f1, low, high = (None if each is None else f"{each:.3f}" for each in _numbers(figures.f1))
    return (
        words["headline"].format(
            recall=_of_hundred(figures.recall), precision=_of_hundred(figures.precision)
        ),
        words["headline_unit"].format(f1=f1, low=low, high=high)
        if low
        else words["headline_alone"].format(f1=f1),
    )


def _of_hundred(share: Estimate) -> str:
    return "–" if share.value is None else f"{100 * share.value:.0f}"


def _numbers(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high


def _figure(estimate: Estimate | None) -> str:
    return "–" if estimate is None or estimate.value is None else f"{estimate.value:.3f}"


def _interval(estimate: Estimate | None) -> str:
    if estimate is None or estimate.low is None:
        return ""
    return f"{estimate.low:.3f} – {estimate.high:.3f}"


def _label_name(code: str, lang: Language, words: Mapping[str, str], *, short: bool = False) -> str:
    """The name of a type, sub-type, instrument, stance or State."""
    try:
        entry = load_taxonomy().get(code)
        return entry.short(lang) if short else entry.label(lang)
    except UnknownCodeError:
        return get_state(code).name(lang) if code.isupper() else words[f"stance_{code}"]


def _pictures(
    report: Report, words: Mapping[str, str], names: Mapping[Measured, str], lang: Language
) -> dict[str, str]:
    drawn = {
        "labels": label_picture(report.labels["sub-types"], lang, words["f1"]),
        "reliability": reliability_picture(report.reliability, words, names),
        "risk": risk_picture(report.risk_coverage, words, names),
    }
    return {
        name: "data:image/svg+xml;base64," + b64encode(svg.encode()).decode() for name, svg in drawn.items()
    }


def _wrong_answers(mistakes: Sequence[Mistake], labelled: Sequence[LabelledAnswer]) -> list[WrongAnswer]:
    """The mistakes by answer, in the order of each answer's gravest."""
    answers = {each.answer.id: each for each in labelled}
    by_answer: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_answer.setdefault(mistake.answer, []).append(mistake)
    return [WrongAnswer(answers[name], each) for name, each in by_answer.items()]
