"""History: who decided what and when, what the model said then, and how the answer stood."""

import datetime as dt

import pytest
from lxml import html
from sqlalchemy import select

from nlp.answers import Answer as Given
from service.intake import Questionnaire as Received
from service.store import second_readings
from service.store.answers import AnswerFilter
from service.store.questionnaires import receive
from service.store.tables import Answer, ModelVersion, Suggestion, Tagging
from service.store.users import get_user
from tests.service.review.desk_examples import TEXT, fill

TRAINING = {"code": "training.criminal-justice", "stance": "requested"}
DATA = {"code": "data.database", "stance": "received"}


def rows(response):
    """The cells of each decision, as text."""
    table = html.fromstring(response.text).find_class("history")[0]
    return [[" ".join(each.text_content().split()) for each in row] for row in table.findall("tbody/tr")]


def stood(response):
    """What a page says of an earlier state, as text."""
    return " ".join(html.fromstring(response.text).get_element_by_id("then").text_content().split())


@pytest.fixture
def answer(database):
    return fill(database, 1)[0]


def test_each_decision_is_told_with_its_writer_its_time_and_what_the_model_said_then(
    sign_in, answer, decided
):
    decided(answer, ("accept", TRAINING), person="rita")
    decided(answer, ("restance", DATA | {"new_stance": "requested"}), person="otto")
    decided(answer, ("add", {"code": "legal.drafting", "stance": "offered", "note": "See the annex."}))
    decided(answer, ("state-remove", {"state": "GHA"}), ("state-add", {"state": "KEN"}), "done")
    page = sign_in("reader").get(f"/answers/{answer}/history")
    assert page.status_code == 200
    told = rows(page)
    assert [row[0] for row in told] == ["1", "2", "3", "4", "5", "6"]
    assert [row[2] for row in told] == ["rita", "otto", "rita", "rita", "rita", "rita"]
    assert str(dt.datetime.now(dt.UTC).year)[2:] in told[0][1]
    assert told[0][3].startswith("✓ Accepted: ")
    assert "sure · 95%" in told[0][4]
    assert told[1][3].endswith("is now requested")
    assert "suggested · 80%" in told[1][4]
    assert "See the annex." in told[2][3]
    assert "It did not suggest this tag." in told[2][4]
    assert (told[3][3], told[4][3]) == ("× Removed the State: Ghana", "+ Added the State: Kenya")
    assert "It found this State named." in told[3][4]
    assert "It did not find this State named." in told[4][4]
    assert told[5][3] == "✓ Said that the answer is done"


def test_a_tag_that_was_suggested_in_another_stance_is_told_so(sign_in, answer, decided):
    offered = DATA | {"stance": "offered"}
    decided(answer, ("restance", DATA | {"new_stance": "offered"}), ("reject", offered))
    told = rows(sign_in("reader").get(f"/answers/{answer}/history"))
    assert "suggested · 80%" in told[0][4]
    assert told[1][4].startswith("It suggested this tag in another stance: received")


def test_a_note_is_told_as_a_decision_of_its_own(sign_in, answer, decided):
    decided(answer, ("note", {"note": "See the annex."}), ("undo", {"undoes": 1}))
    first, second = (row[3] for row in rows(sign_in("reader").get(f"/answers/{answer}/history")))
    assert first.startswith("✎ Wrote a note")
    assert first.endswith("Note: See the annex.")
    assert second == "↶ Took back decision 1"


def test_the_passages_marked_for_an_added_tag_are_quoted(sign_in, answer, decided):
    law = {"code": "legal.drafting", "stance": "offered"}
    decided(answer, ("add", law | {"passages": [0, 2]}), ("accept", TRAINING))
    page = html.fromstring(sign_in("reader").get(f"/answers/{answer}/history").text)
    first, second = page.find_class("history")[0].findall("tbody/tr")
    assert [each.text for each in first.iterfind(".//blockquote")] == [
        "Togo asks for training of its prosecutors in the use of special investigative techniques.",
        "No law was passed since.",
    ]
    assert "Passages marked for it:" in first.text_content()
    assert second.find(".//blockquote") is None


def test_the_page_is_in_the_language_of_whoever_reads_it(sign_in, answer, decided):
    decided(answer, ("accept", TRAINING))
    page = sign_in("reader", lang="fr").get(f"/answers/{answer}/history")
    assert 'lang="fr"' in page.text
    assert "%(" not in page.text


def test_any_earlier_state_is_shown(sign_in, answer, decided):
    decided(answer, ("accept", TRAINING), ("state-remove", {"state": "GHA"}), ("reject", TRAINING), "done")
    browser = sign_in("reader")
    after = [stood(browser.get(f"/answers/{answer}/history?at={number}")) for number in range(5)]
    assert "before the first decision" in after[0]
    assert "✓" not in after[0]
    assert "accepted" in after[1]
    assert "Ghana" in after[1]
    assert "Ghana" not in after[2]
    assert "rejected" in after[3]
    assert "not done" in after[3]
    assert "Done by rita" in after[4]
    assert stood(browser.get(f"/answers/{answer}/history?at=99")) == after[4]
    assert browser.get(f"/answers/{answer}/history?at=-1").status_code == 422
    assert browser.get("/answers/999999/history").status_code == 404


def test_what_was_taken_back_says_so_and_counts_no_more(sign_in, answer, decided):
    decided(answer, ("accept", TRAINING), ("undo", {"undoes": 1}))
    browser = sign_in("reader")
    told = rows(browser.get(f"/answers/{answer}/history"))
    assert "Taken back by decision 2." in told[0][3]
    assert told[1][3] == "↶ Took back decision 1"
    assert "accepted" not in stood(browser.get(f"/answers/{answer}/history?at=2"))


def test_a_decision_keeps_what_the_model_said_when_it_was_made(sign_in, answer, decided, database):
    decided(answer, ("accept", TRAINING))
    with database.writing() as session:
        model = ModelVersion(name="later", version="9", bands={}, first_seen=dt.datetime.now(dt.UTC))
        session.add(model)
        session.flush()
        tagging = Tagging(answer_id=answer, model_version_id=model.id, at=dt.datetime.now(dt.UTC))
        tagging.language, tagging.stances, tagging.passages = "en", [], []
        session.add(tagging)
        session.flush()
        fields = {"kind": "subtype", "confidence": 0.12, "band": "unsure", "passages": [], "place": 0}
        session.add(Suggestion(tagging_id=tagging.id, **TRAINING, **fields))
    page = sign_in("reader").get(f"/answers/{answer}/history")
    assert "sure · 95%" in rows(page)[0][4]
    assert "later" not in rows(page)[0][4]
    said = html.fromstring(page.text).find(".//section[@aria-labelledby='models-heading']").text_content()
    assert "later 9" in said
    assert "12%" in said


def test_decisions_that_were_carried_over_say_so(sign_in, database, decided):
    [first] = fill(database, 1, external_id="carried")
    decided(first, ("accept", TRAINING), "done")
    given = (Given("q0", TEXT, "Question 0?", "en"), Given("q1", "No need.", None, "en"))
    with database.writing() as session:
        receive(session, Received("carried", "carried", "TGO", ("untoc",), "2", "en", given), "test")
        later = session.scalar(select(Answer.id).where(Answer.external_id == "q0").order_by(Answer.id.desc()))
    assert later != first
    told = rows(sign_in("reader").get(f"/answers/{later}/history"))
    assert all("Carried over" in row[3] for row in told)
    assert "sure · 95%" in told[0][4]


def test_an_answer_on_which_nobody_decided_has_what_the_model_said(sign_in, answer):
    page = sign_in("reader").get(f"/answers/{answer}/history?at=0")
    assert "Nobody has decided anything" in page.text
    assert "before the first decision" in stood(page)


def test_the_second_reading_has_a_history_of_its_own_which_its_reader_sees_when_it_is_done(
    sign_in, answer, decided, database
):
    decided(answer, ("accept", TRAINING), "done", person="rita")
    browser = sign_in("reviewer")
    with database.writing() as session:
        second_readings.ask(session, AnswerFilter(), 1, "lea", seed=1)
        assert second_readings.next_for(session, get_user(session, browser.name)).answer_id == answer
    decided(answer, ("reject", TRAINING), person=browser.name, reading=2)
    hidden = browser.get(f"/answers/{answer}/history?reading=2", follow_redirects=False)
    assert (hidden.status_code, hidden.headers["location"]) == (303, f"/second-readings/{answer}")
    decided(answer, "done", person=browser.name, reading=2)
    told = rows(browser.get(f"/answers/{answer}/history?reading=2"))
    assert [row[2] for row in told] == [browser.name] * 2
    assert rows(browser.get(f"/answers/{answer}/history"))[0][2] == "rita"
