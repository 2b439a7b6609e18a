import re
from dataclasses import replace
from itertools import pairwise

import pytest

from evaluation.card import E5_SMALL, Training, model_card
from evaluation.report import make_report
from nlp.models import Bands, Calibration, ModelId
from nlp.training.calibrating import Levels

MINE = ModelId("mine", "0123456789ab")
BANDS = {
    "type": Bands(safe=0.9, suggest=0.6, unsure=0.2),
    "subtype": Bands(safe=None, suggest=0.51, unsure=0.17),
    "instrument": Bands(safe=0.8, suggest=0.4, unsure=0.4),
    "stance": Bands(suggest=0.47, unsure=0.47),
}


@pytest.fixture
def answers(label, found):
    """Eight answers of two authors in two languages; half of the sub-types are taken for a sibling."""
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
        for number in range(8)
    ]
    tagged = [
        found(
            str(number),
            "requested legal",
            (drafting, model)[number % 2],
            "tip",
            "KEN",
            band="safe",
            sure=0.93,
        )
        for number in range(8)
    ]
    return labelled, tagged


@pytest.fixture
def report(answers):
    return make_report(*answers, data=["validation"], cautions=["thresholds"])


@pytest.fixture
def training(few_answers):
    return Training(
        encoder=None,
        calibration=Calibration(bands=BANDS),
        corpus="c0ffee",
        splits={"train": few_answers, "validation": few_answers[:10], "calibration": few_answers[:20]},
    )


def row(card, first):
    """The cells of the row of a table that begins so."""
    [line] = [line for line in card.splitlines() if line.startswith(f"| {first}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_card_names_the_model_and_what_it_learned_from(report, training, few_answers):
    card = model_card(MINE, report, training)
    assert "# needtag model `mine`, version 0123456789ab" in card
    assert "linear: TF-IDF" in card
    assert "`c0ffee`" in card
    in_french = sum(each.answer.language == "fr" for each in few_answers)
    passages = sum(len(each.passages) for each in few_answers)
    batches = len({each.group for each in few_answers})
    assert row(card, "split")[2:6] == ["English", "French", "Spanish", "passages"]
    train = row(card, "train")
    assert (train[1], train[3], train[5]) == (str(len(few_answers)), str(in_french), str(passages))
    assert train[6:] == [str(batches), "learning"]


def test_the_card_says_what_the_model_is_for_and_not_for(report, training):
    card = model_card(MINE, report, training)
    assert "never has the last word" in card
    assert "**Not for** counting without review" in card
    assert "none of it is a real State's answer" in card


def test_figures_come_with_the_split_that_they_are_of_and_why_they_flatter(report, training):
    card = model_card(MINE, report, training)
    assert "Measured on **validation**: 8 answers" in card
    assert "the figures flatter a little" in card
    assert "2 groups of answers" in card
    assert "It is measured where confidence was fitted" in card


def test_every_kind_has_its_figures_in_each_language(report, training):
    card = model_card(MINE, report, training)
    # In English all four are right, in French all four are taken for another.
    assert row(card, "kind | precision")[-2:] == ["English", "French"]
    subtypes = row(card, "Sub-types requested | 0.500")
    assert (subtypes[3], subtypes[-2:]) == ("0.500", ["1.000", "0.000"])


def test_every_label_has_a_row_with_its_interval_but_states_have_none(report, training):
    card = model_card(MINE, report, training)
    there = report.labels["sub-types"][0]
    assert row(card, "`legal.drafting` Drafting of legislation")[1:3] == ["8", "4"]
    assert f"{there.f1.low:.3f}" in row(card, "`legal.drafting`")[-1]
    assert row(card, "`tip` Trafficking Protocol")[5] == "1.000"
    assert row(card, "`requested`")[1] == "8"
    assert "KEN" not in card


def test_the_thresholds_of_each_band_stand_beside_what_it_holds(report, training):
    types = row(model_card(MINE, report, training), "Types requested | from")
    assert types[1:4] == ["from 0.900: 1.000 right, 1.000 held", "from 0.600: no tag", "from 0.200: no tag"]


def test_the_promise_of_the_bands_is_that_of_the_levels(report, training):
    levels = Levels(safe_precision=0.9, safe_certainty=0.8, unsure_recall=0.85)
    card = model_card(MINE, report, replace(training, levels=levels))
    assert "with a certainty of 80 %, at least 90 of 100 such tags are right" in card
    assert "85 of 100 labels there are found" in card
    assert "texts like those it learned from, and for no others" in card
    assert "from a confidence of 0.470" in card


def test_an_empty_safe_band_is_said_to_be_so(report, training):
    card = model_card(MINE, report, training)
    assert "The band `safe` is empty for Sub-types requested, Sub-types offered, Sub-types received" in card
    full = {kind: replace(bands, safe=0.9) for kind, bands in BANDS.items()}
    assert "is empty" not in model_card(MINE, report, replace(training, calibration=Calibration(bands=full)))


def test_known_failures_are_those_measured_and_those_of_every_model(report, training):
    failures = model_card(MINE, report, training).partition("## Known failures")[2]
    assert "`legal.drafting` taken for `legal.model-legislation` (4)" in failures
    assert "Labels found worst: `legal.model-legislation` Model legislation (0.000)" in failures
    assert "by language, micro-F1, worst first: French 0.000, English 1.000." in failures
    assert "not measured on real answers of States" in failures
    assert "other languages than English, French and Spanish" in failures


def test_a_transformer_names_its_encoder_and_the_encoders_licence(report, training):
    card = model_card(MINE, report, replace(training, encoder=E5_SMALL))
    assert card.startswith(f"---\nlanguage: [en, fr, es]\nlicense: mit\nbase_model: {E5_SMALL}\n")
    assert "Wang et al. 2024" in row(card, "Encoder")[1]
    assert "when to stop" in row(card, "validation")[-1]
    packaged = model_card(MINE, report, replace(training, encoder=f"{E5_SMALL}, in 4 bits"))
    assert row(packaged, "Encoder")[1].startswith(f"`{E5_SMALL}, in 4 bits` (Wang")
    other = model_card(MINE, report, replace(training, encoder="my/encoder"))
    assert row(other, "Encoder")[1] == "`my/encoder`; see its own licence"


def test_a_model_of_somebodys_own_data_has_a_card_that_claims_no_corpus(label, found, training):
    labelled = [replace(label(str(n), language="pt"), own=frozenset({"a|b`", "legal"})) for n in range(3)]
    tagged = [found(str(n)) for n in range(3)]
    report = make_report(labelled, tagged, data=["validation"])
    splits = {"train": labelled, "validation": labelled, "calibration": labelled}
    card = model_card(MINE, report, replace(training, data="mine.jsonl", splits=splits))
    assert "The labelled answers of `mine.jsonl`" in card
    assert "| `a\\|b'` | 3 | 0 |" in card
    assert "language: [pt]" in card
    assert row(card, "Languages")[1] == "Portuguese"
    assert "| `legal` | 3 | 0 |" in card
    assert not re.search("corpus/README|Convention|license: mit|Stances have|another language|sibling", card)


def test_the_same_training_writes_the_same_card(report, training):
    assert model_card(MINE, report, training) == model_card(MINE, report, training)


def test_the_card_is_well_formed_markdown(report, training):
    """Every row of a table has as many cells as its header, and no table is cut by an empty line."""
    card = model_card(MINE, report, training)
    lines = card.splitlines()
    starts = 0
    for before, line in pairwise(lines):
        if line.startswith("|") and before.startswith("|"):
            assert line.count("|") == before.count("|"), line
        elif line.startswith("|"):
            starts += 1
    assert starts == sum(re.fullmatch(r"\|[-:|]+\|", line) is not None for line in lines) == 5
    assert "\n\n\n" not in card
    assert card.endswith(".\n")
