"""The desk in a real browser: keys and buttons, lost connections, colleagues, phones."""

import json
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from service.store import second_readings
from service.store.decisions import Wish, decide, version_of
from service.store.tables import Answer, Question
from tests.service.review import desk_examples
from tests.service.review.browser import NARROW, until
from tests.service.review.desk_window import DECISIONS, Desk

NO_CONNECTION = "ERR_FAILED|ERR_INTERNET_DISCONNECTED"
REFUSED = "status of 4"
STATE = "state"
STYLE = "each => [getComputedStyle(each).textDecorationLine, getComputedStyle(each).textDecorationStyle]"


@pytest.fixture
def answers(database):
    """The answers of a questionnaire; all have the same text and tags, the last an unsure one besides."""
    return desk_examples.fill(database)


@pytest.fixture
def open_desk(visit, database, answers, add_person):
    """Opens an answer of the questionnaire for somebody new."""

    def begin(name="rita", *, role="reviewer", answer_id=None, **options):
        add_person(name, role)
        return Desk(visit(name, **options), database, answer_id or answers[0])

    return begin


@pytest.fixture
def desk(open_desk):
    """The first answer, open for a reviewer."""
    return open_desk()


def as_colleague(database, answer_id, *acts, name="carla"):
    with database.writing() as session:
        decide(
            session,
            answer_id,
            version_of(session, answer_id),
            [Wish(*act) for act in acts],
            name,
            may_reopen=True,
        )


# --- Reading ----------------------------------------------------------------------------------------------


def test_the_text_is_whole_and_its_passages_and_states_are_marked(desk):
    text = desk.page.locator("#text")
    assert text.evaluate("element => element.textContent") == desk_examples.TEXT
    assert text.locator("mark").all_inner_texts() == ["Togo", "Ghana"]
    passages = text.locator(".passage").all()
    marks = [each.evaluate(STYLE) for each in passages]
    assert marks == [["underline", "solid"], ["underline", "solid"], ["underline", "dotted"]]


def test_chips_are_grouped_by_type_with_their_band_in_words_shape_and_number(open_desk, answers):
    desk = open_desk(answer_id=answers[-1])
    headings = desk.page.locator(".group h3").all_inner_texts()
    assert headings[-2:] == ["Instruments", "Legal assistance"]
    assert desk.page.locator(".chip .confidence").all_inner_texts() == [
        "●●○ suggested ·\xa081%",
        "●●○ suggested ·\xa080%",
        "●●● sure ·\xa097%",
        "●●● sure ·\xa095%",
        "●●● sure ·\xa090%",
        "●○○ uncertain ·\xa020%",
    ]


def test_the_passages_and_words_that_a_tag_rests_on_are_lit_on_focus(desk):
    start = desk_examples.TEXT.index("database")
    signs = desk_examples.TEXT.index("𝒮")
    words = [
        {"start": start, "end": start + 8, "text": "database", "weight": 1.0},
        {"start": signs, "end": signs + 5, "text": "𝒮𝒾𝑔𝓃𝓈", "weight": 1.0},
    ]
    tags = [{"code": "data.database", "stance": "received", "words": words}]
    body = json.dumps({"model": {"name": "small", "version": "1"}, "tags": tags})
    desk.page.route("**/evidence", lambda route: route.fulfill(body=body, content_type="application/json"))
    desk.page.reload()
    desk.chip("data.database", "received").focus()
    lit = "() => [...(CSS.highlights.get('evidence') ?? [])].map(String).join('|')"
    until(desk.page, lambda: desk.page.evaluate(lit))
    assert desk.page.evaluate(lit) == "database|𝒮𝒾𝑔𝓃𝓈"
    assert desk.page.locator("#text .passage.lit").get_attribute("data-passage") == "1"
    desk.chip("untoc", "").focus()
    assert desk.page.evaluate(lit) == ""
    assert desk.page.locator("#text .passage.lit").count() == 0


def test_the_evidence_comes_from_the_model_at_work(open_desk, questionnaires, answers_of):
    desk = open_desk(answer_id=answers_of(questionnaires["MDG tip"])[1])
    desk.expect_focus("training")
    until(desk.page, lambda: desk.page.evaluate("CSS.highlights.get('evidence')?.size"))


def test_what_a_tag_means_is_one_key_away(desk):
    desk.press("j", "i")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_text("Sharing data")).to_be_hidden()
    expect(dialog).to_have_text(re.compile("A database, register"), use_inner_text=True)
    # Other tags are named by their labels.
    expect(dialog).to_have_text(re.compile(r"with other States \(Information-sharing\)"), use_inner_text=True)
    desk.press("Escape")
    expect(dialog).to_be_hidden()
    desk.expect_focus("data.database", "received")


def test_the_keys_are_listed_and_can_be_switched_off(desk):
    desk.press("?")
    expect(desk.page.get_by_role("dialog", name="Signs and keys")).to_be_visible()
    desk.page.get_by_label("Single keys work on this page").uncheck()
    desk.press("Escape", "a")
    desk.page.reload()
    desk.press("a")
    assert desk.written() == []
    desk.button("Signs and keys").click()
    desk.page.get_by_label("Single keys work on this page").check()
    desk.button("Close").click()
    desk.chip("data", "received").focus()
    desk.press("a")
    desk.expect_saved("accept data received")


@pytest.mark.parametrize("touch", [False, True])
def test_what_the_signs_mean_is_a_key_or_a_tap_away(open_desk, touch):
    desk = open_desk(size=NARROW, has_touch=touch)
    button = desk.button("Signs and keys")
    expect(button).to_be_in_viewport()
    if touch:
        button.tap()
    else:
        desk.press("?")
    dialog = desk.page.get_by_role("dialog", name="Signs and keys")
    expect(dialog.get_by_role("heading", name="Signs", exact=True)).to_be_in_viewport()
    shown = dialog.locator(".signs dt").all_inner_texts()
    assert {"●●● sure", "●●○ suggested", "●○○ uncertain", "49%", "○ ✓ ✗ →", "–"} < set(shown)
    looks = dialog.locator(".signs .passage").evaluate_all(f"all => all.map({STYLE})")
    assert looks == [["underline", "solid"], ["underline", "dotted"], ["underline", "solid"]]
    expect(dialog.locator(".passage.lit")).to_have_count(1)
    desk.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_long_question_is_shown_whole_on_a_phone_and_leaves_room_for_the_tags(open_desk, database):
    with database.writing() as session:
        long = "Which measures were taken, and which are planned? " * 8
        session.execute(update(Question).where(Question.text == "Question 0?").values(text=long.strip()))
    desk = open_desk(size=NARROW, has_touch=True)
    question, answer = desk.page.locator("#question"), desk.page.locator(".answer")
    assert question.evaluate("each => each.scrollHeight <= each.clientHeight")
    [card], [chip] = boxes(desk.page, ".answer"), boxes(desk.page, ".chip:focus")
    assert card["height"] < NARROW["height"] / 2
    assert card["bottom"] <= chip["top"]
    # What is below the question comes by keys too.
    desk.page.locator("#text").focus()
    desk.press("End")
    until(desk.page, lambda: answer.evaluate("each => each.scrollTop > 0"))


def test_keys_go_from_answer_to_answer(desk, answers):
    for key, goes_to in [("n", 1), ("n", 2), ("p", 1), ("p", 0), ("w", 2)]:
        desk.press(key)
        desk.page.wait_for_url(f"**/answers/{answers[goes_to]}")
    desk.expect_focus("data", "received")
    desk.press("w")
    expect(desk.page.locator("#said")).to_have_text("No other wants a look")


def test_someone_who_may_only_read_sees_no_acts_and_keys_do_nothing(open_desk):
    desk = open_desk(role="reader")
    for name in ("Done", "Undo", "Add a tag", "Accept all sure"):
        expect(desk.button(name)).to_have_count(0)
    expect(desk.page.locator(".yes, .no, #note, #state-name, select:enabled")).to_have_count(0)
    desk.press("a", "r", "s", "t", "u", "0", "d", "g", "m")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    desk.expect_status("data", "open", "received")
    assert desk.written() == []
    desk.press("?")
    expect(desk.page.get_by_role("dialog")).not_to_contain_text("accept the tag")


# --- Deciding ---------------------------------------------------------------------------------------------


def test_keys_accept_and_reject_and_go_on_and_undo_goes_back(desk):
    desk.expect_focus("data", "received")
    desk.press("a")
    desk.expect_saved("accept data received")
    desk.expect_focus("data.database", "received")
    desk.press("r")
    desk.expect_saved("accept data received", "reject data.database received")
    desk.expect_focus("training")
    desk.press("u")
    desk.expect_status("data.database", "open", "received")
    desk.expect_focus("data.database", "received")
    desk.press("u")
    desk.expect_status("data", "open", "received")
    desk.expect_saved("accept data received", "reject data.database received", "undo", "undo")
    desk.expect_focus("data", "received")


def test_after_a_decision_the_focus_goes_to_the_next_tag_that_is_open_and_stays_if_there_is_none(desk):
    desk.chip("training.criminal-justice").focus()
    desk.press("a")
    desk.expect_focus("untoc", "")
    desk.press("r")
    desk.expect_focus("data", "received")
    desk.press("r", "a")
    desk.expect_focus("data.database", "received")
    desk.expect_saved(
        "accept training.criminal-justice requested",
        "reject untoc",
        "reject data received",
        "accept data.database received",
    )
    desk.expect_focus("data.database", "received")


def test_undo_says_what_it_undid_and_is_off_where_there_is_nothing(desk):
    said = desk.page.locator("#said")
    expect(desk.button("Undo")).to_be_disabled()
    desk.press("a")
    expect(desk.button("Undo")).to_be_enabled()
    desk.expect_saved("accept data received")
    desk.press("u")
    expect(said).to_have_text("Undone: ✓ Data collection and analysis, in general · received")
    expect(said).to_be_in_viewport()
    expect(desk.button("Undo")).to_be_disabled()
    desk.expect_saved("accept data received", "undo")
    desk.press("s")
    safe = "training requested", "training.criminal-justice requested", "untoc"
    desk.expect_saved("accept data received", "undo", *(f"accept {each}" for each in safe))
    desk.page.reload()
    desk.button("Undo").click()
    expect(said).to_have_text(re.compile("^Undone: ✓ .*, ✓ .*Organized Crime$"))
    desk.expect_status("training", "open")
    expect(desk.button("Undo")).to_be_disabled()


def test_a_type_is_taken_with_its_sub_type_and_then_not_decided_by_itself(desk):
    kind = desk.chip("training")
    words = kind.get_by_text("already in the sub-type taken")
    expect(words).to_be_hidden()
    kind.focus()
    desk.press("r", "a")
    expect(words).to_be_visible()
    expect(kind.get_by_role("button", name=re.compile("^(Accept|Reject)"))).to_have_count(2)
    for button in kind.get_by_role("button", name=re.compile("^(Accept|Reject)")).all():
        expect(button).to_be_disabled()
    kind.focus()
    desk.press("r")
    desk.expect_saved("reject training requested", "accept training.criminal-justice requested")
    expect(words).to_be_visible()
    expect(desk.chip("data", "received").get_by_text("already in the sub-type taken")).to_be_hidden()
    desk.press("u")
    expect(words).to_be_hidden()


def test_keys_pressed_faster_than_the_service_answers_are_all_written_in_order(desk):
    desk.press("a", "a", "r", "a", "a", "u")
    written = [
        "accept data received",
        "accept data.database received",
        "reject training requested",
        "accept training.criminal-justice requested",
    ]
    until(
        desk.page, lambda: desk.page.evaluate("Object.values({...localStorage}).every(each => each === '[]')")
    )
    desk.expect_status("untoc", "open", "")
    assert desk.written()[:4] == written
    # What was not on its way yet was taken back before.
    assert desk.written()[4:] in ([], ["accept untoc", "undo"])


def test_undo_takes_back_what_is_just_being_sent(desk):
    desk.press("a")
    desk.expect_saved("accept data received")
    held = desk.hold_sending()
    desk.press("a", "u")
    held.let_go()
    desk.expect_saved("accept data received", "accept data.database received", "undo")
    desk.expect_status("data", "accepted", "received")
    desk.expect_status("data.database", "open", "received")


def test_what_is_decided_after_an_undo_stays(desk):
    held = desk.hold_sending()
    desk.press("a", "u", "r", "u", "r")
    held.let_go()
    desk.expect_saved("accept data received", "undo", "reject data received")
    desk.expect_status("data", "rejected", "received")


def test_many_undos_without_a_connection_take_back_as_many_decisions(desk, visit):
    visit.expect(NO_CONNECTION)
    desk.press("a", "a")
    desk.expect_saved("accept data received", "accept data.database received")
    desk.page.context.set_offline(True)
    desk.press("u", "u", "u")
    expect(desk.page.locator("#unsent")).to_contain_text("↶; ↶")
    desk.page.context.set_offline(False)
    desk.expect_saved("accept data received", "accept data.database received", "undo", "undo")


def test_every_act_has_a_button(desk):
    chip = desk.chip("training.criminal-justice")
    chip.get_by_role("button", name=re.compile("^Accept")).click()
    desk.expect_status("training.criminal-justice", "accepted")
    desk.expect_saved("accept training.criminal-justice requested")
    chip.get_by_role("button", name=re.compile("^Reject")).click()
    desk.expect_status("training.criminal-justice", "rejected")
    desk.button("Undo").click()
    desk.expect_status("training.criminal-justice", "accepted")
    expect(desk.button("Undo")).to_be_focused()
    chip.get_by_role("button", name=re.compile("^What")).click()
    expect(desk.page.get_by_role("dialog")).to_contain_text("Training of central authorities")
    desk.button("Close").click()
    desk.button("Accept all sure").click()
    desk.expect_saved(
        "accept training.criminal-justice requested",
        "reject training.criminal-justice requested",
        "undo",
        "accept training requested",
        "accept untoc",
    )
    desk.button("Done").click()
    desk.page.wait_for_url(re.compile(rf"/answers/(?!{desk.answer_id}$)"))


def test_one_key_accepts_all_that_is_safe_and_not_decided(desk):
    desk.chip("training").focus()
    desk.press("r", "s")
    desk.expect_saved(
        "reject training requested", "accept training.criminal-justice requested", "accept untoc"
    )


def test_the_stance_is_changed_in_place_by_keys(desk):
    desk.chip("data.database", "received").focus()
    desk.press("c", "ArrowUp", "ArrowUp")
    assert desk.written() == []
    desk.press("Enter")
    desk.expect_saved("restance data.database received requested")
    desk.expect_status("data.database", "accepted")
    desk.expect_focus("data.database")
    expect(desk.chip("data.database")).to_contain_text("suggested as received")
    expect(desk.chip("data.database", "received")).to_have_count(0)
    desk.press("u")
    desk.expect_status("data.database", "open", "received")
    desk.expect_focus("data.database", "received")


def test_escape_leaves_the_stance_as_it_was(desk):
    desk.press("c", "ArrowUp", "Escape")
    desk.expect_focus("data", "received")
    expect(desk.chip("data", "received").locator("select")).to_have_value("received")
    assert desk.written() == []


def test_the_stance_is_changed_by_a_choice_from_the_list(desk):
    desk.chip("data", "received").locator("select").select_option("offered")
    desk.expect_saved("restance data received offered")
    desk.expect_status("data", "accepted", "offered")
    expect(desk.page.locator("#said")).to_have_text(
        "→ Accepted as offered: Data collection and analysis, in general"
    )


def test_a_stance_in_which_the_tag_stands_already_joins_the_two(desk):
    desk.press("t")
    desk.page.keyboard.type("data collection")
    desk.page.get_by_role("dialog").get_by_label("offered").check()
    desk.page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    desk.chip("data", "received").locator("select").select_option("offered")
    desk.expect_saved("add data offered", "restance data received offered")
    expect(desk.page.locator("#said")).to_have_text(
        "→ Joined with the row that is offered already: Data collection and analysis, in general"
    )
    expect(desk.chip("data", "offered")).to_contain_text("suggested as received")


def notes(desk):
    with desk.database.reading() as session:
        return [each.note for each in second_readings.decisions_of(session, desk.answer_id)]


def test_a_note_is_saved_by_key_or_button_shown_and_undone(desk):
    desk.press("m")
    desk.page.keyboard.type("As in the annex.")
    desk.press("Control+Enter")
    desk.expect_focus("data", "received")
    expect(desk.page.locator("#notes li")).to_have_text(["rita As in the annex."])
    expect(desk.page.locator("#note")).to_have_value("")
    desk.page.locator("#note").fill("Ask Lomé.")
    desk.button("Save the note").click()
    expect(desk.page.locator("#said")).to_have_text("✎ Ask Lomé.")
    desk.press("a")
    desk.expect_saved("note", "note", "accept data received")
    assert notes(desk) == ["As in the annex.", "Ask Lomé.", None]
    desk.press("u", "u")
    desk.expect_saved("note", "note", "accept data received", "undo", "undo")
    expect(desk.page.locator("#notes li")).to_have_text(["rita As in the annex."])


def test_an_empty_note_is_not_saved(desk):
    desk.button("Save the note").click()
    expect(desk.page.locator("#note")).to_be_focused()
    desk.press("Space", "Control+Enter", "Escape", "a")
    desk.expect_saved("accept data received")


def test_a_note_that_is_taken_back_before_it_is_sent_can_be_written_on(desk):
    held = desk.hold_sending()
    desk.press("a", "m")
    desk.page.keyboard.type("half a")
    desk.press("Control+Enter", "u")
    expect(desk.page.locator("#note")).to_have_value("half a")
    expect(desk.page.locator("#notes li")).to_have_count(0)
    held.let_go()
    desk.expect_saved("accept data received")


@pytest.mark.parametrize(("key", "acts"), [("d", ["done"]), ("0", ["done"])])
def test_a_note_that_is_not_saved_goes_with_what_finishes_the_answer(desk, key, acts):
    desk.press("m")
    desk.page.keyboard.type("As in the annex.")
    desk.press("Escape", key)
    desk.page.wait_for_url(f"**/answers/{desk.answer_id + 1}")
    assert (desk.written(), notes(desk)) == (acts, ["As in the annex."])
    desk.open(desk.answer_id)
    expect(desk.page.locator("#notes li")).to_have_text(["rita As in the annex."])


def test_the_browser_asks_before_a_note_that_is_not_saved_is_left(desk):
    asked = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.press("m")
    desk.page.keyboard.type("half a")
    desk.press("Escape", "n")
    desk.page.wait_for_url(f"**/answers/{desk.answer_id + 1}")
    assert asked == ["beforeunload"]


def test_what_is_being_written_stays_while_a_decision_is_saved(desk):
    held = desk.hold_sending()
    desk.press("a", "m")
    desk.page.keyboard.type("half a")
    held.let_go()
    desk.expect_saved("accept data received")
    expect(desk.page.locator("#note")).to_be_focused()
    expect(desk.page.locator("#note")).to_have_value("half a")


def test_states_are_added_and_removed_by_name(desk):
    desk.press("g")
    desk.page.keyboard.type("cote d'ivoire")
    desk.press("Enter")
    desk.expect_saved("state-add CIV")
    # It has a button once the page knows that it was saved.
    expect(desk.page.get_by_role("button", name=re.compile("^Remove C"))).to_be_visible()
    desk.page.get_by_role("button", name="Remove Ghana").click()
    desk.expect_saved("state-add CIV", "state-remove GHA")
    names = desk.page.locator("#states .name")
    expect(names).to_have_text(["Togo", re.compile("d.Ivoire")])
    marks = desk.page.locator("#text mark")
    expect(marks).to_have_class([STATE, "state removed"])
    expect(desk.page.get_by_role("button", name=re.compile("^Remove C"))).to_be_focused()
    desk.press("u", "u")
    expect(names).to_have_text(["Togo", "Ghana"])
    expect(marks).to_have_class([STATE, STATE])


def test_states_change_and_are_undone_without_moving_the_page_or_the_text(open_desk):
    desk = open_desk(size=NARROW | {"height": 600})
    desk.press("g")
    # A long answer: it is scrolled too.
    desk.page.evaluate("document.styleSheets[0].insertRule('.answer { max-height: 9rem !important }')")
    desk.page.locator(".answer").evaluate("answer => { answer.scrollTop = 30 }")
    # A click of Playwright's would do so.
    desk.button("Undo").scroll_into_view_if_needed()
    places = "() => [scrollY, document.querySelector('.answer').scrollTop]"
    before = desk.page.evaluate(places)
    assert before[0] > 0
    assert before[1] > 0
    desk.page.get_by_role("button", name="Remove Ghana").dispatch_event("click")
    desk.expect_saved("state-remove GHA")
    assert desk.page.evaluate(places) == before
    desk.button("Undo").dispatch_event("click")
    desk.expect_saved("state-remove GHA", "undo")
    assert desk.page.evaluate(places) == before
    expect(desk.page.locator("#text mark")).to_have_class([STATE, STATE])


def test_the_fields_below_the_tags_come_into_view_above_the_buttons(open_desk, answers):
    desk = open_desk(size=NARROW, answer_id=answers[-1])
    for key, field in (("m", "#note"), ("g", "#state-name")):
        desk.press(key)
        expect(desk.page.locator(field)).to_be_focused()
        [box], [foot], [text] = (boxes(desk.page, each) for each in (field, ".foot", ".answer"))
        assert text["bottom"] <= box["top"]
        assert box["bottom"] <= foot["top"]
        desk.press("Escape")


def test_a_name_that_no_state_has_is_not_added(desk):
    desk.press("g")
    desk.page.keyboard.type("Atlantis")
    desk.press("Enter")
    field = desk.page.locator("#state-name")
    assert "No State has this name" in field.evaluate("field => field.validationMessage")
    desk.page.keyboard.type("!")
    assert field.evaluate("field => field.validity.valid")
    assert desk.written() == []


def test_escape_leaves_the_field_of_states_without_adding_one(desk):
    desk.press("g")
    desk.page.keyboard.type("Kenya")
    desk.press("Escape", "a")
    desk.expect_saved("accept data received")
    expect(desk.page.locator("#states")).not_to_contain_text("Kenya")


def found_codes(desk):
    options = desk.page.locator("#adding-options li:visible")
    return options.evaluate_all("all => all.map(each => each.dataset.code)")


def test_a_tag_is_added_by_keys_alone_with_its_passage(desk, database):
    desk.press("t")
    search = desk.page.get_by_role("combobox", name="Search by name or definition")
    expect(search).to_be_focused()
    desk.page.keyboard.type("drafting")
    active = search.get_attribute("aria-activedescendant")
    assert desk.page.locator(f"#{active}").get_attribute("data-code") == "legal.drafting"
    expect(desk.page.get_by_role("option", name=re.compile("^Legal assistance "))).to_be_visible()
    desk.press("Tab", "ArrowRight", "Tab", "Enter", "Tab", "Space")
    desk.page.locator("#adding-passages input").nth(0).focus()
    desk.press("Enter")
    desk.expect_saved("add legal.drafting offered")
    desk.expect_focus("legal.drafting", "offered")
    expect(desk.chip("legal.drafting", "offered")).to_contain_text("added by a person")
    with database.reading() as session:
        assert second_readings.decisions_of(session, desk.answer_id)[0].passages == [0]
    assert desk.page.locator("#text .lit").get_attribute("data-passage") == "0"
    desk.page.reload()
    desk.chip("legal.drafting", "offered").focus()
    assert desk.page.locator("#text .lit").get_attribute("data-passage") == "0"
    desk.press("r")
    expect(desk.chip("legal.drafting", "offered")).to_have_count(0)


def test_arrows_choose_among_what_is_found(desk):
    desk.press("t")
    desk.page.keyboard.type("protection.")
    codes = found_codes(desk)
    assert codes[0] == "protection"
    desk.press("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "ArrowDown", "Enter")
    desk.expect_saved(f"add {codes[4]} requested")


SELECT = """([from, to]) => {
    const [start, end] = [from, to].map((place) => document.querySelector(`#text [data-passage="${place}"]`));
    getSelection().setBaseAndExtent(start.lastChild, 3, end.lastChild, 5);
}"""


def ticked(desk):
    boxes = desk.page.locator("#adding-passages input")
    return boxes.evaluate_all("all => all.filter(each => each.checked).map(each => Number(each.value))")


@pytest.mark.parametrize(("selected", "passages"), [([1, 1], [1]), ([0, 1], [0, 1]), ([1, 2], [1, 2])])
def test_the_passages_of_what_is_selected_come_ticked_into_the_dialog(desk, selected, passages):
    desk.page.evaluate(SELECT, selected)
    desk.press("t")
    assert ticked(desk) == passages
    expect(desk.page.locator("#adding-passages")).to_be_visible()


@pytest.mark.parametrize("touch", [False, True])
def test_a_click_or_tap_on_the_button_keeps_what_is_selected(open_desk, touch):
    desk = open_desk(size=NARROW, has_touch=touch)
    desk.page.evaluate(SELECT, [2, 2])
    button = desk.button("Add a tag")
    button.tap() if touch else button.click()
    assert ticked(desk) == [2]
    desk.press("Escape")
    desk.page.locator("#tags-heading").click()
    desk.press("t")
    assert ticked(desk) == []
    expect(desk.page.locator("#adding-passages")).to_be_hidden()


def test_a_passage_at_whose_beginning_the_selection_ends_is_not_ticked(desk):
    ends_before = SELECT.replace("end.lastChild, 5", "end.firstChild, 0")
    desk.page.evaluate(ends_before, [0, 1])
    desk.press("t")
    assert ticked(desk) == [0]


def test_codes_are_found_and_not_shown(desk):
    desk.press("t")
    desk.page.keyboard.type("legal.draf")
    assert found_codes(desk) == ["legal", "legal.drafting"]
    expect(desk.page.locator("#adding-options")).not_to_contain_text("legal.drafting")


def test_an_instrument_is_added_without_a_stance(desk):
    desk.press("t")
    desk.page.keyboard.type("firearms protocol")
    expect(desk.page.locator("#adding-stance input").first).to_be_disabled()
    desk.press("Enter")
    desk.expect_saved("add firearms")


def test_words_of_definitions_are_found_in_the_interface_s_language_without_accents(open_desk):
    desk = open_desk(lang="fr")
    desk.press("t")
    desk.page.keyboard.type("materiel")
    codes = desk.page.locator("#adding-options li:visible").evaluate_all(
        "each => each.map(one => one.dataset.code)"
    )
    assert "resources.equipment" in codes
    assert len(codes) < 20


@pytest.mark.parametrize(
    ("words", "code"),
    [("Palerme", "untoc"), ("protocole sur la traite", "tip"), ("bases de donnée", "data.database")],
)
def test_tags_are_found_by_their_short_names_and_in_the_plural(open_desk, words, code):
    desk = open_desk(lang="fr")
    desk.press("t")
    desk.page.keyboard.type(words)
    assert desk.page.locator('#adding-options [aria-selected="true"]').get_attribute("data-code") == code


def test_escape_closes_the_dialog_and_adds_nothing(desk):
    desk.press("t")
    desk.page.keyboard.type("drafting")
    desk.press("Escape")
    expect(desk.page.locator("#adding")).to_be_hidden()
    desk.expect_focus("data", "received")
    assert desk.written() == []


def test_nothing_is_added_where_nothing_is_found(desk):
    desk.press("t")
    desk.page.keyboard.type("qqq")
    expect(desk.page.get_by_text("No tag has all these words.")).to_be_visible()
    desk.press("Enter")
    expect(desk.page.locator("#adding")).to_be_hidden()
    assert desk.written() == []


def test_a_tag_is_added_by_touch(open_desk):
    desk = open_desk(size=NARROW, has_touch=True)
    desk.button("Add a tag").tap()
    desk.page.locator("#option-resources-equipment").tap()
    desk.page.get_by_label("offered").tap()
    desk.button("Add").tap()
    desk.expect_saved("add resources.equipment offered")


# --- Done -------------------------------------------------------------------------------------------------


def test_done_goes_to_the_next_answer_that_is_not(desk, answers, database):
    as_colleague(database, answers[1], ("done",))
    desk.press("a", "d")
    desk.page.wait_for_url(f"**/answers/{answers[2]}")
    assert desk.written() == ["accept data received", "done"]


def test_no_tag_here_asks_before_it_rejects_what_was_taken(desk, answers):
    desk.press("a", "a", "0")
    asked = desk.page.get_by_role("alertdialog")
    expect(asked).to_contain_text("The 2 tags taken will be rejected. Go on?")
    expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    desk.press("Enter")
    expect(asked).to_be_hidden()
    desk.expect_saved("accept data received", "accept data.database received")
    desk.expect_focus("training")
    desk.press("u")
    desk.expect_status("data.database", "open", "received")
    desk.press("0")
    expect(asked).to_contain_text("The tag taken will be rejected. Go on?")
    desk.press("Tab", "Enter")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    assert desk.written()[3:] == ["reject data received", "done"]


def test_no_tag_here_is_undone_as_the_one_act_that_it_was(desk, answers):
    desk.press("a", "a")
    desk.expect_saved("accept data received", "accept data.database received")
    desk.press("0", "Tab", "Enter")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    desk.press("p")
    desk.page.wait_for_url(f"**/answers/{answers[0]}")
    expect(desk.page.get_by_text("Done by rita")).to_be_visible()
    desk.press("u")
    desk.expect_status("data", "accepted", "received")
    desk.expect_status("data.database", "accepted", "received")
    expect(desk.button("Done")).to_be_visible()
    assert desk.written()[2:] == [
        "reject data received",
        "reject data.database received",
        "done",
        *["undo"] * 3,
    ]
    desk.press("u")
    desk.expect_status("data.database", "open", "received")
    desk.expect_status("data", "accepted", "received")


def test_what_was_saved_stays_shown_when_the_service_showed_the_answer_before_it(desk, visit):
    visit.expect(NO_CONNECTION)
    held = []

    def first_late_others_lost(route):
        if held:
            route.abort()
        else:
            held.append((route, route.fetch()))

    desk.page.route("**/panel*", first_late_others_lost)
    desk.press("a")
    desk.expect_saved("accept data received")
    until(desk.page, lambda: held)
    desk.press("a")
    desk.expect_saved("accept data received", "accept data.database received")
    route, before = held[0]
    with desk.page.expect_response("**/panel*"):
        route.fulfill(response=before)
    desk.page.wait_for_timeout(100)
    desk.expect_status("data", "accepted", "received")
    desk.expect_status("data.database", "accepted", "received")


def test_no_tag_here_asks_nothing_where_nothing_was_taken(desk, answers):
    desk.press("r", "0")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    assert desk.written() == ["reject data received", "done"]


def test_the_key_of_the_0_needs_no_shift_on_a_french_keyboard(desk, answers):
    key = "new KeyboardEvent('keydown', {key: 'à', code: 'Digit0', bubbles: true})"
    desk.page.evaluate(f"document.activeElement.dispatchEvent({key})")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    assert desk.written() == ["done"]


def test_the_last_answer_leads_back_to_the_questionnaire(desk, answers, database):
    for each in answers[1:]:
        as_colleague(database, each, ("done",))
    desk.press("d")
    desk.page.wait_for_url("**/questionnaires/*")


def test_what_is_done_can_be_undone_by_whoever_did_it(desk, answers):
    desk.press("d")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    desk.open(answers[0])
    expect(desk.page.get_by_text("Done by rita")).to_be_visible()
    expect(desk.page.locator(".yes, .no, #note, #state-name, select:enabled")).to_have_count(0)
    desk.press("a", "r", "s", "d", "0", "t")
    assert desk.written() == ["done"]
    desk.press("u")
    expect(desk.button("Done")).to_be_visible()
    desk.expect_saved("done", "undo")


def test_a_reviewer_cannot_undo_what_another_has_done_but_a_lead_reopens_it(open_desk, answers, database):
    as_colleague(database, answers[0], ("done",))
    desk = open_desk()
    expect(desk.page.get_by_text("Done by carla")).to_be_visible()
    expect(desk.button("Undo")).to_have_count(0)
    desk.press("u")
    assert desk.written() == ["done"]
    lead = open_desk("lea", role="lead")
    lead.button("Reopen").click()
    lead.expect_saved("done", "reopen")
    expect(lead.button("Done")).to_be_visible()


# --- Without a connection, and beside colleagues ----------------------------------------------------------


def test_decisions_without_a_connection_are_kept_and_sent_in_order_once_it_is_back(desk, visit):
    visit.expect(NO_CONNECTION)
    desk.page.context.set_offline(True)
    desk.press("a", "r")
    unsent = desk.page.locator("#unsent")
    expect(unsent).to_contain_text("Not sent yet: ✓ ")
    expect(unsent).to_contain_text("; ✗ ")
    desk.expect_status("data.database", "rejected", "received")
    assert desk.written() == []
    desk.page.context.set_offline(False)
    desk.expect_saved("accept data received", "reject data.database received")


def test_unsent_decisions_outlive_the_page(desk, visit):
    visit.expect(NO_CONNECTION)
    desk.page.route(DECISIONS, lambda route: route.abort())
    desk.press("a", "t")
    desk.page.keyboard.type("drafting")
    desk.press("Enter", "g")
    desk.page.keyboard.type("Kenya")
    desk.press("Enter", "Escape")
    desk.page.reload()
    desk.expect_status("data", "accepted", "received")
    desk.expect_status("legal.drafting", "accepted")
    expect(desk.page.locator("#states")).to_contain_text("Kenya")
    assert desk.written() == []
    desk.page.unroute(DECISIONS)
    desk.page.reload()
    desk.expect_saved("accept data received", "add legal.drafting requested", "state-add KEN")


def test_a_decision_whose_receipt_was_lost_is_written_once(desk, visit):
    visit.expect(NO_CONNECTION)

    def lose_receipt(route):
        route.fetch()
        route.abort()

    desk.page.route(DECISIONS, lose_receipt)
    desk.press("a")
    expect(desk.page.locator("#unsent")).to_be_visible()
    desk.page.wait_for_timeout(300)
    assert desk.written() == ["accept data received"]
    desk.page.unroute(DECISIONS)
    desk.page.reload()
    desk.expect_saved("accept data received")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again(desk, visit, status):
    visit.expect(f"status of {status}")
    desk.page.clock.install()
    desk.page.reload()
    desk.page.route(DECISIONS, lambda route: route.fulfill(status=status, json={"detail": "busy"}))
    desk.press("a")
    expect(desk.page.locator("#unsent")).to_be_visible()
    desk.page.unroute(DECISIONS)
    desk.page.clock.run_for(6000)
    desk.expect_saved("accept data received")


def test_unsent_decisions_are_taken_back_without_a_trace(desk, visit):
    visit.expect(NO_CONNECTION)
    desk.press("a")
    desk.expect_saved("accept data received")
    desk.page.context.set_offline(True)
    desk.press("a", "a")
    expect(desk.page.locator("#unsent")).to_be_visible()
    desk.page.wait_for_timeout(200)
    desk.press("u", "u")
    desk.expect_status("training", "open")
    desk.expect_status("data.database", "open", "received")
    desk.expect_status("data", "accepted", "received")
    desk.page.context.set_offline(False)
    desk.expect_saved("accept data received")


def test_done_without_a_connection_goes_on_once_it_is_back(desk, visit, answers):
    visit.expect(NO_CONNECTION)
    desk.page.context.set_offline(True)
    desk.press("a", "d")
    expect(desk.page.locator("#unsent")).to_be_visible()
    desk.press("r", "0")
    desk.page.context.set_offline(False)
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    assert desk.written() == ["accept data received", "done"]


def test_nobody_else_sends_what_a_person_left_unsent(desk, visit, add_person, answers):
    visit.expect(NO_CONNECTION)
    desk.page.route(DECISIONS, lambda route: route.abort())
    desk.press("a")
    expect(desk.page.locator("#unsent")).to_be_visible()
    desk.page.unroute(DECISIONS)
    add_person("ron", password="a long enough one")
    desk.page.goto("/account")
    desk.page.context.clear_cookies()
    desk.page.goto(f"/sign-in?next=/answers/{answers[0]}")
    desk.page.get_by_label("Name").fill("ron")
    desk.page.get_by_label("Password").fill("a long enough one")
    desk.press("Enter")
    desk.expect_status("data", "open", "received")
    expect(desk.page.locator("#unsent")).to_be_hidden()
    assert desk.written() == []


def test_a_session_that_ended_begins_again_and_then_the_decision_is_sent(open_desk, visit, database):
    from service.store import users

    visit.expect(REFUSED)
    desk = open_desk()
    with database.writing() as session:
        user = users.get_user(session, "rita")
        users.sign_out_everywhere(session, user, actor="rita")
        users.set_password(session, user, "a long enough one", actor="rita")
    desk.press("a")
    desk.page.wait_for_url("**/sign-in?next=*")
    desk.page.get_by_label("Name").fill("rita")
    desk.page.get_by_label("Password").fill("a long enough one")
    desk.press("Enter")
    desk.expect_saved("accept data received")


def test_a_colleague_s_decision_shows_what_was_not_saved_and_lets_one_decide_so_all_the_same(
    desk, visit, database
):
    visit.expect(REFUSED)
    as_colleague(database, desk.answer_id, ("reject", "data", "received"))
    desk.press("a")
    alert = desk.page.get_by_role("alert")
    expect(alert).to_contain_text("Not saved: ✓ Data collection and analysis")
    expect(alert).to_contain_text("somebody else decided on it")
    desk.expect_status("data", "rejected", "received")
    desk.button("Decide so all the same").click()
    desk.expect_saved("reject data received", "accept data received")
    expect(alert).to_be_hidden()


def test_what_was_refused_is_in_view_wherever_one_is(open_desk, visit, database, answers):
    visit.expect(REFUSED)
    desk = open_desk(size=NARROW, answer_id=answers[-1])
    as_colleague(database, answers[-1], ("reject", "data", "received"))
    desk.press("k", "r")
    expect(desk.page.get_by_role("alert")).to_be_in_viewport(ratio=1)


def test_what_was_refused_can_be_left(desk, visit, database):
    visit.expect(REFUSED)
    as_colleague(database, desk.answer_id, ("reject", "data", "received"))
    desk.press("a")
    desk.button("Leave it").click()
    expect(desk.page.get_by_role("alert")).to_have_count(0)
    desk.page.reload()
    desk.expect_saved("reject data received")


def test_what_was_refused_on_another_answer_is_shown_with_the_way_there(desk, visit, database, answers):
    visit.expect(NO_CONNECTION + "|" + REFUSED)
    desk.page.route(DECISIONS, lambda route: route.abort())
    desk.press("a", "n")
    desk.page.wait_for_url(f"**/answers/{answers[1]}")
    as_colleague(database, answers[0], ("done",))
    desk.page.unroute(DECISIONS)
    desk.page.reload()
    desk.page.get_by_role("link", name="to that answer").click()
    desk.page.wait_for_url(f"**/answers/{answers[0]}")
    expect(desk.page.get_by_role("alert")).to_contain_text("Not saved: ✓ Data")


def test_two_windows_send_a_decision_once(desk, visit, database, answers):
    visit.expect(NO_CONNECTION)
    context = desk.page.context
    context.route(DECISIONS, lambda route: route.abort())
    desk.press("a")
    other = Desk(context.new_page(), database, answers[1])
    other.press("a")
    expect(desk.page.locator("#unsent")).to_contain_text("; ")
    context.unroute(DECISIONS)
    for page in context.pages:
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(desk.page.locator("#unsent")).to_be_hidden()
    expect(other.page.locator("#unsent")).to_be_hidden()
    assert desk.written() == other.written() == ["accept data received"]


# --- Look -------------------------------------------------------------------------------------------------


def boxes(page, selector):
    return page.locator(selector).evaluate_all(
        "all => all.filter(each => each.checkVisibility()).map(each => each.getBoundingClientRect().toJSON())"
    )


def test_text_and_tags_stand_side_by_side_on_a_wide_window(desk):
    [text], [tags] = boxes(desk.page, ".answer"), boxes(desk.page, ".tags")
    assert text["right"] < tags["left"]


def test_a_phone_shows_one_column_with_the_acts_in_reach(open_desk, answers):
    desk = open_desk(size=NARROW, has_touch=True, is_mobile=True, answer_id=answers[-1])
    [text], [tags], [acts] = (boxes(desk.page, each) for each in (".answer", ".tags", ".actions"))
    assert text["bottom"] <= tags["top"]
    assert acts["top"] > NARROW["height"] * 2 / 3
    assert acts["bottom"] <= NARROW["height"]
    for _ in range(len(desk_examples.TAGS)):
        [chip], [text], [acts] = (boxes(desk.page, each) for each in (".chip:focus", ".answer", ".foot"))
        assert text["bottom"] <= chip["top"]
        assert chip["bottom"] <= acts["top"]
        desk.press("j")


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_the_foot_of_a_phone_is_a_line_and_a_row_of_buttons(open_desk, lang):
    desk = open_desk(size=NARROW, lang=lang, has_touch=True, is_mobile=True)
    desk.press("a")
    [foot] = boxes(desk.page, ".foot")
    assert foot["bottom"] - foot["top"] < 90
    buttons = boxes(desk.page, ".foot button")
    assert len({each["top"] for each in buttons}) == 1
    assert max(each["right"] for each in buttons) <= foot["right"]


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
def test_nothing_is_cut_off_at_the_side_and_every_target_is_large_enough(open_desk, answers, width):
    desk = open_desk(size={"width": width, "height": 700}, answer_id=answers[-1])
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
    small = desk.page.locator("button, select, input, .button, .top a, summary").evaluate_all(
        """all => all.filter(each => each.checkVisibility())
            .filter(each => each.offsetWidth < 24 || each.offsetHeight < 24).map(each => each.outerHTML)"""
    )
    assert small == []


def test_a_printed_desk_has_the_text_and_the_tags_and_no_buttons(desk):
    desk.page.emulate_media(media="print")
    assert boxes(desk.page, "button") == []
    assert desk.page.locator("#text").is_visible()
    assert len(boxes(desk.page, ".chip")) == len(desk_examples.TAGS) - 1


def test_the_answers_here_are_those_of_the_examples(database, answers):
    with database.reading() as session:
        assert set(session.scalars(select(Answer.text).where(Answer.id.in_(answers)))) == {desk_examples.TEXT}


# --- What is said ------------------------------------------------------------------------------------------


def test_tags_that_are_not_decided_are_counted_beside_done_and_not_taken_with_it(desk):
    line = desk.page.locator("#undecided .long")
    # A type is taken with its sub-type: accepting that decides both.
    expect(line).to_have_text("5 tags are not decided: they will not be taken")
    desk.press("s")
    expect(line).to_have_text("2 tags are not decided: they will not be taken")
    desk.press("a")
    expect(line).to_have_text("1 tag is not decided: it will not be taken")
    desk.press("d")
    expect(desk.page).not_to_have_url(re.compile(f"/answers/{desk.answer_id}$"))
    desk.page.goto(f"/answers/{desk.answer_id}")
    expect(desk.page.locator("#undecided")).to_be_hidden()
    expect(desk.chip("data.database", "received").locator(".decided")).to_have_text(
        "– not taken", use_inner_text=True
    )


def test_messages_say_the_stance_and_what_became_of_a_state(desk):
    said = desk.page.locator("#said")
    desk.chip("data", "received").focus()
    desk.press("r")
    expect(said).to_have_text("✗ Rejected: Data collection and analysis, in general · received")
    desk.button("Remove Ghana").click()
    expect(said).to_have_text("− State removed: Ghana")
    desk.page.get_by_label("Add a State").fill("Iran")
    desk.press("Enter")
    expect(said).to_have_text("+ State added: Iran (Islamic Republic of)")
    desk.expect_saved("reject data received", "state-remove GHA", "state-add IRN")


def test_a_click_goes_on_as_a_key_does(desk):
    chip = desk.chip("training.criminal-justice")
    chip.get_by_role("button", name=re.compile("^Accept")).click()
    desk.expect_saved("accept training.criminal-justice requested")
    after = desk.page.locator(".chip:focus")
    expect(after).to_have_count(1)
    expect(after).to_have_attribute("data-status", "open")


def test_a_key_on_a_tag_that_is_decided_so_changes_nothing_and_stays(desk):
    desk.chip("training.criminal-justice").focus()
    desk.press("a")
    desk.expect_saved("accept training.criminal-justice requested")
    desk.chip("training.criminal-justice").focus()
    desk.press("a")
    desk.expect_focus("training.criminal-justice", "requested")


def test_where_nothing_is_sure_all_that_is_sure_cannot_be_accepted(desk):
    button = desk.button("Accept all sure")
    expect(button).to_be_enabled()
    button.click()
    expect(desk.page.locator("#said")).to_have_text("✓ 3 tags accepted")
    expect(button).to_be_disabled()
    desk.button("Undo").click()
    expect(button).to_be_enabled()


def test_a_state_is_added_by_a_beginning_that_no_other_has(desk):
    field = desk.page.get_by_label("Add a State")
    field.fill("guinea-b")
    desk.press("Enter")
    desk.expect_saved("state-add GNB")
    field.fill("mal")
    desk.press("Enter")
    assert field.evaluate("each => each.validationMessage")
    desk.expect_saved("state-add GNB")


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, NARROW])
def test_all_of_adding_a_tag_is_in_view(open_desk, size):
    desk = open_desk(size=size)
    desk.press("t")
    for name in ("Add", "Cancel"):
        expect(desk.page.get_by_role("dialog").get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(desk.page.locator("#adding-stance")).to_be_in_viewport(ratio=1)


def test_every_name_of_the_button_for_no_tag_says_that_it_finishes(open_desk):
    desk = open_desk(size=NARROW)
    assert desk.button("No tag, done").inner_text().startswith("No tag, done")


def test_tags_to_be_read_are_one_line_high_under_a_finger(open_desk):
    desk = open_desk(has_touch=True)
    desk.page.goto("/search?words=togo")
    assert desk.page.locator(".chips > .chip").first.bounding_box()["height"] < 40
