import json

import pytest

from evaluation.agreement import labels_of
from evaluation.compare import compare
from evaluation.html import render_html
from evaluation.judged import declared_languages, judge
from evaluation.report import make_report
from evaluation.words import report_words
from nlp.answers import LANGUAGES

# Called as a type of the taxonomy, as a State, like the start of a formula, and in another script.
KNOWN = ["legal", "KEN", "$x_1$ <b>", "水"]


@pytest.fixture
def answers(own, found_own):
    """Twelve answers of four groups; in every third one label is taken for another."""
    labelled, tagged = [], []
    for number in range(12):
        there = KNOWN[number % 4]
        taken = KNOWN[(number + 1) % 4] if number % 3 == 0 else there
        labelled.append(own(str(number), there, language=("pt", None)[number % 2], group=f"g{number % 4}"))
        tagged.append(found_own(str(number), taken, known=KNOWN))
    return labelled, tagged


@pytest.fixture
def report(answers):
    return make_report(*answers, data=["some.jsonl"])


def test_labels_of_ones_own_are_measured_and_nothing_else(report):
    assert list(report.whole.kinds) == list(report.bands) == list(report.reliability) == ["labels"]
    assert report.whole.kinds["labels"].micro.f1.value == pytest.approx(8 / 12)
    assert report.whole.hierarchical is None
    assert {row.label: row.there for row in report.labels["labels"]} == dict.fromkeys(KNOWN, 3)
    assert report.languages["pt"].answers == 6
    assert report.bands["labels"]["suggest"].tags == 12
    assert len(report.confusions) == 4
    assert len(report.mistakes) == 4
    json.dumps(report.to_json(), allow_nan=False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_names_labels_as_they_are_in_each_language(report, answers, lang):
    page = render_html(report, answers[0], lang)
    assert "$x_1$ &lt;b&gt;" in page
    assert "None" not in page
    assert report_words(lang)["hierarchical"] not in page
    # Neither the type nor the State of that name is meant.
    assert "Kenya" not in page
    assert "KEN" in page
    assert {"en": "Portuguese", "fr": "Portugais", "es": "Portugués"}[lang] in page


def test_the_page_says_first_how_many_labels_are_found_and_right(report, answers):
    page = render_html(report, answers[0], "en")
    assert "Of 100 labels that the answers have, the model finds 67; of 100 that it suggests, 67" in page
    assert "assistance" not in page


@pytest.mark.parametrize(
    ("there", "found", "said"),
    [
        ([], [], "The answers have no label, and the model suggests none."),
        (["a"], [], "The model suggests none of the 1 labels"),
        ([], ["a"], "The answers have no label; the model suggests 1."),
    ],
)
def test_answers_without_a_label_and_models_that_find_none_can_be_reported(
    own, found_own, there, found, said
):
    labelled = [own("1", *there)]
    page = render_html(
        make_report(labelled, [found_own("1", *found, known=["a"])], data=["x"]), labelled, "en"
    )
    assert said in page


def test_a_label_that_the_model_does_not_know_is_missed(own, found_own):
    judged = judge([own("1", "new", "a")], [found_own("1", "a", known=["a", "b"])])["labels"]
    assert judged.labels == ("a", "b", "new")
    assert judged.gold.tolist() == [[True, False, True]]
    assert judged.found.tolist() == [[True, False, False]]
    assert judged.confidence.tolist() == [[0.8, 0, 0]]


def test_a_label_in_the_band_unsure_does_not_count_as_found(own, found_own):
    judged = judge([own("1", "a")], [found_own("1", "a", known=["a"], band="unsure")])["labels"]
    assert not judged.found.any()
    assert judged.bands.tolist() == [[1]]


def test_models_that_know_different_labels_can_be_compared(own, found_own):
    labelled = [own(str(number), "a", language="it") for number in range(8)]
    right = [found_own(str(number), "a", known=["a"]) for number in range(8)]
    wrong = [found_own(str(number), "b", known=["b", "c"]) for number in range(8)]
    worse = compare(labelled, right, wrong)
    assert [(each.kind, each.language) for each in worse.differences] == [("labels", None), ("labels", "it")]
    assert not worse.passes
    assert {(each.label, each.only_a, each.only_b) for each in worse.labels} == {("a", 8, 0), ("b", 8, 0)}
    assert compare(labelled, wrong, right).passes


def test_the_languages_of_needtag_are_named_before_others(own):
    declared = [own(str(n), language=each) for n, each in enumerate(["pt", "es", None, "de", "en"])]
    assert declared_languages(declared) == ["en", "es", "de", "pt"]


def test_readers_agree_on_labels_of_their_own_by_name(own):
    assert labels_of(own("1", "KEN", "requested legal")) == {"label KEN", "label requested legal"}
