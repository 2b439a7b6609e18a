"""Second readings: asked for, read blind, settled by a lead, and how far they agree with the first."""

import pytest
from lxml import html
from sqlalchemy import select

from nlp.answers import Answer as Given
from service.errors import ConflictError, ForbiddenError, NotFoundError
from service.intake import Questionnaire as Received
from service.review import agreement
from service.store import second_readings
from service.store.answers import AnswerFilter, QuestionnaireFilter
from service.store.questionnaires import receive
from service.store.records import answer_records
from service.store.settling import Choice, settle
from service.store.tables import Answer, SecondReading
from service.store.users import get_user
from tests.service.review.desk_examples import TEXT, fill

TYPE = {"code": "training", "stance": "requested"}
SUBTYPE = {"code": "training.criminal-justice", "stance": "requested"}
DATA = {"code": "data.database", "stance": "received"}
LAW = {"code": "legal.drafting", "stance": "offered"}


def words(response):
    return " ".join(html.fromstring(response.text).text_content().split())


@pytest.fixture
def answers(database):
    return fill(database)


@pytest.fixture
def ask(database):
    """Asks for second readings of all reviewed answers, or of a share."""

    def choose(share=1, wanted=None):
        with database.writing() as session:
            return second_readings.ask(session, wanted or AnswerFilter(), share, "lea", seed=1)

    return choose


@pytest.fixture
def begin(database):
    """Begins the next second reading for a person; gives the answer's id."""

    def take(name):
        with database.writing() as session:
            found = second_readings.next_for(session, get_user(session, name))
            return found and found.answer_id

    return take


@pytest.fixture
def read_twice(answers, decided, ask, begin, sign_in):
    """An answer that rita and a second reader, whose browser comes with it, read in different ways."""
    answer = answers[0]
    decided(answer, ("accept", TYPE), ("accept", SUBTYPE), ("state-remove", {"state": "GHA"}), "done")
    ask()
    second = sign_in(name="sam")
    assert begin("sam") == answer
    also = ("add", LAW | {"note": "The law is offered."}), ("state-add", {"state": "KEN"})
    decided(answer, ("accept", TYPE), *also, "done", person="sam", reading=2)
    return answer, second


@pytest.fixture
def waiting(database):
    """How many second readings wait for a person."""

    def count(name):
        with database.reading() as session:
            return [each.answer_id for each in second_readings.waiting_for(session, get_user(session, name))]

    return count


def test_a_share_of_the_reviewed_answers_is_chosen_and_none_twice(answers, decided, ask, database):
    assert ask() == 0
    for each in answers:
        decided(each, "done")
    assert ask(0.01) == 1
    assert ask(0.5, AnswerFilter(QuestionnaireFilter(language="fr"))) == 0
    assert ask(0.5) == 1
    assert ask() == 1
    assert ask() == 0
    with database.reading() as session:
        assert sorted(session.scalars(select(SecondReading.answer_id))) == answers


def test_it_waits_for_those_who_read_the_language_and_decided_nothing_in_the_first(
    answers, decided, ask, waiting, sign_in
):
    rita, sam, french = sign_in(), sign_in(), sign_in(languages=["fr"])
    decided(answers[0], ("accept", TYPE), person=sam.name)
    for each in answers:
        decided(each, "done", person=rita.name)
    ask()
    assert waiting(rita.name) == []
    assert waiting(french.name) == []
    assert waiting(sam.name) == answers[1:]


def test_two_people_never_get_the_same_and_what_was_begun_comes_first(
    answers, decided, ask, begin, waiting, sign_in
):
    one, other = sign_in(), sign_in()
    for each in answers:
        decided(each, "done")
    ask()
    assert begin(one.name) == begin(one.name) == answers[0]
    assert begin(other.name) == answers[1]
    assert waiting(other.name) == answers[1:]
    decided(answers[0], "done", person=one.name, reading=2)
    assert begin(one.name) == answers[2]


def test_nobody_begins_what_is_anothers_or_was_not_asked_for(answers, decided, ask, database):
    decided(answers[0], "done")
    ask()
    with database.writing() as session:
        second_readings.begin(session, answers[0], "sam")
        for person in ("otto", "rita"):
            with pytest.raises(ForbiddenError):
                second_readings.begin(session, answers[0], person)
        with pytest.raises(NotFoundError):
            second_readings.begin(session, answers[1], "sam")


def test_a_reader_sees_how_many_wait_takes_the_next_and_goes_on(answers, decided, ask, sign_in):
    for each in answers:
        decided(each, "done")
    ask()
    sam = sign_in()
    assert "3 answers wait for your second reading." in words(sam.get("/second-readings"))
    desk = sam.submit("/second-readings/next")
    assert desk.url.path == f"/second-readings/{answers[0]}"
    assert "Go on with the one that you began" in words(sam.get("/second-readings"))
    assert "To be settled" not in sam.get("/second-readings").text


def test_whoever_may_not_review_gets_none(answers, decided, ask, sign_in):
    decided(answers[0], "done")
    ask()
    reader = sign_in("reader")
    assert "second reading of" not in reader.get("/second-readings").text
    assert reader.submit("/second-readings/next").status_code == 403
    assert reader.get(f"/second-readings/{answers[0]}").status_code == 403


def test_whoever_settles_sees_the_notes_that_were_not_taken_back(answers, decided, ask, begin, sign_in):
    kept, dropped = (("note", {"note": each}) for each in ("Ask Lomé.", "See the annex."))
    decided(answers[0], kept, dropped, ("undo", {"undoes": 2}), "done")
    ask()
    begin(sign_in().name)
    decided(answers[0], ("accept", TYPE), "done", person="sam", reading=2)
    page = words(sign_in("lead").get(f"/second-readings/{answers[0]}/settle"))
    assert "Ask Lomé." in page
    assert "See the annex." not in page


def test_the_blind_desk_shows_nothing_of_the_first_reading(answers, decided, ask, sign_in):
    acts = ("add", LAW | {"note": "Between us."}), ("reject", DATA), "done"
    decided(answers[0], *acts, person="first.reader")
    ask()
    sam = sign_in()
    sam.submit("/second-readings/next")
    for address in (f"/second-readings/{answers[0]}", f"/second-readings/{answers[0]}/panel"):
        shown = sam.get(address)
        assert shown.status_code == 200
        assert "first.reader" not in shown.text
        assert "Between us." not in shown.text
        assert f"/answers/{answers[0]}/history" not in shown.text
        assert "/questionnaires/" not in shown.text
        page = html.fromstring(shown.text)
        assert {each.get("data-status") for each in page.findall(".//div[@data-code]")} <= {
            "open",
            "accepted",
        }
        panel = page.get_element_by_id("panel")
        assert (panel.get("data-version"), panel.get("data-done")) == ("0", "0")
        assert not [
            each for each in panel.findall(".//div[@data-status]") if each.get("data-status") != "open"
        ]
    desk = html.fromstring(sam.get(f"/second-readings/{answers[0]}").text).get_element_by_id("desk")
    assert (desk.get("data-reading"), desk.get("data-next-open")) == ("2", "/second-readings?done=1")


def test_until_it_is_done_its_reader_is_led_from_the_first_reading_to_the_blind_desk(
    answers, decided, ask, sign_in
):
    decided(answers[0], "done")
    ask()
    sam, other = sign_in(), sign_in()
    sam.submit("/second-readings/next")
    pages = [f"/answers/{answers[0]}{rest}" for rest in ("", "/panel", "/history")]
    for each in pages:
        led = sam.get(each, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, f"/second-readings/{answers[0]}")
        assert other.get(each, follow_redirects=False).status_code == 200
    assert other.get(f"/second-readings/{answers[0]}").status_code == 403
    decided(answers[0], "done", person=sam.name, reading=2)
    assert [sam.get(each, follow_redirects=False).status_code for each in pages] == [200, 200, 200]


def test_decisions_are_written_in_the_second_reading_by_whoever_began_it(answers, decided, ask, sign_in):
    decided(answers[0], ("accept", TYPE), "done")
    ask()
    sam, other = sign_in(), sign_in()
    sam.submit("/second-readings/next")

    def decide(browser, answer=answers[0], version=0, reading=2):
        body = {"version": version, "reading": reading, "decisions": [{"act": "accept", **SUBTYPE}]}
        sent = {"X-CSRF-Token": browser.csrf}
        return browser.post(f"/v1/answers/{answer}/decisions", json=body, headers=sent)

    written = decide(sam)
    assert written.status_code == 201, written.text
    assert written.json()["version"] == 1
    assert [(each["reading"], each["number"]) for each in written.json()["decisions"]] == [(2, 1)]
    assert decide(other, version=1).status_code == 403
    assert decide(sam, answer=answers[1]).status_code == 403
    assert decide(sam, reading=3).status_code == 422
    assert decide(sam).status_code == 409
    assert sam.get(f"/v1/answers/{answers[0]}").status_code == 403
    shown = other.get(f"/v1/answers/{answers[0]}").json()
    assert (shown["version"], [tag["code"] for tag in shown["reviewed"]["tags"]]) == (2, ["training"])
    assert decide(other, reading=1, answer=answers[1]).status_code == 201


def test_a_lead_asks_by_the_form(answers, decided, sign_in, waiting):
    for each in answers:
        decided(each, "done")
    lead, sam = sign_in("lead"), sign_in()
    asked = lead.submit("/second-readings", instrument="untoc", cycle="2", language="en", share="50")
    assert "2 answers were chosen for a second reading." in words(asked)
    assert html.fromstring(asked.text).find(".//input[@name='share']").get("value") == "10"
    assert len(waiting(sam.name)) == 2
    assert "nothing was chosen" in words(lead.submit("/second-readings", instrument="som", share="100"))
    for share in ("0", "101", "nan", "much", ""):
        refused = lead.submit("/second-readings", share=share)
        assert refused.status_code == 422
        assert "The share must be above 0 and up to 100 %." in words(refused)
    wrong = lead.submit("/second-readings", share="10", instrument="none")
    assert (wrong.status_code, "The filter “Instrument”" in wrong.text) == (422, True)
    assert sam.submit("/second-readings", share="100").status_code == 403
    assert len(waiting(sam.name)) == 2


def test_what_two_disagree_on_leaves_out_the_types_of_agreed_tags(read_twice, database):
    answer, _ = read_twice
    with database.reading() as session:
        [pair] = second_readings.pairs(session)
    assert (pair.reading.answer_id, pair.first.person, pair.second.person) == (answer, "rita", "sam")
    assert pair.agreed == {("training", "requested")}
    assert pair.disputed == [("legal.drafting", "offered"), ("training.criminal-justice", "requested")]
    assert pair.disputed_states == ["GHA", "KEN"]


def test_a_lead_sees_both_readings_side_by_side_and_settles_them(read_twice, sign_in, database):
    answer, sam = read_twice
    lead = sign_in("lead")
    assert f"/second-readings/{answer}/settle" in lead.get("/second-readings").text
    page = lead.get(f"/second-readings/{answer}/settle")
    assert page.status_code == 200
    assert "The law is offered." in page.text
    fields = html.fromstring(page.text).findall(".//fieldset[@class='choice']")
    told = [["✓" in cell.text_content() for cell in each.find("div")] for each in fields]
    assert told == [[False, True], [True, False], [False, True], [False, True]]
    form = {each.get("name"): each.get("value") for each in html.fromstring(page.text).findall(".//input")}
    versions = {name: form[name] for name in ("first", "second")}
    chosen = {
        "tag legal.drafting offered": "yes",
        "tag training.criminal-justice requested": "no",
        "state GHA": "yes",
    }
    unfinished = lead.submit(f"/second-readings/{answer}/settle", **versions, **chosen)
    assert (unfinished.status_code, "Choose one." in unfinished.text) == (422, True)
    chosen["state KEN"] = "no"
    saved = lead.submit(f"/second-readings/{answer}/settle", **versions, **chosen)
    assert saved.status_code == 200
    assert f"/second-readings/{answer}/settle" not in saved.text
    with database.reading() as session:
        reviewed = answer_records(session, [answer])[0]["reviewed"]
        [pair] = second_readings.pairs(session)
        decisions = second_readings.decisions_of(session, answer)
    assert (reviewed["by"], reviewed["states"]) == (lead.name, ["GHA", "TGO"])
    assert {(tag["code"], tag["stance"]) for tag in reviewed["tags"]} == {
        ("training", "requested"),
        ("legal", "offered"),
        ("legal.drafting", "offered"),
    }
    assert pair.reading.settled_by == lead.name
    assert {each.note for each in decisions if each.person == lead.name} == {None, "settled"}
    # What the first reader took is still told, and what agreed is measured on it.
    assert pair.disputed == [("legal.drafting", "offered"), ("training.criminal-justice", "requested")]
    assert "Settled by" in lead.get(f"/second-readings/{answer}/settle").text
    assert lead.submit(f"/second-readings/{answer}/settle", **versions, **chosen).status_code == 409
    body = {"version": 4, "reading": 2, "decisions": [{"act": "undo", "undoes": 4}]}
    late = sam.post(f"/v1/answers/{answer}/decisions", json=body, headers={"X-CSRF-Token": sam.csrf})
    assert late.status_code == 409


@pytest.mark.parametrize("changed", ["first", "second"])
def test_nothing_is_settled_on_a_reading_that_changed_meanwhile(read_twice, decided, database, changed):
    answer, _ = read_twice
    with database.reading() as session:
        [pair] = second_readings.pairs(session)
    choice = Choice((pair.first.version, pair.second.version), frozenset(), frozenset())
    reading, person = {"first": (1, "rita"), "second": (2, "sam")}[changed]
    decided(answer, "reopen", ("accept", DATA), "done", person=person, reading=reading)
    with pytest.raises(ConflictError), database.writing() as session:
        settle(session, answer, choice, "lea")
    with database.reading() as session:
        assert second_readings.find_reading(session, answer).settled_at is None
        assert len(second_readings.decisions_of(session, answer)) == pair.first.version + 3 * (reading == 1)


def test_what_is_not_read_twice_cannot_be_settled(answers, decided, ask, sign_in):
    decided(answers[0], "done")
    ask()
    lead, reviewer = sign_in("lead"), sign_in()
    page = lead.get(f"/second-readings/{answers[0]}/settle")
    assert "not read twice yet" in page.text
    refused = lead.submit(f"/second-readings/{answers[0]}/settle", first="1", second="0")
    assert refused.status_code == 409
    assert lead.get(f"/second-readings/{answers[1]}/settle").status_code == 404
    assert reviewer.get(f"/second-readings/{answers[0]}/settle").status_code == 403
    assert lead.submit(f"/second-readings/{answers[0]}/settle", first="x").status_code == 422


def test_a_type_taken_by_a_sub_type_alone_stays_when_the_sub_type_goes(
    answers, decided, ask, begin, database, sign_in
):
    answer, sam = answers[0], sign_in()
    decided(answer, ("accept", SUBTYPE), "done")
    ask()
    begin(sam.name)
    decided(answer, ("accept", TYPE), "done", person=sam.name, reading=2)
    with database.writing() as session:
        pair = second_readings.pair_of(session, answer)
        assert pair.disputed == [("training.criminal-justice", "requested")]
        settle(session, answer, Choice((2, 2), frozenset(), frozenset()), "lea")
    with database.reading() as session:
        tags = answer_records(session, [answer])[0]["reviewed"]["tags"]
        acts = [each.act for each in second_readings.decisions_of(session, answer)][2:]
    assert [(tag["code"], tag["stance"]) for tag in tags] == [("training", "requested")]
    assert acts == ["reopen", "accept", "reject", "done"]


def test_agreement_is_told_to_leads_alone_the_lowest_first_and_by_readers(
    read_twice, answers, decided, begin, ask, sign_in, database
):
    _, sam = read_twice
    for each in answers[1:]:
        decided(each, ("accept", TYPE), ("accept", DATA), "done")
    ask()
    for each in answers[1:]:
        assert begin("sam") == each
        decided(each, ("accept", DATA), "done", person="sam", reading=2)
    with database.reading() as session:
        pairs = second_readings.pairs(session)
    found = {each.label: each for each in agreement.by_label(pairs)}
    assert found["received data.database"].alpha == 1
    assert found["requested training"].f1 == pytest.approx(2 / 4)
    assert found["offered legal.drafting"].f1 == 0
    alphas = [each.alpha for each in agreement.by_label(pairs)]
    assert alphas == sorted(alphas)
    [readers] = agreement.by_readers(pairs)
    assert (readers.names, readers.answers) == (("rita", "sam"), 3)
    assert 0 < readers.agreement.alpha < 1
    lead = sign_in("lead")
    page = lead.get("/second-readings")
    assert "rita and sam" in words(page)
    assert "By label, of rita and sam" in words(lead.get("/second-readings?readers=sam&readers=rita"))
    assert "rita" not in words(sam.get("/second-readings"))


def test_two_readers_who_both_took_nothing_agree(answers, decided, ask, begin, sign_in, database):
    sam = sign_in("lead")
    without_states = [("state-remove", {"state": code}) for code in ("TGO", "GHA")]
    decided(answers[0], *without_states, "done")
    ask()
    begin(sam.name)
    decided(answers[0], *without_states, "done", person=sam.name, reading=2)
    with database.reading() as session:
        [readers] = agreement.by_readers(second_readings.pairs(session))
    assert readers.agreement.alpha == 1
    assert sam.get("/second-readings").status_code == 200


def test_second_readings_go_over_to_the_questionnaire_that_replaces(
    database, decided, ask, begin, waiting, sign_in
):
    one, other = fill(database, 2, external_id="carried")
    for each in (one, other):
        decided(each, "done")
    ask()
    sam = sign_in()
    assert begin(sam.name) == one
    decided(one, "done", person=sam.name, reading=2)
    given = [Given(f"q{number}", TEXT, f"Question {number}?", "en") for number in range(2)]
    given.append(Given("q2", "None.", None, "en"))
    with database.writing() as session:
        receive(session, Received("carried", "carried", "TGO", ("untoc",), "2", "en", tuple(given)), "test")
    with database.reading() as session:
        later = list(session.scalars(select(Answer.id).order_by(Answer.id.desc()).limit(3)))[::-1]
        [pair] = second_readings.pairs(session)
    assert (pair.reading.answer_id, pair.second.person) == (later[0], sam.name)
    assert waiting(sam.name) == [later[1]]


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_the_pages_open_in_each_language(read_twice, sign_in, lang):
    answer, _ = read_twice
    lead = sign_in("lead", lang=lang)
    for address in ("/second-readings", f"/second-readings/{answer}/settle"):
        page = lead.get(address)
        assert page.status_code == 200
        assert f'<html lang="{lang}">' in page.text
        assert "%(" not in page.text
