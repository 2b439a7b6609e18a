"""The team page: progress, what decisions say of the suggestions, and nothing of a person."""

import pytest
from lxml import html
from sqlalchemy import delete, func, select

from evaluation.words import short_names
from service.review import team
from service.store.questionnaires import purge
from service.store.tables import Answer, Questionnaire, QuestionnaireInstrument, Suggestion, Tagging

LEGAL = {"code": "legal", "stance": "requested"}
TRAINING = {"code": "training", "stance": "requested"}


@pytest.fixture
def lead(sign_in):
    return sign_in("lead", name="lena")


@pytest.fixture
def two_reviewed(database, questionnaires, answers_of, decided):
    """Two answers that two people have done: `legal` was suggested and taken on one of them."""
    with database.writing() as session:
        for each in session.scalars(select(Suggestion)):
            session.delete(each)
        first, second, *_ = answers_of(questionnaires["MDG tip"])
        for answer in (first, second):
            tagging = session.scalar(select(Tagging.id).where(Tagging.answer_id == answer))
            fields = {"kind": "type", "confidence": 0.99, "band": "safe", "passages": []}
            session.add(Suggestion(tagging_id=tagging, place=0, **LEGAL, **fields))
    decided(first, ("accept", LEGAL), ("add", TRAINING), "done", person="rita")
    decided(second, ("reject", LEGAL), "done", person="omar")


def tables_of(response):
    """The rows of each table as texts, by the id of its caption."""
    page = html.fromstring(response.text)
    return {
        table.find("caption").get("id"): [
            [" ".join(cell.text_content().split()) for cell in row] for row in table.find("tbody")
        ]
        for table in page.iterfind(".//table")
    }


def text_of(response):
    return " ".join(html.fromstring(response.text).find(".//main").text_content().split())


def test_leads_and_reviewers_may_see_it_and_others_not(sign_in, visitor):
    allowed = {
        role: sign_in(role).get("/team").status_code for role in ("reader", "reviewer", "lead", "admin")
    }
    assert allowed == {"reader": 403, "reviewer": 200, "lead": 200, "admin": 200}
    assert visitor.get("/team", follow_redirects=False).headers["location"] == "/sign-in?next=/team"


def test_progress_is_told_by_region_and_instrument_and_leads_to_the_queue(lead, two_reviewed):
    found = lead.get("/team")
    assert found.status_code == 200
    progress = tables_of(found)
    africa = next(row for row in progress["by-region"] if row[0].startswith("Africa"))
    everything = progress["by-region"][-1]
    assert everything[0] == "All"
    assert int(everything[1]) > int(africa[1]) > 2
    assert (africa[3], everything[3], everything[1]) == ("2", "2", everything[2])
    assert progress["by-instrument"][-1][1:4] == everything[1:4]
    for link in html.fromstring(found.text).iterfind(".//section[@aria-labelledby='progress']//a"):
        assert lead.get(link.get("href")).status_code == 200


def test_answers_about_no_instrument_have_a_row_of_their_own(lead, database, questionnaires):
    with database.writing() as session:
        about = QuestionnaireInstrument.questionnaire_id == questionnaires["MDG tip"]
        session.execute(delete(QuestionnaireInstrument).where(about))
        answers = select(func.count()).where(Answer.questionnaire_id == questionnaires["MDG tip"])
        count = session.scalar(answers)
    *_, unknown, _everything = tables_of(lead.get("/team"))["by-instrument"]
    assert unknown[:2] == ["not stated", str(count)]


def test_acceptance_additions_and_models_are_told_with_intervals(lead, two_reviewed):
    found = tables_of(lead.get("/team"))
    whole, legal = found["by-label"]
    assert whole[0] == "All labels"
    assert (legal[1], legal[2]) == ("50% 50% 1 of 2 9% to 91%", "none")
    assert whole[-1] == legal[-1] == legal[1]
    [added] = found["by-added"]
    assert (added[1], added[3]) == ("requested", "50% 50% 1 of 2 9% to 91%")
    [model] = found["by-model"]
    assert (model[1], model[2]) == ("100% 100% 2 of 2", legal[1])
    assert model[3].startswith("1 1 to 1")


def test_effort_is_told_of_the_team_and_names_nobody(lead, two_reviewed):
    shown = text_of(lead.get("/team"))
    assert "Edits per answer 1 1 to 1 The mean of 2 answers that are done" in shown
    assert "Time per answer 0 seconds The median of the whole team, never of a person" in shown
    assert "2 answers count." in shown
    assert "rita" not in shown
    assert "omar" not in shown


def test_the_time_of_a_single_person_is_not_shown(lead, questionnaires, answers_of, decided):
    decided(answers_of(questionnaires["MDG tip"])[0], ("state-add", {"state": "KEN"}), "done")
    assert "Not shown: it is told of a team alone, once two people have decided." in text_of(
        lead.get("/team")
    )


def test_before_the_first_review_there_is_progress_alone(lead):
    found = lead.get("/team")
    assert set(tables_of(found)) == {"by-region", "by-instrument"}
    assert "No answer is reviewed yet." in text_of(found)


def test_before_the_first_questionnaire_the_page_says_what_will_be_there(lead, database):
    with database.writing() as session:
        for each in session.scalars(select(Questionnaire.id)).all():
            purge(session, each, "test")
    found = lead.get("/team")
    assert (found.status_code, tables_of(found)) == (200, {})
    assert "No answer is here yet." in text_of(found)


@pytest.mark.parametrize(("lang", "share"), [("fr", "50 %"), ("es", "50 %")])
def test_numbers_and_labels_are_in_the_visitor_s_language(sign_in, two_reviewed, lang, share):
    found = tables_of(sign_in("reviewer", lang=lang).get("/team"))["by-label"][1]
    assert short_names(lang)["legal"] in found[0]
    assert found[1].startswith(" ".join(share.split()))


def test_figures_that_took_long_are_kept_and_others_are_computed_anew(
    lead, monkeypatch, questionnaires, answers_of, decided
):
    first, second, *_ = answers_of(questionnaires["MDG tip"])

    def reviewed():
        return tables_of(lead.get("/team"))["by-region"][-1][3]

    assert reviewed() == "0"
    decided(first, "done")
    assert reviewed() == "1"
    monkeypatch.setattr(team, "LONG", 0.0)
    assert reviewed() == "1"
    decided(second, "done")
    assert reviewed() == "1"
