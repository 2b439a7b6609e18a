"""A whole questionnaire: its answers with their tags, what is left, finishing, reopening, paper."""

import datetime as dt

import pytest
from lxml import html
from sqlalchemy import Engine, event, select, update

from nlp.answers import Answer
from service.intake import Questionnaire as Submission
from service.store import holds
from service.store.questionnaires import receive
from service.store.tables import Answer as StoredAnswer
from service.store.tables import Hold, Question, Suggestion, Tagging


def lines(response):
    """The text of each answer's line, by the answer's id."""
    found = html.fromstring(response.text).findall(".//ol[@class='answers']/li")
    return {
        int(each.get("id").removeprefix("answer-")): " ".join(each.text_content().split()) for each in found
    }


def left(response):
    """The ids of the answers that the check names."""
    found = html.fromstring(response.text).findall(".//ul[@class='left-answers']/li/a")
    return [int(each.get("href").rpartition("/")[2]) for each in found]


@pytest.fixture
def here(questionnaires):
    return questionnaires["MDG tip"]


@pytest.fixture
def suggested(database):
    """Puts certain suggestions in the place of those for an answer: codes with their bands."""

    def suggest(answer_id, **bands):
        with database.writing() as session:
            tagging = session.scalar(select(Tagging).where(Tagging.answer_id == answer_id))
            for each in session.scalars(select(Suggestion).where(Suggestion.tagging_id == tagging.id)):
                session.delete(each)
            session.flush()
            for place, (code, band) in enumerate(bands.items()):
                kind, confidence = "type", {"safe": 0.99, "suggest": 0.7, "unsure": 0.3}[band]
                fields = {"confidence": confidence, "band": band, "passages": []}
                tag = {"kind": kind, "code": code, "stance": "requested"}
                session.add(Suggestion(tagging_id=tagging.id, place=place, **tag, **fields))

    return suggest


def test_each_answer_has_its_tags_as_they_stand(sign_in, here, answers_of, decided, suggested):
    first, second, *_ = answers_of(here)
    suggested(first, legal="safe", training="suggest", awareness="unsure")
    suggested(second, legal="suggest")
    tag = {"stance": "requested"}
    decided(first, ("accept", {"code": "legal", **tag}), ("reject", {"code": "training", **tag}))
    decided(second, "done")
    page = sign_in("reader").get(f"/questionnaires/{here}")
    assert page.status_code == 200
    chips = {
        chip.get("class"): " ".join(chip.text_content().split())
        for chip in html.fromstring(page.text).findall(f".//li[@id='answer-{first}']/ul/li")
    }
    assert chips["chip accepted safe type"].endswith("requested accepted")
    assert chips["chip rejected suggest type"].endswith("requested rejected")
    assert chips["chip open unsure type"].endswith("requested uncertain not decided")
    assert "wants a look" in lines(page)[first]
    assert "Done by rita" in lines(page)[second]
    assert "not taken" in lines(page)[second]


def test_a_question_that_begins_with_its_number_gets_no_other(sign_in, here, answers_of, database):
    first, second, third, *_ = answers_of(here)
    with database.writing() as session:
        for id_, question in (
            (first, "1. Which laws?"),
            (second, "2008: what was done?"),
            (third, "2a) Who?"),
        ):
            session.add(stored := Question(text=question, digest=question))
            session.flush()
            session.execute(update(StoredAnswer).where(StoredAnswer.id == id_).values(question_id=stored.id))
    for address in (f"/questionnaires/{here}", f"/questionnaires/{here}?print=1"):
        page = html.fromstring(sign_in("reader").get(address).text)
        headings = [each.text_content().strip() for each in page.xpath("//h3/a | //h2")]
        for expected in ("1. Which laws?", "2. 2008: what was done?", "2a) Who?"):
            assert expected in headings


def test_one_who_has_a_questionnaire_goes_on_with_it(sign_in, here):
    reviewer = sign_in()
    address = f"/questionnaires/{here}"
    assert ">Begin</a>" in reviewer.get(address).text
    reviewer.get(f"{address}/next")
    assert ">Go on</a>" in reviewer.get(address).text
    assert ">Begin</a>" in sign_in("lead").get(address).text


def test_what_is_left_is_counted_and_linked(sign_in, here, answers_of, decided, suggested):
    ids = answers_of(here)
    for answer in ids[:3]:
        decided(answer, "done")
    suggested(ids[0], legal="unsure")
    suggested(ids[3], legal="unsure")
    suggested(ids[4], legal="unsure")
    suggested(ids[5], legal="safe")
    page = sign_in().get(f"/questionnaires/{here}")
    assert left(page) == ids[3:]
    assert "3 answers are not done." in page.text
    assert "2 of them want a look." in page.text


def test_finishing_marks_what_is_decided_and_shows_what_is_left(
    sign_in, here, answers_of, decided, suggested, database
):
    reviewer = sign_in()
    ids = answers_of(here)
    for answer in ids[:-2]:
        decided(answer, "done")
    for answer in ids[-2:]:
        suggested(answer, legal="safe")
    accept = ("accept", {"code": "legal", "stance": "requested"})
    decided(ids[-2], accept)
    with database.writing() as session:
        holds.hold(session, here, reviewer.name)
    page = reviewer.submit(f"/questionnaires/{here}/finish")
    assert page.status_code == 200
    assert left(page) == ids[-1:]
    assert f"Done by {reviewer.name}" in lines(page)[ids[-2]]
    with database.reading() as session:
        assert session.scalar(select(Hold.person)) == reviewer.name
    decided(ids[-1], accept)
    assert "Every tag is decided." in reviewer.get(f"/questionnaires/{here}").text
    page = reviewer.submit(f"/questionnaires/{here}/finish")
    assert "The review of this questionnaire is finished: all 6 answers are done." in page.text
    with database.reading() as session:
        assert session.scalar(select(Hold.person)) is None


def test_a_type_that_is_taken_with_its_sub_type_is_no_more_to_decide(
    sign_in, here, answers_of, decided, suggested
):
    first, *others = answers_of(here)
    for answer in others:
        decided(answer, "done")
    suggested(first, legal="suggest")
    reviewer = sign_in()
    assert "every tag is decided" not in reviewer.get(f"/questionnaires/{here}").text
    decided(first, ("add", {"code": "legal.drafting", "stance": "requested"}))
    assert "every tag is decided" in reviewer.get(f"/questionnaires/{here}").text


def test_an_answer_without_suggestions_is_never_finished_unread(sign_in, here, answers_of, suggested):
    for answer in answers_of(here):
        suggested(answer)
    page = sign_in().submit(f"/questionnaires/{here}/finish")
    assert left(page) == answers_of(here)


def test_a_lead_reopens_one_answer_or_all(sign_in, here, answers_of, decided):
    ids = answers_of(here)
    for answer in ids:
        decided(answer, "done")
    lead = sign_in("lead")
    page = lead.submit(f"/questionnaires/{here}/reopen", answer=ids[2])
    assert left(page) == ids[2:3]
    page = lead.submit(f"/questionnaires/{here}/reopen")
    assert left(page) == ids


def test_what_is_not_done_or_elsewhere_is_not_reopened(sign_in, here, answers_of, questionnaires):
    lead = sign_in("lead")
    refused = lead.submit(f"/questionnaires/{here}/reopen", answer=answers_of(questionnaires["TON untoc"])[0])
    assert refused.status_code == 404
    refused = lead.submit(f"/questionnaires/{here}/reopen", answer=answers_of(here)[0])
    assert refused.status_code == 409
    assert "Something changed meanwhile" in refused.text


def test_only_those_who_may_are_shown_the_buttons_and_obeyed(sign_in, here, answers_of, decided):
    decided(answers_of(here)[0], "done")
    for role, finishes, reopens in (("reader", 403, 403), ("reviewer", 200, 403)):
        browser = sign_in(role)
        page = browser.get(f"/questionnaires/{here}")
        assert "Reopen" not in page.text
        assert browser.submit(f"/questionnaires/{here}/finish").status_code == finishes
        refused = browser.submit(f"/questionnaires/{here}/reopen")
        assert refused.status_code == reopens
        assert "Your role does not allow it." in refused.text
    assert browser.post(f"/questionnaires/{here}/finish").status_code == 403


def test_whoever_has_a_questionnaire_reads_for_how_long_and_can_hand_it_back(
    sign_in, here, answers_of, decided, database
):
    reviewer, other = sign_in(), sign_in()
    assert "Nobody has this questionnaire." in reviewer.get(f"/questionnaires/{here}").text
    first = answers_of(here)[0]
    decided(first, ("state-add", {"state": "KEN"}), person=reviewer.name)
    assert "Yours for 4 hours" in reviewer.get(f"/answers/{first}").text
    assert f"{reviewer.name} has it" in other.get(f"/answers/{first}").text
    with database.writing() as session:
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=25, seconds=5)
        session.execute(update(Hold).values(until=soon))
    assert "nobody else is given it for 25 minutes" in reviewer.get(f"/questionnaires/{here}").text
    assert "Hand back" not in other.get(f"/questionnaires/{here}").text
    other.submit(f"/questionnaires/{here}/hand-back")
    assert "nobody else is given it" in reviewer.get(f"/questionnaires/{here}").text
    page = reviewer.submit(f"/questionnaires/{here}/hand-back")
    assert page.status_code == 200
    assert "Nobody has this questionnaire." in page.text
    assert "You handed this questionnaire back" in page.text
    with database.reading() as session:
        assert holds.held(session, here) is None
    assert "Added the State: Kenya" in reviewer.get(f"/answers/{first}/history").text
    assert sign_in("reader").submit(f"/questionnaires/{here}/hand-back").status_code == 403
    assert reviewer.submit("/questionnaires/999999/hand-back").status_code == 404


def test_a_replaced_questionnaire_and_its_replacement_lead_to_each_other(sign_in, here, database):
    later = Submission(
        external_id="2008-MDG-tip-2",
        replaces="2008-MDG-tip-2",
        state="MDG",
        instrument=("tip",),
        cycle="2",
        language="fr",
        answers=(Answer("q1", "Une formation est souhaitée."),),
    )
    with database.writing() as session:
        new = receive(session, later, "test").id
    lead = sign_in("lead")
    old = lead.get(f"/questionnaires/{here}")
    assert f'href="/questionnaires/{new}"' in old.text
    assert "Go on with the next answer" not in old.text
    assert f'href="/questionnaires/{here}"' in lead.get(f"/questionnaires/{new}").text


def test_the_print_view_has_whole_texts_and_decided_tags(sign_in, here, answers_of, decided, suggested):
    first, second, *_ = answers_of(here)
    suggested(first, legal="safe", training="safe")
    decided(first, ("accept", {"code": "legal", "stance": "requested", "note": "As in the annex."}))
    decided(first, ("accept", {"code": "training", "stance": "requested", "note": "Not so."}))
    decided(first, ("undo", {"undoes": 2}), ("note", {"note": "Ask Lomé."}), "done")
    decided(second, "done")
    page = sign_in("reader", lang="en").get(f"/questionnaires/{here}?print=1")
    assert page.status_code == 200
    one, two, *others = html.fromstring(page.text).findall(".//section[@class='printed-answer']")
    assert "Un appui extérieur à cette relecture serait le bienvenu." in one.text_content()
    assert len(one.findall(".//ul[@class='printed-tags']/li")) == 1
    assert "Note: As in the annex." in one.text_content()
    assert "Note: Ask Lomé." in one.text_content()
    assert "Not so." not in one.text_content()
    assert "Done by rita on" in one.text_content()
    assert "No tag" in two.text_content()
    assert all("Not done" in each.text_content() for each in others)
    assert not html.fromstring(page.text).findall(".//article//form")


def queries_for(browser, address):
    """How many queries a page takes."""
    counted = []

    def count(*_):
        counted.append(1)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert browser.get(address).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return len(counted)


def test_many_answers_take_as_many_queries_as_one(sign_in, questionnaires):
    reviewer = sign_in()
    one, six = (f"/questionnaires/{questionnaires[each]}" for each in ("TON untoc", "MDG tip"))
    assert queries_for(reviewer, one) == queries_for(reviewer, six) > 5
