import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
import yaml

from evaluation.html import render_html
from evaluation.report import make_report
from evaluation.words import of_hundred, report_words
from nlp.answers import LANGUAGES

HOSTILE = '<script>alert("x")</script> & "quoted"'


@pytest.fixture
def answers(label, found):
    """Twelve answers of two authors: half have what is found in them, one is hostile, one empty of labels."""
    drafting, model = "requested legal.drafting", "requested legal.model-legislation"
    labelled = [
        label(
            str(number),
            "requested legal",
            drafting,
            "tip",
            "KEN",
            language=("en", "fr")[number % 2],
            group=f"g{number % 2}",
        )
        for number in range(10)
    ]
    labelled += [
        label("hostile", "requested legal", drafting, text=HOSTILE, group="g0"),
        label("empty", stances=("none",), text="word " * 90, group="g1"),
    ]
    tagged = [found(str(number), "requested legal", drafting, "tip", "KEN") for number in range(5)]
    tagged += [found(str(number), "requested legal", model, "som") for number in range(5, 10)]
    tagged += [found("hostile", "requested legal", model), found("empty", stances=("none",))]
    return labelled, tagged


@pytest.fixture
def report(answers):
    return make_report(*answers, data=["some.jsonl"])


def test_all_kinds_are_measured_on_all_answers(report):
    assert report.whole.answers == 12
    kinds = ["types", "sub-types", "offered", "received", "stances", "instruments", "States"]
    assert list(report.whole.kinds) == kinds
    subtypes = report.whole.kinds["sub-types"].micro
    assert (subtypes.precision.value, subtypes.recall.value) == pytest.approx((5 / 11, 5 / 11))
    assert report.whole.kinds["types"].micro.f1.value == 1
    # Types and sub-types together: 11 + 5 right, 6 wrong, 6 missed.
    assert report.whole.hierarchical.f1.value == pytest.approx(16 / 22)
    assert report.groups == 2


def test_macro_f1_lies_within_its_interval_also_where_labels_are_rare(label, found):
    # Five labels of one answer each, found in none of them but one.
    codes = ["legal.drafting", "data.research", "training.marking", "data.database", "protection.return"]
    labelled = [
        label(str(number), f"requested {code}", group=str(number)) for number, code in enumerate(codes)
    ]
    labelled += [label(str(number), group=str(number)) for number in range(5, 30)]
    tagged = [
        found(each.answer.id, *(["requested legal.drafting"] if number == 0 else []))
        for number, each in enumerate(labelled)
    ]
    macro = make_report(labelled, tagged, data=["x"]).whole.kinds["sub-types"].macro.f1
    assert macro.value == pytest.approx(0.2)
    assert macro.low <= macro.value <= macro.high


def test_the_best_language_is_laid_beside_the_worst(report, answers):
    # Of ten answers with a text in turns English and French, the first five are right.
    gap = report.language_gap
    by_language = {name: part.kinds["sub-types"].micro.f1.value for name, part in report.languages.items()}
    assert (gap.best, gap.worst) == (
        max(by_language, key=by_language.get),
        min(by_language, key=by_language.get),
    )
    assert gap.difference.value == pytest.approx(by_language[gap.best] - by_language[gap.worst])
    assert gap.difference.low <= gap.difference.value <= gap.difference.high
    labelled, tagged = ([each for each in side if each.answer.language != "fr"] for side in answers)
    assert make_report(labelled, tagged[: len(labelled)], data=["x"]).language_gap is None


def test_answers_are_measured_by_language_and_length(report):
    assert {name: part.answers for name, part in report.languages.items()} == {"en": 7, "fr": 5}
    assert {name: part.answers for name, part in report.lengths.items()} == {"1-10": 11, "81+": 1}
    assert report.lengths["81+"].kinds["sub-types"].micro.f1.value is None


def test_every_label_there_or_found_is_a_row(report):
    rows = {row.label: (row.there, row.found) for row in report.labels["sub-types"]}
    assert rows == {"legal.drafting": (11, 5), "legal.model-legislation": (0, 6)}
    assert {row.label: row.f1.value for row in report.labels["sub-types"]} == {
        "legal.drafting": pytest.approx(2 * 5 / (2 * 5 + 6)),
        "legal.model-legislation": 0,
    }


def test_the_report_for_machines_is_json_without_nan(report):
    text = json.dumps(report.to_json(), allow_nan=False)
    assert json.loads(text)["whole"]["kinds"]["types"]["micro"]["f1"]["value"] == 1


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.sources, self.tags, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [
            value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")
        ]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_stands_by_itself_in_each_language(report, answers, lang):
    html = render_html(report, answers[0], lang)
    page = Page(html)
    assert page.open == []
    assert page.tags.count("img") == 3
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.sources)
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import", html)
    assert report_words(lang)["by_kind"] in unescape(html)


def test_answers_are_shown_as_they_are(report, answers):
    html = render_html(report, answers[0], "en")
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(" in html


def test_the_page_says_first_how_much_is_found_and_right(report, answers):
    html = render_html(report, answers[0], "en")
    assert "Of 100 requests for assistance that the answers hold, the model finds 45; of 100" in html


def test_the_same_report_gives_the_same_page(report, answers):
    assert render_html(report, answers[0], "fr") == render_html(report, answers[0], "fr")


def test_each_figure_is_that_of_its_kind(report):
    """Of 11 answers with legal.drafting 5 have it found and 6 its sibling; of 10 with tip, 5 have it."""
    subtypes = report.whole.kinds["sub-types"]
    # Two labels, of which one is nowhere there: F1 of 10/16 and 0, weighed 11 to 0.
    assert subtypes.macro.f1.value == pytest.approx(10 / 16 / 2)
    assert subtypes.weighted.f1.value == pytest.approx(10 / 16)
    assert subtypes.macro.precision.value == pytest.approx(1 / 2)
    assert subtypes.samples_f1.value == subtypes.subset_accuracy.value == pytest.approx(6 / 12)
    # Five answers have it at 0.8, ahead of those without; R is 1 in each.
    assert subtypes.r_precision.value == pytest.approx(5 / 11)
    assert subtypes.mean_average_precision.value == pytest.approx(5 / 11 + 6 / 11 * 11 / 12)
    assert report.whole.kinds["States"].r_precision is None
    assert report.bands["sub-types"]["suggest"].tags == 11
    assert report.bands["sub-types"]["suggest"].precision.value == pytest.approx(5 / 11)
    assert report.bands["instruments"]["suggest"].held.value == pytest.approx(5 / 10)
    # 11 sub-types at 0.8, of which 5 are right.
    assert report.reliability["sub-types"].error.value == pytest.approx(0.8 - 5 / 11)
    assert report.reliability["instruments"].error.value == pytest.approx(0.8 - 5 / 10)
    assert report.risk_coverage["types"].risk[-1] == 0
    assert report.risk_coverage["sub-types"].risk[-1] == pytest.approx(6 / 12)


def test_a_rounded_share_is_none_or_all_only_where_it_is():
    assert [of_hundred(share) for share in (0, 0.001, 0.454, 0.996, 1)] == ["0", "1", "45", "99", "100"]


def test_figures_are_written_as_the_language_writes_them(report, answers):
    pages = {lang: render_html(report, answers[0], lang) for lang in LANGUAGES}
    assert "0.455" in pages["en"]
    for lang in ("fr", "es"):
        assert "0,455" in pages[lang]
        assert "0.455" not in pages[lang]
    assert "ne demandent" not in pages["fr"]
    assert "l’intervalle" not in pages["fr"]
    assert "confiance dit vrai" in pages["fr"]


@pytest.mark.parametrize("caution", ["other_corpus", "learned", "thresholds"])
def test_figures_that_may_flatter_say_so(answers, caution):
    report = make_report(*answers, data=["train"], cautions=[caution])
    assert "flatter" in render_html(report, answers[0], "en")


def test_a_model_that_suggests_nothing_is_said_to(label, found):
    labelled = [label("a", "requested legal.drafting")]
    page = render_html(make_report(labelled, [found("a")], data=["x"]), labelled, "en")
    assert "suggests none of the 1 requests" in page
    labelled = [label("a", stances=("none",))]
    said = [found("a", "requested legal.drafting")]
    assert "the model suggests 1." in render_html(make_report(labelled, said, data=["x"]), labelled, "en")


def test_answers_of_one_author_have_no_interval(answers):
    labelled, tagged = answers
    alone = make_report(labelled[::2], tagged[::2], data=["one.jsonl"])
    assert alone.groups == 1
    assert alone.whole.kinds["types"].micro.f1.low is None
    assert "No intervals" in render_html(alone, labelled[::2], "en")


def test_answers_without_any_label_can_be_reported(label, found):
    labelled = [label("a", stances=("none",))]
    report = make_report(labelled, [found("a", stances=("none",))], data=["empty.jsonl"])
    assert "The answers request no sub-type" in render_html(report, labelled, "en")


def test_every_word_of_the_report_is_there_in_every_language():
    from importlib.resources import files

    for name, texts in yaml.safe_load((files("evaluation") / "words.yaml").read_text("utf-8")).items():
        assert set(texts) == set(LANGUAGES), name
        fields = {lang: set(re.findall(r"{(\w+)}", text)) for lang, text in texts.items()}
        assert fields["en"] == fields["fr"] == fields["es"], name
