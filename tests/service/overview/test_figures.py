"""The figures: the counts as bars with their numbers, in words too, always the same."""

import io
import threading

import lxml.etree
import pytest
from PIL import Image

from nlp.answers import LANGUAGES
from service.overview.charts import Chart, Panel, charts, picture
from service.overview.figures import draw, draw_figures
from service.overview.overview import Source, make_overview
from service.overview.writer import Writer
from tests.service.overview.drafts import asked, of_register

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_figures_come_as_svg_and_png_with_what_they_show_in_words(lang, tmp_path):
    overview = of_register()
    drawn = draw_figures(overview, lang, tmp_path)
    assert [each.name for each in drawn] == [
        f"figure-{n}.{kind}" for n in (1, 2, 3) for kind in ("svg", "png")
    ]
    for chart in charts(overview, lang):
        words = picture(chart, Writer(overview, lang)).alternative
        root = lxml.etree.parse(tmp_path / f"{chart.name}.svg").getroot()
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text == chart.title
        assert root.find(f"{SVG}desc").text == words
        with Image.open(tmp_path / f"{chart.name}.png") as image:
            assert image.info["Description"] == words
            assert image.info["Title"] == chart.title


def test_the_bars_are_the_counts():
    by_type, by_subtype, by_region = charts(of_register(), "en")
    assert by_type.panels[0].values == (16, 6, 3, 39, 66, 8, 9, 25, 10)
    assert by_subtype.panels[0].values == (1, 3, 27, 3, 5)
    assert [sum(values) for values in zip(*(each.values for each in by_region.panels), strict=True)] == [
        *by_type.panels[0].values
    ]


def test_legal_assistance_in_general_and_an_unknown_state_have_places_of_their_own():
    overview = make_overview(Source("tags.jsonl", "2", tuple(asked(None, "legal"))))
    _, by_subtype, by_region = charts(overview, "fr")
    assert (by_subtype.labels[-1], by_subtype.panels[0].values[-1]) == ("En général", 1)
    assert by_region.panels[-1].title == "État inconnu"
    assert by_region.note.endswith("Cycle de collecte d’informations 2.")


@pytest.mark.parametrize(("lang", "number"), [("en", "1,234"), ("fr", "1\u202f234"), ("es", "1.234")])
def test_what_a_figure_says_in_words_has_its_numbers_as_the_language_does(lang, number):
    chart = Chart(1, "Title", "", ("Label",), (Panel("", (1234,)), Panel("Group", (1234,))))
    assert picture(chart, Writer(of_register(), lang)).alternative.count(number) == 2


def test_the_unit_is_told_below():
    notes = {charts(of_register(unit), "en")[0].note.split(",")[0] for unit in ("requests", "answers")}
    assert notes == {
        "Counted are requests: a respondent",
        "Counted are answers",
    }


def test_the_same_figure_has_the_same_bytes_in_every_thread():
    chart = charts(of_register(), "es")[2]
    drawn = {kind: [] for kind in ("svg", "png")}
    threads = [
        threading.Thread(target=lambda kind=kind: drawn[kind].append(draw(chart, "es", kind, "words")))
        for kind in drawn
        for _ in range(3)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [len(set(each)) for each in drawn.values()] == [1, 1]


def test_the_bars_keep_their_contrast_without_colours():
    chart = charts(of_register(), "en")[0]
    with Image.open(io.BytesIO(draw(chart, "en", "png", "words"))) as image:
        colours = image.convert("RGB").getcolors(1 << 20)
    assert all(max(colour) - min(colour) <= 3 for _, colour in colours)


def test_signs_of_formulas_and_tags_are_only_signs():
    overview = make_overview(Source("tags.jsonl", "$x$ <b>", tuple(asked("TCD", "legal"))))
    chart = charts(overview, "en")[0]
    assert "$x$ <b>" in chart.note
    lxml.etree.fromstring(draw(chart, "en", "svg", "<b> & more"))


def test_with_nothing_to_count_there_are_figures_all_the_same(tmp_path):
    assert len(draw_figures(make_overview(Source("tags.jsonl", None, ())), "en", tmp_path)) == 6
