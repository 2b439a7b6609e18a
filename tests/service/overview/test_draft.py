"""The drafted note: the States of each need, numbers that are counts, sentences that are right for them."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from babel.numbers import parse_decimal

from nlp.answers import LANGUAGES
from nlp.states import REGIONAL_GROUPS, get_state
from service.overview.content import Linked, plain_text
from service.overview.counts import region_of
from service.overview.database import read_database
from service.overview.draft import make_draft
from service.overview.items import UNITS, Submission
from service.overview.overview import Source, make_overview
from service.overview.parties import Parties, load_parties
from service.overview.phrases import Phrases, typeset
from service.overview.wording import listed
from service.store.answers import QuestionnaireFilter
from tests.service.overview.drafts import (
    Heading,
    Paragraph,
    Picture,
    Table,
    asked,
    blocks,
    draft_of,
    draft_of_register,
    of_register,
    paragraphs,
    said,
    texts,
)
from tests.service.overview.reviewed_examples import fill
from tests.service.overview.test_overview_database import TAGS, number_of, rows_of


def linked(draft):
    for block in draft.blocks:
        if isinstance(block, Paragraph):
            parts = (block.runs, *block.items)
        elif isinstance(block, Table):
            parts = [cell for row in block.rows for cell in row.cells]
        else:
            continue
        yield from (run for part in parts for run in part if isinstance(run, Linked))


STANCES = {
    "requested": "requested",
    "needs": "requested",
    "offered": "offered",
    "offers": "offered",
    "received": "received",
}


def rows_behind(key, rows):
    """The rows of the database that a number of the draft must count; None for what other tests see to."""
    kind, *path = key.split("/")
    if kind not in STANCES:
        return None
    rows = [row for row in rows if row.stance == STANCES[kind]]
    if kind in ("needs", "offers", "received"):
        unknown = len(path) > 1 and path[-1] == "unknown"
        rows = [row for row in rows if bool(row.state) is not unknown]
    if path[-1] in ("states", "union", "alone") or (kind == "needs" and path[-1] == "unknown" and path[1:]):
        path.pop()
    if kind == "needs":
        instrument = path.pop(0)
        rows = [row for row in rows if (row.instrument or "unknown") == instrument]
    if path[:1] == ["regions"]:
        region = path[1]
        rows = [row for row in rows if (region_of(row.state) or "unknown") == region]
        path = ["types", *path[2:]] if path[2:] not in ([], ["total"]) else []
    if path[:1] == ["types"]:
        return [row for row in rows if row.code.partition(".")[0] == path[1]]
    if not path or path == ["total"]:
        return rows
    return [row for row in rows if row.code == path[-1]]


def submitted(*respondents, answers=3, reviewed=1):
    """A questionnaire of each respondent, with so many answers."""
    return tuple(
        Submission(f"{place}", each, ("tip",), "2", "fr", answers, min(reviewed, answers))
        for place, each in enumerate(respondents)
    )


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("unit", UNITS)
def test_every_number_and_its_answers_are_those_of_an_independent_query(database, unit):
    fill(database)
    with database.reading() as session:
        overview = make_overview(read_database(session, QuestionnaireFilter()), unit)
    rows, checked = rows_of(database, TAGS), 0
    for run in linked(make_draft(overview, "fr")):
        behind = run.behind
        if (found := rows_behind(behind.key, rows)) is None:
            continue
        checked += 1
        of_states = behind.key.endswith(("/states", "/alone", "/union"))
        expected = len({row.state for row in found} - {None}) if of_states else number_of(found, unit)
        assert behind.number == expected, behind.key
        assert set(behind.answers) == {str(row.answer_id) for row in found}, behind.key
    assert checked > 150


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", UNITS)
def test_what_is_written_is_the_number_behind_it(lang, unit):
    words = {word: number for number, word in _words(lang)}
    shown = 0
    for run in linked(draft_of_register(lang, unit)):
        first = run.text.split("\u202f")[0].split()[0]
        if first[0].isdigit():
            assert parse_decimal(first, locale=lang) == run.behind.number, run
        elif first in words:
            assert words[first] == run.behind.number, run
        else:
            continue
        shown += 1
    assert shown > 100


def _words(lang):
    numbers = Phrases(lang)._texts["numbers"]
    return [(place, word) for form in "wf" for place, word in enumerate(numbers[form], start=1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_key_has_the_same_answers_everywhere(lang):
    found = {}
    for behind in draft_of_register(lang).behind():
        assert found.setdefault(behind.key, behind) == behind


def test_the_note_has_its_three_parts_with_figures_tables_and_numbered_paragraphs():
    draft = draft_of_register("fr")
    headings = [f"{each.mark} {each.text}" for each in blocks(draft, Heading) if each.level < 3]
    assert [each.split()[0] for each in headings] == ["I", "II", "A", "B", "C", "D", "III"]
    assert [each.name for each in blocks(draft, Picture)] == ["figure-1", "figure-2", "figure-3"]
    assert [each.caption for each in blocks(draft, Table)] == [f"Tableau {number}" for number in range(1, 6)]
    numbers = [each.number for each in blocks(draft, Paragraph)]
    assert numbers == [*range(1, len(numbers) + 1)]


def test_the_lists_of_the_register_stand_in_the_order_and_form_of_the_note():
    found = paragraphs(draft_of_register("fr"))
    assert any(text.endswith("Sao Tomé-et-Principe, Tadjikistan et Tchad.") for text in found)
    help_, silent = (
        next(text for text in found if words in text) for words in ("Les 16 États", "les 41 États")
    )
    assert ": Albanie, Algérie, Burundi, Cambodge, Cameroun, Équateur, Gabon," in help_
    assert "Bolivie (État plurinational de)" in silent
    assert "Les 15 États ci-après ont demandé une formation à l'intention des agents" in " ".join(found)


def test_given_rates_and_shares_are_said_to_be_given():
    draft = draft_of_register("en")
    [rates] = said(draft, "from which these percentages are taken as they stand")
    assert "CTOC/COP/WG.2/2009/2" in rates
    assert said(draft, "66% (cycle 1) and 55% (cycle 2)")
    assert said(draft, "training/capacity-building (25%), legal assistance (20%)")
    assert said(draft, "Training/capacity-building: 38% (66 requests)")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", UNITS)
def test_texts_are_printed_as_the_language_has_it(lang, unit):
    for text in texts(draft_of_register(lang, unit)):
        assert "'" not in text, text
        assert not re.search(r"[{}\[\]*]|  |None|\.\.", text), text
        if lang == "fr":
            assert not re.search(r"(?<!\u202f)[;:?!%]|\bde (?:le|les)\b|\bà (?:le|les)\b", text), text
            assert not re.search(r"\b[dlnsjcm]e [aeiouyhéèêâîôœ]\w+|\bque (?:il|elle|un)", text), text
        if lang == "es":
            assert not re.search(r"\b(?:de|a) el\b|\by (?:hi|i|I)\w", text), text


@pytest.mark.parametrize(
    ("lang", "states", "sentence"),
    [
        ("fr", ["DZA"], "L'Algérie a demandé un appui financier."),
        ("fr", ["COM"], "Les Comores ont demandé un appui financier."),
        ("fr", ["DZA", "TCD"], "L'Algérie et le Tchad ont demandé un appui financier."),
        ("fr", ["EU"], "L'Union européenne a demandé un appui financier."),
        ("es", ["PER"], "El Perú solicitó apoyo financiero."),
        ("es", ["HND", "IDN"], "Honduras e Indonesia solicitaron apoyo financiero."),
        ("en", ["NER"], "The Niger requested financial support."),
        (
            "fr",
            ["DZA", "TCD", "MLI", "TGO"],
            "Les quatre États ci-après ont demandé un appui financier: Algérie, Mali, Tchad et Togo.",
        ),
        (
            "es",
            ["DZA", "TCD", "MLI", "TGO"],
            "Los cuatro Estados siguientes solicitaron apoyo financiero: Argelia, Chad, Malí y Togo.",
        ),
        ("en", [None], "A respondent whose State is not known requested financial support (1 request)."),
    ],
)
def test_a_sentence_agrees_with_those_who_ask(lang, states, sentence):
    draft = draft_of(*(asked(state, "resources.financial") for state in states), lang=lang)
    expected = sentence.replace(":", " :") if lang == "fr" else sentence
    assert said(draft, expected)


def test_a_state_in_two_questionnaires_is_named_once_with_its_requests():
    first, second = asked("TCD", "legal.drafting"), asked("TCD", "legal.drafting", answer="b")
    later = [replace(each, questionnaire="later") for each in second]
    draft = draft_of(first, later)
    assert said(draft, "Chad requested assistance in drafting or amending legislation (2 requests).")


def test_types_that_are_equally_often_asked_for_are_all_named():
    draft = draft_of(asked("TCD", "legal", "training"))
    assert said(draft, "in equal measure, are the following: legal assistance (1 request) and training")
    [alone] = [each for each in blocks(draft, Table) if "single State" in each.title]
    assert [plain_text(row.cells[2]) for row in alone.rows] == ["Chad", "Chad"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_anything_to_count_the_note_says_so_and_draws_nothing(lang):
    draft = draft_of(lang=lang)
    assert not blocks(draft, Picture)
    assert said(draft, Phrases(lang).text("no_requests").replace("’", "'"))
    assert not any("0" in text and "%" in text for text in paragraphs(draft)[4:])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_no_answer_is_reviewed_yet_the_note_says_first_that_it_says_nothing(lang):
    sentence = paragraphs(draft_of(submissions=submitted("TCD", reviewed=0), lang=lang))[0]
    assert sentence == Phrases(lang).text("nothing_reviewed").replace("’", "'").replace("\u202f", " ")
    for others in (
        submitted("TCD"),
        submitted("TCD", reviewed=0) + submitted("MLI"),
        submitted("TCD", answers=0),
        (),
    ):
        assert sentence not in paragraphs(draft_of(submissions=others, lang=lang))


def test_offers_are_named_with_what_was_received():
    draft = draft_of(
        asked("GTM", "legal.drafting"),
        asked("JOR", "legal.drafting", stance="offered"),
        asked("MEX", "legal", stance="offered"),
        asked("PER", "training", stance="received"),
    )
    [offers] = said(draft, "offered assistance")
    assert offers.startswith("Jordan and Mexico offered assistance. Mexico offered legal assistance")
    assert "Jordan offered assistance in drafting" in offers
    assert offers.endswith("Peru stated that it had received assistance.")
    [table] = [each for each in blocks(draft, Table) if "who could meet" in each.title]
    assert plain_text(table.rows[1].cells[2]) == "Of the same group: Mexico; others: Jordan"


def test_what_nobody_reviewed_is_told_apart_and_counted_nowhere_else():
    draft = draft_of(
        asked("TCD", "legal"), asked("MLI", "legal", "training", reviewed=False), has_unreviewed=True
    )
    assert said(draft, "a model finds further needs (2 requests)")
    assert said(draft, "In all, one request for assistance has been counted.")
    assert not said(draft, "Mali")


def test_retired_tags_that_nothing_replaced_are_named_as_left_out():
    draft = draft_of(asked("TCD", "legal"), left_out=("7",))
    assert said(draft, "In one answer, tags that have been withdrawn")
    assert "7" in [id_ for behind in draft.behind() for id_ in behind.answers]


def test_rates_are_computed_where_the_parties_are_known():
    day = dt.date(2009, 1, 1)
    # Made up for this test.
    parties = Parties({"tip": {"TCD": day, "MLI": day, "PER": day}}, "a list", day)
    came = (Submission("1", "TCD", ("tip",), "2", "fr", 3, 3),)
    overview = make_overview(Source("database", "2", tuple(asked("TCD", "legal")), came), parties=parties)
    draft = make_draft(overview, "en")
    assert said(draft, "as at 1 January 2009, the number that have replied")
    assert said(draft, "Organized Crime: 1 of 3 in cycle 2 (33%).")
    assert said(draft, "Mali and Peru have not replied under any of the instruments")
    assert said(draft, "The analysis is based on one questionnaire. The replies are those of one State.")
    assert said(draft, "All of the three answers received have been reviewed.")
    assert draft.subtitle == "Draft note: reporting cycle 2"
    [table] = [each for each in blocks(draft, Table) if "replied" in each.title]
    assert plain_text(table.rows[-1].cells[2]) == "1 of 3"


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "In all, {} States parties have not replied under any of the instruments"),
        ("fr", "Au total, {} États parties n'ont répondu au titre d'aucun des instruments"),
        ("es", "En total, {} Estados partes no han respondido respecto de ninguno de los"),
    ],
)
def test_many_silent_states_are_counted_in_the_sentence_and_named_in_a_table(lang, sentence):
    parties = sorted(load_parties().dates["tip"])
    for number in (20, 21):
        silent = [code for code in parties if code != "TCD"][:number]
        list_ = Parties({"tip": dict.fromkeys([*silent, "TCD"], dt.date(2009, 1, 1))}, "a list", dt.date.max)
        source = Source("database", "2", (), submitted("TCD"))
        draft = make_draft(make_overview(source, parties=list_), lang)
        title = Phrases(lang).text("silent_title")
        tables = [each for each in blocks(draft, Table) if each.title == title]
        assert len(tables) == len(said(draft, sentence.format(number))) == number - 20
    groups = {get_state(code).group for code in silent}
    assert [tuple(map(plain_text, row.cells)) for row in tables[0].rows] == [
        (
            typeset(REGIONAL_GROUPS[group][lang], lang),
            str(len(codes := [code for code in silent if get_state(code).group == group])),
            typeset(listed(codes, lang), lang),
        )
        for group in REGIONAL_GROUPS
        if group in groups
    ]
    assert said(draft, sentence.format(21))[0].count(f" {tables[0].caption.split()[-1]} ") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_it_is_not_known_who_asks_or_offers_the_note_does_not_say_that_no_state_does(lang):
    say = Phrases(lang).text
    codes = "reporting", "legal.drafting"
    draft = draft_of(asked(None, *codes), asked(None, "data", stance="offered"), lang=lang)
    expected = {say(f"{kind}_unknown").replace("’", "'"): kind for kind in ("help", "asking", "offering")}
    found = [text for text in paragraphs(draft) if any(each in text for each in expected)]
    # Of the file, of reporting, of the Protocol, of offers; under the other instruments nobody asked.
    assert len(found) == 4
    assert len(said(draft, say("asked_under_som", "none").replace("’", "'"))) == 1
    for key in ("asking_states", "help", "asked_under_tip", "offered_by"):
        assert not said(draft, say(key, "none").replace("’", "'"))
    nobody = draft_of(asked("EU", *codes), lang=lang)
    assert not any(said(nobody, each) for each in expected)


def test_where_a_rate_is_told_the_list_of_parties_is_named_with_its_end():
    came = (Submission("1", "TCD", ("tip",), "2", "fr", 3, 3),)
    source = Source("database", "2", tuple(asked("TCD", "legal")), came)
    draft = make_draft(make_overview(source, parties=load_parties()), "en")
    note = next(each for each in blocks(draft, Table) if "replied" in each.title).note
    assert note.startswith(
        "States parties as at 9 January 2014, all cycles together. List of parties: United"
    )
    assert (
        "XVIII-12-c; complete until 9 January 2014. The European Union, a party but not a State, is" in note
    )
    assert [text for text in texts(draft) if text.startswith("List of parties: United Nations Treaty")]
    assert not said(draft, "have become parties since")


@pytest.mark.parametrize(
    ("lang", "words", "dated"),
    [
        ("en", "Cycle 2016 ended after 9 January 2014", "1 of 123 in cycle 2008 (0.8%; parties as at 31"),
        (
            "fr",
            "Le cycle 2016 s'est achevé après le 9 janvier 2014",
            "1 sur 123 pendant le cycle 2008 (0,8 % ; parties au 31",
        ),
        ("es", "El ciclo 2016 terminó después del 9 de enero de 2014", "1 de 123 en el ciclo 2008 (0,8"),
    ],
)
def test_cycles_of_other_days_have_other_parties_and_one_after_the_list_is_warned_of(lang, words, dated):
    came = tuple(Submission(cycle, "MLI", ("tip",), cycle, "fr", 3, 3) for cycle in ("2008", "2016"))
    source = Source("database", None, tuple(asked("MLI", "legal")), came)
    draft = make_draft(make_overview(source, parties=load_parties()), lang)
    assert said(draft, words)
    assert said(draft, dated)


def test_a_list_that_begins_after_the_cycle_gives_no_rate_and_no_silent_state():
    parties = Parties({"tip": {"TCD": dt.date(2009, 1, 1)}}, "a list", dt.date(2009, 1, 1))
    came = (Submission("1", "MLI", ("tip",), "2008", "fr", 3, 3),)
    source = Source("database", "2008", tuple(asked("MLI", "legal")), came)
    assert not said(make_draft(make_overview(source, parties=parties), "en"), "States parties")


def test_an_export_that_does_not_tell_who_replied_gives_no_rates():
    came = (Submission("1", "MLI", ("tip",), "2", "fr", 3, 3),)
    items = tuple(asked("MLI", "legal"))
    for source in (
        Source("tags.jsonl", None, items, came, is_whole=False),
        Source("corpus.jsonl", None, items, (Submission("1", None, ("tip",), "2", "fr", 3, 3),)),
    ):
        overview = make_overview(source, parties=load_parties())
        assert (overview.parties, overview.rates, overview.silent) == (None, (), ())
        assert not said(make_draft(overview, "en"), "States parties")


def test_rates_of_several_cycles_are_told_after_that_of_all():
    day = dt.date(2009, 1, 1)
    parties = Parties({"tip": {"TCD": day, "MLI": day}}, "a list", day)
    came = tuple(Submission(cycle, "TCD", ("tip",), cycle, "fr", 3, 3) for cycle in "12")
    source = Source("database", None, tuple(asked("TCD", "legal")), came)
    draft = make_draft(make_overview(source, parties=parties), "fr")
    assert said(draft, "au 1er janvier 2009, le nombre de ceux qui ont répondu")
    assert said(draft, "1 sur 2 tous cycles confondus (50 %), 1 sur 2 pendant le cycle 1 (50 %) et")


@pytest.mark.parametrize(
    ("respondents", "sentences"),
    [
        ([], "Aucun questionnaire n'a encore été reçu."),
        (["EU"], "L'Union européenne, qui n'est pas un État, a répondu."),
        ([None], "sur un questionnaire. L'État répondant n'est pas connu. Les trois réponses"),
        ([None, None], "sur deux questionnaires. L'État répondant n'est connu pour aucun d'entre eux."),
        (["TCD", None], "d'un seul État. Dans le cas d'un questionnaire, l'État répondant n'est pas connu."),
    ],
)
def test_the_introduction_says_who_replied(respondents, sentences):
    came = tuple(
        Submission(str(place), each, ("tip",), "2", "fr", 3, 3) for place, each in enumerate(respondents)
    )
    assert said(make_draft(make_overview(Source("database", None, (), came)), "fr"), sentences)


def test_what_the_european_union_offers_is_told_and_one_offer_once():
    offers = (asked("JOR", "legal", stance="offered"), asked("EU", "data", stance="offered"))
    assert said(
        draft_of(*offers),
        "Jordan offered legal assistance of a general nature. The European Union offered assistance",
    )
    assert not said(draft_of(*offers), "Jordan offered assistance.")


def test_a_chapter_with_nothing_but_reporting_names_it():
    draft = draft_of(asked("TCD", "reporting"), lang="es")
    assert said(draft, "El tipo de asistencia solicitado es el siguiente: asistencia para cumplir la")


def test_without_parties_no_rate_and_no_silent_state_is_told():
    draft = draft_of(asked("TCD", "legal"))
    assert not said(draft, "States parties")


def test_what_the_overview_is_restricted_to_stands_in_front():
    draft = make_draft(of_register(), "fr", ["États d'Afrique"])
    assert draft.subtitle.endswith("Champ limité à\u202f: États d’Afrique")
