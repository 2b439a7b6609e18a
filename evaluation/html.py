"""The report as one HTML file that needs nothing else: pictures, tables, every error."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from evaluation.bootstrap import DRAWS
from evaluation.confidence import BINS, FLOOR
from evaluation.judged import Measured
from evaluation.mistakes import Mistake
from evaluation.pictures import label_picture, reliability_picture, risk_picture
from evaluation.report import Report
from evaluation.words import count, interval, number, of_hundred, report_words
from nlp.answers import LabelledAnswer, Language
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
    environment.filters["number"] = lambda value, places=3: number(value, lang, places=places)
    environment.filters["interval"] = lambda estimate: interval(estimate, lang)
    environment.filters["count"] = lambda value: count(value, lang)
    names = {kind: words[kind] for kind in report.whole.kinds}
    return environment.get_template("report.html.j2").render(
        report=report,
        lang=lang,
        words=words,
        names=names,
        own=report.main == "labels",
        label_name=lambda code: _label_name(code, lang, words),
        short_name=lambda code: (
            code if report.main == "labels" else _label_name(code, lang, words, short=True)
        ),
        language_name=lambda code: language_name(code, lang).capitalize(),
        headline=headline(report, lang),
        draws=DRAWS,
        floor=FLOOR,
        bins=BINS,
        pictures=_pictures(report, words, names, lang),
        confusions=report.confusions[:CONFUSIONS],
        examples=EXAMPLES,
        answers={each.answer.id: each.answer for each in labelled},
        wrong_answers=_wrong_answers(report.mistakes, labelled),
    )


def language_name(code: str, lang: Language) -> str:
    """The name of a language in one of ours; its code where it has none."""
    return str(Locale(lang).languages.get(code, code))


def headline(report: Report, lang: Language) -> list[str]:
    """What matters first, in a sentence, then how sure it is and what to beware of."""
    words = report_words(lang)
    kind = report.main
    start = "headline_labels" if kind == "labels" else "headline"
    rows = report.labels[kind]
    there, found = sum(row.there for row in rows), sum(row.found for row in rows)
    micro = report.whole.kinds[kind].micro
    if not (there and found):
        name = "none_suggested" if there else "none_there" if found else "none"
        said = [words[f"{start}_{name}"].format(there=count(there, lang), found=count(found, lang))]
    else:
        recall, precision = of_hundred(micro.recall.value or 0), of_hundred(micro.precision.value or 0)
        said = [words[start].format(recall=recall, precision=precision)]
        unit = words[f"{start}_unit" if micro.f1.low is not None else f"{start}_alone"]
        macro = report.whole.kinds[kind].macro.f1
        said.append(
            unit.format(
                f1=number(micro.f1.value, lang),
                interval=interval(micro.f1, lang),
                macro=number(macro.value, lang),
                macro_interval=interval(macro, lang),
            )
        )
    gap = report.language_gap
    if gap and gap.difference.low is not None:
        best, worst = (language_name(code, lang) for code in (gap.best, gap.worst))
        difference, span = number(gap.difference.value, lang), interval(gap.difference, lang, sign=True)
        said.append(words["gap"].format(best=best, worst=worst, difference=difference, interval=span))
    return [*said, *(words[f"caution_{each}"] for each in report.cautions)]


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
        "labels": label_picture(report.labels[report.main], lang, words["f1"], own=report.main == "labels"),
        "reliability": reliability_picture(report.reliability, names, lang),
        "risk": risk_picture(report.risk_coverage, names, lang),
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
