"""What happens to questionnaires is told once, in the transaction that made it so."""

import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from nlp.answers import Answer as PlainAnswer
from service.intake import Questionnaire as Sent
from service.store.decisions import Wish, decide, version_of
from service.store.deliveries import count_undelivered
from service.store.models import activate
from service.store.questionnaires import purge, receive
from service.store.tables import Answer, Delivery, ModelVersion
from service.store.webhooks import add_webhook, remove_webhook
from service.store.work import write

TAGGED, REVIEWED = "questionnaire.tagged", "questionnaire.reviewed"
SET_ASIDE = "the model failed on it"


def send(session, *texts, name="one", replaces=None):
    """Store a questionnaire; gives its id and those of its answers."""
    answers = tuple(PlainAnswer(f"q{place}", text, None, None) for place, text in enumerate(texts))
    sent = Sent(
        external_id=name,
        replaces=replaces,
        state="KEN",
        instrument=("tip",),
        cycle=None,
        language=None,
        answers=answers,
    )
    stored = receive(session, sent, "test")
    of_it = select(Answer.id).where(Answer.questionnaire_id == stored.id).order_by(Answer.place)
    return stored.id, list(session.scalars(of_it))


@pytest.fixture
def office(database):
    """A questionnaire of two answers, a model that is active, and a webhook that is told all."""
    with database.writing() as session:
        model = ModelVersion(name="m", version="1", bands={}, first_seen=dt.datetime.now(dt.UTC))
        session.add(model)
        session.flush()
        activate(session, model, "test")
        hook = add_webhook(session, "https://example.org", [TAGGED, REVIEWED], networks=(), actor="test")
        questionnaire, answers = send(session, "Néant.", "Rien.")
    return SimpleNamespace(
        database=database, model=model.id, hook=hook.id, questionnaire=questionnaire, answers=answers
    )


def tag(database, model_id, *answers):
    with database.writing() as session:
        write(session, model_id, [(each, SET_ASIDE) for each in answers])


def decide_on(database, answer_id, *acts, person="rita"):
    with database.writing() as session:
        version = version_of(session, answer_id)
        decide(session, answer_id, version, [Wish(each) for each in acts], person, may_reopen=True)


def told(database):
    with database.reading() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))
        return [(each.event, each.questionnaire_id) for each in rows]


def at_once(database, first, second):
    """Do something in a transaction, and something else in another that begins before the first has ended."""
    faults = []

    def do():
        try:
            with database.writing() as session:
                second(session)
        except Exception as error:  # noqa: BLE001 - shown by the test
            faults.append(error)

    other = threading.Thread(target=do)
    with database.writing() as session:
        first(session)
        other.start()
        other.join(0.5)
    other.join()
    assert faults == []


def test_a_questionnaire_is_told_of_once_the_last_of_its_answers_is_tagged_or_set_aside(office):
    tag(office.database, office.model, office.answers[0])
    assert told(office.database) == []
    tag(office.database, office.model, office.answers[1])
    tag(office.database, office.model, *office.answers)
    assert told(office.database) == [(TAGGED, office.questionnaire)]


def test_two_workers_that_write_the_last_answers_at_once_tell_once(office):
    one, other = (
        lambda session, answer=answer: write(session, office.model, [(answer, SET_ASIDE)])
        for answer in office.answers
    )
    at_once(office.database, one, other)
    assert told(office.database) == [(TAGGED, office.questionnaire)]


def test_two_reviewers_who_end_the_last_answers_at_once_tell_once(office):
    tag(office.database, office.model, *office.answers)
    one, other = (
        lambda session, answer=answer: decide(session, answer, 0, [Wish("done")], "rita", may_reopen=False)
        for answer in office.answers
    )
    at_once(office.database, one, other)
    assert told(office.database) == [(TAGGED, office.questionnaire), (REVIEWED, office.questionnaire)]


def test_each_activation_of_a_model_that_has_answers_to_tag_is_told_of(office):
    tag(office.database, office.model, *office.answers)
    with office.database.writing() as session:
        model = session.get(ModelVersion, office.model)
        # What was set aside is tried again.
        activate(session, model, "test")
    assert len(told(office.database)) == 1
    tag(office.database, office.model, *office.answers)
    assert told(office.database) == [(TAGGED, office.questionnaire)] * 2


def test_a_review_that_is_reopened_and_done_again_is_told_of_again(office):
    tag(office.database, office.model, *office.answers)
    first, second = office.answers
    decide_on(office.database, first, "done")
    assert told(office.database)[1:] == []
    decide_on(office.database, second, "done")
    decide_on(office.database, first, "reopen")
    decide_on(office.database, first, "done")
    decide_on(office.database, second, "reopen", "done")
    assert told(office.database)[1:] == [(REVIEWED, office.questionnaire)] * 3


def test_an_undo_that_leaves_all_done_is_told_of_and_one_that_does_not_is_not(office):
    tag(office.database, office.model, *office.answers)
    for each in office.answers:
        decide_on(office.database, each, "done")
    answer = office.answers[0]
    with office.database.writing() as session:
        decide(session, answer, 1, [Wish("undo", undoes=1)], "rita", may_reopen=True)
    assert told(office.database)[1:] == [(REVIEWED, office.questionnaire)]
    with office.database.writing() as session:
        decide(session, answer, 2, [Wish("done"), Wish("reopen")], "rita", may_reopen=True)
        decide(session, answer, 4, [Wish("undo", undoes=4)], "rita", may_reopen=True)
    assert told(office.database)[1:] == [(REVIEWED, office.questionnaire)] * 2


def test_a_reviewer_who_is_done_with_the_last_answer_that_waits_ends_the_tagging(office):
    tag(office.database, office.model, office.answers[0])
    decide_on(office.database, office.answers[1], "done")
    assert told(office.database) == [(TAGGED, office.questionnaire)]
    decide_on(office.database, office.answers[0], "done")
    assert told(office.database) == [(TAGGED, office.questionnaire), (REVIEWED, office.questionnaire)]


def test_a_questionnaire_whose_answers_were_all_carried_over_is_told_of_at_once(office):
    tag(office.database, office.model, *office.answers)
    for each in office.answers:
        decide_on(office.database, each, "done")
    with office.database.writing() as session:
        later, _ = send(session, "Néant.", replaces="one")
    assert told(office.database)[2:] == [(TAGGED, later), (REVIEWED, later)]
    with office.database.writing() as session:
        latest, _ = send(session, "Néant.", "Plus.", replaces="one")
    assert latest not in {each for _, each in told(office.database)}


def test_what_was_replaced_is_told_of_no_more(office):
    with office.database.writing() as session:
        send(session, "Autre.", replaces="one")
    tag(office.database, office.model, *office.answers)
    assert told(office.database) == []


def test_a_webhook_is_told_what_it_asked_for_from_when_it_was_added(office):
    with office.database.writing() as session:
        add_webhook(session, "https://example.net", [REVIEWED], networks=(), actor="test")
    tag(office.database, office.model, *office.answers)
    with office.database.writing() as session:
        late = add_webhook(session, "https://example.com", [TAGGED], networks=(), actor="test").id
    for each in office.answers:
        decide_on(office.database, each, "done")
    with office.database.reading() as session:
        rows = session.scalars(select(Delivery)).all()
    assert [each.event for each in rows if each.webhook_id == office.hook] == [TAGGED, REVIEWED]
    assert len(rows) == 3
    assert late not in {each.webhook_id for each in rows}
    assert len({each.message for each in rows}) == 3


def test_nothing_of_a_questionnaire_that_is_deleted_or_of_a_webhook_that_is_removed_stays(office):
    tag(office.database, office.model, *office.answers)
    with office.database.writing() as session:
        other, answers = send(session, "Rien.", name="two")
        write(session, office.model, [(each, SET_ASIDE) for each in answers])
        assert count_undelivered(session) == 2
        purge(session, other, "test")
        assert count_undelivered(session) == 1
        remove_webhook(session, office.hook, actor="test")
        assert count_undelivered(session) == 0
